//! The log: to standard error, one JSON object or one line of text an event, with the request's id in its span.

use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{ConfigError, Log, LogFormat};

/// Starts the log of this process. A second start, as in tests, leaves the first as it is.
pub fn start(log: &Log) -> Result<(), ConfigError> {
    let filter = EnvFilter::builder()
        .parse(&log.level)
        .map_err(|error| ConfigError::invalid("log.level", format!("is no level or filter ({error})")))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused() {
        let log = Log { format: LogFormat::Json, level: "info,,=".to_owned() };
        assert!(start(&log).is_err());
    }
}
