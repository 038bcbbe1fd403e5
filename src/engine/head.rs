//! Heads and tails: what stands before and behind the children of the first Notification.
//!
//! A head is the body up to and with the start tag of its first Notification. It is known already, or
//! as [`envelope`] predicts, or is read item by item. The first two leave the tokenizer behind: it reads
//! the head when something that is not predicted follows, to know what is open and declared.
//!
//! Up to there a server writes nearly the same bytes in every message. Reading is deterministic, so
//! where a body begins with bytes that were read before, the state behind them is known. What makes that
//! right:
//!
//! - A head ends directly behind the `>` of a start tag, where the state depends on no later byte. So of
//!   the heads of different length at most one begins a body.
//! - Its state is offsets and small values, read again from the body at hand; nothing in it points.
//! - Bytes are compared whole. Limits that depend on the whole body are checked before.
//! - A head is learned when its message has been read to the end without error, if it is no longer than
//!   [`LONGEST`] and all that it says stands in it as it reads, in the usual order.
//! - A tail belongs to a head: what follows the last child, end tags of what the head opened and white
//!   space only. It applies where a child of the same Notification may stand, and only to all of the rest
//!   of a body.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use super::envelope::{self, Envelope};
use super::tags::Prefix;
use super::{Engine, Items, Open, Sink};
use crate::model::{Item, Operation, ResponseClass, ResponseCode, ServerVersionInfo};
use crate::parser::Stats;
use crate::scan::{Class, Cursor, Span};
use crate::schema::{Element, Seen};

/// The longest head or tail that is learned, in bytes.
pub(super) const LONGEST: usize = 4 << 10;

/// The heads that a parser has learned.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    learned: Vec<Head>,
    /// The head of the message at hand, while it is not known to be good, without its text.
    pub(super) candidate: Head,
    /// Messages that were begun with a learned head or ended in a new one: a clock of uses.
    uses: u64,
}

/// A head, and the state behind it.
#[derive(Debug, Default)]
pub(super) struct Head {
    text: String,
    pub(super) open: Vec<Open>,
    pub(super) said: Said,
    pub(super) responses: usize,
    /// What reading it adds to the counts; while it is being read, what they were before.
    pub(super) stats: Stats,
    /// How the types namespace is written in the Notification, if that is known.
    pub(super) prefix: Option<Prefix>,
    /// What follows the last child; empty if that is not known.
    tail: String,
    /// 0 if never.
    last_use: u64,
}

/// Where reading a body stands with regard to heads and tails.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    pub(super) head: HeadState,
    /// Whether the first Notification is open: the open elements outside of a child are those behind
    /// the head, and so are the bindings.
    pub(super) in_first: bool,
    /// Where the head ends, if it is complete.
    head_end: usize,
    /// Whether the tokenizer has not read the head.
    is_behind: bool,
    replay: Replay,
}

impl Progress {
    /// Whether there are items to hand out that are known without reading.
    pub(super) fn has_replay(&self) -> bool {
        self.replay != Replay::None
    }
}

/// What a body has to do with learned heads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum HeadState {
    /// Its head is not to be learned.
    #[default]
    None,
    /// Its head is being read, and the candidate has the items so far.
    Reading,
    /// Its head is the candidate.
    New,
    /// It begins with this learned head.
    Known(usize),
}

/// Items that are not read but known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Replay {
    #[default]
    None,
    /// Those of the head, behind this many.
    Head(u8),
    /// Behind a tail.
    NotificationEnd,
    ResponseEnd,
    /// The body has been read.
    End,
}

/// What a head says, its texts as parts of the body.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) request_server_version: Option<Span>,
    /// All but the version, and the version.
    server_version_info: Option<(ServerVersionInfo<'static>, Option<Span>)>,
    pub(super) class: Option<ResponseClass<'static>>,
    pub(super) response_code: Option<Span>,
    /// The rank of the last item that was noted.
    last: u8,
}

