//! The log: to standard error, one JSON object or one line of text an event, with the request's id in its span.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{ConfigError, Log, LogFormat};

/// Starts the log of this process. A second start, as in tests, leaves the first as it is.
pub fn start(log: &Log) -> Result<(), ConfigError> {
    let filter = filter(&log.level)
        .map_err(|part| ConfigError::invalid("log.level", format!("is no level or filter (at {part:?})")))?;
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

/// A level, `target=level`, or several of them between commas; otherwise the part that is neither.
///
/// By target and level alone: filters by field would bring a machine for regular expressions into each service. Stricter
/// than the library's own reading, which takes a misspelt level for a target and is silent about all others.
fn filter(text: &str) -> Result<Targets, String> {
    text.split(',').try_fold(Targets::new(), |filter, part| {
        let (target, level) = match part.split_once('=') {
            None => (None, part),
            Some((target, level)) => (Some(target), level),
        };
        let named = |target: &str| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_:-".contains(&byte);
            !target.is_empty() && target.bytes().all(letter)
        };
        let level = LEVELS.iter().find(|(name, _)| level.trim().eq_ignore_ascii_case(name)).map(|(_, level)| *level);
        match (target.map(str::trim), level) {
            (None, Some(level)) => Ok(filter.with_default(level)),
            (Some(target), Some(level)) if named(target) => Ok(filter.with_target(target, level)),
            _ => Err(part.to_owned()),
        }
    })
}

const LEVELS: [(&str, LevelFilter); 6] = [
    ("off", LevelFilter::OFF),
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
    ("trace", LevelFilter::TRACE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused() {
        let log = Log { format: LogFormat::Json, level: "info,,=".to_owned() };
        assert!(start(&log).is_err());
        for text in ["", "inof", "sqlx=", "=warn", "info,sq lx=warn", "sqlx=loud", "[span]=info"] {
            assert!(filter(text).is_err(), "{text:?}");
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
