//! Predicts the children of a Notification: compares them with what servers write there.
//!
//! The tags of a predicted child are compared as text. Where several tags follow each other they are compared at once:
//! [`tags`](super::tags) calls that a joint. A leaf or an id is predicted whole or not at all: after any deviation
//! [`general_path`](super::general_path) reads it from its start. So no prediction changes a result. Nothing here reports
//! an error or decodes text.
//!
//! Tags are compared with the prefix that the types namespace has *at the Notification*. A child with a declaration of
//! its own deviates, so the prefix means the same in every predicted child.

use bumpalo::Bump;

use super::MessageBuilder;
use super::event_names::EventName;
use super::tags::{self, Tags};
use super::value;
use crate::model::{
    Event, EventKind, FolderId, ItemId, OldIds, SubscriptionId, Timestamp, Watermark,
};
use crate::scan::{Cursor, Delimited, ExpectedLength, Literal, Quote, Task, Vector};
use crate::schema::{Element, Seen};

/// The expected length of each value: that of the last value of the same element.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lengths {
    subscription_id: ExpectedLength,
    previous_watermark: ExpectedLength,
    more_events: ExpectedLength,
    watermark: ExpectedLength,
    timestamp: ExpectedLength,
    item_id: IdLengths,
    folder_id: IdLengths,
    parent_folder_id: IdLengths,
    old_item_id: IdLengths,
    old_folder_id: IdLengths,
    old_parent_folder_id: IdLengths,
}

#[derive(Clone, Copy, Debug, Default)]
struct IdLengths {
    id: ExpectedLength,
    change_key: ExpectedLength,
    /// Whether there is no space before `/>`.
    no_space: bool,
}

/// The task to read the rest of the open event, if there is one, and children of the Notification, while they are as predicted.
/// At the end `cursor` is at the start of a token. If an event is open then, the token is in it.
pub(super) struct Children<'e, 'a> {
    pub(super) cursor: &'e mut Cursor<'a>,
    pub(super) tags: &'e Tags,
    pub(super) lengths: &'e mut Lengths,
    /// The children of the Notification so far.
    pub(super) seen: &'e mut Seen,
    /// The event whose end tag is still to come. It is not in the builder.
    pub(super) open_event: &'e mut Option<OpenEvent<'a>>,
    pub(super) arena: &'a Bump,
    pub(super) builder: &'e mut MessageBuilder<'a>,
}

/// An event whose end tag has not been read.
pub(super) struct OpenEvent<'a> {
    pub(super) event: Event<'a>,
    pub(super) old: OldIds<'a>,
    /// The children so far.
    pub(super) seen: Seen,
    /// Where its start tag ends, if the tokenizer has not read that tag. Such a tag has no attributes.
    pub(super) start_tag_end: Option<usize>,
    /// Whether its prefix, and the meaning of prefixes in it, are those of the predicted events.
    pub(super) is_usual: bool,
}

impl<'a> OpenEvent<'a> {
    /// An event whose start tag the tokenizer has read.
    pub(super) fn new(kind: EventKind) -> Self {
        Self {
            event: Event::new(kind),
            old: OldIds::default(),
            seen: Seen::default(),
            start_tag_end: None,
            is_usual: true,
        }
    }

