//! The log: to standard error, one JSON object or one line of text an event, with the request's id in its span.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{ConfigError, Log, LogFormat};

/// Starts the log of this process. A second start, as in tests, leaves the first as it is.
pub fn start(log: &Log) -> Result<(), ConfigError> {
    let filter = filter(&log.level)
        .ok_or_else(|| ConfigError::invalid("log.level", "is no level, alone or with others by target".to_owned()))?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Json => {
            registry.with(lines.json().flatten_event(true).with_current_span(true).with_span_list(false)).try_init()
        }
        LogFormat::Text => registry.with(lines.compact()).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
    Ok(())
}

/// A level, and `target=level` of those that have another, between commas. By target and level alone: filters by field
/// would bring a machine for regular expressions into each service. The level of all others must be there: a misspelt one
/// is a target to the library, and nothing else would be logged.
fn filter(text: &str) -> Option<Targets> {
    let filter: Targets = text.split_whitespace().collect::<String>().parse().ok()?;
    filter.default_level().map(|_| filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused() {
        let log = Log { format: LogFormat::Json, level: "inof".to_owned() };
        assert!(start(&log).is_err());
        for text in ["sqlx=warn", "info,sqlx=loud", "info,a=b=warn", "info,sqlx[{field}=warn"] {
            assert!(filter(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn levels_hold_for_what_they_name() {
        let filter = filter("info, sqlx::query=OFF,store=debug").unwrap();
        for (target, level, enabled) in [
            ("api", tracing::Level::INFO, true),
            ("api", tracing::Level::DEBUG, false),
            ("sqlx", tracing::Level::INFO, true),
            ("sqlx::query", tracing::Level::ERROR, false),
            ("store::commit", tracing::Level::DEBUG, true),
        ] {
            assert_eq!(filter.would_enable(target, &level), enabled, "{target} {level}");
        }
    }
}
