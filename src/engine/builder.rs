//! The message under construction.
//!
//! Both paths write here, and nothing else makes a [`Message`]. Depends on the model and the arena.
//!
//! At most one response and one notification are open. To close one is to move it to its list. Until then its fields
//! may be assigned in any order and more than once, because the general path may read a head again.
//!
//! The arena takes nothing back, so a list that grows wastes its former memory. [`push`] and [`take`] limit that waste. The
//! bound in the documentation of [`Parser`](crate::Parser) depends on them.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::model::{
    Event, EventKind, Fault, HeaderBlock, Message, MessageXmlValue, Notification, Operation,
    Response, SubscriptionId, Watermark,
};
use crate::schema::{Content, Element};

/// A message that is being read.
pub(crate) struct MessageBuilder<'a> {
    arena: &'a Bump,
    /// [`Limits::events`](crate::Limits::events).
    limit: usize,
    /// Its lists and its fault are in the fields below.
    pub(super) message: Message<'a>,
    must_understand: BumpVec<'a, HeaderBlock<'a>>,
    has_operation: bool,
    /// Its `message_xml` is in the field below.
    fault: Option<Fault<'a>>,
    responses: BumpVec<'a, Response<'a>>,
    response: Option<Response<'a>>,
    notifications: BumpVec<'a, Notification<'a>>,
    /// `SubscriptionId` of the open notification, and the rest of its fields.
    pub(super) subscription_id: Option<SubscriptionId<'a>>,
    pub(super) previous_watermark: Option<Watermark<'a>>,
    pub(super) more_events: Option<bool>,
    events: BumpVec<'a, Event<'a>>,
    /// The length of `events` up to which neither its capacity nor the limit needs a check.
    event_room: usize,
    /// `Value`s of `MessageXml`, of the open response or of the fault.
    message_xml: BumpVec<'a, MessageXmlValue<'a>>,
    /// `SubscriptionId`s of `ErrorSubscriptionIds` of the open response.
    error_subscription_ids: BumpVec<'a, SubscriptionId<'a>>,
    /// Sums over closed responses and notifications. They count towards the limit.
    closed_counts: Counts,
}

#[derive(Default)]
struct Counts {
    notifications: usize,
    events: usize,
    values: usize,
}

impl<'a> MessageBuilder<'a> {
    /// An empty message, with room for as many events as Exchange writes into a body of this length. To grow the list
    /// would cost a tenth of the parse.
    #[inline(always)]
    pub(crate) fn new(arena: &'a Bump, body_len: usize, limit: usize) -> Self {
        /// The bytes of an event as Exchange writes it, or less.
        const EVENT_LEN: usize = 512;
        let event_room = limit.min(body_len / EVENT_LEN);
        Self {
            arena,
            limit,
            message: Message {
                operation: Operation::SendNotification,
                soap: None,
                request_server_version: None,
                server_version_info: None,
                must_understand: &[],
                responses: &[],
                fault: None,
            },
            must_understand: BumpVec::new_in(arena),
            has_operation: false,
            fault: None,
            responses: BumpVec::with_capacity_in(1, arena),
            response: None,
            notifications: BumpVec::with_capacity_in(1, arena),
            subscription_id: None,
            previous_watermark: None,
            more_events: None,
            events: BumpVec::with_capacity_in(event_room, arena),
            event_room,
            message_xml: BumpVec::new_in(arena),
            error_subscription_ids: BumpVec::new_in(arena),
            closed_counts: Counts::default(),
        }
    }

