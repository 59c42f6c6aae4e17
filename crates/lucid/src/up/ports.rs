//! Whether the ports are free, asked before anything starts, so that the answer can name who needs which.

use std::net::TcpListener;

use anyhow::{Context, Result};

use super::parts::Part;

/// An error that names the first port that is taken.
pub(super) fn check_free(parts: &[Part]) -> Result<()> {
    for part in parts {
        TcpListener::bind(part.listen).with_context(|| {
            format!(
                "{} cannot listen at {}: is another plane running, or another program there?",
                part.name, part.listen
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_who_needs_it() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let part = Part {
            name: "wallet-manager",
            program: "wallet-manager".into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            log: "log".into(),
            listen: taken.local_addr().unwrap(),
        };
        let error = check_free(std::slice::from_ref(&part)).unwrap_err().to_string();
        assert!(error.contains("wallet-manager") && error.contains(&part.listen.to_string()), "{error}");
        drop(taken);
        check_free(&[part]).unwrap();
    }
}
