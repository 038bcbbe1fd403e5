//! The second stage: the grammar of `schema` walked along the tokens of `xml`.
//!
//! Any body can be read so, and what it means is decided here. Where the children of a Notification are
//! as predicted again, they are read as that.

use alloc::vec::Vec;
use core::ops::ControlFlow;

use bumpalo::Bump;

use super::foreseen::Foreseen;
use super::head::{HeadState, Heads};
use super::leaf::Value;
use super::predict::{Children, Lengths, Stopped};
use super::tags::{KnownTags, Prefix};
use super::{Ends, Open, Scratch, Sink};
use crate::config::{Config, Limits};
use crate::error::{Error, ErrorKind};
use crate::model::{
    ConnectionStatus, Item, MessageXmlValue, ResponseClass, ResponseCode, ServerVersionInfo,
    SubscriptionId, Watermark,
};
use crate::scan::{Class, Dispatch, Span};
use crate::schema::{self, Element, Seen};
use crate::stats::Stats;
use crate::xml::{Name, Token, Tokenizer};

/// After how many failures in a row the rest of a message is not predicted any more: who writes one
/// child otherwise writes the next so too.
const PATIENCE: u32 = 16;

/// Whether nothing that is predicted inside an element at this depth goes over a limit, but for the
/// number of events.
fn has_room(prefix: &str, depth: usize, limits: &Limits) -> bool {
    const LONGEST_NAME: &str = "FreeBusyChangedEvent";
    limits.depth >= depth + 2
        && limits.attributes >= 2
        && limits.name_bytes >= prefix.len() + LONGEST_NAME.len()
}

/// Reads the rest of a body. `'b` is the body, `'s` what the parser lends.
pub(super) struct Walk<'s, 'b> {
    pub(super) tokens: Tokenizer<'s, 'b>,
    /// The place above the root, then the open elements of the grammar, innermost last. Events and
    /// leaves are read whole within one step and never stand here between two.
    open: &'s mut Vec<Open>,
    pub(super) stats: &'s mut Stats,
    heads: &'s mut Heads,
    head: HeadState,
    /// Whether the first Notification is open, or one that is written as it is: what is open and declared
    /// outside of a child is what is behind the head.
    like_first: bool,
    /// The name of the first Notification, while another may follow that is written with it alone.
    again: Option<Span>,
    /// Where the head ends, if it is complete.
    head_end: usize,
    /// What had been counted before the body.
    counted_before: Stats,
    ends: Ends,
    dispatch: Dispatch,
    /// How the types namespace is written in the open Notification, once that is known.
    prefix: Option<Prefix>,
    tags: &'s mut KnownTags,
    lengths: &'s mut Lengths,
    /// Predictions that have failed one after another.
    misses: u32,
    config: &'s Config,
    events: usize,
    responses: usize,
    notifications: usize,
    values: usize,
    failed: Option<Error>,
}

impl<'s, 'b> Walk<'s, 'b> {
    /// Goes on where the first stage has come to, which may be the first byte.
    pub(super) fn behind(foreseen: Foreseen<'s, 'b>, arena: &Bump) -> Self {
        let Foreseen {
            lent, cursor, head, ..
        } = foreseen;
        let Scratch {
            xml,
            open,
            lengths,
            tags,
            ..
        } = lent.scratch;
        let mut walk = Self {
            tokens: Tokenizer::begin(cursor.rewound(), xml, lent.config),
            open,
            stats: lent.stats,
            heads: lent.heads,
            head,
            like_first: false,
            again: None,
            head_end: foreseen.head_end,
            counted_before: Stats::default(),
            ends: Ends::None,
            dispatch: lent.dispatch,
            prefix: None,
            tags,
            lengths,
            misses: 0,
            config: lent.config,
            events: 0,
            responses: 0,
            notifications: 0,
            values: 0,
            failed: None,
        };
        walk.open.clear();
        walk.open.push(Open {
            element: Element::Document,
            name: Span::default(),
            seen: Seen::default(),
        });
        if head == HeadState::None {
            walk.note_head();
        } else {
            walk.catch_up(arena);
            walk.tokens.cursor = cursor;
            walk.events = foreseen.events;
            walk.notifications = foreseen.notifications;
            if let Some(notification) = walk.open.last_mut() {
                notification.seen = foreseen.seen;
                notification.name = foreseen.name.unwrap_or(notification.name);
            }
        }
        walk
    }