impl Said {
    /// Notes an item. None if it is not one that servers write before events, not in the order of
    /// [`hand_out`](Self::hand_out), or if its text does not stand in the body.
    fn note(&mut self, item: Item<'_>, span_of: impl Fn(&str) -> Option<Span>) -> Option<()> {
        let rank = match item {
            Item::RequestServerVersion(version) => {
                self.request_server_version = Some(span_of(version)?);
                1
            }
            Item::ServerVersionInfo(info) => {
                let version = match info.version {
                    Some(version) => Some(span_of(version)?),
                    None => None,
                };
                let info = ServerVersionInfo {
                    major_version: info.major_version,
                    minor_version: info.minor_version,
                    major_build_number: info.major_build_number,
                    minor_build_number: info.minor_build_number,
                    version: None,
                };
                self.server_version_info = Some((info, version));
                2
            }
            Item::Operation(Operation::SendNotification) => 3,
            Item::Response(class) => {
                self.class = match class {
                    Some(class) => Some(known_class(class)?),
                    None => None,
                };
                4
            }
            Item::ResponseCode(code) => {
                self.response_code = Some(span_of(code.as_str())?);
                5
            }
            Item::Notification => 6,
            _ => return None,
        };
        let is_next = rank > self.last;
        self.last = rank;
        is_next.then_some(())
    }

    /// Hands out the items, in the body of `cursor`.
    #[inline(always)]
    fn hand_out<'t>(&self, cursor: &Cursor<'t>, to: &mut impl Items<'t>) -> ControlFlow<()> {
        let text = |span| cursor.span(span);
        if let Some(version) = self.request_server_version {
            to.item(Item::RequestServerVersion(text(version)))?;
        }
        if let Some((info, version)) = self.server_version_info {
            to.item(Item::ServerVersionInfo(ServerVersionInfo {
                version: version.map(text),
                ..info
            }))?;
        }
        to.item(Item::Operation(Operation::SendNotification))?;
        to.item(Item::Response(self.class))?;
        if let Some(code) = self.response_code {
            to.item(Item::ResponseCode(ResponseCode::new(text(code))))?;
        }
        to.item(Item::Notification)
    }
}

/// Hands on all but the first items.
struct Behind<'s, S> {
    first: u8,
    /// How many there have been.
    passed: u8,
    sink: &'s mut S,
}

impl<'t, S: Items<'t>> Items<'t> for Behind<'_, S> {
    fn item(&mut self, item: Item<'t>) -> ControlFlow<()> {
        self.passed += 1;
        if self.passed <= self.first {
            return ControlFlow::Continue(());
        }
        self.sink.item(item)
    }
}

