//! The pieces that a [`Reader`](crate::Reader) hands out one by one.

use super::{
    Event, MessageXmlValue, Operation, ResponseClass, ResponseCode, ServerVersionInfo,
    SubscriptionId, Watermark,
};

/// One piece of a message, in document order.
///
/// A message reads as `(RequestServerVersion | ServerVersionInfo)*`, `Operation`, responses; a
/// response as `Response`, its values and notifications, `ResponseEnd`; a notification as
/// `Notification`, its values and events, `NotificationEnd`. Servers write the subscription id before
/// the events, but nothing makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// `MessageText` of the response.
    MessageText(&'a str),
    /// `ResponseCode` of the response.
    ResponseCode(ResponseCode<'a>),
    /// `DescriptiveLinkKey` of the response.
    DescriptiveLinkKey(i32),
    /// A `Value` of the response's `MessageXml`.
    MessageXmlValue(MessageXmlValue<'a>),
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
