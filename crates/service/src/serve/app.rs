//! A service put together: what it serves, what it does in the background, how its parts are checked.

use std::fmt;
use std::sync::Arc;

use axum::{Extension, Router};
use futures::future::BoxFuture;
use store::Store;
use tokio_util::sync::CancellationToken;

use super::gate::Gate;
use super::{Context, Service, operations};
use crate::auth::{Authenticator, CallTokens};
use crate::client::PeerClient;
use crate::driver::{Driver, Machine, Options};
use crate::feed::{Apply, Feed, FeedSource, Follower};
use crate::health::{Checks, Finding, Health};
use crate::problem::chain;
use crate::{BoxError, Problem};

/// A background task: runs until it is told to stop.
pub(super) type Task = Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, Result<(), BoxError>> + Send>;

/// A service put together, not yet running.
#[must_use]
pub struct App<S> {
    context: Context,
    state: S,
    feed: Arc<dyn FeedSource>,
    store: Option<Store>,
    gate: Gate,
    checks: Checks,
    pub(super) tasks: Vec<(String, Task)>,
}

impl<S: Clone + Send + Sync + 'static> App<S> {
    /// A service with this state, whose feed is this store's. The store's check, `database`, is there from the start,
    /// and the store is closed at the end.
    pub fn new(context: &Context, state: S, store: Store) -> Self {
        let (feed, probed) = (Arc::new(store.clone()), store.clone());
        let app = Self { store: Some(store), ..Self::without_store(context, state, feed) };
        app.check("database", move || {
            let store = probed.clone();
            async move { database(&store).await }
        })
    }

    /// A service with this state that keeps its records in another process of its own, and its feed there too. It
    /// drives and follows nothing.
    pub fn without_store(context: &Context, state: S, feed: Arc<dyn FeedSource>) -> Self {
        let tokens = CallTokens::new(context.service, &context.base.peers, context.clock.clone());
        Self {
            context: context.clone(),
            state,
            feed,
            store: None,
            gate: Gate::new(Arc::new(tokens), &context.base.server, context.metrics.clone()),
            checks: Checks::default(),
            tasks: Vec::new(),
        }
    }

    /// Adds a part that must work for the service to be ready: its own, never a sibling.
    pub fn check<F, Fut>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Finding> + Send + 'static,
    {
        self.checks.add(name, check);
        self
    }

    /// Drives the records of this machine.
    pub fn drive<M: Machine>(self, machine: M) -> Self {
        self.drive_with(machine, Options::default())
    }

    /// [`App::drive`] with other options.
    pub fn drive_with<M: Machine>(self, machine: M, options: Options) -> Self {
        let Context { clock, metrics, .. } = &self.context;
        let driver = Driver::new(self.records().clone(), machine, clock.clone(), metrics.clone(), options);
        self.task(format!("driver of {}", driver.noun()), move |stop| driver.run(stop))
    }

    /// Follows the feed of this peer.
    pub fn follow<A: Apply>(self, peer: PeerClient, apply: A) -> Self {
        let Context { clock, metrics, .. } = &self.context;
        let follower = Follower::new(self.records().clone(), peer, apply, clock.clone(), metrics.clone());
        self.task(format!("follower of {}", follower.reader()), move |stop| follower.run(stop))
    }

    /// Runs this until the stop; the whole service ends if it ends before.
    pub fn task<F, Fut>(mut self, name: impl Into<String>, task: F) -> Self
    where
        F: FnOnce(CancellationToken) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.tasks.push((name.into(), Box::new(move |stop| Box::pin(task(stop)))));
        self
    }

    /// Lets anybody in: this path, or everything below it if it ends in `/`.
    pub fn open(mut self, path: &str) -> Self {
        self.gate.open(path);
        self
    }

    /// Lets another authenticator decide below this prefix; the longest prefix decides.
    pub fn gate(mut self, prefix: &str, authenticator: Arc<dyn Authenticator>) -> Self {
        self.gate.guard(prefix, authenticator);
        self
    }

    /// The routes with every layer; also what tests call in process.
    pub fn router<T: Service<State = S>>(&mut self) -> Router {
        let Context { service, version, clock, metrics, shutdown, .. } = &self.context;
        let (routes, document) = super::all_routes::<T>().split_for_parts();
        let document = super::described::<T>(document);
        metrics.serves(&document);
        let checks = std::mem::take(&mut self.checks);
        let health = Health::new(service, version, clock.clone(), shutdown.draining.clone(), checks);
        let feed = Feed::new(Arc::clone(&self.feed), shutdown.draining.clone());
        let (shown, counted) = (health.clone(), metrics.clone());
        self.tasks.push(("gauges of health".to_owned(), Box::new(move |stop| Box::pin(shown.show(counted, stop)))));
        let operations = operations::routes(health, metrics.clone(), &document);
        let router = routes
            .with_state(self.state.clone())
            .merge(operations)
            .fallback(|| async { Problem::not_found("unknown_path", "There is nothing at this path.") })
            .method_not_allowed_fallback(|| async {
                let status = http::StatusCode::METHOD_NOT_ALLOWED;
                Problem::new(status, "method_not_allowed", "This path does not take this method.")
            })
            .layer(Extension(feed));
        self.gate.clone().around(router)
    }

    pub(super) const fn context(&self) -> &Context {
        &self.context
    }

    pub(super) const fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    fn records(&self) -> &Store {
        self.store().expect("only a service with a store of its own drives and follows")
    }
}

/// Whether a store writes and reads: the check `database` of whoever has one.
pub async fn database(store: &Store) -> Finding {
    let probe = store.probe().await;
    probe.map(|()| "writes and reads".to_owned()).map_err(|error| chain(&error))
}

impl<S> fmt::Debug for App<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks: Vec<&str> = self.tasks.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("App").field("service", &self.context.service).field("tasks", &tasks).finish_non_exhaustive()
    }
}