/// The class, if it is one of the schema.
pub(super) fn known_class(class: ResponseClass<'_>) -> Option<ResponseClass<'static>> {
    Some(match class {
        ResponseClass::Success => ResponseClass::Success,
        ResponseClass::Warning => ResponseClass::Warning,
        ResponseClass::Error => ResponseClass::Error,
        ResponseClass::Other(_) => return None,
    })
}

impl Heads {
    /// The head that a body begins with.
    fn find(&mut self, mut begins: impl FnMut(&str) -> bool) -> Option<usize> {
        let heads = self.learned.iter_mut().enumerate();
        let (at, head) = { heads }.find(|(_, head)| begins(&head.text))?;
        self.uses += 1;
        head.last_use = self.uses;
        Some(at)
    }

    /// The head of the message at hand, if there is one.
    fn get(&self, state: HeadState) -> Option<&Head> {
        match state {
            HeadState::New => Some(&self.candidate),
            HeadState::Known(at) => self.learned.get(at),
            HeadState::None | HeadState::Reading => None,
        }
    }

    fn get_mut(&mut self, state: HeadState) -> Option<&mut Head> {
        match state {
            HeadState::New => Some(&mut self.candidate),
            HeadState::Known(at) => self.learned.get_mut(at),
            HeadState::None | HeadState::Reading => None,
        }
    }

    /// Keeps the candidate, which reads `text`, as one of at most `limit` heads. The one that was not
    /// used for longest makes room.
    fn learn(&mut self, text: &str, limit: u8) {
        if limit == 0 {
            return;
        }
        if self.learned.len() < usize::from(limit) {
            self.learned.push(Head::default());
        }
        self.uses += 1;
        let Some(oldest) = self.learned.iter_mut().min_by_key(|head| head.last_use) else {
            return;
        };
        oldest.text.clear();
        oldest.text.push_str(text);
        oldest.clone_from(&self.candidate);
        oldest.last_use = self.uses;
    }

    /// What they hold on the heap, in bytes.
    pub(crate) fn retained_bytes(&self) -> usize {
        let heads = self.learned.iter().chain([&self.candidate]);
        self.learned.capacity() * size_of::<Head>() + heads.map(Head::retained_bytes).sum::<usize>()
    }
}

impl Head {
    /// Notes an element that is open behind it, and which children it has had.
    #[inline(always)]
    pub(super) fn open(&mut self, element: Element, name: Span, children: &[Element]) {
        self.open.push(Open {
            element,
            name,
            seen: Seen::of(children),
        });
    }

    /// All but the text.
    fn clone_from(&mut self, source: &Self) {
        self.said = source.said;
        self.open.clone_from(&source.open);
        self.responses = source.responses;
        self.stats = source.stats;
        self.prefix = source.prefix;
        self.tail.clone_from(&source.tail);
    }

    fn retained_bytes(&self) -> usize {
        self.text.capacity() + self.tail.capacity() + self.open.capacity() * size_of::<Open>()
    }
}

impl<'b> Engine<'_, 'b> {
    /// At the first byte.
    pub(super) fn begin(&mut self) {
        self.open.clear();
        self.open.push(Open {
            element: Element::Document,
            name: Span::default(),
            seen: Seen::default(),
        });
        if self.config.heads > 0 {
            self.heads.candidate.said = Said::default();
            self.heads.candidate.stats = *self.stats;
            self.progress.head = HeadState::Reading;
        }
    }

    /// Behind the head of the body, if it is a learned one or as predicted.
    pub(super) fn resume(&mut self) -> bool {
        let known = self.heads.find(|text| self.tokens.resume(text));
        if known.is_none() && !self.envelope() {
            return false;
        }
        match known {
            Some(_) => self.stats.head_hits += 1,
            None => self.stats.heads_predicted += 1,
        }
        self.progress = Progress {
            head: known.map_or(HeadState::New, HeadState::Known),
            in_first: true,
            head_end: self.tokens.cursor.pos(),
            is_behind: true,
            replay: Replay::Head(0),
        };
        let Some(head) = self.heads.get(self.progress.head) else {
            return false;
        };
        self.open.clone_from(&head.open);
        self.responses = head.responses;
        self.prefix = head.prefix;
        *self.stats = self.stats.plus(head.stats);
        true
    }

    /// Reads the head as predicted, and notes it as the candidate.
    fn envelope(&mut self) -> bool {
        if !self.config.predict || !envelope::has_room(&self.config.limits) {
            return false;
        }
        let Some(mut cursor) = self.tokens.behind_declaration() else {
            return false;
        };
        let is_read = self.dispatch.run(Envelope {
            cursor: &mut cursor,
            head: &mut self.heads.candidate,
        });
        if is_read {
            self.tokens.resume_at(cursor);
        }
        is_read
    }

    /// Has the tokenizer read the head that was not read by it. Where a body ends as predicted and all
    /// between was predicted, it never has to.
    #[inline(always)]
    pub(super) fn catch_up(&mut self) {
        if core::mem::take(&mut self.progress.is_behind) {
            self.tokens.catch_up(self.progress.head_end);
        }
    }

    /// Hands out the items that are known without reading; stops behind the end of the body.
    #[inline(always)]
    pub(super) fn replay<'t, S>(&mut self, sink: &mut S) -> ControlFlow<()>
    where
        'b: 't,
        S: Sink<'t>,
    {
        loop {
            match self.progress.replay {
                Replay::None => return ControlFlow::Continue(()),
                Replay::Head(at) => {
                    let Some(head) = self.heads.get(self.progress.head) else {
                        return ControlFlow::Continue(());
                    };
                    let cursor = &self.tokens.cursor;
                    if S::TAKES_ALL {
                        let _ = head.said.hand_out(cursor, sink);
                    } else {
                        let mut sink = Behind {
                            first: at,
                            passed: 0,
                            sink,
                        };
                        let flow = head.said.hand_out(cursor, &mut sink);
                        self.progress.replay = Replay::Head(sink.passed);
                        flow?;
                    }
                    self.progress.replay = Replay::None;
                }
                Replay::NotificationEnd => {
                    self.progress.replay = Replay::ResponseEnd;
                    sink.item(Item::NotificationEnd)?;
                }
                Replay::ResponseEnd => {
                    self.progress.replay = Replay::End;
                    sink.item(Item::ResponseEnd)?;
                }
                Replay::End => return ControlFlow::Break(()),
            }
        }
    }

    /// Moves over all the rest of the body, if it is the tail of the learned head or as predicted: the
    /// end tags of what is open, and white space.
    pub(super) fn tail(&mut self) -> bool {
        let Some(Open {
            element: Element::Notification,
            seen,
            ..
        }) = self.open.last()
        else {
            return false;
        };
        if !seen.contains(Element::SubscriptionId) {
            return false;
        }
        let start = self.tokens.cursor;
        if let HeadState::Known(_) = self.progress.head
            && self.progress.in_first
            && let Some(head) = self.heads.get(self.progress.head)
            && head.tail.len() == start.rest().len()
            && self.tokens.cursor.eat(&head.tail)
            && !head.tail.is_empty()
        {
            self.stats.tail_hits += 1;
        } else {
            let mut ahead = start;
            for open in self.open.get(1..).unwrap_or_default().iter().rev() {
                if !envelope::eat_end(&mut ahead, open.name) {
                    return false;
                }
            }
            ahead.skip(Class::SPACE);
            if !ahead.rest().is_empty() {
                return false;
            }
            self.tokens.cursor = ahead;
            // The tail of another Notification may be another.
            let of_first = self.progress.in_first;
            let tail = ahead.text(start.pos(), ahead.pos());
            self.leave_first();
            self.learn(tail.filter(|_| of_first));
        }
        self.progress.replay = Replay::NotificationEnd;
        true
    }

    /// Notes an item of the head that is being read. Behind the start tag of the first Notification,
    /// the head is complete.
    pub(super) fn note(&mut self, item: Item<'_>) {
        let candidate = &mut self.heads.candidate;
        let body = self.tokens.cursor;
        let noted = candidate.said.note(item, |text| body.span_of(text));
        if noted.is_none() {
            self.progress.head = HeadState::None;
            return;
        }
        if item != Item::Notification {
            return;
        }
        candidate.open.clone_from(self.open);
        candidate.responses = self.responses;
        candidate.stats = self.stats.since(candidate.stats);
        self.progress.head = HeadState::New;
        self.progress.in_first = true;
        self.progress.head_end = body.pos();
    }

    /// The first Notification ends.
    pub(super) fn leave_first(&mut self) {
        if !core::mem::take(&mut self.progress.in_first) {
            return;
        }
        if let Some(head) = self.heads.get_mut(self.progress.head) {
            head.prefix = self.prefix;
        }
    }

    /// The body has been read to its end and found good: keeps its head, if it is new, and the tail, if
    /// it has one.
    pub(super) fn learn(&mut self, tail: Option<&str>) {
        let head = core::mem::replace(&mut self.progress.head, HeadState::None);
        let tail = tail.filter(|tail| tail.len() <= LONGEST);
        if let Some(known) = self.heads.get_mut(head)
            && (tail.is_some() || head == HeadState::New)
        {
            known.tail.clear();
            known.tail.push_str(tail.unwrap_or_default());
        }
        let text = self.tokens.cursor.text(0, self.progress.head_end);
        if let (HeadState::New, Some(text)) = (head, text)
            && text.len() <= LONGEST
        {
            self.heads.learn(text, self.config.heads);
        }
    }
}
