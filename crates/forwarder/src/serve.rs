//! Every listener served at once, within bounds.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::{debug, warn};

use crate::allow::Allowed;
use crate::listener::{AnyStream, Listener, is_of_one_connection};
use crate::metrics::Metrics;
use crate::pass::Passed;
use crate::place::Place;
use crate::{connect, pass};

/// Connections at once at one listener. Who waits, waits in the kernel's queue.
const AT_ONCE: usize = 256;

/// What happens to a connection.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    /// It goes there.
    To(Place),
    /// It asks by CONNECT for what is allowed.
    Ask(Allowed),
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::To(place) => write!(out, "{place}"),
            Self::Ask(Allowed::Public) => write!(out, "public addresses"),
            Self::Ask(Allowed::Listed(list)) => {
                let list: Vec<_> = list.iter().map(ToString::to_string).collect();
                write!(out, "{}", list.join(" "))
            }
        }
    }
}

/// Where it listens, and what happens there.
#[derive(Debug)]
pub(crate) struct Door {
    /// The place, as it was named; the label of its metrics.
    pub(crate) name: String,
    /// The listener.
    pub(crate) listener: Listener,
    /// The rule.
    pub(crate) rule: Rule,
}

/// Serves until a listener breaks, which ends the process: whoever started it starts it anew.
pub(crate) async fn serve(doors: Vec<Door>, metrics: &Metrics) -> std::io::Error {
    let mut serving = JoinSet::new();
    for door in doors {
        serving.spawn(accept(door, metrics.clone()));
    }
    match serving.join_next().await {
        Some(Ok(error)) => error,
        Some(Err(error)) => std::io::Error::other(error),
        None => std::io::Error::other("nothing to listen at"),
    }
}

async fn accept(door: Door, metrics: Metrics) -> std::io::Error {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let rule = Arc::new(door.rule);
    let meter = metrics.of(&door.name);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return std::io::Error::other("the places were closed");
        };
        let near = match door.listener.accept().await {
            Ok(near) => near,
            Err(error) if is_of_one_connection(&error) => {
                warn!(%error, place = door.name, "a connection was lost before it began");
                tokio::task::yield_now().await;
                continue;
            }
            Err(error) => return error,
        };
        let (rule, meter, name) = (Arc::clone(&rule), meter.clone(), door.name.clone());
        tokio::spawn(async move {
            let _place = place;
            let open = meter.opened();
            match through(near, &rule).await {
                Ok(passed) => {
                    debug!(place = name, there = passed.there, back = passed.back, "passed");
                    open.passed(passed);
                }
                // Whoever breaks off has the right to.
                Err((outcome @ "broken", error)) => {
                    debug!(place = name, outcome, error, "not passed");
                    open.failed(outcome);
                }
                Err((outcome, error)) => {
                    warn!(place = name, outcome, error, "not passed");
                    open.failed(outcome);
                }
            }
        });
    }
}

async fn through(near: AnyStream, rule: &Rule) -> Result<Passed, (&'static str, String)> {
    let said = |error: &dyn std::error::Error| match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    match rule {
        Rule::To(to) => pass::pass(near, to).await.map_err(|error| (error.outcome(), said(&error))),
        Rule::Ask(allowed) => connect::serve(near, allowed).await.map_err(|error| (error.outcome(), said(&error))),
    }
}
