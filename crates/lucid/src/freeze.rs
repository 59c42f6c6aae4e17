//! `lucid freeze`: one operator stops all signing. `lucid thaw`: two operators lift it.

use anyhow::{Context, Result, bail};
use api::wallet_manager::freeze::{FreezeRequest, FreezeView, ThawRequest, freezes, put_freeze, put_thaw};
use clap::Args;
use primitives::FreezeId;
use primitives::statement::Action;

use crate::decision::{self, DecisionFile};
use crate::operator::Operator;
use crate::output::{Output, table};
use crate::{random, recover};

/// The stop to make.
#[derive(Debug, Clone, Args)]
pub(crate) struct FreezeArgs {
    /// Why, for people; at most 256 bytes.
    #[arg(long, default_value = "stopped by an operator")]
    reason: String,
}

/// The stop to lift.
#[derive(Debug, Clone, Args)]
pub(crate) struct ThawArgs {
    /// Which; needed where several hold.
    #[arg(long, value_name = "ID")]
    freeze: Option<FreezeId>,
    #[command(flatten)]
    file: DecisionFile,
}

/// `lucid thaw`.
pub(crate) async fn thaw(args: &ThawArgs, operator: &Operator, output: Output) -> Result<()> {
    if let Some(path) = &args.file.propose {
        let holding = operator.ask("wallet-manager", &freezes()).await?.freezes;
        let freeze = match (args.freeze, holding.as_slice()) {
            (Some(freeze), _) => freeze,
            (None, [one]) => one.freeze_id,
            (None, []) => bail!("signing is not stopped"),
            (None, several) => bail!(
                "{} stops hold, each is lifted by itself: name one with --freeze\n{}",
                several.len(),
                text(several)
            ),
        };
        let proposed = decision::propose(operator, Action::Thaw { freeze }, path)?;
        let text = format!("{} is to be signed by two operators, then given back with --ceremony.", path.display());
        return output.show(&proposed, text);
    }
    let path = args.file.ceremony.as_ref().context("either --propose or --ceremony")?;
    let mut request = ThawRequest { ceremony: decision::read(path)?, recovery: None };
    if let Action::Thaw { freeze } = request.ceremony.unverified().action {
        request.recovery = recover::end(operator, &request.ceremony, freeze).await?;
    }
    let lifted = operator.insist("wallet-manager", &put_thaw(&request)).await.context("the stop holds on")?;
    output.show(&lifted, text(std::slice::from_ref(&lifted)))
}

/// `lucid freeze`.
pub(crate) async fn run(args: &FreezeArgs, operator: &Operator, output: Output) -> Result<()> {
    let nonce = hex::encode(random::bytes::<16>()?);
    let freeze_id = FreezeId::derive(operator.plane().plane.uuid(), &[&nonce]);
    let call = put_freeze(&FreezeRequest { freeze_id, reason: args.reason.clone() });
    let freeze = operator.insist("wallet-manager", &call).await.context("signing may not be stopped")?;
    output.show(&freeze, text(std::slice::from_ref(&freeze)))
}

/// Stops as a table.
pub(crate) fn text(freezes: &[FreezeView]) -> String {
    let row = |freeze: &FreezeView| {
        let state = if freeze.lifted_at.is_some() { "lifted" } else { "holds" };
        vec![freeze.freeze_id.to_string(), state.to_owned(), freeze.by.clone(), freeze.reason.clone()]
    };
    table(&["FREEZE", "STATE", "BY", "REASON"], &freezes.iter().map(row).collect::<Vec<_>>())
}
