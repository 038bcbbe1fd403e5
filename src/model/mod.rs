//! What a message says: plain data that borrows from the body.

mod event;
mod fault;
mod id;
mod response;
#[cfg(feature = "serde")]
mod serialize;
mod timestamp;

use core::fmt;

pub use event::{Event, EventKind, OldIds, OtherEvent, Target, UnknownEventKind};
pub use fault::Fault;
pub use id::{FolderId, ItemId, ResponseCode, SubscriptionId, Watermark};
pub use response::{ConnectionStatus, MessageXmlValue, Notification, Response, ResponseClass};
pub use timestamp::{Timestamp, TimestampError, UnixTime};

/// A whole message: one SOAP envelope, or one bare operation.
///
/// `'a` is the body and the parser together: text that stands in the body as it reads is borrowed
/// from it, text that had to be decoded lies in the parser's arena. The same goes for all that it holds: all
/// fields are public, all types are `Copy`, `Send` and `Sync`. A field is `None` where its element or attribute is
/// missing, and an empty string where it is empty. Names follow the EWS schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Message<'a> {
    /// What stands in the SOAP Body.
    pub operation: Operation,
    /// The version of SOAP of the envelope, to answer in the same one ([`Reply`](crate::Reply)); `None` if the root is
    /// the operation itself.
    pub soap: Option<SoapVersion>,
    /// `RequestServerVersion/@Version` of the header, as written: what a push carries. It names the
    /// schema version that the subscriber asked with, not the server's build.
    pub request_server_version: Option<&'a str>,
    /// `ServerVersionInfo` of the header: what answers of a server carry.
    pub server_version_info: Option<ServerVersionInfo<'a>>,
    /// The response messages, in document order. Servers write one; a fault has none.
    pub responses: &'a [Response<'a>],
    /// What a SOAP fault says, in a message of [`Operation::Fault`] and in no other.
    pub fault: Option<&'a Fault<'a>>,
}

impl<'a> Message<'a> {
    /// The version that the header names: of `RequestServerVersion`, else of `ServerVersionInfo`.
    #[must_use]
    pub fn server_version(&self) -> Option<&'a str> {
        let info = self.server_version_info.and_then(|info| info.version);
        self.request_server_version.or(info)
    }

    /// The notifications of all responses, in document order.
    pub fn notifications(&self) -> impl Iterator<Item = &'a Notification<'a>> + use<'a> {
        self.responses
            .iter()
            .flat_map(|response| response.notifications)
    }
}

/// What was called, or answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// The push, a request of the server: `SendNotification`.
    #[default]
    SendNotification,
    /// The answer to a pull: `GetEventsResponse`.
    GetEvents,
    /// One of the envelopes that answer a streaming request: `GetStreamingEventsResponse`.
    GetStreamingEvents,
    /// A SOAP fault, which answers any request: `Fault`.
    Fault,
}

impl Operation {
    #[cfg(feature = "serde")]
    pub(super) const ALL: [Self; 4] = [
        Self::SendNotification,
        Self::GetEvents,
        Self::GetStreamingEvents,
        Self::Fault,
    ];

    /// The name of its element.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendNotification => "SendNotification",
            Self::GetEvents => "GetEventsResponse",
            Self::GetStreamingEvents => "GetStreamingEventsResponse",
            Self::Fault => "Fault",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A version of SOAP. `Display` and JSON write its number, such as `1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SoapVersion {
    /// [SOAP 1.1](https://www.w3.org/TR/2000/NOTE-SOAP-20000508/), in which Exchange pushes.
    Soap11,
    /// [SOAP 1.2](https://www.w3.org/TR/soap12-part1/).
    Soap12,
}

impl SoapVersion {
    /// The number of the version, such as `1.1`.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::Soap11 => "1.1",
            Self::Soap12 => "1.2",
        }
    }
}

impl fmt::Display for SoapVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.number())
    }
}

/// `ServerVersionInfo` of the SOAP header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ServerVersionInfo<'a> {
    /// `@MajorVersion`: 15 for Exchange 2013 and later.
    pub major_version: Option<i32>,
    /// `@MinorVersion`.
    pub minor_version: Option<i32>,
    /// `@MajorBuildNumber`.
    pub major_build_number: Option<i32>,
    /// `@MinorBuildNumber`.
    pub minor_build_number: Option<i32>,
    /// `@Version`: the schema version, such as `V2017_07_11`.
    pub version: Option<&'a str>,
}

impl ServerVersionInfo<'_> {
    /// The same with another version, which may live longer.
    pub(crate) const fn with_version<'a>(&self, version: Option<&'a str>) -> ServerVersionInfo<'a> {
        ServerVersionInfo {
            major_version: self.major_version,
            minor_version: self.minor_version,
            major_build_number: self.major_build_number,
            minor_build_number: self.minor_build_number,
            version,
        }
    }
}
