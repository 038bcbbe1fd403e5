//! Heads and tails: what stands before and behind the Notifications.
//!
//! A head is the body up to and with the start tag of its first Notification. Up to there a server
//! writes nearly the same bytes in every message. Reading is deterministic, so where a body begins with
//! bytes that were read before, the state behind them is known. What makes that right:
//!
//! - A head ends directly behind the `>` of a start tag, where the state depends on no later byte. So of
//!   the heads of different length at most one begins a body.
//! - A body without Notification that has one response is a head as a whole: for a body that is the same to
//!   the end.
//! - What is known of it is offsets and small values, read again from the body at hand; nothing points.
//! - Bytes are compared whole. Limits that depend on the whole body are checked before.
//! - A head is learned when its message has been read to the end without error, if it is no longer than
//!   [`LONGEST`] and all that it says stands in it as it reads, in the usual order.
//! - A tail belongs to a head: what follows the last child, end tags of what the head opened and white
//!   space only. It applies where a child of the same Notification may stand, and only to all of the rest
//!   of a body.
//! - Where several Notifications may stand and the tag of the first is its name and nothing else, one that
//!   follows with the same tag opens and declares the same, so that the same tail may follow it.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use super::Items;
use super::envelope::OpenPrefixes;
use super::tags::Prefix;
use crate::model::{
    ConnectionStatus, Item, Operation, ResponseClass, ResponseCode, ServerVersionInfo,
};
use crate::scan::{Cursor, Span};
use crate::stats::Stats;

/// The longest head or tail that is learned, in bytes.
const LONGEST: usize = 4 << 10;

/// The heads that a parser has learned.
#[derive(Default)]
pub(crate) struct Heads {
    learned: Vec<Head>,
    /// The head of the message at hand, while it is not known to be good, without its text.
    pub(super) candidate: Head,
    /// What is open behind the candidate, if that was predicted.
    pub(super) open: OpenPrefixes,
    /// Messages that were begun with a learned head or ended in a new one: a clock of uses.
    uses: u64,
}

/// A head, and the state behind it.
#[derive(Default)]
pub(super) struct Head {
    text: String,
    pub(super) said: Said,
    /// What reading it adds to the counts.
    pub(super) stats: Stats,
    /// How the types namespace is written in the Notification, if that is known.
    pub(super) prefix: Option<Prefix>,
    /// The name of its Notification, if another may follow that is written with it alone.
    pub(super) again: Option<Span>,
    /// What follows the last child; empty if that is not known.
    tail: String,
    /// 0 if never.
    last_use: u64,
}

/// What a body has to do with learned heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadState {
    /// Its head is not known, and is not being noted.
    None,
    /// Its head is being read, and the candidate has the items so far.
    Reading,
    /// Its head is the candidate.
    New,
    /// It begins with this learned head.
    Known(usize),
}

