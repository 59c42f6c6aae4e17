//! Facts between services: each serves its own and pulls those of others.

mod follow;
mod page;
mod source;
#[cfg(test)]
mod tests;

pub use follow::{Apply, Follower};
pub use page::{Feed, Only, routes};
pub use source::FeedSource;
