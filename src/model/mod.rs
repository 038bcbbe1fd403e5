//! The message model: plain data that borrows from the body and the parser.

mod event;
mod fault;
mod id;
mod response;
#[cfg(feature = "serde")]
mod serialize;
mod timestamp;

use core::fmt;

pub(crate) use event::Value;
pub use event::{Event, EventKind, OldIds, OtherEvent, Target, UnknownEventKind};
pub use fault::Fault;
pub use id::{FolderId, ItemId, ResponseCode, SubscriptionId, Watermark};
pub use response::{ConnectionStatus, MessageXmlValue, Notification, Response, ResponseClass};
pub use timestamp::{Timestamp, TimestampError, UnixTime};

/// A message: one SOAP envelope, or one operation without an envelope. [`Parser::parse`](crate::Parser::parse) makes it.
///
/// `'a` is the lifetime of the body and of the parser. Text is borrowed from the body if it needs no decoding, and
/// otherwise from the arena of the parser. All types of the model are `Copy`, `Send` and `Sync`, and their fields are
/// public. A field is `None` if its element or attribute is missing, and an empty string if it is empty. An empty
/// watermark counts as missing. Ids, watermarks, codes and times are without the white space around them.
///
/// Fields have the names of the EWS schema ([element reference][schema]). [`into_owned`](Self::into_owned) makes a copy
/// that borrows nothing.
///
/// [schema]: https://learn.microsoft.com/exchange/client-developer/web-service-reference/ews-xml-elements-in-exchange
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Message<'a> {
    /// The operation: the element in the SOAP Body.
    pub operation: Operation,
    /// The version of SOAP of the envelope, to answer in the same one ([`Reply`](crate::Reply)); `None` if the root is
    /// the operation itself.
    pub soap: Option<SoapVersion>,
    /// `RequestServerVersion/@Version` of the header of a push, such as `Exchange2010`. It is the version of the schema
    /// that the subscriber asked for, not the build of the server.
    pub request_server_version: Option<&'a str>,
    /// `ServerVersionInfo` of the header of a response.
    pub server_version_info: Option<ServerVersionInfo<'a>>,
    /// The blocks of the SOAP header that are not known here and have the attribute `mustUnderstand` with the value true.
    ///
    /// SOAP wants a message with such a block refused by a fault (SOAP 1.1, section 4.2.3; SOAP 1.2 part 1, section 5.2.3).
    /// The message is parsed all the same: Exchange reads no fault in the answer to a push, and a proxy may have written the
    /// block. `actor` and `role`, which may direct a block to somebody else, are ignored. Servers write no such block.
    pub must_understand: &'a [HeaderBlock<'a>],
    /// The response messages, in document order. Servers write one; a fault has none.
    pub responses: &'a [Response<'a>],
    /// The SOAP fault. Present exactly if the operation is [`Operation::Fault`].
    pub fault: Option<&'a Fault<'a>>,
}

impl<'a> Message<'a> {
    /// The version of the header: that of `RequestServerVersion`, otherwise that of `ServerVersionInfo`.
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

/// A block of the SOAP header: a child of `Header`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HeaderBlock<'a> {
    /// The local name of the element.
    pub name: &'a str,
    /// The namespace name (the URI) of the element, as the body declares it: references in it are not replaced.
    pub namespace: &'a str,
}

/// The operation of a message. `Display` and JSON write the name of its element, such as `SendNotification`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `SendNotification`: a push, which is a request of the server to the listener.
    #[default]
    SendNotification,
    /// `GetEventsResponse`: the response to a pull.
    GetEvents,
    /// `GetStreamingEventsResponse`: one of the envelopes of the response to a streaming request.
    GetStreamingEvents,
    /// `Fault`: a SOAP fault, the response to a request that the server does not carry out.
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

    /// The name of the element.
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