    /// The event with its old ids.
    pub(super) fn close(self, arena: &'a Bump) -> Event<'a> {
        let mut event = self.event;
        if self.old != OldIds::default() {
            event.old_ids = Some(arena.alloc(self.old));
        }
        event
    }
}

impl Task for Children<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) {
        let Self {
            cursor,
            builder,
            open_event,
            ..
        } = self;
        let mut matcher = ChildMatcher::new(vector, *cursor, self.tags);
        if open_event.is_none()
            && *self.seen == Seen::default()
            && let Some((id, watermark)) = matcher.first_leaves(self.lengths)
        {
            for element in [
                Element::SubscriptionId,
                Element::PreviousWatermark,
                Element::MoreEvents,
            ] {
                self.seen.insert(element);
            }
            *cursor = matcher.cursor;
            builder.subscription_id = Some(id);
            builder.previous_watermark = Some(watermark);
            builder.more_events = Some(false);
        }
        matcher.cursor = *cursor;
        loop {
            if let Some(open) = open_event {
                if !matcher.rest_of_open_event(open, cursor, self.lengths) {
                    return;
                }
                if let Some(open) = open_event.take() {
                    builder.push_event(open.close(self.arena));
                }
            }
            loop {
                matcher.cursor.skip_to_tag(vector);
                if !matcher.eat_start_tag("") {
                    return;
                }
                if let Some(name) = matcher.event_name() {
                    let start = matcher.cursor;
                    let Some(event) = builder.add_event() else {
                        return;
                    };
                    let is_read = matcher.event(name, event, self.lengths, self.arena);
                    if is_read.is_none() {
                        // Its children are read again, one by one: they may be in another order.
                        builder.remove_event();
                        matcher.cursor = start;
                        *open_event = Some(OpenEvent {
                            start_tag_end: Some(start.pos()),
                            ..OpenEvent::new(name.kind)
                        });
                        break;
                    }
                } else if matcher.leaf(self.lengths, self.seen, builder).is_none() {
                    return;
                }
                *cursor = matcher.cursor;
            }
        }
    }
}

/// Looks ahead with a cursor of its own, so that a deviation leaves that of [`Children`] in place. After `None` or `false`
/// the position of its own cursor is unspecified, unless a method says otherwise.
struct ChildMatcher<'e, 'a, V> {
    vector: V,
    cursor: Cursor<'a>,
    tags: &'e Tags,
}

impl<'e, 'a, V: Vector> ChildMatcher<'e, 'a, V> {
    #[inline(always)]
    fn new(vector: V, cursor: Cursor<'a>, tags: &'e Tags) -> Self {
        Self {
            vector,
            cursor,
            tags,
        }
    }

    /// The three leaves that almost every Notification starts with: SubscriptionId, PreviousWatermark, and MoreEvents
    /// with `false`.
    #[inline(always)]
    fn first_leaves(
        &mut self,
        lengths: &mut Lengths,
    ) -> Option<(SubscriptionId<'a>, Watermark<'a>)> {
        if !self.eat_start_tag("SubscriptionId>") {
            return None;
        }
        let id = self.text(&mut lengths.subscription_id)?;
        if !self
            .cursor
            .eat_literal(&self.tags.subscription_id_to_watermark)
        {
            return None;
        }
        let watermark = self.text(&mut lengths.previous_watermark)?;
        let ends = self.cursor.eat_literal(&self.tags.watermark_to_events);
        ends.then_some((SubscriptionId::new(id), Watermark::new(watermark)))
    }

    /// A leaf of the Notification itself, after `<` and the prefix. `None` if it deviates or is a duplicate. Then nothing
    /// is assigned.
    #[inline(always)]
    fn leaf(
        &mut self,
        lengths: &mut Lengths,
        seen: &mut Seen,
        builder: &mut MessageBuilder<'a>,
    ) -> Option<()> {
        if self.cursor.eat("SubscriptionId>") {
            let id = self.value("SubscriptionId>", &mut lengths.subscription_id)?;
            seen.insert(Element::SubscriptionId).then(|| {
                builder.subscription_id = Some(SubscriptionId::new(id));
            })
        } else if self.cursor.eat("PreviousWatermark>") {
            let watermark = self.value("PreviousWatermark>", &mut lengths.previous_watermark)?;
            seen.insert(Element::PreviousWatermark).then(|| {
                builder.previous_watermark = Some(Watermark::new(watermark));
            })
        } else if self.cursor.eat("MoreEvents>") {
            let more = value::boolean(self.value("MoreEvents>", &mut lengths.more_events)?)?;
            seen.insert(Element::MoreEvents).then(|| {
                builder.more_events = Some(more);
            })
        } else {
            None
        }
    }

