//! The module that misbehaves on demand, before the real one of a place.

use std::path::PathBuf;

use test_support::{Plan, faulty_module};

use crate::place::Place;

/// Puts the module before the place's real one, with nothing that goes wrong yet.
pub(crate) fn begin(place: &mut Place) -> Plan {
    let real = signer::softhsm_module(std::env::var_os("LUCID_PKCS11_MODULE").map(PathBuf::from)).unwrap();
    let plan = Plan::new(&place.path(""));
    place.token = format!("module = \"{}\"\n", faulty_module().display());
    place.worker.push_str(
        "\nenvironment = [\"SOFTHSM2_CONF\", \"LD_LIBRARY_PATH\", \"PKCS11_FAULTS_MODULE\", \"PKCS11_FAULTS_PLAN\"]",
    );
    place.environment = plan.environment(&real).into();
    plan
}
