//! A whole service of one noun: `PUT /v1/greetings/{name}` records one, a machine prints it, the feed tells of it.
//!
//! Real services have a file for the record, one per endpoint, one for the machine, and this much of `main.rs`.

use std::process::ExitCode;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use service::clock::SharedClock;
use service::driver::{Machine, Plan};
use service::extract::{Body, Path};
use service::{App, BoxError, Caller, Context, Problem, Service, StartError};
use store::{Commit, CommitError, NewEvent, Record, Store, Versioned};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

fn main() -> ExitCode {
    service::cli::main::<Greeter>()
}

struct Greeter;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    greetings: Greetings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Greetings {
    /// What is said before the name.
    opening: String,
}

#[derive(Clone)]
struct Shared {
    store: Store,
    clock: SharedClock,
}

impl Service for Greeter {
    const NAME: &'static str = "greeter";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = "[server]\nlisten = \"127.0.0.1:8099\"\n[greetings]\nopening = \"Good morning\"";

    type Config = Config;
    type State = Shared;

    fn routes() -> OpenApiRouter<Shared> {
        OpenApiRouter::new().routes(routes!(put_greeting))
    }

    async fn start(context: Context, config: Config) -> Result<App<Shared>, StartError> {
        let store = context.open_store(&[Greeting::NOUN]).await?;
        let state = Shared { store: store.clone(), clock: context.clock.clone() };
        Ok(App::new(&context, state, store).drive(Speaker { opening: config.greetings.opening }))
    }
}

/// What is stored.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct Greeting {
    name: String,
    said: bool,
    #[schema(value_type = u64)]
    created_at: UnixMs,
}

impl Record for Greeting {
    const NOUN: &'static str = "greeting";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn stage(&self) -> &'static str {
        if self.said { "said" } else { "new" }
    }

    fn due_at(&self) -> Option<UnixMs> {
        (!self.said).then_some(self.created_at)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutGreeting {}

/// Records a greeting to be said. The same name again is the same greeting.
#[utoipa::path(put, path = "/v1/greetings/{name}", request_body = PutGreeting, params(("name" = String, Path)),
    responses((status = 202, body = Greeting)), security(("call_token" = [])))]
async fn put_greeting(
    State(shared): State<Shared>,
    caller: Caller,
    Path(name): Path<String>,
    Body(PutGreeting {}): Body<PutGreeting>,
) -> Result<(StatusCode, Json<Greeting>), Problem> {
    caller.require("greetings:write")?;
    let now = shared.clock.now();
    let greeting = Greeting { name, said: false, created_at: now };
    match shared.store.commit(Commit::new(now).insert(&greeting)).await {
        Ok(()) => Ok((StatusCode::ACCEPTED, Json(greeting))),
        Err(CommitError::Conflict { id, .. }) => {
            let stored = shared.store.get::<Greeting>(&id).await?.ok_or_else(|| Problem::internal("it was there"))?;
            Ok((StatusCode::ACCEPTED, Json(stored.record)))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

/// Says greetings, each once as far as anybody can tell.
struct Speaker {
    opening: String,
}

impl Machine for Speaker {
    type Record = Greeting;
    type Facts = ();

    async fn gather(&self, read: &Versioned<Greeting>, _: UnixMs) -> Result<(), BoxError> {
        // A real machine would call a peer here, with an id that makes the repetition harmless.
        tracing::info!("{}, {}!", self.opening, read.record.name);
        Ok(())
    }

    fn plan(&self, read: &Versioned<Greeting>, (): (), now: UnixMs) -> Plan<Greeting> {
        let next = Greeting { said: true, ..read.record.clone() };
        let data = serde_json::json!({ "name": next.name });
        let (subject, version) = (next.id(), read.next_version());
        Plan::to(next, now).event(NewEvent { kind: "greeting.said", subject, version, data })
    }
}
