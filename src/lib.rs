//! Exchange push notifications as typed events.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod config;
mod error;
#[allow(unsafe_code)]
mod scan;
pub mod xml;

pub use config::{Config, IllegalReferences, Limits};
pub use error::{Description, Error, ErrorClass, ErrorKind};