    /// The message, of a body that was read to its end.
    #[inline(always)]
    pub(crate) fn finish(mut self) -> Message<'a> {
        let message_xml = self.message_xml.into_bump_slice();
        if let Some(mut fault) = self.fault {
            fault.message_xml = message_xml;
            self.message.fault = Some(self.arena.alloc(fault));
        }
        self.message.must_understand = self.must_understand.into_bump_slice();
        self.message.responses = self.responses.into_bump_slice();
        // The arena is reset as a whole, so nothing is given back to it.
        core::mem::forget((self.notifications, self.events, self.error_subscription_ids));
        self.message
    }

    /// The message as far as it was read. `None` if the operation is not known. A notification without its id is left
    /// out: nobody could tell whose events they are.
    pub(crate) fn finish_partial(mut self) -> Option<Message<'a>> {
        self.end_notification();
        self.end_response();
        self.has_operation.then(|| self.finish())
    }

    #[inline(always)]
    pub(super) fn operation(&mut self, operation: Operation) {
        self.message.operation = operation;
        self.has_operation = true;
    }

    /// Makes the message a SOAP fault.
    pub(super) fn begin_fault(&mut self) {
        self.operation(Operation::Fault);
        self.fault = Some(Fault::default());
    }

    /// The fault that was begun, to assign its fields.
    pub(super) fn fault(&mut self) -> &mut Fault<'a> {
        self.fault.get_or_insert_default()
    }

    /// The open response, to assign its fields, except for its lists. Opens one if none is.
    #[inline(always)]
    pub(super) fn response(&mut self) -> &mut Response<'a> {
        self.response.get_or_insert_default()
    }

    /// Whether the limit allows one more element of this kind. It applies to responses, to notifications, to events,
    /// and to the values of `MessageXml` and `ErrorSubscriptionIds` together.
    pub(super) fn has_room_for(&self, element: Element) -> bool {
        match (element, element.content()) {
            (Element::ResponseMessage, _) => self.responses.len() < self.limit,
            (Element::Notification, _) => self.has_room_for_notifications(1),
            (Element::Value | Element::ErrorSubscriptionId, _) => {
                let open = self.message_xml.len() + self.error_subscription_ids.len();
                self.closed_counts.values + open < self.limit
            }
            (_, Content::Event(_)) => self.has_room_for_event(),
            _ => true,
        }
    }

    #[inline(always)]
    pub(super) fn end_response(&mut self) {
        let Some(response) = self.response.take() else {
            return;
        };
        push(&mut self.responses, response, self.limit);
        let Some(response) = self.responses.last_mut() else {
            return;
        };
        let closed = &mut self.closed_counts;
        if !self.notifications.is_empty() {
            let list = &mut self.notifications;
            response.notifications = take(list, self.arena, &mut closed.notifications);
        }
        if !self.message_xml.is_empty() || !self.error_subscription_ids.is_empty() {
            let list = &mut self.message_xml;
            response.message_xml = take(list, self.arena, &mut closed.values);
            let list = &mut self.error_subscription_ids;
            response.error_subscription_ids = take(list, self.arena, &mut closed.values);
        }
    }

    /// Whether the limit allows `more` notifications besides the closed ones.
    #[inline(always)]
    pub(super) fn has_room_for_notifications(&self, more: usize) -> bool {
        self.closed_counts.notifications + self.notifications.len() + more <= self.limit
    }

    /// Adds a header block that should be understood.
    pub(super) fn push_header_block(&mut self, block: HeaderBlock<'a>) {
        push(&mut self.must_understand, block, self.limit);
    }

    pub(super) fn has_room_for_header_block(&self) -> bool {
        self.must_understand.len() < self.limit
    }

    #[inline(always)]
    pub(super) fn has_room_for_event(&self) -> bool {
        self.closed_counts.events + self.events.len() < self.limit
    }

    /// Adds an event to the open notification, to be filled in place, because a copy would be slow. `None` at the limit.
    /// [`remove_event`](Self::remove_event) removes it.
    #[inline(always)]
    pub(super) fn add_event(&mut self) -> Option<&mut Event<'a>> {
        if self.events.len() >= self.event_room && !self.make_room_for_event() {
            return None;
        }
        self.events.push(Event::new(EventKind::Status));
        self.events.last_mut()
    }

    /// Grows the list if it is full. Returns `false` at the limit.
    #[cold]
    #[inline(never)]
    fn make_room_for_event(&mut self) -> bool {
        if !self.has_room_for_event() {
            return false;
        }
        if self.events.len() == self.events.capacity() {
            grow(&mut self.events, self.limit);
        }
        let allowed = self.limit - self.closed_counts.events;
        self.event_room = self.events.capacity().min(allowed);
        true
    }

    /// Adds an event to the open notification.
    #[inline(always)]
    pub(super) fn push_event(&mut self, event: Event<'a>) {
        push(&mut self.events, event, self.limit);
    }

    /// The number of events of the open notification.
    pub(super) fn event_count(&self) -> usize {
        self.events.len()
    }

    /// Adds a `Value` to the `MessageXml` of the open response or of the fault.
    pub(super) fn push_value(&mut self, value: MessageXmlValue<'a>) {
        push(&mut self.message_xml, value, self.limit);
    }

    /// Adds an id to the `ErrorSubscriptionIds` of the open response.
    pub(super) fn push_error_subscription_id(&mut self, id: SubscriptionId<'a>) {
        push(&mut self.error_subscription_ids, id, self.limit);
    }

    pub(super) fn remove_event(&mut self) {
        self.events.pop();
    }

    /// Closes the open notification. Without its id it is dropped, and the result is `None`.
    #[inline(always)]
    pub(super) fn end_notification(&mut self) -> Option<()> {
        self.event_room = 0;
        let notification = Notification {
            previous_watermark: self.previous_watermark.take(),
            more_events: self.more_events.take(),
            events: take(&mut self.events, self.arena, &mut self.closed_counts.events),
            subscription_id: self.subscription_id.take()?,
        };
        push(&mut self.notifications, notification, self.limit);
        Some(())
    }

    /// Whether every response has ended.
    pub(super) fn has_closed_responses(&self) -> bool {
        self.response.is_none()
    }

    /// The message and its only response so far. `None` if there is another response, or anything in a list. Heads are
    /// learned from it.
    pub(super) fn only_response(&self) -> Option<(&Message<'a>, &Response<'a>)> {
        if !self.must_understand.is_empty() {
            return None;
        }
        let has_lists = !self.notifications.is_empty()
            || !self.message_xml.is_empty()
            || !self.error_subscription_ids.is_empty();
        match (self.responses.as_slice(), &self.response) {
            ([], Some(response)) if !has_lists => Some((&self.message, response)),
            ([response], None) => Some((&self.message, response)),
            _ => None,
        }
    }
}

