//! Learned heads and tails: what surrounds the Notifications of a message.
//!
//! A head is the body up to and including the start tag of its first Notification. Up to there a server writes
//! nearly the same bytes in every message. Reading is deterministic: where a body begins with bytes that were read
//! before, the state after them is known. What makes that right:
//!
//! - A head ends directly after the `>` of a start tag, where the state depends on no later byte. So at most one of
//!   the heads of different length begins a body.
//! - A body without Notification that has one response is a head as a whole: for bodies that are the same to the
//!   end.
//! - What is known of a head is offsets and small values, which are sliced again from the body at hand. Nothing
//!   points into an earlier body.
//! - Bytes are compared whole. Limits that depend on the whole body are checked before.
//! - A head is learned when its message has been read to the end without error, if it is no longer than
//!   [`LONGEST`], and [`HeadFields`] can hold everything that it says.
//! - A tail belongs to a head. It is what follows the last child: end tags of what the head opened, and white space.
//!   It applies where a child of the same Notification could follow, and only to the whole rest of a body.
//! - Several Notifications may follow each other. If the start tag of the first has a name and nothing else, the next
//!   one with the same tag opens and declares the same, and may have the same tail.

use alloc::string::String;
use alloc::vec::Vec;

use super::MessageBuilder;
use super::head_matcher::OpenPrefixes;
use super::tags::Prefix;
use crate::model::{
    ConnectionStatus, Message, Operation, Response, ResponseClass, ResponseCode, ServerVersionInfo,
    SoapVersion,
};
use crate::scan::{Cursor, Span};
use crate::stats::Stats;

/// The longest head or tail that is learned, in bytes.
const LONGEST: usize = 4 << 10;

/// The heads that a parser has learned.
#[derive(Default)]
pub(crate) struct Heads {
    learned: Vec<Head>,
    /// The head of the message at hand, until that is known to be good; without its text.
    pub(super) candidate: Head,
    /// The elements that are open after the candidate, if it was predicted.
    pub(super) open_prefixes: OpenPrefixes,
    /// A clock of uses: messages that began with a learned head or ended in a new one.
    uses: u64,
}

/// A head, and the state after it.
#[derive(Default)]
pub(super) struct Head {
    text: String,
    pub(super) fields: HeadFields,
    /// The counts that reading it adds.
    pub(super) stats: Stats,
    /// How the types namespace is written in the Notification, if that is known.
    pub(super) prefix: Option<Prefix>,
    /// The name of its Notification, if another may follow that is written with it alone.
    pub(super) bare_name: Option<Span>,
    /// The text after the last child; empty if that is not known.
    tail: String,
    /// 0 if never.
    last_use: u64,
}

/// The head of the message at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadState {
    /// Not known, and not to be learned.
    None,
    /// Not read to its end yet.
    Reading,
    /// The candidate.
    New,
    /// This learned head.
    Learned(usize),
}

/// The fields of a message that a head assigns; texts as spans of the body.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeadFields {
    pub(super) soap: Option<SoapVersion>,
    pub(super) request_server_version: Option<Span>,
    /// All but the version, and the version.
    server_version_info: Option<(ServerVersionInfo<'static>, Option<Span>)>,
    pub(super) operation: Option<Operation>,
    pub(super) class: Option<ResponseClass<'static>>,
    pub(super) response_code: Option<Span>,
    connection_status: Option<ConnectionStatus<'static>>,
    /// Whether the body ends here, without a Notification.
    pub(super) is_whole: bool,
}

