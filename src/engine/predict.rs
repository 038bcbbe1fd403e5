//! Predictions: the children of a Notification, compared with what servers write there.
//!
//! A child that is written as predicted is read by comparing its tags as text, and nothing is looked
//! up. It is predicted whole or not at all: on any difference the cursor stands where the child begins,
//! and the general path reads it from there, so that what is read and what is refused do not depend on
//! a prediction. None of what is here reports an error, decodes text or opens an element.
//!
//! Tags are compared with the prefix that stands for the types namespace *at the Notification*. A child
//! that declares namespaces has attributes that no prediction has, so within one that is predicted the
//! prefix still stands for it.

use bumpalo::Bump;

use super::Sink;
use super::kind::Kind;
use super::leaf;
use crate::config::Limits;
use crate::model::{Event, FolderId, Item, ItemId, OldIds, SubscriptionId, Timestamp, Watermark};
use crate::scan::{Class, Cursor, Literal, Task, Vector};
use crate::schema::{Element, Seen};

/// How the server of a message writes the types namespace: a prefix and its colon, or nothing.
pub(super) type Prefix = Literal<1>;

/// Whether nothing that is predicted inside an element at this depth goes over a limit, but for the
/// number of events.
pub(super) fn has_room(prefix: &str, depth: usize, limits: &Limits) -> bool {
    const LONGEST_NAME: &str = "FreeBusyChangedEvent";
    limits.depth >= depth + 2
        && limits.attributes >= 2
        && limits.name_bytes >= prefix.len() + LONGEST_NAME.len()
}

/// How long values are expected to be: as long as the last ones in the same place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lengths {
    subscription_id: u32,
    previous_watermark: u32,
    more_events: u32,
    watermark: u32,
    timestamp: u32,
    item_id: IdLengths,
    folder_id: IdLengths,
    parent_folder_id: IdLengths,
    old_item_id: IdLengths,
    old_folder_id: IdLengths,
    old_parent_folder_id: IdLengths,
    unread_count: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct IdLengths {
    id: u32,
    change_key: u32,
}

/// Reads the children of a Notification for as long as they are as predicted.
pub(super) struct Children<'e, 'b, 't, S> {
    pub(super) cursor: &'e mut Cursor<'b>,
    pub(super) prefix: &'e Prefix,
    pub(super) lengths: &'e mut Lengths,
    /// The children that the Notification has had.
    pub(super) seen: &'e mut Seen,
    /// The events that the message has had, and may have.
    pub(super) events: &'e mut usize,
    pub(super) event_limit: usize,
    pub(super) arena: &'t Bump,
    pub(super) sink: &'e mut S,
}

/// Why [`Children`] stopped: either way the cursor is at the beginning of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The sink wants no more.
    Sink,
    /// Something else comes next.
    Other,
}

impl<'b: 't, 't, S> Task for Children<'_, 'b, 't, S>
where
    S: Sink<'t>,
{
    type Output = Stopped;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> Self::Output {
        let mut ahead = Ahead {
            vector,
            cursor: *self.cursor,
            prefix: *self.prefix,
        };
        loop {
            ahead.space();
            let Some(next) = ahead.opens("").then(|| ahead.kind()) else {
                return Stopped::Other;
            };
            let flow = if let Some(kind) = next {
                if *self.events >= self.event_limit {
                    return Stopped::Other;
                }
                let Some(event) = self.sink.event_slot() else {
                    return Stopped::Other;
                };
                if ahead.event(kind, event, self.lengths, self.arena).is_none() {
                    self.sink.no_event();
                    return Stopped::Other;
                }
                *self.events += 1;
                *self.cursor = ahead.cursor;
                self.sink.event()
            } else {
                let Some((element, item)) = ahead.value(self.lengths) else {
                    return Stopped::Other;
                };
                if self.seen.contains(element) {
                    return Stopped::Other;
                }
                self.seen.insert(element);
                *self.cursor = ahead.cursor;
                self.sink.item(item)
            };
            if flow.is_break() {
                return Stopped::Sink;
            }
        }
    }
}

/// Looks ahead with a cursor of its own. A method that gives `None` or `false` may leave the cursor
/// anywhere, unless it says otherwise.
struct Ahead<'b, V> {
    vector: V,
    cursor: Cursor<'b>,
    prefix: Prefix,
}

