//! What several tests share: fixtures, bodies and histories that are made up, a text form of messages, and a
//! slow second implementation.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]
#![allow(dead_code, reason = "each test uses a part")]

pub(crate) mod dialect;
pub(crate) mod fixtures;
pub(crate) mod framing;
pub(crate) mod history;
pub(crate) mod invariance;
pub(crate) mod kernels;
pub(crate) mod meaning;
pub(crate) mod place;
pub(crate) mod reference;
pub(crate) mod sequence;
pub(crate) mod server;
pub(crate) mod tape;
pub(crate) mod tested;
pub(crate) mod text;