    /// Reads the head again that the first stage has read, for what is open and declared behind it.
    fn catch_up(&mut self, arena: &Bump) {
        let counted = *self.stats;
        while self.tokens.cursor.pos() < self.head_end {
            let item = self.step(arena);
            debug_assert!(matches!(item, Ok(Some(_))), "{item:?} in a head");
            if !matches!(item, Ok(Some(_))) {
                break;
            }
        }
        debug_assert_eq!(self.tokens.cursor.pos(), self.head_end);
        *self.stats = counted;
        self.like_first = true;
        if let Some(head) = self.heads.get(self.head) {
            self.prefix = head.prefix;
            self.again = head.again;
        }
    }

    /// Begins to note the head, if heads are learned.
    fn note_head(&mut self) {
        if self.config.heads > 0 {
            self.heads.begin();
            self.counted_before = *self.stats;
            self.head = HeadState::Reading;
        }
    }

    /// Hands items to `sink` until it wants no more or the whole body has been read and found good.
    /// Asking again after an error gives the same error.
    pub(super) fn read<'t, S>(&mut self, arena: &'t Bump, sink: &mut S) -> Result<(), Error>
    where
        'b: 't,
        S: Sink<'t>,
    {
        if let Some(error) = self.failed {
            return Err(error);
        }
        loop {
            if self.ends == Ends::None && self.predicted(arena, sink).is_break() {
                return Ok(());
            }
            if self.ends.hand_out(sink).is_break() {
                return Ok(());
            }
            match self.next(arena)? {
                Some(item) if sink.item(item).is_continue() => {}
                _ => return Ok(()),
            }
        }
    }

    /// Reads the children of an open Notification for as long as they are as predicted.
    fn predicted<'t, S>(&mut self, arena: &'t Bump, sink: &mut S) -> ControlFlow<()>
    where
        'b: 't,
        S: Sink<'t>,
    {
        let is_tried = self.config.predict && self.misses < PATIENCE;
        if !is_tried || !self.tokens.is_in_content() {
            return ControlFlow::Continue(());
        }
        loop {
            let Some(Open {
                element: Element::Notification,
                seen,
                ..
            }) = self.open.last_mut()
            else {
                return ControlFlow::Continue(());
            };
            if let Some(prefix) = self.prefix {
                let start = self.tokens.cursor.pos();
                let children = Children {
                    cursor: &mut self.tokens.cursor,
                    tags: self.tags.of(prefix),
                    lengths: self.lengths,
                    seen,
                    events: &mut self.events,
                    event_limit: self.config.limits.events,
                    arena,
                    sink,
                };
                let stopped = self.dispatch.run(children);
                if self.tokens.cursor.pos() > start {
                    self.misses = 0;
                }
                if stopped == Stopped::Sink {
                    return ControlFlow::Break(());
                }
            }
            if self.tail() {
                return ControlFlow::Continue(());
            }
            let Some((text, namespace)) = self.tokens.peek_prefix() else {
                return ControlFlow::Continue(());
            };
            let prefix = Some(Prefix::of(&[text]))
                .filter(|prefix| *prefix != Prefix::NEVER)
                .filter(|_| schema::is_types(namespace))
                .filter(|_| has_room(text, self.tokens.depth(), &self.config.limits));
            if prefix.is_none() || prefix == self.prefix {
                self.misses += 1;
                self.stats.prediction_misses += 1;
                return ControlFlow::Continue(());
            }
            self.prefix = prefix;
        }
    }

    /// The next item, read as any XML; `None` once the whole body has been read and found good.
    #[inline(never)]
    fn next<'t>(&mut self, arena: &'t Bump) -> Result<Option<Item<'t>>, Error>
    where
        'b: 't,
    {
        let replaced_before = self.tokens.references_replaced();
        let item = self.step(arena);
        self.stats.references_replaced += self.tokens.references_replaced() - replaced_before;
        match item {
            Ok(Some(item)) if self.head == HeadState::Reading => self.note(item),
            Ok(Some(_)) => {}
            Ok(None) => self.finish(),
            Err(error) => self.failed = Some(error),
        }
        item
    }

    fn step<'t>(&mut self, arena: &'t Bump) -> Result<Option<Item<'t>>, Error>
    where
        'b: 't,
    {
        while let Some(token) = self.tokens.next()? {
            let item = match token {
                Token::StartTag(name) => self.element(name, arena)?,
                Token::EndTag(_) => self.end()?,
                // Between elements nothing is said by text; comments and instructions say nothing.
                _ => None,
            };
            if item.is_some() {
                return Ok(item);
            }
        }
        Ok(None)
    }

    /// An element begins inside the innermost open one.
    fn element<'t>(&mut self, name: Name<'b>, arena: &'t Bump) -> Result<Option<Item<'t>>, Error>
    where
        'b: 't,
    {
        let offset = self.name_offset();
        let span = Span::new(offset, offset + name.len());
        let Some(parent) = self.open.last_mut() else {
            return self.skip().map(|()| None);
        };
        let Some(element) = schema::child(parent.element, name) else {
            if let Element::Document | Element::Body = parent.element {
                return Err(Error::new(
                    misplaced_operation(parent.element, name),
                    offset,
                ));
            }
            return self.skip().map(|()| None);
        };
        let is_first = parent.seen.insert(element);
        if !is_first && !element.repeats_in(parent.element) {
            return Err(Error::new(ErrorKind::RepeatedElement, offset));
        }
        if let Some(operation) = element.operation() {
            self.enter(element, span);
            return Ok(Some(Item::Operation(operation)));
        }
        Ok(Some(match element {
            Element::FaultCode => Item::FaultCode(self.text(arena)?.text),
            Element::FaultString => {
                let text = self.text(arena)?.text;
                if !is_first {
                    return Ok(None);
                }
                Item::FaultString(text)
            }
            Element::ResponseMessage => {
                count(&mut self.responses, self.config.limits.events, offset)?;
                let [class] = self.attributes(["ResponseClass"], arena);
                self.push(element, span);
                Item::Response(class.map(|class| ResponseClass::new(class.text)))
            }
            Element::Notification => {
                count(&mut self.notifications, self.config.limits.events, offset)?;
                self.enter(element, span);
                self.prefix = None;
                self.like_first = self.is_again(span);
                Item::Notification
            }
            Element::RequestServerVersion => {
                let [version] = self.attributes(["Version"], arena);
                self.leaf(|_| {})?;
                match version {
                    Some(version) => Item::RequestServerVersion(version.text),
                    None => return Ok(None),
                }
            }
            Element::ServerVersionInfo => Item::ServerVersionInfo(self.version_info(arena)?),
            Element::MessageText => Item::MessageText(self.text(arena)?.text),
            Element::ResponseCode => Item::ResponseCode(ResponseCode::new(self.text(arena)?.text)),
            Element::DescriptiveLinkKey => Item::DescriptiveLinkKey(self.text(arena)?.int()?),
            Element::ConnectionStatus => {
                Item::ConnectionStatus(ConnectionStatus::new(self.text(arena)?.text))
            }
            Element::ErrorSubscriptionId => {
                count(&mut self.values, self.config.limits.events, offset)?;
                Item::ErrorSubscriptionId(SubscriptionId::new(self.text(arena)?.text))
            }
            Element::Value => {
                count(&mut self.values, self.config.limits.events, offset)?;
                let [name] = self.attributes(["Name"], arena);
                let value = self.characters(arena)?.text;
                Item::MessageXmlValue(MessageXmlValue {
                    name: name.map(|name| name.text),
                    value,
                })
            }
            Element::SubscriptionId => {
                Item::SubscriptionId(SubscriptionId::new(self.text(arena)?.text))
            }
            Element::PreviousWatermark => {
                Item::PreviousWatermark(Watermark::new(self.text(arena)?.text))
            }
            Element::MoreEvents => Item::MoreEvents(self.text(arena)?.boolean()?),
            Element::OtherEvent => {
                count(&mut self.events, self.config.limits.events, offset)?;
                Item::Event(self.other_event(name, arena)?)
            }
            _ => match element.event_kind() {
                Some(kind) => {
                    count(&mut self.events, self.config.limits.events, offset)?;
                    Item::Event(self.event(element, kind, arena)?)
                }
                None => {
                    self.enter(element, span);
                    return Ok(None);
                }
            },
        }))
    }

    /// The innermost open element ends.
    fn end<'t>(&mut self) -> Result<Option<Item<'t>>, Error> {
        let Some(Open {
            element,
            name,
            seen,
        }) = self.open.pop()
        else {
            return Ok(None);
        };
        let missing = |kind| Err(Error::new(kind, name.start()));
        match element {
            Element::Envelope11 | Element::Envelope12 if !seen.contains(Element::Body) => {
                missing(ErrorKind::MissingBody)
            }
            Element::Body if !seen.contains(Element::SendNotification) => {
                missing(ErrorKind::MissingOperation)
            }
            Element::Notification if !seen.contains(Element::SubscriptionId) => {
                missing(ErrorKind::MissingSubscriptionId)
            }
            Element::Notification => {
                self.leave_notification();
                Ok(Some(Item::NotificationEnd))
            }
            Element::Notifications => {
                self.again = None;
                Ok(None)
            }
            Element::ResponseMessage => Ok(Some(Item::ResponseEnd)),
            _ => Ok(None),
        }
    }

    fn version_info<'t>(&mut self, arena: &'t Bump) -> Result<ServerVersionInfo<'t>, Error>
    where
        'b: 't,
    {
        let [major, minor, major_build, minor_build, version] = self.attributes(
            [
                "MajorVersion",
                "MinorVersion",
                "MajorBuildNumber",
                "MinorBuildNumber",
                "Version",
            ],
            arena,
        );
        self.leaf(|_| {})?;
        let int = |value: Option<Value<'_>>| value.map(Value::int).transpose();
        Ok(ServerVersionInfo {
            major_version: int(major)?,
            minor_version: int(minor)?,
            major_build_number: int(major_build)?,
            minor_build_number: int(minor_build)?,
            version: version.map(|version| version.text),
        })
    }

    /// Moves over all the rest of the body, if it is the end tags of what is open, and white space.
    fn tail(&mut self) -> bool {
        let (Some(notification), Some((_, open))) = (self.open.last(), self.open.split_first())
        else {
            return false;
        };
        if !notification.seen.contains(Element::SubscriptionId) {
            return false;
        }
        let start = self.tokens.cursor;
        let mut ahead = start;
        for open in open.iter().rev() {
            ahead.skip(Class::SPACE);
            if !ahead.eat_bare_tag("</", open.name) {
                return false;
            }
        }
        ahead.skip(Class::SPACE);
        if !ahead.rest().is_empty() {
            return false;
        }
        self.tokens.cursor = ahead;
        let tail = ahead.since(start);
        // The tail of another Notification may be another.
        let of_first = self.like_first;
        self.leave_notification();
        self.learn(Some(tail).filter(|_| of_first));
        self.ends = Ends::Notification;
        true
    }

    /// Notes an item of the head that is being read. Behind the start tag of the first Notification,
    /// the head is complete.
    fn note(&mut self, item: Item<'_>) {
        let cursor = self.tokens.cursor;
        if self.heads.note(item, &cursor).is_none() {
            self.head = HeadState::None;
        } else if item == Item::Notification {
            self.complete_head();
            self.like_first = true;
        }
    }

    /// The whole body has been read and found good.
    fn finish(&mut self) {
        if self.head == HeadState::Reading && self.heads.candidate.said.is_whole {
            self.complete_head();
        }
        self.learn(None);
    }

    /// The head ends here.
    fn complete_head(&mut self) {
        let pos = self.tokens.cursor.pos();
        self.again = match self.open.as_slice() {
            [.., parent, Open { element, name, .. }]
                if element.repeats_in(parent.element) && self.is_whole_tag(*name) =>
            {
                Some(*name)
            }
            _ => None,
        };
        self.heads
            .complete(self.stats.since(self.counted_before), self.again);
        self.head = HeadState::New;
        self.head_end = pos;
    }

    /// Whether the start tag of a Notification, which has just been read, is the same as that of the first
    /// one in the same element.
    fn is_again(&self, name: Span) -> bool {
        let cursor = &self.tokens.cursor;
        let is_same = |first| cursor.bytes(first) == cursor.bytes(name);
        self.is_whole_tag(name) && self.again.is_some_and(is_same)
    }

    /// Whether the start tag that has just been read is this name and no more.
    fn is_whole_tag(&self, name: Span) -> bool {
        name.end() + ">".len() == self.tokens.cursor.pos()
    }

    /// A Notification ends.
    fn leave_notification(&mut self) {
        if core::mem::take(&mut self.like_first)
            && self.prefix.is_some()
            && let Some(head) = self.heads.get_mut(self.head)
        {
            head.prefix = self.prefix;
        }
    }

    /// The body has been read to its end and found good; `tail` is what followed the last child, if that was
    /// read as one.
    fn learn(&mut self, tail: Option<&str>) {
        let head = core::mem::replace(&mut self.head, HeadState::None);
        let text = self.tokens.cursor.text(0, self.head_end);
        let ended_so = self.heads.learn(head, text, tail, self.config.heads);
        self.stats.tail_hits += u64::from(ended_so);
    }

    /// Skips the element whose start tag has just been read, and counts it.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        self.stats.elements_skipped += 1;
        self.pass()
    }

    /// Reads to the end tag of the element whose start tag has just been read.
    pub(super) fn pass(&mut self) -> Result<(), Error> {
        let outside = self.tokens.depth().saturating_sub(1);
        while self.tokens.next()?.is_some() {
            if self.tokens.depth() == outside {
                break;
            }
        }
        Ok(())
    }

    /// An element opens that holds others, and has no attribute that means anything.
    fn enter(&mut self, element: Element, name: Span) {
        self.skip_attributes();
        self.push(element, name);
    }

    fn push(&mut self, element: Element, name: Span) {
        self.open.push(Open {
            element,
            name,
            seen: Seen::default(),
        });
    }

    /// Where the name of the start tag stands that has just been read.
    pub(super) fn name_offset(&self) -> usize {
        self.tokens.range().start + "<".len()
    }
}

/// What is wrong with an element in the place of an operation.
fn misplaced_operation(parent: Element, name: Name<'_>) -> ErrorKind {
    match (parent, name.local()) {
        (Element::Document, "Envelope") => ErrorKind::EnvelopeNamespace,
        (_, "SendNotification" | "GetEventsResponse" | "GetStreamingEventsResponse") => {
            ErrorKind::OperationNamespace
        }
        _ => ErrorKind::UnexpectedOperation,
    }
}

/// Counts one more, unless the limit is reached.
fn count(counter: &mut usize, limit: usize, offset: usize) -> Result<(), Error> {
    if *counter >= limit {
        return Err(Error::new(ErrorKind::EventLimit, offset));
    }
    *counter += 1;
    Ok(())
}
