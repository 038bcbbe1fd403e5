//! Response messages, and the notifications in them.

use core::fmt;

use super::{Event, ResponseCode, SubscriptionId, Watermark};

/// `SendNotificationResponseMessage`, `GetEventsResponseMessage` or `GetStreamingEventsResponseMessage`.
///
/// A push and the response to a pull are about one subscription. A streaming response has one of three contents: the
/// state of the connection ([`connection_status`](Self::connection_status)), events
/// ([`notifications`](Self::notifications)), or the subscriptions that failed
/// ([`error_subscription_ids`](Self::error_subscription_ids)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// `@ResponseClass`.
    pub class: Option<ResponseClass<'a>>,
    /// `MessageText`: a text for people, in the language of the mailbox or server.
    pub message_text: Option<&'a str>,
    /// `ResponseCode`.
    pub code: Option<ResponseCode<'a>>,
    /// `DescriptiveLinkKey`: always 0 in practice.
    pub descriptive_link_key: Option<i32>,
    /// The `Value` elements of `MessageXml`.
    pub message_xml: &'a [MessageXmlValue<'a>],
    /// The notifications. A push or pull that succeeded has one, and an error has none. A streaming response has any
    /// number, and several of them may belong to the same subscription.
    pub notifications: &'a [Notification<'a>],
    /// `ConnectionStatus` of a streaming response without notifications.
    pub connection_status: Option<ConnectionStatus<'a>>,
    /// `ErrorSubscriptionIds` of a streaming response: the subscriptions that the error is about.
    pub error_subscription_ids: &'a [SubscriptionId<'a>],
}

impl<'a> Response<'a> {
    /// The subscription of the first notification. Without a notification, the value `SubscriptionId` of `MessageXml`,
    /// which an error has. `None` also if that is empty.
    #[must_use]
    pub fn subscription_id(&self) -> Option<SubscriptionId<'a>> {
        let of_error = || {
            let value = self.value("SubscriptionId").filter(|id| !id.is_empty());
            value.map(SubscriptionId::new)
        };
        let notification = self.notifications.first();
        notification
            .map(|notification| notification.subscription_id)
            .or_else(of_error)
    }

    /// The first `Value` of `MessageXml` with this `@Name`, such as `SubscriptionId`, without the white space around it.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        MessageXmlValue::find(self.message_xml, name)
    }

    /// `BackOffMilliseconds` of `MessageXml`: how long to wait before the next request, in milliseconds. An
    /// `ErrorServerBusy` has it. `None` if it is missing or no number. It is what the server wrote, so limit it.
    #[must_use]
    pub fn back_off_ms(&self) -> Option<u64> {
        MessageXmlValue::back_off_ms(self.message_xml)
    }
}

/// `@ResponseClass` of a response. `Display` and JSON write the text of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseClass<'a> {
    /// The request succeeded.
    Success,
    /// The request succeeded in part.
    Warning,
    /// The request failed. The response code and the message text say why.
    Error,
    /// The text of a class outside the schema.
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
    /// The class with this text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        ResponseClass::known(text).unwrap_or(Self::Other(text))
    }

    /// The text of the attribute.
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

/// `ConnectionStatus` of a streaming response. `Display` and JSON write the text of the element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionStatus<'a> {
    /// `OK`: the heartbeat, about every 45 seconds.
    Ok,
    /// `Closed`: the server closes the stream after this envelope.
    Closed,
    /// The text of a status outside the schema.
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
    /// The status with this text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        ConnectionStatus::known(text).unwrap_or(Self::Other(text))
    }

    /// The text of the element.
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
    /// The text, with its white space.
    pub value: &'a str,
}

impl<'a> MessageXmlValue<'a> {
    /// The text of the first value with this name, without the white space around it.
    pub(super) fn find(values: &[Self], name: &str) -> Option<&'a str> {
        let mut values = values.iter();
        let named = values.find(|value| value.name == Some(name));
        named.map(|value| value.value.trim_ascii())
    }

    pub(super) fn back_off_ms(values: &[Self]) -> Option<u64> {
        let text = Self::find(values, "BackOffMilliseconds")?;
        text.parse().ok()
    }
}

/// `Notification`: the events of one subscription since its last notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Notification<'a> {
    /// `SubscriptionId`. Nothing else in a push identifies the mailbox.
    pub subscription_id: SubscriptionId<'a>,
    /// `PreviousWatermark`: the last watermark of the notification before this one. Another value than the one received
    /// means a gap, on a server that chains its watermarks ([`Continuity`](crate::Continuity)). Absent in streaming.
    pub previous_watermark: Option<Watermark<'a>>,
    /// `MoreEvents`: whether another push follows at once, or another pull returns more. Absent in streaming.
    pub more_events: Option<bool>,
    /// The events, in the order of the body, which is that in which they happened.
    pub events: &'a [Event<'a>],
}
