//! `lucid policy show`: what is in force.

use std::process::ExitCode;

use anyhow::Result;
use api::wallet_manager::{PolicyVersion, PolicyView, policy};

use crate::exit;
use crate::operator::Operator;
use crate::output::Output;

/// Shows the policy in force; fails where there is none, or its file is wrong.
pub(super) async fn run(operator: &Operator, output: Output) -> Result<ExitCode> {
    let view = operator.ask("wallet-manager", &policy()).await?;
    let well = view.in_force.is_some() && view.fault.is_none();
    output.show(&view, text(&view))?;
    Ok(exit::if_well(well))
}

fn text(view: &PolicyView) -> String {
    let PolicyView { in_force, operators, file, signature_required, fault, highest } = view;
    let known = |policy: &PolicyVersion| format!("version {}, SHA-256 {}", policy.version, policy.sha256);
    let mut lines = vec![match in_force {
        Some(policy) => format!("In force     {}", known(policy)),
        None => "In force     none: nothing is signed".to_owned(),
    }];
    lines.push(format!("From         {}", file.as_deref().unwrap_or("built in: no amount is limited")));
    lines.push(match (signature_required, operators.is_empty()) {
        (_, false) => format!("Signed by    {}", operators.join(" and ")),
        (true, true) => "Signed by    nobody, and two operators are required".to_owned(),
        (false, true) => "Signed by    nobody; that is not required here".to_owned(),
    });
    if highest != in_force
        && let Some(highest) = highest
    {
        lines.push(format!("Newest ever  {}", known(highest)));
    }
    if let Some(fault) = fault {
        lines.push(format!("Wrong now    {fault}"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_shown_beside_what_holds() {
        let policy = |version| PolicyVersion { version, sha256: vec![0xab].into() };
        let mut view = PolicyView {
            in_force: Some(policy(3)),
            operators: vec!["alice".to_owned(), "bob".to_owned()],
            file: Some("policy.toml".to_owned()),
            signature_required: true,
            fault: None,
            highest: Some(policy(3)),
        };
        let well = "In force     version 3, SHA-256 ab\nFrom         policy.toml\nSigned by    alice and bob";
        assert_eq!(text(&view), well);
        view.fault = Some("line 2".to_owned());
        assert_eq!(text(&view), format!("{well}\nWrong now    line 2"));
        (view.in_force, view.operators) = (None, Vec::new());
        assert!(text(&view).starts_with("In force     none: nothing is signed\n"));
        assert!(text(&view).contains("\nNewest ever  version 3"));
    }
}