impl<'b, V: Vector> Ahead<'b, V> {
    /// A value of the Notification itself, behind `<` and the prefix.
    #[inline(always)]
    fn value<'t>(&mut self, lengths: &mut Lengths) -> Option<(Element, Item<'t>)>
    where
        'b: 't,
    {
        Some(if self.cursor.eat("SubscriptionId>") {
            let id = self.leaf("SubscriptionId>", &mut lengths.subscription_id)?;
            (
                Element::SubscriptionId,
                Item::SubscriptionId(SubscriptionId::new(id)),
            )
        } else if self.cursor.eat("PreviousWatermark>") {
            let watermark = self.leaf("PreviousWatermark>", &mut lengths.previous_watermark)?;
            (
                Element::PreviousWatermark,
                Item::PreviousWatermark(Watermark::new(watermark)),
            )
        } else if self.cursor.eat("MoreEvents>") {
            let more = leaf::boolean(self.leaf("MoreEvents>", &mut lengths.more_events)?)?;
            (Element::MoreEvents, Item::MoreEvents(more))
        } else {
            return None;
        })
    }

    /// Reads an event, behind its start tag, into `event`; where it gives `None`, anything may be in it.
    #[inline(always)]
    fn event<'t>(
        &mut self,
        kind: &Kind,
        event: &mut Event<'t>,
        lengths: &mut Lengths,
        arena: &'t Bump,
    ) -> Option<()>
    where
        'b: 't,
    {
        *event = Event::new(kind.kind);
        let mut old = OldIds::default();
        let mut has_old = false;
        self.space();
        if self.opens("Watermark>") {
            let watermark = self.leaf("Watermark>", &mut lengths.watermark)?;
            event.watermark = Some(Watermark::new(watermark));
            self.space();
        }
        if self.opens("TimeStamp>") {
            let timestamp = self.leaf("TimeStamp>", &mut lengths.timestamp)?;
            event.timestamp = Some(Timestamp::new(timestamp));
            self.space();
        }
        if self.opens("ItemId ") {
            let (id, key) = self.id(&mut lengths.item_id)?;
            event.item_id = Some(ItemId::new(id, key));
            self.space();
        } else if self.opens("FolderId ") {
            let (id, key) = self.id(&mut lengths.folder_id)?;
            event.folder_id = Some(FolderId::new(id, key));
            self.space();
        }
        if self.opens("ParentFolderId ") {
            let (id, key) = self.id(&mut lengths.parent_folder_id)?;
            event.parent_folder_id = Some(FolderId::new(id, key));
            self.space();
        }
        if !self.cursor.rest().starts_with(b"</") {
            if self.opens("OldItemId ") {
                let (id, key) = self.id(&mut lengths.old_item_id)?;
                old.old_item_id = Some(ItemId::new(id, key));
                has_old = true;
                self.space();
            } else if self.opens("OldFolderId ") {
                let (id, key) = self.id(&mut lengths.old_folder_id)?;
                old.old_folder_id = Some(FolderId::new(id, key));
                has_old = true;
                self.space();
            }
            if self.opens("OldParentFolderId ") {
                let (id, key) = self.id(&mut lengths.old_parent_folder_id)?;
                old.old_parent_folder_id = Some(FolderId::new(id, key));
                has_old = true;
                self.space();
            }
            if self.opens("UnreadCount>") {
                let count = self.leaf("UnreadCount>", &mut lengths.unread_count)?;
                event.unread_count = Some(leaf::int(count)?);
                self.space();
            }
        }
        let ends = self.cursor.eat("</")
            && self.cursor.eat_literal(&self.prefix)
            && self.cursor.eat_literal(&kind.name)
            && self.cursor.eat(">");
        if !ends {
            return None;
        }
        if has_old {
            event.old_ids = Some(arena.alloc(old));
        }
        Some(())
    }

    /// The rest of a start tag of a known kind of event; else the cursor has not moved.
    #[inline(always)]
    fn kind(&mut self) -> Option<&'static Kind> {
        let before = self.cursor;
        let kind = Kind::like(self.cursor.rest())?;
        if self.cursor.eat_literal(&kind.name) && self.cursor.eat(">") {
            return Some(kind);
        }
        self.cursor = before;
        None
    }

    /// The text and the end tag of an element of this name.
    #[inline(always)]
    fn leaf(&mut self, name: &str, expected: &mut u32) -> Option<&'b str> {
        let text = self
            .cursor
            .eat_run(self.vector, Class::TEXT, b'<', expected)?;
        self.close(name).then_some(text)
    }

    /// The attributes of an id, from `Id` on, and the end of the empty-element tag.
    #[inline(always)]
    fn id(&mut self, expected: &mut IdLengths) -> Option<(&'b str, Option<&'b str>)> {
        let id = self.attribute("Id=", &mut expected.id)?;
        let spaced = self.cursor.eat(" ");
        if self.cursor.eat("/>") {
            return Some((id, None));
        }
        if !spaced {
            return None;
        }
        let change_key = self.attribute("ChangeKey=", &mut expected.change_key)?;
        self.cursor.eat(" ");
        self.cursor.eat("/>").then_some((id, Some(change_key)))
    }

    #[inline(always)]
    fn attribute(&mut self, name: &str, expected: &mut u32) -> Option<&'b str> {
        if !self.cursor.eat(name) {
            return None;
        }
        let quote = self.cursor.peek()?;
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        self.cursor.bump();
        let value = self
            .cursor
            .eat_run(self.vector, Class::VALUE, quote, expected)?;
        self.cursor.bump();
        Some(value)
    }

    /// `<`, the prefix and `name`; `false` moves nothing.
    #[inline(always)]
    fn opens(&mut self, name: &str) -> bool {
        let mut ahead = self.cursor;
        let opens = ahead.eat("<") && ahead.eat_literal(&self.prefix) && ahead.eat(name);
        if opens {
            self.cursor = ahead;
        }
        opens
    }

    /// `</`, the prefix and `name`.
    #[inline(always)]
    fn close(&mut self, name: &str) -> bool {
        self.cursor.eat("</") && self.cursor.eat_literal(&self.prefix) && self.cursor.eat(name)
    }

    /// White space, of which servers write none.
    #[inline(always)]
    fn space(&mut self) {
        if self.cursor.peek() != Some(b'<') {
            self.cursor.skip_by(self.vector, Class::SPACE);
        }
    }
}
