//! The oracles of the fuzz targets, with the test support that they share with `tests/it`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a finding is a panic"
)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod oracles;

pub use oracles::{continuity, frame, invariance, mutate, parse, time, tokens};
