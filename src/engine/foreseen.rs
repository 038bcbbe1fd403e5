//! The first stage: a message of which all has been as predicted so far.
//!
//! What stands around the children of Notifications is a learned head and its tail, or else is as
//! [`envelope`](super::envelope) predicts; the children are as [`predict`](super::predict) does. Nothing is
//! tokenized and nothing is known of open elements and namespaces but what the head tells. So this is no
//! second set of rules: whatever is read here would be read so by [`walk`](super::walk), which goes on where
//! this ends, and reads the head again to know what is open and declared.

use core::ops::ControlFlow;

use bumpalo::Bump;

use super::envelope::{self, Envelope};
use super::head::HeadState;
use super::predict::{Children, Stopped};
use super::{Ends, Items, Lent, Sink};
use crate::model::Item;
use crate::scan::{Class, Cursor, Span};
use crate::schema::{Element, Seen};
use crate::xml::prolog;

/// Reads one body for as long as all is as predicted. `'b` is the body, `'s` what the parser lends.
pub(super) struct Foreseen<'s, 'b> {
    pub(super) lent: Lent<'s>,
    pub(super) cursor: Cursor<'b>,
    /// None if the head is not known: then nothing has been read.
    pub(super) head: HeadState,
    pub(super) head_end: usize,
    /// How many items of the head have been handed out.
    handed: u8,
    /// The name of the Notification that is open, if it is not the first.
    pub(super) name: Option<Span>,
    /// The children that it has had.
    pub(super) seen: Seen,
    pub(super) events: usize,
    /// Notifications that have begun, if the head ends with the first.
    pub(super) notifications: usize,
    ends: Ends,
}

impl<'s, 'b> Foreseen<'s, 'b> {
    /// Behind the head of a body whose length has been checked, if it is known or as predicted.
    #[inline(always)]
    pub(super) fn begin(body: &'b [u8], mut lent: Lent<'s>) -> Self {
        let mut cursor = Cursor::new(body, lent.dispatch);
        let mut head = HeadState::None;
        if let Some(known) = lent.heads.find(&mut cursor) {
            head = HeadState::Known(known);
            lent.stats.head_hits += 1;
            if let Some(head) = lent.heads.get(head) {
                lent.stats.add_of_message(head.stats);
            }
        } else if let Some(behind) = envelope(cursor, &mut lent) {
            head = HeadState::New;
            lent.stats.heads_predicted += 1;
            cursor = behind;
        }
        Self {
            head_end: cursor.pos(),
            lent,
            cursor,
            head,
            handed: 0,
            name: None,
            seen: Seen::default(),
            events: 0,
            notifications: 1,
            ends: Ends::None,
        }
    }

