use super::*;

#[test]
fn every_shipped_file_is_read_and_is_in_the_directory() {
    for (name, _) in SHIPPED {
        let profile = VendorProfile::named(name).unwrap();
        assert!(!profile.module.is_empty(), "{name}: a module has a usual place");
        assert!(profile.initialise.by_lucid || !profile.initialise.steps.is_empty(), "{name}: how is it made ready?");
        let conditional = profile.keys.secp256k1 == Curve::Conditional;
        assert_eq!(profile.keys.condition.is_some(), conditional, "{name}: a condition is said, and only then");
        assert!(!profile.evidence.read.is_empty(), "{name}: what does it rest on?");
        // Claiming a device takes a change here, where a reviewer asks for doctor's output.
        assert!(profile.evidence.hardware.is_empty(), "{name}: nothing was tried on real hardware yet");
    }
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../hsm/profiles");
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<_> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    found.sort();
    let mut shipped = SHIPPED.map(|(name, _)| name.to_owned());
    shipped.sort();
    assert_eq!(found, shipped);
}

#[test]
fn what_vendors_are_known_for_is_in_their_profiles() {
    let named = |name| VendorProfile::named(name).unwrap();
    assert_eq!(named("softhsm").network, Network::None);
    assert!(named("luna").network.is_placeholder() && named("cloudhsm").network.is_placeholder());
    assert_eq!(named("cloudhsm").login.pin, PinForm::UserAndPassword);
    assert_eq!(named("yubihsm2").login.pin, PinForm::KeyIdAndPassword);
    assert!(named("yubihsm2").omit.contains(&OptionalAttribute::Destroyable));
    assert!(!named("nitrokey-hsm2").session_objects);
}

#[test]
fn a_file_may_be_named_and_a_slip_in_it_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("own.toml");
    let path = path.to_str().unwrap();
    let (_, text) = SHIPPED[0];
    std::fs::write(path, text).unwrap();
    assert_eq!(VendorProfile::named(path).unwrap(), VendorProfile::named("softhsm").unwrap());
    std::fs::write(path, text.replace("network = \"none\"", "network = \"None\"")).unwrap();
    let error = VendorProfile::named(path).unwrap_err().to_string();
    assert!(error.contains("neither none nor host:port"), "{error}");
    std::fs::write(path, format!("sesions = 1\n{text}")).unwrap();
    let error = VendorProfile::named(path).unwrap_err().to_string();
    assert!(error.contains("sesions"), "{error}");
    let error = VendorProfile::named("lunar").unwrap_err().to_string();
    assert!(error.contains("luna, cloudhsm"), "{error}");
    assert!(matches!(VendorProfile::named("gone.toml").unwrap_err(), ProfileError::Unreadable { .. }));
}

#[test]
fn words_of_attributes_are_those_of_a_configuration() {
    for attribute in OptionalAttribute::ALL {
        let read: OptionalAttribute = toml::Value::String(attribute.word().to_owned()).try_into().unwrap();
        assert_eq!(read, attribute);
    }
}