/// What a head says, its texts as parts of the body.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) request_server_version: Option<Span>,
    /// All but the version, and the version.
    server_version_info: Option<(ServerVersionInfo<'static>, Option<Span>)>,
    pub(super) operation: Option<Operation>,
    pub(super) class: Option<ResponseClass<'static>>,
    pub(super) response_code: Option<Span>,
    connection_status: Option<ConnectionStatus<'static>>,
    /// Whether the response has ended, and no Notification has come: nothing is left to read.
    pub(super) is_whole: bool,
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
            Item::Operation(operation) => {
                self.operation = Some(operation);
                3
            }
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
            Item::ConnectionStatus(status) => {
                self.connection_status = Some(known_status(status)?);
                6
            }
            Item::Notification => 7,
            Item::ResponseEnd => {
                self.is_whole = true;
                7
            }
            _ => return None,
        };
        let is_next = rank > self.last;
        self.last = rank;
        is_next.then_some(())
    }

    /// Hands out the items, in the body of `cursor`.
    #[inline(always)]
    pub(super) fn hand_out<'t>(
        &self,
        cursor: &Cursor<'t>,
        to: &mut impl Items<'t>,
    ) -> ControlFlow<()> {
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
        if let Some(operation) = self.operation {
            to.item(Item::Operation(operation))?;
        }
        to.item(Item::Response(self.class))?;
        if let Some(code) = self.response_code {
            to.item(Item::ResponseCode(ResponseCode::new(text(code))))?;
        }
        if let Some(status) = self.connection_status {
            to.item(Item::ConnectionStatus(status))?;
        }
        to.item(match self.is_whole {
            true => Item::ResponseEnd,
            false => Item::Notification,
        })
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

/// The status, if it is one of the schema.
fn known_status(status: ConnectionStatus<'_>) -> Option<ConnectionStatus<'static>> {
    Some(match status {
        ConnectionStatus::Ok => ConnectionStatus::Ok,
        ConnectionStatus::Closed => ConnectionStatus::Closed,
        ConnectionStatus::Other(_) => return None,
    })
}

impl Heads {
    /// The head that a body begins with, which the cursor is moved behind.
    #[inline(always)]
    pub(super) fn find(&mut self, cursor: &mut Cursor<'_>) -> Option<usize> {
        for (at, head) in self.learned.iter_mut().enumerate() {
            if head.begins(cursor.rest()) && cursor.eat(&head.text) {
                self.uses += 1;
                head.last_use = self.uses;
                return Some(at);
            }
        }
        None
    }

    /// The head of the message at hand, if there is one.
    #[inline(always)]
    pub(super) fn get(&self, state: HeadState) -> Option<&Head> {
        match state {
            HeadState::New => Some(&self.candidate),
            HeadState::Known(at) => self.learned.get(at),
            HeadState::None | HeadState::Reading => None,
        }
    }

    pub(super) fn get_mut(&mut self, state: HeadState) -> Option<&mut Head> {
        match state {
            HeadState::New => Some(&mut self.candidate),
            HeadState::Known(at) => self.learned.get_mut(at),
            HeadState::None | HeadState::Reading => None,
        }
    }

    /// A head is to be noted.
    pub(super) fn begin(&mut self) {
        self.candidate.said = Said::default();
    }

    /// Notes an item of a head. None if such a head cannot be learned.
    pub(super) fn note(&mut self, item: Item<'_>, body: &Cursor<'_>) -> Option<()> {
        self.candidate.said.note(item, |text| body.span_of(text))
    }

    /// The head has been noted. Reading it counted `stats`; a Notification of the name `again` may follow.
    pub(super) fn complete(&mut self, stats: Stats, again: Option<Span>) {
        self.candidate.stats = stats;
        self.candidate.prefix = None;
        self.candidate.again = again;
    }

    /// A good body had this head, which reads `text`, and ended with `tail`: keeps the head, if it is new, and
    /// the tail. Tells whether the tail was known.
    pub(super) fn learn(
        &mut self,
        state: HeadState,
        text: Option<&str>,
        tail: Option<&str>,
        limit: u8,
    ) -> bool {
        let is_new = state == HeadState::New;
        let tail = tail.filter(|tail| tail.len() <= LONGEST);
        let Some(head) = self.get_mut(state).filter(|_| limit > 0) else {
            return false;
        };
        if !is_new && tail == Some(&head.tail) {
            return true;
        }
        if tail.is_some() || is_new {
            head.tail.clear();
            head.tail.push_str(tail.unwrap_or_default());
        }
        if let Some(text) = text.filter(|text| is_new && text.len() <= LONGEST) {
            self.keep(text, limit);
        }
        false
    }

    /// Keeps the candidate, which reads `text`, as one of at most `limit` heads. The one that was not
    /// used for longest makes room.
    fn keep(&mut self, text: &str, limit: u8) {
        if self.learned.len() < usize::from(limit) {
            self.learned.push(Head::default());
        }
        self.uses += 1;
        let Some(oldest) = self.learned.iter_mut().min_by_key(|head| head.last_use) else {
            return;
        };
        oldest.text.clear();
        oldest.text.push_str(text);
        oldest.copy_state(&self.candidate);
        oldest.last_use = self.uses;
    }

    /// What they hold on the heap, in bytes.
    pub(crate) fn retained_bytes(&self) -> usize {
        let heads = self.learned.iter().chain([&self.candidate]);
        self.learned.capacity() * size_of::<Head>() + heads.map(Head::retained_bytes).sum::<usize>()
    }
}

impl Head {
    /// Whether a body may begin with it: long ones that begin alike seldom have the same at the same
    /// place later.
    #[inline(always)]
    fn begins(&self, body: &[u8]) -> bool {
        body.get(..self.text.len())
            .is_some_and(|start| start.last_chunk::<16>() == self.text.as_bytes().last_chunk())
            && (!self.said.is_whole || body.len() == self.text.len())
    }

    /// Whether this is all that follows the last child, as far as is known. Nothing is not.
    #[inline(always)]
    pub(super) fn ends_so(&self, rest: &[u8]) -> bool {
        rest == self.tail.as_bytes() && !rest.is_empty()
    }

    /// What is known of it: all but its text and when it was used.
    fn copy_state(&mut self, source: &Self) {
        self.said = source.said;
        self.stats = source.stats;
        self.prefix = source.prefix;
        self.again = source.again;
        self.tail.clone_from(&source.tail);
    }

    fn retained_bytes(&self) -> usize {
        self.text.capacity() + self.tail.capacity()
    }
}
