//! The module, the token in its slot, and what both say before anybody logs in.

use cryptoki::mechanism::MechanismType;
use cryptoki::slot::{Slot, TokenInfo};

use super::report::{Check, Library, Mechanism, TokenFacts};
use super::sheet::{Ended, Sheet};
use crate::error::TokenError;
use crate::module::Module;
use crate::profile::Profile;

/// The size of a key of secp256k1, bits.
const KEY_BITS: usize = 256;

/// Loads the module and finds the token.
pub(super) fn find(profile: &Profile, sheet: &Sheet) -> Result<(Module, Slot), Ended> {
    sheet.begin(Check::Library);
    let module = sheet.need(Module::load(&profile.module), "name the vendor's module: --module, or token.module")?;
    let about = sheet.need(module.context().get_library_info(), "reinstall the vendor's client")?;
    let library = Library {
        description: about.library_description().to_owned(),
        manufacturer: about.manufacturer_id().to_owned(),
        version: about.library_version().to_string(),
        cryptoki: about.cryptoki_version().to_string(),
    };
    let Library { description, version, cryptoki, .. } = &library;
    sheet.good(format!("{description} {version}, PKCS#11 {cryptoki}, {}", profile.module.display()));
    sheet.fact(|report| report.library = Some(library));
    sheet.begin(Check::Token);
    let slot = match module.slot_of(&profile.token_label) {
        Err(TokenError::TokenMissing { label }) => {
            let there = labels(&module);
            sheet.bad(
                format!("no token is labelled {label:?}; there are {there}"),
                "plug it in, correct the label, or make it ready: lucid token init says how",
            );
            return Err(Ended);
        }
        found => sheet.need(found, "give every token a label of its own, and see to the link to the device")?,
    };
    Ok((module, slot))
}

fn labels(module: &Module) -> String {
    let slots = module.context().get_slots_with_initialized_token().unwrap_or_default();
    let labels = slots.into_iter().filter_map(|slot| module.context().get_token_info(slot).ok());
    let labels: Vec<_> = labels.map(|about| format!("{:?}", about.label())).collect();
    if labels.is_empty() { "none at all".to_owned() } else { labels.join(", ") }
}

/// Reads the token's description and flags.
pub(super) fn read(module: &Module, slot: Slot, sheet: &Sheet) -> Result<TokenInfo, Ended> {
    let about = sheet.need(module.context().get_token_info(slot), "see to the device and its link")?;
    let facts = TokenFacts {
        slot: slot.id(),
        label: about.label().to_owned(),
        manufacturer: about.manufacturer_id().to_owned(),
        model: about.model().to_owned(),
        serial: about.serial_number().to_owned(),
        hardware: about.hardware_version().to_string(),
        firmware: about.firmware_version().to_string(),
        flags: flags(&about),
    };
    let TokenFacts { model, serial, firmware, flags, .. } = &facts;
    let detail = format!("{model}, serial {serial}, firmware {firmware}, slot {}: {}", slot.id(), flags.join(" "));
    sheet.fact(|report| report.token = Some(facts.clone()));
    match () {
        () if about.error_state() => sheet.bad(detail, "the device has failed its own tests: take it out of service"),
        () if about.write_protected() => sheet.bad(detail, "it is write-protected: keys could not be made in it"),
        () if !about.user_pin_initialized() => sheet.bad(detail, "set the user's PIN with the vendor's tool"),
        () if !about.login_required() => {
            sheet.bad(detail, "it asks for no login: whoever reaches it could sign; set it up anew");
        }
        () => {
            sheet.good(detail);
            return Ok(about);
        }
    }
    Err(Ended)
}

fn flags(about: &TokenInfo) -> Vec<&'static str> {
    let flags = [
        (about.token_initialized(), "TOKEN_INITIALIZED"),
        (about.login_required(), "LOGIN_REQUIRED"),
        (about.user_pin_initialized(), "USER_PIN_INITIALIZED"),
        (about.rng(), "RNG"),
        (about.clock_on_token(), "CLOCK_ON_TOKEN"),
        (about.protected_authentication_path(), "PROTECTED_AUTHENTICATION_PATH"),
        (about.write_protected(), "WRITE_PROTECTED"),
        (about.user_pin_count_low(), "USER_PIN_COUNT_LOW"),
        (about.user_pin_final_try(), "USER_PIN_FINAL_TRY"),
        (about.user_pin_locked(), "USER_PIN_LOCKED"),
        (about.user_pin_to_be_changed(), "USER_PIN_TO_BE_CHANGED"),
        (about.so_pin_count_low(), "SO_PIN_COUNT_LOW"),
        (about.so_pin_final_try(), "SO_PIN_FINAL_TRY"),
        (about.so_pin_locked(), "SO_PIN_LOCKED"),
        (about.error_state(), "ERROR_STATE"),
    ];
    flags.into_iter().filter_map(|(set, name)| set.then_some(name)).collect()
}

/// Looks for the two mechanisms and what they say of themselves.
pub(super) fn mechanisms(module: &Module, slot: Slot, sheet: &Sheet) {
    sheet.begin(Check::Mechanisms);
    let all = match module.context().get_mechanism_list(slot) {
        Ok(all) => all,
        Err(error) => return sheet.bad(TokenError::from(error).to_string(), "see to the device and its link"),
    };
    let needed = [(MechanismType::ECC_KEY_PAIR_GEN, "CKM_EC_KEY_PAIR_GEN"), (MechanismType::ECDSA, "CKM_ECDSA")];
    let mut told = Vec::new();
    for (mechanism, name) in needed {
        if !all.contains(&mechanism) {
            let todo =
                "this token has no elliptic curves as it is set up: see its profile's conditions, or take another";
            return sheet.bad(format!("{name} is not among its {} mechanisms", all.len()), todo);
        }
        let about = match module.context().get_mechanism_info(slot, mechanism) {
            Ok(about) => about,
            Err(error) => {
                let detail = format!("{name}: {}", TokenError::from(error));
                return sheet.bad(detail, "the module lists it and does not know it: update the vendor's client");
            }
        };
        let able = if mechanism == MechanismType::ECDSA { about.sign() } else { about.generate_key_pair() };
        let (smallest, largest) = (about.min_key_size(), about.max_key_size());
        if !able || !(smallest..=largest).contains(&KEY_BITS) {
            let detail = format!("{name} is for keys of {smallest} to {largest} bits, and able: {able}");
            return sheet.bad(detail, "keys of 256 bits must be made and sign: see the token's policy");
        }
        told.push(Mechanism { name, smallest, largest, hardware: about.hardware() });
    }
    let words = told.iter().map(|mechanism| {
        let place = if mechanism.hardware { "in hardware" } else { "in software" };
        format!("{} {}–{} bits {place}", mechanism.name, mechanism.smallest, mechanism.largest)
    });
    sheet.good(words.collect::<Vec<_>>().join(", "));
    sheet.fact(|report| report.mechanisms = told);
}
