//! The values that the token keeps for us, and what may go wrong meanwhile.

use super::rows::{LONG, open, patience, rv};
use super::*;
use crate::data_object::DataName;

fn name() -> DataName {
    DataName { label: "lucid-audit-head", application: "pl_one".to_owned() }
}

fn values(token: &Token) -> Vec<Vec<u8>> {
    let mut values = token.data(name()).wait().unwrap();
    values.sort();
    values
}

fn put(token: &Token, value: &[u8], keep: Option<&[u8]>) -> Result<(), TokenError> {
    token.put_data(name(), value.to_vec(), keep.map(<[u8]>::to_vec)).wait()
}

#[test]
fn a_value_takes_the_place_of_all_but_the_one_kept() {
    let hsm = SoftHsm::new(2);
    let token = hsm.open();
    assert!(values(&token).is_empty());
    put(&token, b"1", None).unwrap();
    put(&token, b"1", None).unwrap();
    assert_eq!(values(&token), [b"1"]);
    put(&token, b"2", Some(b"1")).unwrap();
    put(&token, b"3", Some(b"2")).unwrap();
    assert_eq!(values(&token), [b"2", b"3"]);
    let other = DataName { application: "pl_two".to_owned(), ..name() };
    token.put_data(other.clone(), b"9".to_vec(), None).wait().unwrap();
    assert_eq!(token.data(other).wait().unwrap(), [b"9"]);
    token.sync_files().unwrap();
    drop(token);
    let again = hsm.open();
    assert_eq!(values(&again), [b"2", b"3"], "it outlives the process's state");
    on_seat(&again, |seat| {
        seat.session().logout().unwrap();
        assert!(seat.session().find_objects(&[Attribute::Label(b"lucid-audit-head".to_vec())]).unwrap().is_empty());
    });
}

#[test]
fn a_lost_login_or_session_is_repaired_and_never_looks_like_no_value() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, _) = open(&hsm, patience(LONG));
    put(&token, b"1", None).unwrap();
    for fault in [
        "C_FindObjectsInit lose-login once",
        "C_FindObjectsInit lose-session once",
        "C_FindObjectsInit lose-all-sessions once",
        "C_GetAttributeValue rv OBJECT_HANDLE_INVALID once",
        "C_GetAttributeValue rv DEVICE_ERROR once",
    ] {
        plan.set(fault);
        assert_eq!(values(&token), [b"1"], "{fault}");
    }
    for (number, fault) in [
        "C_CreateObject rv SESSION_CLOSED once",
        "C_CreateObject rv USER_NOT_LOGGED_IN once",
        "C_DestroyObject rv GENERAL_ERROR once",
        "C_FindObjectsInit lose-login once",
    ]
    .into_iter()
    .enumerate()
    {
        plan.set(fault);
        let value = [b'a' + u8::try_from(number).unwrap()];
        put(&token, &value, None).unwrap_or_else(|error| panic!("{fault}: {error}"));
        plan.set("");
        assert_eq!(values(&token), [value.to_vec()], "{fault}");
    }
}

#[test]
fn a_value_that_cannot_be_stored_leaves_the_old_one() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(LONG));
    put(&token, b"1", None).unwrap();
    plan.set("C_CreateObject rv DEVICE_MEMORY");
    assert_eq!(rv(&put(&token, b"2", None).unwrap_err()), RvError::DeviceMemory);
    assert_eq!(values(&token), [b"1"]);
    super::rows::sign(&token, key).unwrap();
    plan.set("C_DestroyObject rv DEVICE_ERROR");
    put(&token, b"2", None).unwrap_err();
    plan.set("");
    assert_eq!(values(&token), [b"1", b"2"], "the new one before the old one goes");
    put(&token, b"3", None).unwrap();
    assert_eq!(values(&token), [b"3"]);
    assert_eq!(token.condition(), crate::condition::Condition::Serving);
}
