//! Commands that documents tell an operator to type exist, with these arguments.

use clap::Parser as _;

use super::Arguments;

/// A public key of secp256k1: the curve's base point.
const KEY: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

/// The words of a line, as a shell would part them, as far as the runbook needs one.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, letter) => word.push(letter),
        }
    }
    words.push(word);
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

#[test]
fn every_command_of_the_runbook_is_one() {
    let runbook = include_str!("../../../../hsm/README.md");
    let lines = runbook.lines().filter_map(|line| line.strip_prefix("    "));
    let commands: Vec<_> = lines.filter(|line| line.starts_with("lucid ")).collect();
    assert!(commands.len() > 50, "the runbook's form has changed: {}", commands.len());
    for line in commands {
        let parsed = Arguments::try_parse_from(words(&line.replace("$AUDIT_KEY", KEY)));
        assert!(parsed.is_ok(), "{line}\n{}", parsed.err().map(|error| error.to_string()).unwrap_or_default());
    }
    // And what is no command is found.
    for line in ["lucid token", "lucid thaw --now", "lucid key generate"] {
        let wrong = Arguments::try_parse_from(words(line)).is_err();
        assert_eq!(wrong, line != "lucid token", "{line}: what follows `token` is wallet-manager's to refuse");
    }
}
