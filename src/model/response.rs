//! Response messages: what the server says of one subscription, or of several.

use core::fmt;

use super::{Event, ResponseCode, SubscriptionId, Watermark};

/// `SendNotificationResponseMessage`, `GetEventsResponseMessage` or `GetStreamingEventsResponseMessage`.
///
/// A push and the answer to a pull are about one subscription. A streaming answer says one thing at a time:
/// that the connection lives or ends ([`connection_status`](Self::connection_status)), what happened
/// ([`notifications`](Self::notifications)), or which subscriptions are unknown
/// ([`error_subscription_ids`](Self::error_subscription_ids)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
    /// `Notification`: one in a push or pull that succeeded, any number in a streaming answer, where
    /// several may be of the same subscription; none where an error is reported.
    pub notifications: &'a [Notification<'a>],
    /// `ConnectionStatus` of a streaming answer that has no notifications.
    pub connection_status: Option<ConnectionStatus<'a>>,
    /// `ErrorSubscriptionIds` of a streaming answer: the subscriptions that the error is about.
    pub error_subscription_ids: &'a [SubscriptionId<'a>],
}

impl<'a> Response<'a> {
    /// The subscription that the response is about: the one of its first notification, or, in an
    /// error, the one that `MessageXml` names.
    #[must_use]
    pub fn subscription_id(&self) -> Option<SubscriptionId<'a>> {
        let of_error = || self.value("SubscriptionId").map(SubscriptionId::new);
        let notification = self.notifications.first();
        notification
            .map(|notification| notification.subscription_id)
            .or_else(of_error)
    }

    /// The first `Value` of `MessageXml` with this `@Name`, such as `BackOffMilliseconds`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        MessageXmlValue::find(self.message_xml, name)
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

impl ResponseClass<'static> {
    /// The class of the schema that is written so.
    pub(crate) fn known(text: &str) -> Option<Self> {
        Some(match text {
            "Success" => Self::Success,
            "Warning" => Self::Warning,
            "Error" => Self::Error,
            _ => return None,
        })
    }
}

impl<'a> ResponseClass<'a> {
    /// The class that is written so.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        ResponseClass::known(text).unwrap_or(Self::Other(text))
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

/// `ConnectionStatus` of a streaming answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionStatus<'a> {
    /// `OK`: the heartbeat, about every 45 seconds.
    Ok,
    /// `Closed`: the server ends the stream behind this envelope.
    Closed,
    /// A status outside the schema, as written.
    Other(&'a str),
}

impl ConnectionStatus<'static> {
    /// The status of the schema that is written so.
    pub(crate) fn known(text: &str) -> Option<Self> {
        Some(match text {
            "OK" => Self::Ok,
            "Closed" => Self::Closed,
            _ => return None,
        })
    }
}

impl<'a> ConnectionStatus<'a> {
    /// The status that is written so.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        ConnectionStatus::known(text).unwrap_or(Self::Other(text))
    }

    /// The status as it is written.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Ok => "OK",
            Self::Closed => "Closed",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for ConnectionStatus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// `Value` of `MessageXml`: a detail of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MessageXmlValue<'a> {
    /// `@Name`, such as `SubscriptionId`.
    pub name: Option<&'a str>,
    /// The text.
    pub value: &'a str,
}

impl<'a> MessageXmlValue<'a> {
    /// What the first of these with this name says.
    pub(super) fn find(values: &[Self], name: &str) -> Option<&'a str> {
        let mut values = values.iter();
        let named = values.find(|value| value.name == Some(name));
        named.map(|value| value.value)
    }
}

/// `Notification`: what happened in one subscription since the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Notification<'a> {
    /// `SubscriptionId`: the only thing in a push that tells whose mailbox it is about.
    pub subscription_id: SubscriptionId<'a>,
    /// `PreviousWatermark`: equals the last watermark received, unless something was lost. Absent in
    /// streaming.
    pub previous_watermark: Option<Watermark<'a>>,
    /// `MoreEvents`: another push follows at once, or another pull finds more. Absent in streaming.
    pub more_events: Option<bool>,
    /// The events, in the order in which they happened.
    pub events: &'a [Event<'a>],
}