    /// Hands items to `sink` until it wants no more, the whole body has been read and found good, or
    /// something else comes next than predicted.
    #[inline(always)]
    pub(super) fn read<'t, S>(&mut self, arena: &'t Bump, sink: &mut S) -> Stopped
    where
        'b: 't,
        S: Sink<'t>,
    {
        if self.head(sink).is_break() {
            return Stopped::Sink;
        }
        loop {
            if self.ends.hand_out(sink).is_break() {
                return Stopped::Sink;
            }
            if self.children(arena, sink) == Stopped::Sink {
                return Stopped::Sink;
            }
            if self.tail() {
                // All that is left is known, and so is what comes of it.
                let _ = self.ends.hand_out(sink);
                return Stopped::Sink;
            }
            if !self.next_notification() {
                return Stopped::Other;
            }
        }
    }

    /// Hands out what is left of the items of the head.
    #[inline(always)]
    fn head<'t, S>(&mut self, sink: &mut S) -> ControlFlow<()>
    where
        'b: 't,
        S: Sink<'t>,
    {
        /// All items of the head have been handed out.
        const ALL: u8 = u8::MAX;
        let Some(head) = self.lent.heads.get(self.head) else {
            return ControlFlow::Continue(());
        };
        if head.said.is_whole {
            self.ends = Ends::Handed;
        }
        if S::TAKES_ALL {
            return head.said.hand_out(&self.cursor, sink);
        }
        if self.handed < ALL {
            let mut sink = AllButFirst {
                first: self.handed,
                passed: 0,
                sink,
            };
            let flow = head.said.hand_out(&self.cursor, &mut sink);
            self.handed = sink.passed;
            flow?;
            self.handed = ALL;
        }
        ControlFlow::Continue(())
    }

    /// Reads the children of the Notification.
    #[inline(always)]
    fn children<'t, S>(&mut self, arena: &'t Bump, sink: &mut S) -> Stopped
    where
        'b: 't,
        S: Sink<'t>,
    {
        let lent = &mut self.lent;
        let Some(prefix) = lent.heads.get(self.head).and_then(|head| head.prefix) else {
            return Stopped::Other;
        };
        lent.dispatch.run(Children {
            cursor: &mut self.cursor,
            tags: lent.scratch.tags.of(prefix),
            lengths: &mut lent.scratch.lengths,
            seen: &mut self.seen,
            events: &mut self.events,
            event_limit: lent.config.limits.events,
            arena,
            sink,
        })
    }

    /// Looks at whether all the rest of the body is the tail of the learned head, or as predicted.
    #[inline(always)]
    fn tail(&mut self) -> bool {
        let Some(head) = self.lent.heads.get(self.head) else {
            return false;
        };
        if !self.seen.contains(Element::SubscriptionId) {
            return false;
        }
        if matches!(self.head, HeadState::Known(_)) && head.ends_so(self.cursor.rest()) {
            self.lent.stats.tail_hits += 1;
        } else if !self.other_tail() {
            return false;
        }
        self.ends = Ends::Notification;
        true
    }

    /// Moves over the end of the Notification and the start tag of one more, if that is written as the first.
    #[inline(never)]
    fn next_notification(&mut self) -> bool {
        let head = self.lent.heads.get(self.head);
        let Some(name) = head.and_then(|head| head.again) else {
            return false;
        };
        let mut ahead = self.cursor;
        ahead.skip(Class::SPACE);
        let mut follows = self.notifications < self.lent.config.limits.events
            && self.seen.contains(Element::SubscriptionId)
            && ahead.eat_bare_tag("</", name);
        ahead.skip(Class::SPACE);
        follows = follows && ahead.eat_bare_tag("<", name);
        if follows {
            self.cursor = ahead;
            let end = ahead.pos() - ">".len();
            self.name = Some(Span::new(end - (name.end() - name.start()), end));
            self.notifications += 1;
            self.seen = Seen::default();
            self.ends = Ends::Between;
        }
        follows
    }

    /// Reads the tail of a head that is not known, and learns both.
    #[inline(never)]
    fn other_tail(&mut self) -> bool {
        let Lent {
            scratch,
            heads,
            config,
            ..
        } = &mut self.lent;
        if self.head != HeadState::New {
            return false;
        }
        let mut ahead = self.cursor;
        let Some(tail) = heads.open.eat_tail(&mut ahead, &scratch.frame) else {
            return false;
        };
        let text = ahead.text(0, self.head_end);
        heads.learn(self.head, text, Some(tail), config.heads);
        true
    }
}

/// Reads the head as predicted, and notes it as the candidate.
#[inline(never)]
fn envelope<'b>(mut cursor: Cursor<'b>, lent: &mut Lent<'_>) -> Option<Cursor<'b>> {
    if !lent.config.predict || !envelope::has_room(&lent.config.limits) {
        return None;
    }
    prolog::start(&mut cursor).ok()?;
    lent.dispatch.run(Envelope {
        cursor,
        head: &mut lent.heads.candidate,
        open: &mut lent.heads.open,
        frame: &mut lent.scratch.frame,
    })
}

/// Hands on all but the first items.
struct AllButFirst<'s, S> {
    first: u8,
    /// How many there have been.
    passed: u8,
    sink: &'s mut S,
}

impl<'t, S: Items<'t>> Items<'t> for AllButFirst<'_, S> {
    fn item(&mut self, item: Item<'t>) -> ControlFlow<()> {
        self.passed += 1;
        if self.passed <= self.first {
            return ControlFlow::Continue(());
        }
        self.sink.item(item)
    }
}
