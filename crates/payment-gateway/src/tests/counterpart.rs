//! A payout-router that keeps payouts and its word, does nothing with them, and has moods.

use std::sync::Arc;
use std::sync::Mutex;

use api::payout_router::{PayoutRequest, PayoutStage, PayoutView, events};
use axum::extract::State as Shared;
use axum::routing::{get, put};
use axum::{Json, Router};
use http::StatusCode;
use primitives::{PayoutId, UnixMs};
use serde::{Deserialize, Serialize};
use service::clock::SharedClock;
use service::extract::{Body, Path};
use service::{App, Caller, Context, Problem, Service, StartError, testing};
use store::{Commit, NewEvent, Record, Store};
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// As it should.
    Well,
    /// Not at all: 503, having done nothing.
    Away,
    /// 500, after having done what was asked.
    LosesAnswers,
    /// Its windows are full.
    Full,
    /// It derives ids otherwise.
    AnotherPlane,
}

#[derive(Clone, Debug)]
pub(super) struct Counterpart {
    pub(super) store: Store,
    pub(super) clock: SharedClock,
    mood: Arc<Mutex<Mood>>,
    asked: Arc<watch::Sender<Vec<String>>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Row(pub(super) PayoutView);

impl Record for Row {
    const NOUN: &'static str = "payout";

    fn id(&self) -> String {
        self.0.payout_id.to_string()
    }

    fn stage(&self) -> &'static str {
        self.0.stage.name()
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

impl Counterpart {
    pub(super) fn new(clock: SharedClock) -> Self {
        let (mood, asked) = (Arc::new(Mutex::new(Mood::Well)), Arc::new(watch::Sender::new(Vec::new())));
        Self { store: testing::store(&[Row::NOUN]), clock, mood, asked }
    }

    /// The whole service, which lets this gateway in with these scopes.
    pub(super) fn router(&self, scopes: &[&str]) -> Router {
        let context = testing::context("payout-router", self.clock.clone(), &[("payment-gateway", scopes)]);
        App::new(&context, self.clone(), self.store.clone()).router::<Self>()
    }

    pub(super) fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Method and path of all it was asked, and forgets them.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.send_replace(Vec::new())
    }

    /// Waits until it was asked so often.
    pub(super) async fn was_asked(&self, times: usize) {
        self.asked.subscribe().wait_for(|asked| asked.len() >= times).await.unwrap();
    }

    fn hear(&self, what: String) -> Result<Mood, Problem> {
        self.asked.send_modify(|asked| asked.push(what));
        match *self.mood.lock().unwrap() {
            Mood::Away => Err(Problem::unavailable("not_ready", "Later.")),
            mood => Ok(mood),
        }
    }

    pub(super) async fn has(&self, id: PayoutId) -> Option<PayoutView> {
        self.store.get::<Row>(&id.to_string()).await.unwrap().map(|found| found.record.0)
    }

    /// The payout becomes what `change` makes of it, and the feed tells.
    pub(super) async fn moves(&self, id: PayoutId, change: impl FnOnce(&mut PayoutView)) -> PayoutView {
        let found = self.store.get::<Row>(&id.to_string()).await.unwrap().unwrap();
        let mut view = found.record.0.clone();
        change(&mut view);
        let next = Row(view.clone());
        let commit = Commit::new(self.clock.now()).update(&found, &next).event(told(&next, found.next_version()));
        self.store.commit(commit).await.unwrap();
        view
    }

    pub(super) async fn settles(&self, id: PayoutId) -> PayoutView {
        let now = self.clock.now();
        self.moves(id, |view| (view.stage, view.ended_at) = (PayoutStage::Settled, Some(now))).await
    }
}

fn told(row: &Row, version: u64) -> NewEvent {
    let kind = if row.0.ended_at.is_some() { events::ENDED } else { events::CHANGED };
    NewEvent { kind, subject: row.id(), version, data: serde_json::to_value(&row.0).unwrap() }
}

impl Service for Counterpart {
    const NAME: &'static str = "payout-router";
    const VERSION: &'static str = "0.0.0";
    const DEFAULTS: &'static str = "";
    type Config = service::config::NoSections;
    type State = Self;

    fn routes() -> OpenApiRouter<Self> {
        OpenApiRouter::new()
            .route("/v1/payouts/{id}", get(payout).put(make))
            .route("/v1/payouts/{id}/cancel", put(cancel))
    }

    async fn start(_: Context, _: Self::Config) -> Result<App<Self>, StartError> {
        unreachable!("the tests put it together themselves")
    }
}

type Answer = Result<(StatusCode, Json<PayoutView>), Problem>;

fn answer(mood: Mood, view: PayoutView) -> Answer {
    match mood {
        Mood::LosesAnswers => Err(Problem::internal("the answer got lost")),
        _ => Ok((StatusCode::ACCEPTED, Json(view))),
    }
}

async fn make(
    Shared(this): Shared<Counterpart>,
    caller: Caller,
    Path(id): Path<PayoutId>,
    Body(request): Body<PayoutRequest>,
) -> Answer {
    caller.require("payouts:write")?;
    let mood = this.hear(format!("PUT {id}"))?;
    if let Some(view) = this.has(id).await {
        let asked = crate::payout::PayoutRow::of_router(view.clone(), 0, UnixMs(0)).request();
        let taken = Problem::unprocessable("id_taken", "This id is another request's, for ever.");
        return if asked == request { answer(mood, view) } else { Err(taken) };
    }
    match mood {
        Mood::Full => {
            let full = Problem::unprocessable("window_limit_reached", "Used up for now.");
            return Err(full.with("window", "v0:day"));
        }
        Mood::AnotherPlane => return Err(Problem::unprocessable("id_mismatch", "Not the id.")),
        _ => {}
    }
    if request.amount.parse::<primitives::Usdt>().unwrap() > "1000".parse().unwrap() {
        return Err(Problem::unprocessable("amount_above_limit", "At most 1000.").with("limit", "1000"));
    }
    let received = crate::payout::PayoutRow::received(id, request, this.clock.now());
    let row = Row(PayoutView { stage: PayoutStage::Accepted, ..received.view });
    this.store.commit(Commit::new(this.clock.now()).insert(&row).event(told(&row, 1))).await.unwrap();
    answer(mood, row.0)
}

async fn payout(Shared(this): Shared<Counterpart>, caller: Caller, Path(id): Path<PayoutId>) -> Answer {
    caller.require("payouts:read")?;
    let mood = this.hear(format!("GET {id}"))?;
    match this.has(id).await {
        Some(view) => answer(mood, view),
        None => Err(Problem::not_found("unknown_payout", "There is no payout of this id.")),
    }
}

async fn cancel(Shared(this): Shared<Counterpart>, caller: Caller, Path(id): Path<PayoutId>) -> Answer {
    caller.require("payouts:write")?;
    let mood = this.hear(format!("CANCEL {id}"))?;
    match this.has(id).await {
        None => Err(Problem::not_found("unknown_payout", "There is no payout of this id.")),
        Some(view) if view.ended_at.is_some() => Err(Problem::conflict("too_late", "It has ended.")),
        Some(_) => {
            let now = this.clock.now();
            let end = |view: &mut PayoutView| (view.stage, view.ended_at) = (PayoutStage::Cancelled, Some(now));
            answer(mood, this.moves(id, end).await)
        }
    }
}
