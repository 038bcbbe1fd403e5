//! The one reading engine: tokens in, typed items out, in document order.
//!
//! Under both [`Parser::parse`](crate::Parser::parse) and [`Reader`](crate::Reader). It walks the
//! grammar of `schema` along the tokens of `xml`, decides what is an error and what is skipped, and
//! owns no arena: each step is lent one for text that cannot be borrowed.

mod envelope;
mod head;
mod kind;
mod leaf;
mod predict;
mod tags;

use alloc::vec::Vec;
use core::ops::ControlFlow;

use bumpalo::Bump;

pub(crate) use self::head::Heads;
use self::head::{HeadState, Progress};
use self::leaf::Value;
use self::predict::{Children, Lengths, Stopped};
use self::tags::{KnownTags, Prefix};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::model::{
    Event, EventKind, FolderId, Item, ItemId, MessageXmlValue, OldIds, Operation, OtherEvent,
    ResponseClass, ResponseCode, ServerVersionInfo, SubscriptionId, Timestamp, Watermark,
};
use crate::parser::Stats;
use crate::scan::{Dispatch, Span};
use crate::schema::{self, Element, Seen};
use crate::xml::{Buffers, Name, Token, Tokenizer};

/// What reading works in and keeps from one body to the next: memory, no content.
#[derive(Debug)]
pub(crate) struct Scratch {
    xml: Buffers,
    open: Vec<Open>,
    lengths: Lengths,
    tags: KnownTags,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            xml: Buffers::knowing(schema::NAMESPACES),
            open: Vec::new(),
            lengths: Lengths::default(),
            tags: KnownTags::default(),
        }
    }
}

impl Scratch {
    /// What it holds on the heap, in bytes.
    pub(crate) fn retained_bytes(&self) -> usize {
        self.xml.retained_bytes() + self.open.capacity() * size_of::<Open>()
    }
}

/// What a parser lends to the reading of one body.
#[derive(Debug)]
pub(crate) struct Lent<'s> {
    pub(crate) scratch: &'s mut Scratch,
    pub(crate) heads: &'s mut Heads,
    pub(crate) stats: &'s mut Stats,
    pub(crate) config: &'s Config,
    pub(crate) dispatch: Dispatch,
}

/// What takes items, and may want no more after each.
pub(crate) trait Items<'t> {
    fn item(&mut self, item: Item<'t>) -> ControlFlow<()>;
}

/// What takes items as they are read.
pub(crate) trait Sink<'t>: Items<'t> {
    /// Whether it always wants more.
    const TAKES_ALL: bool;

    /// Where to write an event, the item that comes most and is largest.
    fn event_slot(&mut self) -> Option<&mut Event<'t>>;

    /// Takes [`Item::Event`] with the event in the slot.
    fn event(&mut self) -> ControlFlow<()>;

    /// Takes back the slot, in which no event was written after all.
    fn no_event(&mut self);
}

/// An element of the grammar whose end is still to come.
#[derive(Clone, Copy, Debug)]
struct Open {
    element: Element,
    /// Where its name stands, prefix included.
    name: Span,
    seen: Seen,
}

/// Reads one body. `'b` is the body, `'s` what the parser lends.
#[derive(Debug)]
pub(crate) struct Engine<'s, 'b> {
    tokens: Tokenizer<'s, 'b>,
    /// The place above the root, then the open elements of the grammar, innermost last. Events and
    /// leaves are read whole within one step and never stand here between two.
    open: &'s mut Vec<Open>,
    stats: &'s mut Stats,
    heads: &'s mut Heads,
    progress: Progress,
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
    values: usize,
    failed: Option<Error>,
}

impl<'s, 'b> Engine<'s, 'b> {
    /// At the first byte of a body whose length has been checked. To be [started](Self::start).
    #[inline(always)] // or it is moved to where it stays
    pub(crate) fn new(body: &'b [u8], lent: Lent<'s>) -> Self {
        let Scratch {
            xml,
            open,
            lengths,
            tags,
        } = lent.scratch;
        Self {
            tokens: Tokenizer::begin(body, xml, lent.config, lent.dispatch),
            open,
            stats: lent.stats,
            heads: lent.heads,
            progress: Progress::default(),
            dispatch: lent.dispatch,
            prefix: None,
            tags,
            lengths,
            misses: 0,
            config: lent.config,
            events: 0,
            responses: 0,
            values: 0,
            failed: None,
        }
    }

    /// Comes before everything else.
    #[inline(always)]
    pub(crate) fn start(&mut self) {
        if !self.resume() {
            self.begin();
        }
    }

    pub(crate) fn body_len(&self) -> usize {
        self.tokens.cursor.len()
    }

