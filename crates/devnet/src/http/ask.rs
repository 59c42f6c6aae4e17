//! One request on its way through an endpoint.

use primitives::UnixMs;

use super::answer::NodeError;
use super::params::Params;
use crate::chain::{At, View};
use crate::faults::{Fault, Point};
use crate::node::Node;

/// A request: what it asks, of which node, at which end of the chain, and when.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    /// Who is asked.
    pub(super) node: &'a Node,
    /// The head for `/wallet`, the solid block for `/walletsolidity`.
    pub(super) at: At,
    /// The whole path, for faults that strike by path.
    pub(super) path: &'a str,
    /// The arguments.
    pub(super) params: Params,
    /// The time of the request.
    pub(super) now: UnixMs,
}

impl Ask<'_> {
    /// Looks at the chain as this node sees it.
    pub(super) fn view<R>(&self, look: impl FnOnce(View<'_>) -> R) -> R {
        self.node.view(self.at, look)
    }

    /// Whether addresses and names go as text.
    pub(super) const fn visible(&self) -> bool {
        self.params.visible()
    }

    /// The fault that strikes this request here, if one does.
    pub(super) fn fault(&self, point: Point) -> Option<Fault> {
        self.node.faults().take(point, self.path)
    }

    /// An address that the question cannot do without.
    pub(super) fn address(&self, name: &str) -> Result<primitives::Address, NodeError> {
        self.params.address(name)?.ok_or_else(|| NodeError::parameter(&format!("{name} isn't set.")))
    }
}
