//! The fast path: reads a body while everything is as predicted.
//!
//! The body must start with a learned head, or with one that [`head_matcher`](super::head_matcher) predicts. Children of
//! Notifications must be as [`child_matcher`](super::child_matcher) predicts. Nothing is tokenized: the head determines
//! which elements are open and what prefixes mean. The fast path has no rules of its own.
//! [`general_path`](super::general_path) would read the same with the same result. It continues where the fast path
//! stops, and reads the head again to know the open elements and the declarations.
//!
//! A prediction never reports an error.

use bumpalo::Bump;

use super::child_matcher::{Children, OpenEvent};
use super::head_matcher::{self, HeadMatcher};
use super::heads::{HeadEnd, HeadState};
use super::tags::Prefix;
use super::{MessageBuilder, Session};
use crate::scan::{Class, Cursor, Span};
use crate::schema::Seen;
use crate::xml::prolog;

/// Reads one body. `'a` is the lifetime of the body, `'s` of the session.
pub(super) struct FastPath<'s, 'a> {
    pub(super) session: Session<'s>,
    pub(super) body: &'a [u8],
    pub(super) cursor: Cursor<'a>,
    /// With [`HeadState::None`] nothing has been read.
    pub(super) head: HeadState,
    pub(super) head_end: usize,
    /// Where the name of the open Notification is in its start tag. `None` for the first Notification.
    pub(super) notification: Option<Span>,
    /// The children of the open Notification so far.
    pub(super) seen: Seen,
    /// The event of the open Notification that has a child that deviates.
    pub(super) open_event: Option<OpenEvent<'a>>,
}

impl<'s, 'a> FastPath<'s, 'a> {
    /// Reads the head of a body, if that is learned or as predicted.
    #[inline(always)]
    pub(super) fn begin(body: &'a [u8], mut session: Session<'s>) -> Self {
        let mut cursor = Cursor::new(body, session.dispatch);
        let mut head = HeadState::None;
        if let Some(learned) = session.heads.find(&mut cursor) {
            head = HeadState::Learned(learned);
            session.stats.head_hits += 1;
        } else if let Some(after_head) = match_head(cursor, &mut session) {
            head = HeadState::New;
            session.stats.heads_predicted += 1;
            cursor = after_head;
        }
        Self {
            head_end: cursor.pos(),
            session,
            body,
            cursor,
            head,
            notification: None,
            seen: Seen::default(),
            open_event: None,
        }
    }

    /// Whether the whole body was read. If not, the cursor is at the start of a token.
    #[inline(always)]
    pub(super) fn read(&mut self, arena: &'a Bump, builder: &mut MessageBuilder<'a>) -> bool {
        let Some(head) = self.session.heads.get(self.head) else {
            return false;
        };
        head.fields.write_to(builder, &self.cursor);
        let head_stats = head.stats;
        let prefix = head.prefix;
        match head.fields.end {
            HeadEnd::Notification => loop {
                self.read_children(prefix, arena, builder);
                if self.open_event.is_some() {
                    return false;
                }
                if self.read_tail(builder) {
                    break;
                }
                if !self.read_next_start_tag(builder) {
                    return false;
                }
            },
            HeadEnd::Body => builder.end_response(),
            HeadEnd::Error => {
                head.fields.error.write_to(builder, &self.cursor);
                builder.end_response();
                self.session.stats.tail_hits += u64::from(head.fields.error.value.is_some());
            }
        }
        self.session.stats.add_of_message(head_stats);
        true
    }

    #[inline(always)]
    fn read_children(
        &mut self,
        prefix: Option<Prefix>,
        arena: &'a Bump,
        builder: &mut MessageBuilder<'a>,
    ) {
        let Some(prefix) = prefix else {
            return;
        };
        let session = &mut self.session;
        session.dispatch.run(Children {
            cursor: &mut self.cursor,
            tags: session.scratch.tags.with(prefix),
            lengths: &mut session.scratch.lengths,
            seen: &mut self.seen,
            open_event: &mut self.open_event,
            arena,
            builder,
        });
    }

    /// Ends the message if the rest of the body is a tail: the one of the learned head, or a predicted one.
    #[inline(always)]
    fn read_tail(&mut self, builder: &mut MessageBuilder<'a>) -> bool {
        let Some(head) = self.session.heads.get(self.head) else {
            return false;
        };
        if builder.subscription_id.is_none() {
            return false;
        }
        if matches!(self.head, HeadState::Learned(_)) && head.has_tail(self.cursor.rest()) {
            self.session.stats.tail_hits += 1;
        } else if !self.read_predicted_tail() {
            return false;
        }
        let _ = builder.end_notification(); // it has its id
        builder.end_response();
        true
    }

    /// Reads the end tag of the Notification and the start tag of the next one, if it equals that of the first.
    #[inline(never)]
    fn read_next_start_tag(&mut self, builder: &mut MessageBuilder<'a>) -> bool {
        let head = self.session.heads.get(self.head);
        let Some(name) = head.and_then(|head| head.bare_name) else {
            return false;
        };
        let mut ahead = self.cursor;
        ahead.skip(Class::SPACE);
        let mut follows = builder.subscription_id.is_some() && ahead.eat_bare_tag("</", name);
        ahead.skip(Class::SPACE);
        follows = follows && ahead.eat_bare_tag("<", name);
        // The open one and the next.
        if !follows || !builder.has_room_for_notifications(2) {
            return false;
        }
        let _ = builder.end_notification(); // it has its id
        self.cursor = ahead;
        let end = ahead.pos() - ">".len();
        self.notification = Some(Span::new(end - (name.end() - name.start()), end));
        self.seen = Seen::default();
        true
    }

    /// Reads the tail after a predicted head. Learns the head with its tail.
    #[inline(never)]
    fn read_predicted_tail(&mut self) -> bool {
        let Session {
            scratch,
            heads,
            config,
            ..
        } = &mut self.session;
        if self.head != HeadState::New {
            return false;
        }
        let mut ahead = self.cursor;
        let tail = heads
            .open_prefixes
            .eat_tail(&mut ahead, &scratch.response_template);
        let Some(tail) = tail else {
            return false;
        };
        let text = ahead.text(0, self.head_end);
        heads.learn(self.head, text, Some(tail), config.head_bytes);
        true
    }
}

/// Reads a predicted head. It becomes the candidate of [`Heads`](super::Heads), to be learned if the rest is good.
#[inline(never)]
fn match_head<'a>(mut cursor: Cursor<'a>, session: &mut Session<'_>) -> Option<Cursor<'a>> {
    if !session.config.predict || !head_matcher::head_fits(&session.config.limits) {
        return None;
    }
    prolog::start(&mut cursor).ok()?;
    session.dispatch.run(HeadMatcher {
        cursor,
        head: &mut session.heads.candidate,
        open: &mut session.heads.open_prefixes,
        template: &mut session.scratch.response_template,
    })
}
