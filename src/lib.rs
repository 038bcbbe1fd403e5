//! Exchange push notifications as typed events.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod config;
mod engine;
mod error;
mod model;
mod parser;
mod reply;
#[expect(
    unsafe_code,
    reason = "text behind the cursor is handed out without a second UTF-8 check"
)]
mod scan;
mod schema;
pub mod xml;

pub use config::{Config, IllegalReferences, Limits};
pub use error::{Description, Error, ErrorClass, ErrorKind};
pub use model::{
    Event, EventKind, FolderId, Item, ItemId, Message, MessageXmlValue, Notification, OldIds,
    Operation, OtherEvent, Response, ResponseClass, ResponseCode, ServerVersionInfo,
    SubscriptionId, Timestamp, TimestampError, UnixTime, Watermark,
};
pub use parser::{Parser, Reader, Stats};
pub use reply::Reply;
