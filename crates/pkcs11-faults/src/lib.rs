//! A PKCS#11 module for tests that stands before a real one and makes it misbehave on demand.
//!
//! It loads the module that the environment variable `PKCS11_FAULTS_MODULE` names, passes every call on, and injects
//! what the file named by `PKCS11_FAULTS_PLAN` says ([`rule`] has its grammar). The file is read anew at each call, so
//! a test changes its mind by writing it; write another file and rename it, so that no half of it is read. Each call
//! that reached this module is appended, with its return value, to the file of that name with `.calls` after it.
//!
//! A test tool: whatever is wrong with its own input ends the process with a message, because a fault that is silently
//! not injected would let a test pass. Nothing depends on this crate; tests load the library.

mod altered;
mod attributes;
mod faults;
mod plan;
mod real;
mod record;
mod rule;
mod signature;
mod table;

pub use table::C_GetFunctionList;
