//! What a notification message says: plain data that borrows from the request body.
//!
//! `'a` is the body and the parser together: text that stands in the body as it reads is borrowed
//! from it, text that had to be decoded lies in the parser's arena. All fields are public, all types
//! are `Copy`, `Send` and `Sync`. A field is `None` where its element or attribute is missing, and an
//! empty string where it is empty. Names follow the EWS schema.

mod event;
mod id;
mod item;
mod timestamp;

use core::fmt;

pub use event::{Event, EventKind, OldIds, OtherEvent};
pub use id::{FolderId, ItemId, ResponseCode, SubscriptionId, Watermark};
pub use item::Item;
pub use timestamp::{Timestamp, TimestampError, UnixTime};

/// A whole message: one SOAP envelope, or one bare operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Message<'a> {
    /// The operation in the SOAP Body.
    pub operation: Operation,
    /// `RequestServerVersion/@Version` of the header, as written: what a push carries. It names the
    /// schema version that the subscriber asked with, not the server's build.
    pub request_server_version: Option<&'a str>,
    /// `ServerVersionInfo` of the header: what answers of a server carry.
    pub server_version_info: Option<ServerVersionInfo<'a>>,
    /// The response messages, in document order. A push has one.
    pub responses: &'a [Response<'a>],
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// The push: `SendNotification`.
    SendNotification,
}

impl Operation {
    /// The name of its element.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendNotification => "SendNotification",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// `ServerVersionInfo` of the SOAP header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

/// `SendNotificationResponseMessage`: what the server says of one subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Response<'a> {
    /// `@ResponseClass`.
    pub class: Option<ResponseClass<'a>>,
    /// `MessageText`: for people, in the language of the mailbox or server.
    pub message_text: Option<&'a str>,
    /// `ResponseCode`.
    pub code: Option<ResponseCode<'a>>,
    /// `DescriptiveLinkKey`: always 0 in practice.
    pub descriptive_link_key: Option<i32>,
    /// The `Value` elements of `MessageXml`.
    pub message_xml: &'a [MessageXmlValue<'a>],
    /// `Notification`: one in a push that succeeded, none in one that reports an error.
    pub notifications: &'a [Notification<'a>],
}

impl<'a> Response<'a> {
    /// The subscription that the response is about: the one of its first notification, or, in an
    /// error, the one that `MessageXml` names.
    #[must_use]
    pub fn subscription_id(&self) -> Option<SubscriptionId<'a>> {
        let of_error = || {
            let mut values = self.message_xml.iter();
            let named = values.find(|value| value.name == Some("SubscriptionId"));
            named.map(|value| SubscriptionId::new(value.value))
        };
        let notification = self.notifications.first();
        notification
            .map(|notification| notification.subscription_id)
            .or_else(of_error)
    }
}

/// `@ResponseClass` of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseClass<'a> {
    /// The response holds what was asked for.
    Success,
    /// Something was left out.
    Warning,
    /// Code and text say what went wrong.
    Error,
    /// A class outside the schema, as written.
    Other(&'a str),
}

impl<'a> ResponseClass<'a> {
    /// The class that is written so.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        match text {
            "Success" => Self::Success,
            "Warning" => Self::Warning,
            "Error" => Self::Error,
            _ => Self::Other(text),
        }
    }

    /// The class as it is written.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Success => "Success",
            Self::Warning => "Warning",
            Self::Error => "Error",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for ResponseClass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// `Value` of `MessageXml`: a detail of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MessageXmlValue<'a> {
    /// `@Name`, such as `SubscriptionId`.
    pub name: Option<&'a str>,
    /// The text.
    pub value: &'a str,
}

/// `Notification`: what happened in one subscription since the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Notification<'a> {
    /// `SubscriptionId`: the only thing in a push that tells whose mailbox it is about.
    pub subscription_id: SubscriptionId<'a>,
    /// `PreviousWatermark`: equals the last watermark received, unless something was lost.
    pub previous_watermark: Option<Watermark<'a>>,
    /// `MoreEvents`: another notification follows at once.
    pub more_events: Option<bool>,
    /// The events, in the order in which they happened.
    pub events: &'a [Event<'a>],
}