/// Adds an element to a list that may have `limit` elements.
#[inline(always)]
fn push<T>(list: &mut BumpVec<'_, T>, value: T, limit: usize) {
    if list.len() == list.capacity() {
        grow(list, limit);
    }
    list.push(value);
}

/// Grows a full list fourfold, but not above the limit. Its former blocks are then at most a third of the last one. If it
/// doubled, they would be as large as the last one.
#[cold]
#[inline(never)]
fn grow<T>(list: &mut BumpVec<'_, T>, limit: usize) {
    let length = list.len();
    list.reserve_exact(length.saturating_mul(4).min(limit).max(length + 1) - length);
}

/// Closes a list, and opens the next one. `closed` is the number of elements in closed lists.
#[inline(always)]
fn take<'a, T: Copy>(list: &mut BumpVec<'a, T>, arena: &'a Bump, closed: &mut usize) -> &'a [T] {
    if list.is_empty() {
        return &[];
    }
    let is_first = *closed == 0;
    *closed += list.len();
    if is_first || list.len() > list.capacity() / 2 {
        return core::mem::replace(list, BumpVec::new_in(arena)).into_bump_slice();
    }
    // The free part of the vector would be wasted, so the next list gets the vector.
    let copy = arena.alloc_slice_copy(list);
    list.clear();
    copy
}
