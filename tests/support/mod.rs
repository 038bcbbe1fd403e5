//! What several tests share: fixtures, generated bodies and histories, comparisons, and a second implementation.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed test panics"
)]
#![allow(dead_code, reason = "each test binary uses a part")]

#[allow(
    clippy::duplicate_mod,
    reason = "`tests/it` also has it in the corpora of the benches"
)]
#[path = "../bodies/mod.rs"]
pub(crate) mod bodies;
pub(crate) mod choices;
pub(crate) mod comparison;
pub(crate) mod dialect;
pub(crate) mod differential;
pub(crate) mod expensive;
pub(crate) mod fixtures;
pub(crate) mod framing;
pub(crate) mod history;
pub(crate) mod invariance;
pub(crate) mod json;
pub(crate) mod kernels;
pub(crate) mod position;
pub(crate) mod reference;
pub(crate) mod sequence;
pub(crate) mod server;
