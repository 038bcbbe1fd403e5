//! Learned heads: what stands before the first event, read once for each server.
//!
//! Up to the start tag of its first Notification a server writes nearly the same bytes in every
//! message. Reading is deterministic, so where a body begins with bytes that were read before, the
//! state behind them is known, and reading goes on from there. What makes that right:
//!
//! - A head ends directly behind the `>` of the first Notification's start tag, where the state depends
//!   on no later byte. So of the heads of different length at most one begins a body.
//! - Its state is offsets and small values, read again from the body at hand; nothing in it points.
//! - Bytes are compared whole. Limits that depend on the whole body are checked before.
//! - A head is learned when its message has been read to the end without error, if it is no longer than
//!   [`LONGEST`] and nothing in it had to be decoded.
//! - A tail belongs to a head: all that follows the last child, end tags and white space only. It
//!   applies directly behind the end tag of a child of the same Notification, where the open elements
//!   and the bindings are those of the head, and only to all of the rest of a body.

use alloc::string::String;
use alloc::vec::Vec;

use super::Open;
use super::predict::Prefix;
use crate::model::{Item, Operation, ResponseClass, ResponseCode, ServerVersionInfo};
use crate::parser::Stats;
use crate::scan::Span;
use crate::xml::Snapshot;

/// The longest head or tail that is learned, in bytes.
pub(super) const LONGEST: usize = 4 << 10;

/// The heads that a parser has learned.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    learned: Vec<Head>,
    /// The head of the message at hand, while it is not known to be good; memory to reuse otherwise.
    pub(super) candidate: Head,
    /// Messages that were begun with a learned head or ended in a new one: a clock of uses.
    uses: u64,
}

/// A head, and the state behind it.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) text: String,
    pub(super) tokens: Snapshot,
    pub(super) open: Vec<Open>,
    pub(super) items: Vec<HeadItem>,
    pub(super) responses: usize,
    pub(super) values: usize,
    /// What reading it adds to the counts.
    pub(super) stats: Stats,
    /// How the types namespace is written in the Notification, if that is known.
    pub(super) prefix: Option<Prefix>,
    /// What follows the last child; empty if that is not known.
    pub(super) tail: String,
    last_use: u64,
}

/// An item of a head, its text as a part of the body.
#[derive(Clone, Copy, Debug)]
pub(super) enum HeadItem {
    RequestServerVersion(Span),
    /// All but the version, and the version.
    ServerVersionInfo(ServerVersionInfo<'static>, Option<Span>),
    Operation(Operation),
    Response(Option<ResponseClass<'static>>),
    ResponseCode(Span),
    Notification,
}

impl HeadItem {
    /// The item, if it is one that servers write before events and its text stands in the body.
    pub(super) fn new(item: Item<'_>, span_of: impl Fn(&str) -> Option<Span>) -> Option<Self> {
        Some(match item {
            Item::RequestServerVersion(version) => Self::RequestServerVersion(span_of(version)?),
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
                Self::ServerVersionInfo(info, version)
            }
            Item::Operation(operation) => Self::Operation(operation),
            Item::Response(class) => Self::Response(match class {
                None => None,
                Some(ResponseClass::Success) => Some(ResponseClass::Success),
                Some(ResponseClass::Warning) => Some(ResponseClass::Warning),
                Some(ResponseClass::Error) => Some(ResponseClass::Error),
                Some(ResponseClass::Other(_)) => return None,
            }),
            Item::ResponseCode(code) => Self::ResponseCode(span_of(code.as_str())?),
            Item::Notification => Self::Notification,
            _ => return None,
        })
    }

    /// The item, in a body whose parts `text` gives.
    pub(super) fn item<'b>(self, text: impl Fn(Span) -> &'b str) -> Item<'b> {
        match self {
            Self::RequestServerVersion(version) => Item::RequestServerVersion(text(version)),
            Self::ServerVersionInfo(info, version) => Item::ServerVersionInfo(ServerVersionInfo {
                version: version.map(text),
                ..info
            }),
            Self::Operation(operation) => Item::Operation(operation),
            Self::Response(class) => Item::Response(class),
            Self::ResponseCode(code) => Item::ResponseCode(ResponseCode::new(text(code))),
            Self::Notification => Item::Notification,
        }
    }
}

impl Heads {
    /// Which head the body begins with.
    pub(super) fn find(&mut self, body: &[u8]) -> Option<usize> {
        let begins = |head: &Head| body.starts_with(head.text.as_bytes());
        let at = self.learned.iter().position(begins)?;
        self.uses += 1;
        self.learned.get_mut(at)?.last_use = self.uses;
        Some(at)
    }

    pub(super) fn get(&self, at: usize) -> Option<&Head> {
        self.learned.get(at)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Head> {
        self.learned.get_mut(at)
    }

    /// Keeps the candidate as one of at most `limit` heads. The one that was not used for longest
    /// makes room, and its memory is the next candidate's.
    pub(super) fn learn(&mut self, limit: u8) {
        self.uses += 1;
        self.candidate.last_use = self.uses;
        if self.learned.len() < usize::from(limit) {
            self.learned.push(core::mem::take(&mut self.candidate));
        } else if let Some(oldest) = self.learned.iter_mut().min_by_key(|head| head.last_use) {
            core::mem::swap(oldest, &mut self.candidate);
        }
    }

    /// What they hold on the heap, in bytes.
    pub(crate) fn retained_bytes(&self) -> usize {
        let heads = self.learned.iter().chain([&self.candidate]);
        self.learned.capacity() * size_of::<Head>() + heads.map(Head::retained_bytes).sum::<usize>()
    }
}

impl Head {
    pub(super) fn set_tail(&mut self, tail: &str) {
        self.tail.clear();
        self.tail.push_str(tail);
    }

    fn retained_bytes(&self) -> usize {
        self.text.capacity()
            + self.tail.capacity()
            + self.tokens.retained_bytes()
            + self.open.capacity() * size_of::<Open>()
            + self.items.capacity() * size_of::<HeadItem>()
    }
}