    /// Reads the rest of an event, after its start tag, into a new `event`. `None` leaves it half read.
    #[inline(always)]
    fn event(
        &mut self,
        name: &EventName,
        event: &mut Event<'a>,
        lengths: &mut Lengths,
        arena: &'a Bump,
    ) -> Option<()> {
        let tags = self.tags;
        event.kind = name.kind;
        // Whether the cursor is inside a start tag, because a joint included the start of that tag.
        let mut is_inside_tag = false;
        self.cursor.skip_to_tag(self.vector);
        if self.eat_start_tag("Watermark>") {
            let is_status = name.kind == EventKind::Status;
            let joint = match is_status {
                true => &tags.watermark_to_status_end,
                false => &tags.watermark_to_timestamp,
            };
            let (text, is_joint) = self.value_to(joint, "Watermark>", &mut lengths.watermark)?;
            event.watermark = Some(Watermark::new(text));
            if is_status && is_joint {
                return Some(());
            }
            is_inside_tag = is_joint;
        }
        if is_inside_tag || self.eat_start_tag("TimeStamp>") {
            let joint = &tags.timestamp_to_id;
            let (text, is_joint) = self.value_to(joint, "TimeStamp>", &mut lengths.timestamp)?;
            event.timestamp = Some(Timestamp::new(text));
            is_inside_tag = is_joint;
        }
        if self.eat_rest_of_start_tag(is_inside_tag, "ItemId Id=") {
            let quote = self.cursor.eat_quote()?;
            let joint = &tags.id_to_parent;
            let (id, key, is_joint) = self.id_to(joint, quote, "ItemId>", &mut lengths.item_id)?;
            event.item_id = Some(ItemId::new(id, key));
            is_inside_tag = is_joint;
        } else if self.eat_rest_of_start_tag(is_inside_tag, "FolderId Id=") {
            let quote = self.cursor.eat_quote()?;
            let joint = &tags.id_to_parent;
            let (id, key, is_joint) =
                self.id_to(joint, quote, "FolderId>", &mut lengths.folder_id)?;
            event.folder_id = Some(FolderId::new(id, key));
            is_inside_tag = is_joint;
        } else if is_inside_tag {
            return None;
        }
        if is_inside_tag || self.eat_start_tag("ParentFolderId Id=") {
            let quote = if is_inside_tag {
                Quote::Double
            } else {
                self.cursor.eat_quote()?
            };
            let lengths = &mut lengths.parent_folder_id;
            let joint = &tags.id_to_end;
            let (id, key, is_joint) = self.id_to(joint, quote, "ParentFolderId>", lengths)?;
            event.parent_folder_id = Some(FolderId::new(id, key));
            is_inside_tag = is_joint;
        }
        if !is_inside_tag && !self.cursor.eat_around("</", &tags.prefix, "") {
            self.rare_children(event, lengths, arena)?;
            if !self.cursor.eat_around("</", &tags.prefix, "") {
                return None;
            }
        }
        self.cursor.eat_around("", &name.literal, ">").then_some(())
    }

    /// The children that few events have. In a predicted event they follow the others.
    #[inline(always)]
    fn rare_children(
        &mut self,
        event: &mut Event<'a>,
        lengths: &mut Lengths,
        arena: &'a Bump,
    ) -> Option<()> {
        let mut old: Option<OldIds<'a>> = None;
        if self.eat_start_tag("OldItemId Id=") {
            let (id, key) = self.id("OldItemId>", &mut lengths.old_item_id)?;
            old.get_or_insert_default().old_item_id = Some(ItemId::new(id, key));
        } else if self.eat_start_tag("OldFolderId Id=") {
            let (id, key) = self.id("OldFolderId>", &mut lengths.old_folder_id)?;
            old.get_or_insert_default().old_folder_id = Some(FolderId::new(id, key));
        }
        if self.eat_start_tag("OldParentFolderId Id=") {
            let (id, key) = self.id("OldParentFolderId>", &mut lengths.old_parent_folder_id)?;
            let id = Some(FolderId::new(id, key));
            old.get_or_insert_default().old_parent_folder_id = id;
        }
        if let Some(old) = old {
            event.old_ids = Some(arena.alloc(old));
        }
        if self.eat_start_tag("UnreadCount>") {
            event.unread_count = Some(self.digits()?);
            if !(self.cursor.eat("<") && self.eat_end_tag("UnreadCount>")) {
                return None;
            }
        }
        Some(())
    }

