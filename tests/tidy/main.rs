//! The rules of the repository that no compiler checks, each a test that says what to do.

mod documents;
mod layers;
mod manifests;
mod metrics;
mod observability;
mod services;
mod sources;

/// Fails with every breach of a rule, one a line, and what the rule is for.
fn check(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{rule}\n  {}\n", breaches.join("\n  "));
}
