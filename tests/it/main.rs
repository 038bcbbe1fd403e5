//! The integration tests: one module for each part of the public API.
//!
//! `cargo test --test it -- limits::` runs one module. Tests with needs of their own are other binaries: `http`, `large`
//! and `memory`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed test panics"
)]

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_pointer_width = "64")] // the corpora need large numbers
mod bench_corpora;
mod bounds;
#[cfg(feature = "codec")]
mod codec;
mod conformance;
mod continuity;
mod corpus;
mod diagnoses;
mod dialects;
mod documents;
mod envelopes;
mod fixtures;
mod frame;
mod fuzz;
mod heads;
mod limits;
#[cfg(feature = "bytes")]
mod message_bytes;
mod model;
mod namespaces;
mod oracle;
#[cfg(feature = "serde")]
mod owned;
mod partial;
mod predictions;
mod reply;
mod request;
mod schema;
mod secrets;
mod sequences;
#[cfg(feature = "serde")]
mod serde;
mod streams;
mod values;