impl HeadFields {
    /// The fields that have been assigned. `None` if there are others than a head can hold, or a text is not in the
    /// body as it reads.
    pub(super) fn of(builder: &MessageBuilder<'_>, body: &Cursor<'_>) -> Option<Self> {
        let (message, response) = builder.only_response()?;
        let Message {
            operation,
            soap,
            request_server_version,
            server_version_info,
            responses: [],
            fault: None,
        } = *message
        else {
            return None;
        };
        let Response {
            class,
            message_text: None,
            code,
            descriptive_link_key: None,
            message_xml: [],
            notifications: [],
            connection_status,
            error_subscription_ids: [],
        } = *response
        else {
            return None;
        };
        let span_of = |text: Option<&str>| match text {
            Some(text) => body.span_of(text).map(Some),
            None => Some(None),
        };
        Some(Self {
            soap,
            request_server_version: span_of(request_server_version)?,
            server_version_info: match server_version_info {
                Some(info) => Some((info.with_version(None), span_of(info.version)?)),
                None => None,
            },
            operation: Some(operation),
            class: match class {
                Some(class) => Some(ResponseClass::known(class.as_str())?),
                None => None,
            },
            response_code: span_of(code.map(|code| code.as_str()))?,
            connection_status: match connection_status {
                Some(status) => Some(ConnectionStatus::known(status.as_str())?),
                None => None,
            },
            is_whole: builder.has_closed_responses(),
        })
    }

    /// Assigns the fields, with texts from the body of `cursor`.
    #[inline(always)]
    pub(super) fn write_to<'a>(&self, builder: &mut MessageBuilder<'a>, cursor: &Cursor<'a>) {
        let text = |span| cursor.span(span);
        let message = &mut builder.message;
        message.soap = self.soap;
        message.request_server_version = self.request_server_version.map(text);
        message.server_version_info = self
            .server_version_info
            .map(|(info, version)| info.with_version(version.map(text)));
        if let Some(operation) = self.operation {
            builder.operation(operation);
        }
        let response = builder.response();
        response.class = self.class;
        response.code = self.response_code.map(|code| ResponseCode::new(text(code)));
        response.connection_status = self.connection_status;
    }
}

impl Heads {
    /// The head that a body begins with. Moves the cursor after it.
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
            HeadState::Learned(at) => self.learned.get(at),
            HeadState::None | HeadState::Reading => None,
        }
    }

    pub(super) fn get_mut(&mut self, state: HeadState) -> Option<&mut Head> {
        match state {
            HeadState::New => Some(&mut self.candidate),
            HeadState::Learned(at) => self.learned.get_mut(at),
            HeadState::None | HeadState::Reading => None,
        }
    }

    /// The head of the message at hand was read to its end, and is the candidate. Reading it counted `stats`; a
    /// Notification of the name `bare_name` may follow.
    pub(super) fn complete(&mut self, fields: HeadFields, stats: Stats, bare_name: Option<Span>) {
        self.candidate.fields = fields;
        self.candidate.stats = stats;
        self.candidate.prefix = None;
        self.candidate.bare_name = bare_name;
    }

    /// A good body had this head, with this text, and ended with `tail`. Keeps the head, if it is new, and the tail.
    /// Whether the tail was known.
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

    /// Keeps the candidate, with this text, as one of at most `limit` heads. It replaces the least recently used one.
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

    /// Bytes on the heap.
    pub(crate) fn retained_bytes(&self) -> usize {
        let heads = self.learned.iter().chain([&self.candidate]);
        let texts = heads.map(|head| head.text.capacity() + head.tail.capacity());
        self.learned.capacity() * size_of::<Head>() + texts.sum::<usize>()
    }
}

impl Head {
    /// Whether a body may start with it. The last bytes are compared first: heads that start alike differ there.
    #[inline(always)]
    fn begins(&self, body: &[u8]) -> bool {
        body.get(..self.text.len())
            .is_some_and(|start| start.last_chunk::<16>() == self.text.as_bytes().last_chunk())
            && (!self.fields.is_whole || body.len() == self.text.len())
    }

    /// Whether this is its tail. An empty rest never is.
    #[inline(always)]
    pub(super) fn has_tail(&self, rest: &[u8]) -> bool {
        rest == self.tail.as_bytes() && !rest.is_empty()
    }

    /// Copies everything except the text and the time of use.
    fn copy_state(&mut self, source: &Self) {
        self.fields = source.fields;
        self.stats = source.stats;
        self.prefix = source.prefix;
        self.bare_name = source.bare_name;
        self.tail.clone_from(&source.tail);
    }
}
