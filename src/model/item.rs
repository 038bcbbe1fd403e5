//! The pieces that a [`Reader`](crate::Reader) hands out one by one.

use super::{
    ConnectionStatus, Event, MessageXmlValue, Operation, ResponseClass, ResponseCode,
    ServerVersionInfo, SubscriptionId, Watermark,
};

/// One piece of a message, in document order. What EWS calls an item is an [`ItemId`](crate::ItemId) of an [`Event`].
///
/// A message reads as `(RequestServerVersion | ServerVersionInfo)*`, `Operation`, responses; a
/// response as `Response`, its values and notifications, `ResponseEnd`; a notification as
/// `Notification`, its values and events, `NotificationEnd`. Servers write the subscription id before
/// the events, but nothing makes them. Behind [`Operation::Fault`] come the values of the fault, and no
/// responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Item<'a> {
    /// `RequestServerVersion/@Version` of the header.
    RequestServerVersion(&'a str),
    /// `ServerVersionInfo` of the header.
    ServerVersionInfo(ServerVersionInfo<'a>),
    /// The operation begins.
    Operation(Operation),
    /// A response begins, with its `@ResponseClass`.
    Response(Option<ResponseClass<'a>>),
    /// `faultcode` of a fault, or the `Value` of its `Code`.
    FaultCode(&'a str),
    /// `faultstring` of a fault, or the first `Text` of its `Reason`.
    FaultString(&'a str),
    /// `MessageText` of the response, or `Message` of a fault's detail.
    MessageText(&'a str),
    /// `ResponseCode` of the response, or of a fault's detail.
    ResponseCode(ResponseCode<'a>),
    /// `DescriptiveLinkKey` of the response.
    DescriptiveLinkKey(i32),
    /// A `Value` of the `MessageXml` of the response, or of a fault's detail.
    MessageXmlValue(MessageXmlValue<'a>),
    /// `ConnectionStatus` of a streaming response.
    ConnectionStatus(ConnectionStatus<'a>),
    /// A `SubscriptionId` of a streaming response's `ErrorSubscriptionIds`.
    ErrorSubscriptionId(SubscriptionId<'a>),
    /// A notification of the response begins.
    Notification,
    /// `SubscriptionId` of the notification.
    SubscriptionId(SubscriptionId<'a>),
    /// `PreviousWatermark` of the notification.
    PreviousWatermark(Watermark<'a>),
    /// `MoreEvents` of the notification.
    MoreEvents(bool),
    /// An event of the notification.
    Event(Event<'a>),
    /// The notification ends.
    NotificationEnd,
    /// The response ends.
    ResponseEnd,
}
