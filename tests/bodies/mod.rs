//! Bodies as servers write them. Benches, tests and fuzz targets share this one writer.
//!
//! The pinned corpora of the benches (`benches/corpus`) say what happens in a mailbox and have it written here. Tests and fuzz
//! targets (`tests/support/server.rs`) take the envelope from here and put any children into it.
#![allow(dead_code, reason = "each user needs a part")]
#![allow(unused_imports, reason = "each user needs a part")]

mod dialect;

pub(crate) use dialect::{
    Dialect, Empty, Namespace, Operation, PULL, PUSH, STREAM, Writer, XML_DECLARATION,
};

pub(crate) const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
pub(crate) const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
pub(crate) const ERRORS: &str = "http://schemas.microsoft.com/exchange/services/2006/errors";

/// The content of a response message.
pub(crate) enum Response {
    Notification(Notification),
    /// The subscription is lost; holds its id.
    Error(String),
}

pub(crate) struct Notification {
    pub(crate) subscription_id: String,
    /// None in a stream.
    pub(crate) previous_watermark: Option<String>,
    pub(crate) events: Vec<Event>,
}

pub(crate) struct Event {
    /// None in a stream.
    pub(crate) watermark: Option<String>,
    /// None for a StatusEvent.
    pub(crate) timestamp: Option<String>,
    pub(crate) change: Change,
}

/// An event without its watermark and time.
#[derive(Clone)]
pub(crate) struct Change {
    pub(crate) element: &'static str,
    pub(crate) ids: Vec<Id>,
    pub(crate) unread_count: Option<usize>,
}

#[derive(Clone)]
pub(crate) struct Id {
    pub(crate) element: &'static str,
    pub(crate) id: String,
    pub(crate) change_key: &'static str,
}
