//! The message under construction: one method for each field that a body can set.
//!
//! Both paths write here, and nothing else makes a [`Message`]. Depends on the model and the arena.
//!
//! One response and one notification are always open, empty at first. Their fields are assigned in any order, and
//! closing one moves it to its list. So the general path may read a head again that the fast path has read: it
//! assigns the same values.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::model::{
    ConnectionStatus, Event, EventKind, Fault, Message, MessageXmlValue, Notification, Operation,
    Response, ResponseClass, ResponseCode, ServerVersionInfo, SoapVersion, SubscriptionId,
    Watermark,
};

/// A message of which not everything has been read.
pub(crate) struct MessageBuilder<'a> {
    arena: &'a Bump,
    /// [`Limits::events`](crate::Limits::events).
    limit: usize,
    message: Message<'a>,
    has_operation: bool,
    fault: Option<Fault<'a>>,
    responses: BumpVec<'a, Response<'a>>,
    has_open_response: bool,
    response: Response<'a>,
    notifications: BumpVec<'a, Notification<'a>>,
    /// The id of the open notification; `None` also if none is open.
    subscription_id: Option<SubscriptionId<'a>>,
    previous_watermark: Option<Watermark<'a>>,
    more_events: Option<bool>,
    /// The events of the open notification.
    events: BumpVec<'a, Event<'a>>,
    message_xml: BumpVec<'a, MessageXmlValue<'a>>,
    error_subscription_ids: BumpVec<'a, SubscriptionId<'a>>,
    /// What closed responses and notifications contain, for the limit.
    closed: Counts,
}

#[derive(Default)]
struct Counts {
    notifications: usize,
    events: usize,
    values: usize,
}

impl<'a> MessageBuilder<'a> {
    /// An empty message, with room for the events that a server puts into a body of this length: moving all
    /// events to a larger place costs a tenth of reading them.
    #[inline(always)]
    pub(crate) fn new(arena: &'a Bump, body_len: usize, limit: usize) -> Self {
        /// A lower bound for the bytes of an event.
        const EVENT: usize = 512;
        Self {
            arena,
            limit,
            message: Message {
                operation: Operation::SendNotification,
                soap: None,
                request_server_version: None,
                server_version_info: None,
                responses: &[],
                fault: None,
            },
            has_operation: false,
            fault: None,
            responses: BumpVec::with_capacity_in(1, arena),
            has_open_response: false,
            response: Response::default(),
            notifications: BumpVec::with_capacity_in(1, arena),
            subscription_id: None,
            previous_watermark: None,
            more_events: None,
            events: BumpVec::with_capacity_in(body_len / EVENT, arena),
            message_xml: BumpVec::new_in(arena),
            error_subscription_ids: BumpVec::new_in(arena),
            closed: Counts::default(),
        }
    }

