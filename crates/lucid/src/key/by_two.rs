//! How two operators' word comes to a command: proposed into a file, carried out from there, or signed on the spot by
//! whoever has both keys at hand.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use primitives::statement::{Action, Ceremony, Cosigned};

use crate::operator::Operator;
use crate::output::Output;
use crate::{decision, operator_key};

/// How it is decided. On a devnet none of these is needed: its directory has both keys.
#[derive(Debug, Clone, Default, Args)]
#[group(multiple = false)]
pub(crate) struct ByTwo {
    /// Write the proposal to this new file, for two operators to sign.
    #[arg(long, value_name = "FILE")]
    propose: Option<PathBuf>,
    /// Carry out what this file says, which two operators have signed. Can be run again, whatever has happened.
    #[arg(long, value_name = "FILE")]
    ceremony: Option<PathBuf>,
    /// Sign here and now with this operator's key; give two. For drills: two people have no key on one machine.
    #[arg(long, value_name = "KEYFILE")]
    key: Vec<PathBuf>,
}

/// What came of it.
pub(crate) enum Word {
    /// It was proposed and shown.
    Proposed,
    /// Both have signed, as far as can be told here.
    Decided(Box<Cosigned<Ceremony>>),
}

impl ByTwo {
    /// Whether it is decided on this machine, now.
    pub(crate) const fn is_here(&self) -> bool {
        self.propose.is_none() && self.ceremony.is_none()
    }

    /// The decision, or its proposal.
    pub(crate) fn word(
        &self,
        operator: &Operator,
        action: impl FnOnce() -> Result<Action>,
        output: Output,
    ) -> Result<Word> {
        if let Some(path) = &self.ceremony {
            return Ok(Word::Decided(Box::new(decision::read(path)?)));
        }
        if let Some(path) = &self.propose {
            let proposed = decision::propose(operator, action()?, path)?;
            let text = format!("{} is to be signed by two operators, then given back with --ceremony.", path.display());
            output.show(&proposed, text)?;
            return Ok(Word::Proposed);
        }
        let files = if self.key.is_empty() { operator.devnet_keys() } else { self.key.clone() };
        let [first, second] = files.as_slice() else {
            bail!("two operators decide this: --propose FILE, then `lucid ceremony sign`, then --ceremony FILE")
        };
        let proposed = Cosigned::proposed(decision::statement(operator, action()?)?);
        let signed = proposed.signed_by(&operator_key::read(first)?).signed_by(&operator_key::read(second)?);
        Ok(Word::Decided(Box::new(signed)))
    }
}
