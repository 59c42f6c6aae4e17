//! `lucid`, the operator's command: makes a plane, runs it on one machine, shows it, and asks it for payouts.
//!
//! It has no rights of its own: it calls the services with the operator's key, payment-gateway with a merchant's API
//! key, and on the devnet it reads the node itself so that what the plane says can be compared with the chain.

mod audit;
mod backup;
mod ceremony;
pub mod cli;
mod decision;
mod demo;
mod directory;
mod exit;
mod freeze;
mod harden;
mod init;
mod key;
mod merchant;
mod node;
mod operator;
mod operator_key;
mod output;
mod payout;
mod plane_file;
mod policy;
mod preparation;
mod random;
mod reconcile;
mod recover;
mod release;
mod restore;
mod roster;
mod settings;
mod status;
mod steps;
mod token;
mod treasury;
mod tx_inspect;
mod up;
mod wallet;
mod wallet_freeze;
mod web;

pub use cli::run;
