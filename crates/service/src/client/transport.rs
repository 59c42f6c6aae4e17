//! How a request reaches its peer: over TCP, or within the process in tests.

use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::ServiceExt;

/// Idle connections are kept this long.
const IDLE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(3);

/// One way to all peers. Clones share the connections.
///
/// Plain HTTP: the plane's network is its own, and every call is signed together with its body.
#[derive(Clone)]
pub struct Transport(Way);

#[derive(Clone)]
enum Way {
    Tcp(Client<HttpConnector, Full<Bytes>>),
    InProcess(Router),
}

impl Transport {
    /// Over TCP, with one pool of connections for all peers.
    pub fn tcp() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self(Way::Tcp(client))
    }

    /// To this router, whatever the address says; for tests.
    pub fn in_process(router: Router) -> Self {
        Self(Way::InProcess(router))
    }

    /// Sends a request. The error's text names the causes.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, String> {
        match &self.0 {
            Way::Tcp(client) => match client.request(request.map(Full::new)).await {
                Ok(response) => Ok(response.map(Body::new)),
                Err(error) => Err(crate::problem::chain(&error)),
            },
            Way::InProcess(router) => {
                // A server sees the path alone, so the router must as well.
                let (mut head, body) = request.into_parts();
                let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
                head.uri = path.parse().map_err(|error| format!("not a path: {error}"))?;
                let request = Request::from_parts(head, Body::from(body));
                router.clone().oneshot(request).await.map_err(|never| match never {})
            }
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Way::Tcp(_) => "Transport::Tcp",
            Way::InProcess(_) => "Transport::InProcess",
        })
    }
}