    /// The children of an open event while they are as predicted, in any order, and its end tag. Moves `cursor` to where
    /// that ends, and returns whether the end tag was read.
    #[inline(always)]
    fn rest_of_open_event(
        &mut self,
        open: &mut OpenEvent<'a>,
        cursor: &mut Cursor<'a>,
        lengths: &mut Lengths,
    ) -> bool {
        loop {
            *cursor = self.cursor;
            self.cursor.skip_to_tag(self.vector);
            if self.child(open, lengths).is_none() {
                break;
            }
        }
        self.cursor = *cursor;
        self.cursor.skip_to_tag(self.vector);
        let ends = self.cursor.eat_around("</", &self.tags.prefix, "")
            && self.cursor.eat(open.event.kind.name())
            && self.cursor.eat(">");
        if ends {
            *cursor = self.cursor;
        }
        ends
    }

    /// A child of an event. `None` if it deviates or is a duplicate. Then nothing is assigned.
    #[inline(always)]
    fn child(&mut self, open: &mut OpenEvent<'a>, lengths: &mut Lengths) -> Option<()> {
        let OpenEvent {
            event, old, seen, ..
        } = open;
        if !self.eat_start_tag("") {
            return None;
        }
        if self.cursor.eat("Watermark>") {
            let text = self.value("Watermark>", &mut lengths.watermark)?;
            let is_first = seen.insert(Element::Watermark);
            is_first.then(|| event.watermark = Some(Watermark::new(text)))
        } else if self.cursor.eat("TimeStamp>") {
            let text = self.value("TimeStamp>", &mut lengths.timestamp)?;
            let is_first = seen.insert(Element::TimeStamp);
            is_first.then(|| event.timestamp = Some(Timestamp::new(text)))
        } else if self.cursor.eat("ItemId Id=") {
            let (id, key) = self.id("ItemId>", &mut lengths.item_id)?;
            let is_first = seen.insert(Element::ItemId);
            is_first.then(|| event.item_id = Some(ItemId::new(id, key)))
        } else if self.cursor.eat("FolderId Id=") {
            let (id, key) = self.id("FolderId>", &mut lengths.folder_id)?;
            let is_first = seen.insert(Element::FolderId);
            is_first.then(|| event.folder_id = Some(FolderId::new(id, key)))
        } else if self.cursor.eat("ParentFolderId Id=") {
            let (id, key) = self.id("ParentFolderId>", &mut lengths.parent_folder_id)?;
            let is_first = seen.insert(Element::ParentFolderId);
            is_first.then(|| event.parent_folder_id = Some(FolderId::new(id, key)))
        } else if self.cursor.eat("OldItemId Id=") {
            let (id, key) = self.id("OldItemId>", &mut lengths.old_item_id)?;
            let is_first = seen.insert(Element::OldItemId);
            is_first.then(|| old.old_item_id = Some(ItemId::new(id, key)))
        } else if self.cursor.eat("OldFolderId Id=") {
            let (id, key) = self.id("OldFolderId>", &mut lengths.old_folder_id)?;
            let is_first = seen.insert(Element::OldFolderId);
            is_first.then(|| old.old_folder_id = Some(FolderId::new(id, key)))
        } else if self.cursor.eat("OldParentFolderId Id=") {
            let (id, key) = self.id("OldParentFolderId>", &mut lengths.old_parent_folder_id)?;
            let is_first = seen.insert(Element::OldParentFolderId);
            is_first.then(|| old.old_parent_folder_id = Some(FolderId::new(id, key)))
        } else if self.cursor.eat("UnreadCount>") {
            let count = self.digits()?;
            let ends = self.cursor.eat("<") && self.eat_end_tag("UnreadCount>");
            let is_first = ends && seen.insert(Element::UnreadCount);
            is_first.then(|| event.unread_count = Some(count))
        } else {
            None
        }
    }

