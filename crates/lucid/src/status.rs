//! `lucid status`: the six services at a glance.

use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use service::health::{Check, Summary};

use crate::exit;
use crate::output::{Output, table};
use crate::plane_file::PlaneFile;
use crate::roster::ROSTER;
use crate::web::Web;

/// One service, as its health page says, or as down.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ServiceStatus {
    /// Its name.
    pub(crate) name: String,
    /// Where it was asked.
    pub(crate) url: String,
    /// Its port.
    pub(crate) port: u16,
    /// `ready`, `not_ready`, `stopping` or `down`.
    pub(crate) status: String,
    /// Its version, if it answered.
    pub(crate) version: Option<String>,
    /// Its parts.
    pub(crate) checks: Vec<Check>,
}

impl ServiceStatus {
    /// Whether it can do its work.
    pub(crate) fn is_ready(&self) -> bool {
        self.status == "ready"
    }

    /// What of its own does not work.
    pub(crate) fn waits_for(&self) -> String {
        let failing = self.checks.iter().filter(|check| !check.ok);
        failing.map(|check| format!("{}: {}", check.name, check.detail)).collect::<Vec<_>>().join(", ")
    }
}

/// The command. The code is 0 only if all are ready, so that scripts can wait for it.
pub(crate) async fn run(plane: &PlaneFile, output: Output) -> Result<ExitCode> {
    let services = of_all(plane, &Web::new()).await;
    let row = |service: &ServiceStatus| {
        let version = service.version.clone().unwrap_or_else(|| "-".to_owned());
        vec![service.name.clone(), service.port.to_string(), service.status.clone(), version, service.waits_for()]
    };
    let rows: Vec<_> = services.iter().map(row).collect();
    output.show(&services, table(&["SERVICE", "PORT", "HEALTH", "VERSION", "WAITS FOR"], &rows))?;
    Ok(exit::if_well(services.iter().all(ServiceStatus::is_ready)))
}

/// Asks every service.
pub(crate) async fn of_all(plane: &PlaneFile, web: &Web) -> Vec<ServiceStatus> {
    let mut statuses = Vec::new();
    for member in &ROSTER {
        let url = plane.services.get(member.name).cloned().unwrap_or_default();
        let answer: Result<Summary> = web.get(&format!("{url}/health")).await;
        let (status, version, checks) = match answer {
            Ok(summary) => (summary.status, Some(summary.version), summary.checks),
            Err(_) => ("down".to_owned(), None, Vec::new()),
        };
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(member.port);
        statuses.push(ServiceStatus { name: member.name.to_owned(), url, port, status, version, checks });
    }
    statuses
}
