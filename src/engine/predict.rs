//! Predictions: the children of a Notification, compared with what servers write there.
//!
//! A child that is written as predicted is read by comparing its tags as text, and nothing is looked
//! up. It is predicted whole or not at all: on any difference the cursor stands where the child begins,
//! and [`walk`](super::walk) reads it from there, so that what is read and what is refused do not depend on
//! a prediction. None of what is here reports an error, decodes text or opens an element.
//!
//! Tags are compared with the prefix that stands for the types namespace *at the Notification*. A child
//! that declares namespaces has attributes that no prediction has, so within one that is predicted the
//! prefix still stands for it.

use bumpalo::Bump;

use super::Sink;
use super::kind::Kind;
use super::leaf;
use super::tags::{self, Tags};
use crate::model::{
    Event, EventKind, FolderId, Item, ItemId, OldIds, SubscriptionId, Timestamp, Watermark,
};
use crate::scan::{Class, Cursor, Literal, Task, Vector};
use crate::schema::{Element, Seen};

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
}

#[derive(Clone, Copy, Debug, Default)]
struct IdLengths {
    id: u32,
    change_key: u32,
    /// Whether there is no space before `/>`.
    is_tight: bool,
}

/// Reads the children of a Notification for as long as they are as predicted.
pub(super) struct Children<'e, 'b, 't, S> {
    pub(super) cursor: &'e mut Cursor<'b>,
    pub(super) tags: &'e Tags,
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
    /// The sink wants no more, or all has been handed out.
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
            tags: self.tags,
        };
        if S::TAKES_ALL
            && *self.seen == Seen::default()
            && let Some((id, watermark)) = ahead.beginning(self.lengths)
        {
            for element in [
                Element::SubscriptionId,
                Element::PreviousWatermark,
                Element::MoreEvents,
            ] {
                self.seen.insert(element);
            }
            *self.cursor = ahead.cursor;
            let _ = self.sink.item(Item::SubscriptionId(id));
            let _ = self.sink.item(Item::PreviousWatermark(watermark));
            let _ = self.sink.item(Item::MoreEvents(false));
        }
        ahead.cursor = *self.cursor;
        loop {
            ahead.cursor.skip_to_tag(vector);
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
                if !self.seen.insert(element) {
                    return Stopped::Other;
                }
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
struct Ahead<'e, 'b, V> {
    vector: V,
    cursor: Cursor<'b>,
    tags: &'e Tags,
}

impl<'b, V: Vector> Ahead<'_, 'b, V> {
    /// The values of the Notification itself, all three as almost every Notification begins.
    #[inline(always)]
    fn beginning(&mut self, lengths: &mut Lengths) -> Option<(SubscriptionId<'b>, Watermark<'b>)> {
        if !self.opens("SubscriptionId>") {
            return None;
        }
        let id = self.leaf_text(&mut lengths.subscription_id)?;
        if !self
            .cursor
            .eat_literal(&self.tags.subscription_id_to_watermark)
        {
            return None;
        }
        let watermark = self.leaf_text(&mut lengths.previous_watermark)?;
        let ends = self.cursor.eat_literal(&self.tags.watermark_to_events);
        ends.then_some((SubscriptionId::new(id), Watermark::new(watermark)))
    }

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

    /// Reads an event, behind its start tag, into `event`, which is new; where it gives `None`, anything
    /// may be in it.
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
        let tags = self.tags;
        event.kind = kind.kind;
        // Whether the beginning of the next tag has been read with the end of the last.
        let mut begun = false;
        self.cursor.skip_to_tag(self.vector);
        if self.opens("Watermark>") {
            let is_status = kind.kind == EventKind::Status;
            let seam = match is_status {
                true => &tags.watermark_to_status_end,
                false => &tags.watermark_to_timestamp,
            };
            let (text, goes_on) = self.leaf_to(seam, "Watermark>", &mut lengths.watermark)?;
            event.watermark = Some(Watermark::new(text));
            if is_status && goes_on {
                return Some(());
            }
            begun = goes_on;
        }
        if begun || self.opens("TimeStamp>") {
            let seam = &tags.timestamp_to_id;
            let (text, goes_on) = self.leaf_to(seam, "TimeStamp>", &mut lengths.timestamp)?;
            event.timestamp = Some(Timestamp::new(text));
            begun = goes_on;
        }
        if self.goes_on(begun, "ItemId Id=") {
            let quote = self.cursor.eat_quote()?;
            let seam = &tags.id_to_parent;
            let (id, key, goes_on) = self.id_to(seam, quote, "ItemId>", &mut lengths.item_id)?;
            event.item_id = Some(ItemId::new(id, key));
            begun = goes_on;
        } else if self.goes_on(begun, "FolderId Id=") {
            let quote = self.cursor.eat_quote()?;
            let seam = &tags.id_to_parent;
            let (id, key, goes_on) =
                self.id_to(seam, quote, "FolderId>", &mut lengths.folder_id)?;
            event.folder_id = Some(FolderId::new(id, key));
            begun = goes_on;
        } else if begun {
            return None;
        }
        if begun || self.opens("ParentFolderId Id=") {
            let quote = if begun {
                b'"'
            } else {
                self.cursor.eat_quote()?
            };
            let lengths = &mut lengths.parent_folder_id;
            let seam = &tags.id_to_end;
            let (id, key, goes_on) = self.id_to(seam, quote, "ParentFolderId>", lengths)?;
            event.parent_folder_id = Some(FolderId::new(id, key));
            begun = goes_on;
        }
        if !begun && !self.cursor.eat_around("</", &tags.prefix, "") {
            self.rest_of_event(event, lengths, arena)?;
            if !self.cursor.eat_around("</", &tags.prefix, "") {
                return None;
            }
        }
        self.cursor.eat_around("", &kind.name, ">").then_some(())
    }

    /// The children of an event that few events have, behind all others.
    #[inline(always)]
    fn rest_of_event<'t>(
        &mut self,
        event: &mut Event<'t>,
        lengths: &mut Lengths,
        arena: &'t Bump,
    ) -> Option<()>
    where
        'b: 't,
    {
        let mut old: Option<OldIds<'t>> = None;
        if self.opens("OldItemId Id=") {
            let (id, key) = self.id("OldItemId>", &mut lengths.old_item_id)?;
            old.get_or_insert_default().old_item_id = Some(ItemId::new(id, key));
        } else if self.opens("OldFolderId Id=") {
            let (id, key) = self.id("OldFolderId>", &mut lengths.old_folder_id)?;
            old.get_or_insert_default().old_folder_id = Some(FolderId::new(id, key));
        }
        if self.opens("OldParentFolderId Id=") {
            let (id, key) = self.id("OldParentFolderId>", &mut lengths.old_parent_folder_id)?;
            let id = Some(FolderId::new(id, key));
            old.get_or_insert_default().old_parent_folder_id = id;
        }
        if let Some(old) = old {
            event.old_ids = Some(arena.alloc(old));
        }
        if self.opens("UnreadCount>") {
            event.unread_count = Some(self.digits()?);
            if !(self.cursor.eat("<") && self.closes("UnreadCount>")) {
                return None;
            }
        }
        Some(())
    }

    /// The rest of a start tag of a known kind of event; else the cursor has not moved.
    #[inline(always)]
    fn kind(&mut self) -> Option<&'static Kind> {
        let kind = Kind::like(self.cursor.rest())?;
        self.cursor.eat_around("", &kind.name, ">").then_some(kind)
    }

    /// A number of one to nine digits, as servers write them.
    #[inline(always)]
    fn digits(&mut self) -> Option<i32> {
        let mut number = None;
        for _ in 0..9 {
            let Some(digit @ b'0'..=b'9') = self.cursor.peek() else {
                break;
            };
            self.cursor.bump();
            number = Some(number.unwrap_or(0) * 10 + i32::from(digit - b'0'));
        }
        number
    }

    /// The text and the end tag of an element of this name, and white space.
    #[inline(always)]
    fn leaf(&mut self, name: &str, expected: &mut u32) -> Option<&'b str> {
        let text = self.leaf_text(expected)?;
        self.closes(name).then_some(text)
    }

    /// As [`leaf`](Self::leaf), or up to the end of `seam`, which begins with that end tag; and which.
    #[inline(always)]
    fn leaf_to(
        &mut self,
        seam: &Literal<4>,
        name: &str,
        expected: &mut u32,
    ) -> Option<(&'b str, bool)> {
        let text = self.leaf_text(expected)?;
        let goes_on = self.cursor.eat_literal(seam);
        (goes_on || self.closes(name)).then_some((text, goes_on))
    }

    #[inline(always)]
    fn leaf_text(&mut self, expected: &mut u32) -> Option<&'b str> {
        self.cursor
            .eat_expected_members(self.vector, Class::TEXT, b'<', expected)
    }

    /// The rest of an id, from a quote on, its end, empty-element tag or not, and white space.
    #[inline(always)]
    fn id(&mut self, name: &str, expected: &mut IdLengths) -> Option<(&'b str, Option<&'b str>)> {
        let quote = self.cursor.eat_quote()?;
        let (id, change_key, _) = self.id_to(&tags::NO_SEAMS, quote, name, expected)?;
        Some((id, change_key))
    }

    /// As [`id`](Self::id), from behind the quote on, or up to the end of a seam, which begins behind
    /// the last quote; and which.
    #[inline(always)]
    fn id_to(
        &mut self,
        seams: &[Literal<4>; 2],
        quote: u8,
        name: &str,
        expected: &mut IdLengths,
    ) -> Option<(&'b str, Option<&'b str>, bool)> {
        let id = self.attribute_value(quote, &mut expected.id)?;
        let mut change_key = None;
        if self.cursor.eat(" ChangeKey=") {
            let quote = self.cursor.eat_quote()?;
            change_key = Some(self.attribute_value(quote, &mut expected.change_key)?);
            let [spaced, tight] = seams;
            let seam = if expected.is_tight { tight } else { spaced };
            if self.cursor.eat_literal(seam) {
                return Some((id, change_key, true));
            }
        }
        expected.is_tight = !self.cursor.eat(" ");
        let ends = if self.cursor.eat("/>") {
            self.cursor.skip_to_tag(self.vector);
            true
        } else {
            self.cursor.eat("><") && self.closes(name)
        };
        ends.then_some((id, change_key, false))
    }

    /// A value behind its quote, up to behind the one that ends it.
    #[inline(always)]
    fn attribute_value(&mut self, quote: u8, expected: &mut u32) -> Option<&'b str> {
        self.cursor
            .eat_expected_members(self.vector, Class::VALUE, quote, expected)
    }

    /// `<`, the prefix and `name`; `false` moves nothing.
    #[inline(always)]
    fn opens(&mut self, name: &str) -> bool {
        self.cursor.eat_around("<", &self.tags.prefix, name)
    }

    /// `name`, where the beginning of the tag has been read; else the whole tag. `false` moves nothing.
    #[inline(always)]
    fn goes_on(&mut self, begun: bool, name: &str) -> bool {
        if begun {
            self.cursor.eat(name)
        } else {
            self.opens(name)
        }
    }

    /// The rest of an end tag, behind `<`: `/`, the prefix and `name`, and white space.
    #[inline(always)]
    fn closes(&mut self, name: &str) -> bool {
        let closes = self.cursor.eat_around("/", &self.tags.prefix, name);
        self.cursor.skip_to_tag(self.vector);
        closes
    }
}