    /// Hands items to `sink` until it wants no more or the whole body has been read and found good.
    /// Asking again after an error gives the same error.
    pub(crate) fn read<'t, S>(&mut self, arena: &'t Bump, sink: &mut S) -> Result<(), Error>
    where
        'b: 't,
        S: Sink<'t>,
    {
        if let Some(error) = self.failed {
            return Err(error);
        }
        loop {
            if self.replay(sink).is_break() || self.predicted(arena, sink).is_break() {
                return Ok(());
            }
            if self.progress.has_replay() {
                continue; // The tail was as predicted.
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
        let is_tried = self.config.predict && self.misses < predict::PATIENCE;
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
            self.catch_up();
            let Some((text, namespace)) = self.tokens.peek_prefix() else {
                return ControlFlow::Continue(());
            };
            let prefix = Prefix::new(text)
                .filter(|_| schema::is_types(namespace))
                .filter(|_| predict::has_room(text, self.tokens.depth(), &self.config.limits));
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
        self.catch_up();
        let replaced_before = self.tokens.references_replaced();
        let item = self.step(arena);
        self.stats.references_replaced += self.tokens.references_replaced() - replaced_before;
        self.failed = item.err();
        if let (HeadState::Reading, Ok(Some(item))) = (self.progress.head, item) {
            self.note(item);
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
        self.learn(None);
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
        if !parent.seen.insert(element) {
            return Err(Error::new(ErrorKind::RepeatedElement, offset));
        }
        Ok(Some(match element {
            Element::SendNotification => {
                self.enter(element, span);
                Item::Operation(Operation::SendNotification)
            }
            Element::SendNotificationResponseMessage => {
                count(&mut self.responses, self.config.limits.events, offset)?;
                let [class] = self.attributes(["ResponseClass"], arena);
                self.push(element, span);
                Item::Response(class.map(|class| ResponseClass::new(class.text)))
            }
            Element::Notification => {
                self.enter(element, span);
                self.prefix = None;
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
                self.leave_first();
                Ok(Some(Item::NotificationEnd))
            }
            Element::SendNotificationResponseMessage => Ok(Some(Item::ResponseEnd)),
            _ => Ok(None),
        }
    }

    /// An event of a known kind, whole.
    fn event<'t>(
        &mut self,
        element: Element,
        kind: EventKind<'t>,
        arena: &'t Bump,
    ) -> Result<Event<'t>, Error>
    where
        'b: 't,
    {
        self.skip_attributes();
        let mut event = Event::new(kind);
        let mut old = OldIds::default();
        let mut seen = Seen::default();
        loop {
            let name = match self.tokens.next()? {
                Some(Token::StartTag(name)) => name,
                Some(Token::EndTag(_)) | None => break,
                Some(_) => continue,
            };
            let offset = self.name_offset();
            let Some(child) = schema::child(element, name) else {
                self.skip()?;
                continue;
            };
            if !seen.insert(child) {
                return Err(Error::new(ErrorKind::RepeatedElement, offset));
            }
            match child {
                Element::Watermark => {
                    event.watermark = Some(Watermark::new(self.text(arena)?.text));
                }
                Element::TimeStamp => {
                    event.timestamp = Some(Timestamp::new(self.text(arena)?.text));
                }
                Element::ItemId => event.item_id = Some(self.item_id(arena)?),
                Element::FolderId => event.folder_id = Some(self.folder_id(arena)?),
                Element::ParentFolderId => event.parent_folder_id = Some(self.folder_id(arena)?),
                Element::OldItemId => old.old_item_id = Some(self.item_id(arena)?),
                Element::OldFolderId => old.old_folder_id = Some(self.folder_id(arena)?),
                Element::OldParentFolderId => {
                    old.old_parent_folder_id = Some(self.folder_id(arena)?);
                }
                Element::UnreadCount => event.unread_count = Some(self.text(arena)?.int()?),
                _ => self.skip()?,
            }
        }
        if old != OldIds::default() {
            event.old_ids = Some(arena.alloc(old));
        }
        Ok(event)
    }

    /// An event of no known kind: its name and its bytes.
    fn other_event<'t>(&mut self, name: Name<'b>, arena: &'t Bump) -> Result<Event<'t>, Error>
    where
        'b: 't,
    {
        let start = self.tokens.range().start;
        self.pass()?;
        let raw = self.tokens.text_since(start);
        let other = arena.alloc(OtherEvent {
            name: name.local(),
            raw,
        });
        Ok(Event::new(EventKind::Other(other)))
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

    fn item_id<'t>(&mut self, arena: &'t Bump) -> Result<ItemId<'t>, Error>
    where
        'b: 't,
    {
        let (id, change_key) = self.id(arena)?;
        Ok(ItemId::new(id, change_key))
    }

    fn folder_id<'t>(&mut self, arena: &'t Bump) -> Result<FolderId<'t>, Error>
    where
        'b: 't,
    {
        let (id, change_key) = self.id(arena)?;
        Ok(FolderId::new(id, change_key))
    }

    /// `@Id` and `@ChangeKey` of an element that holds nothing else.
    fn id<'t>(&mut self, arena: &'t Bump) -> Result<(&'t str, Option<&'t str>), Error>
    where
        'b: 't,
    {
        let offset = self.name_offset();
        let [id, change_key] = self.attributes(["Id", "ChangeKey"], arena);
        let Some(id) = id else {
            return Err(Error::new(ErrorKind::MissingId, offset));
        };
        self.leaf(|_| {})?;
        Ok((id.text, change_key.map(|key| key.text)))
    }

    /// Skips the element whose start tag has just been read, and counts it.
    fn skip(&mut self) -> Result<(), Error> {
        self.stats.elements_skipped += 1;
        self.pass()
    }

    /// Reads to the end tag of the element whose start tag has just been read.
    fn pass(&mut self) -> Result<(), Error> {
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
    fn name_offset(&self) -> usize {
        self.tokens.range().start + "<".len()
    }
}

/// What is wrong with an element in the place of an operation.
fn misplaced_operation(parent: Element, name: Name<'_>) -> ErrorKind {
    match (parent, name.local()) {
        (Element::Document, "Envelope") => ErrorKind::EnvelopeNamespace,
        (_, "SendNotification") => ErrorKind::OperationNamespace,
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