    /// The rest of a start tag of a known kind of event. `None` leaves the cursor in place.
    #[inline(always)]
    fn event_name(&mut self) -> Option<&'static EventName> {
        let name = EventName::candidate(self.cursor.rest())?;
        self.cursor
            .eat_around("", &name.literal, ">")
            .then_some(name)
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

    /// The text and the end tag of a leaf of this name, and white space.
    #[inline(always)]
    fn value(&mut self, name: &str, expected: &mut ExpectedLength) -> Option<&'a str> {
        let text = self.text(expected)?;
        self.eat_end_tag(name).then_some(text)
    }

    /// Like [`value`](Self::value), but `joint`, which includes the end tag, may follow the text instead. Returns whether it
    /// does.
    #[inline(always)]
    fn value_to(
        &mut self,
        joint: &Literal<4>,
        name: &str,
        expected: &mut ExpectedLength,
    ) -> Option<(&'a str, bool)> {
        let text = self.text(expected)?;
        let is_joint = self.cursor.eat_literal(joint);
        (is_joint || self.eat_end_tag(name)).then_some((text, is_joint))
    }

    #[inline(always)]
    fn text(&mut self, expected: &mut ExpectedLength) -> Option<&'a str> {
        self.cursor
            .eat_expected_members(self.vector, Delimited::TOKEN, expected)
    }

    /// The rest of an id element from its first quote, with or without an end tag. Then white space.
    #[inline(always)]
    fn id(&mut self, name: &str, expected: &mut IdLengths) -> Option<(&'a str, Option<&'a str>)> {
        let quote = self.cursor.eat_quote()?;
        let (id, change_key, _) = self.id_to(&tags::NO_JOINTS, quote, name, expected)?;
        Some((id, change_key))
    }

    /// Like [`id`](Self::id), after the first quote, but a joint may follow the last quote instead. Returns whether it
    /// does.
    #[inline(always)]
    fn id_to(
        &mut self,
        joints: &[Literal<4>; 2],
        quote: Quote,
        name: &str,
        expected: &mut IdLengths,
    ) -> Option<(&'a str, Option<&'a str>, bool)> {
        let id = self.attribute_value(quote, &mut expected.id)?;
        let mut change_key = None;
        if self.cursor.eat(" ChangeKey=") {
            let quote = self.cursor.eat_quote()?;
            change_key = Some(self.attribute_value(quote, &mut expected.change_key)?);
            let [spaced, tight] = joints;
            let joint = if expected.no_space { tight } else { spaced };
            if self.cursor.eat_literal(joint) {
                return Some((id, change_key, true));
            }
        }
        expected.no_space = !self.cursor.eat(" ");
        let ends = if self.cursor.eat("/>") {
            self.cursor.skip_to_tag(self.vector);
            true
        } else {
            self.cursor.eat("><") && self.eat_end_tag(name)
        };
        ends.then_some((id, change_key, false))
    }

    /// An attribute value after its first quote, and the quote that ends it.
    #[inline(always)]
    fn attribute_value(&mut self, quote: Quote, expected: &mut ExpectedLength) -> Option<&'a str> {
        self.cursor
            .eat_expected_members(self.vector, Delimited::quoted(quote), expected)
    }

    /// `<`, the prefix and `name`. `false` leaves the cursor in place.
    #[inline(always)]
    fn eat_start_tag(&mut self, name: &str) -> bool {
        self.cursor.eat_around("<", &self.tags.prefix, name)
    }

    /// `name`, if the cursor is inside a start tag already; otherwise `<`, the prefix and `name`. `false` leaves the cursor
    /// in place.
    #[inline(always)]
    fn eat_rest_of_start_tag(&mut self, is_inside_tag: bool, name: &str) -> bool {
        if is_inside_tag {
            self.cursor.eat(name)
        } else {
            self.eat_start_tag(name)
        }
    }

    /// The rest of an end tag after `<`: `/`, the prefix and `name`. Then white space.
    #[inline(always)]
    fn eat_end_tag(&mut self, name: &str) -> bool {
        let is_end = self.cursor.eat_around("/", &self.tags.prefix, name);
        self.cursor.skip_to_tag(self.vector);
        is_end
    }
}
