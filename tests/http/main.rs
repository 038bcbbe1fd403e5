//! The examples that speak HTTP, each compiled from its source file, over sockets of this machine.
//!
//! They wait on clocks and sockets. They are a binary of their own so that no property test takes the processors at the
//! same time.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed test panics"
)]

mod listener;
mod streaming;