    /// The message, of a body that was read to its end.
    #[inline(always)]
    pub(crate) fn finish(mut self) -> Message<'a> {
        if let Some(mut fault) = self.fault {
            fault.message_xml = self.message_xml.into_bump_slice();
            self.message.fault = Some(self.arena.alloc(fault));
        }
        self.message.responses = self.responses.into_bump_slice();
        self.message
    }

    /// The message as far as it was read; `None` if the operation is not known. A notification without its id
    /// is left out: nobody could tell whose events they are.
    pub(crate) fn finish_partial(mut self) -> Option<Message<'a>> {
        self.end_notification();
        if self.has_open_response {
            self.end_response();
        }
        self.has_operation.then(|| self.finish())
    }

    #[inline(always)]
    pub(super) fn soap(&mut self, version: SoapVersion) {
        self.message.soap = Some(version);
    }

    #[inline(always)]
    pub(super) fn request_server_version(&mut self, version: &'a str) {
        self.message.request_server_version = Some(version);
    }

    #[inline(always)]
    pub(super) fn server_version_info(&mut self, info: ServerVersionInfo<'a>) {
        self.message.server_version_info = Some(info);
    }

    #[inline(always)]
    pub(super) fn operation(&mut self, operation: Operation) {
        self.message.operation = operation;
        self.has_operation = true;
    }

    /// A SOAP fault begins: the message is one.
    pub(super) fn begin_fault(&mut self) {
        self.operation(Operation::Fault);
        self.fault = Some(Fault::default());
    }

    /// The fault that was begun, to assign its fields; its `message_xml` is collected by
    /// [`message_xml_value`](Self::message_xml_value).
    pub(super) fn fault(&mut self) -> &mut Fault<'a> {
        self.fault.get_or_insert_default()
    }

    /// Whether one more response than the closed ones is within the limit.
    pub(super) fn has_room_for_response(&self) -> bool {
        self.responses.len() < self.limit
    }

    #[inline(always)]
    pub(super) fn begin_response(&mut self, class: Option<ResponseClass<'a>>) {
        self.response.class = class;
        self.has_open_response = true;
    }

    pub(super) fn has_open_response(&self) -> bool {
        self.has_open_response
    }

    /// `ResponseCode` of the open response.
    #[inline(always)]
    pub(super) fn response_code(&mut self, code: ResponseCode<'a>) {
        self.response.code = Some(code);
    }

    /// `ConnectionStatus` of the open response.
    #[inline(always)]
    pub(super) fn connection_status(&mut self, status: ConnectionStatus<'a>) {
        self.response.connection_status = Some(status);
    }

    /// `MessageText` of the open response.
    pub(super) fn message_text(&mut self, text: &'a str) {
        self.response.message_text = Some(text);
    }

    /// `DescriptiveLinkKey` of the open response.
    pub(super) fn descriptive_link_key(&mut self, key: i32) {
        self.response.descriptive_link_key = Some(key);
    }

    /// Whether one more value of `MessageXml` or `ErrorSubscriptionIds` is within the limit.
    pub(super) fn has_room_for_value(&self) -> bool {
        let open = self.message_xml.len() + self.error_subscription_ids.len();
        self.closed.values + open < self.limit
    }

    /// A `Value` of `MessageXml`, of the open response or of the fault.
    pub(super) fn message_xml_value(&mut self, value: MessageXmlValue<'a>) {
        self.message_xml.push(value);
    }

    /// A `SubscriptionId` of `ErrorSubscriptionIds` of the open response.
    pub(super) fn error_subscription_id(&mut self, id: SubscriptionId<'a>) {
        self.error_subscription_ids.push(id);
    }

    #[inline(always)]
    pub(super) fn end_response(&mut self) {
        let mut response = core::mem::take(&mut self.response);
        self.has_open_response = false;
        if !self.notifications.is_empty() {
            self.closed.notifications += self.notifications.len();
            response.notifications = take(&mut self.notifications, self.arena);
        }
        if !self.message_xml.is_empty() || !self.error_subscription_ids.is_empty() {
            self.closed.values += self.message_xml.len() + self.error_subscription_ids.len();
            response.message_xml = take(&mut self.message_xml, self.arena);
            response.error_subscription_ids = take(&mut self.error_subscription_ids, self.arena);
        }
        self.responses.push(response);
    }

    /// Whether so many notifications more than the closed ones are within the limit.
    #[inline(always)]
    pub(super) fn has_room_for_notifications(&self, more: usize) -> bool {
        self.closed.notifications + self.notifications.len() + more <= self.limit
    }

    /// `SubscriptionId` of the open notification.
    #[inline(always)]
    pub(super) fn subscription_id(&mut self, id: SubscriptionId<'a>) {
        self.subscription_id = Some(id);
    }

    #[inline(always)]
    pub(super) fn previous_watermark(&mut self, watermark: Watermark<'a>) {
        self.previous_watermark = Some(watermark);
    }

    #[inline(always)]
    pub(super) fn more_events(&mut self, more: bool) {
        self.more_events = Some(more);
    }

    /// Whether the open notification has its id.
    #[inline(always)]
    pub(super) fn has_subscription_id(&self) -> bool {
        self.subscription_id.is_some()
    }

    /// Whether one more event is within the limit.
    #[inline(always)]
    pub(super) fn has_room_for_event(&self) -> bool {
        self.closed.events + self.events.len() < self.limit
    }

    /// An event of the open notification.
    pub(super) fn event(&mut self, event: Event<'a>) {
        self.events.push(event);
    }

    /// A new event of the open notification, to be filled where it stays: copying it costs as much as reading a
    /// part of it. [`remove_event`](Self::remove_event) takes it back.
    #[inline(always)]
    pub(super) fn add_event(&mut self) -> Option<&mut Event<'a>> {
        self.events.push(Event::new(EventKind::Status));
        self.events.last_mut()
    }

    pub(super) fn remove_event(&mut self) {
        self.events.pop();
    }

    /// The open notification ends. `None`, and it is left out, if its id is missing.
    #[inline(always)]
    pub(super) fn end_notification(&mut self) -> Option<()> {
        self.closed.events += self.events.len();
        let events = take(&mut self.events, self.arena);
        let notification = Notification {
            subscription_id: self.subscription_id.take()?,
            previous_watermark: self.previous_watermark.take(),
            more_events: self.more_events.take(),
            events,
        };
        self.notifications.push(notification);
        Some(())
    }

    /// The message and its only response so far, without what is in lists; `None` if there is another response,
    /// or anything in a list. What heads are learned from.
    pub(super) fn only_response(&self) -> Option<(&Message<'a>, &Response<'a>)> {
        let has_lists = !self.notifications.is_empty()
            || !self.message_xml.is_empty()
            || !self.error_subscription_ids.is_empty();
        let response = match (self.responses.as_slice(), self.has_open_response) {
            ([], true) if !has_lists => &self.response,
            ([response], false) => response,
            _ => return None,
        };
        Some((&self.message, response))
    }
}

/// The collected elements, and an empty vector in their place.
#[inline(always)]
fn take<'a, T>(collected: &mut BumpVec<'a, T>, arena: &'a Bump) -> &'a [T] {
    core::mem::replace(collected, BumpVec::new_in(arena)).into_bump_slice()
}
