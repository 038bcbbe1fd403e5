//! Learned heads and tails: the parts of a body before and after the children of its Notifications.
//!
//! A head is the body up to and including the start tag of its first Notification. Up to there a server writes
//! nearly the same bytes in every message. Parsing is deterministic: two bodies with the same first bytes lead to the
//! same state. These rules make it safe to skip a learned head:
//!
//! - A head ends at the first Notification, and the bytes before decide where that is. So no learned head is the start of
//!   another one, and at most one matches.
//! - If a body has one response and no Notification, the whole body is the head. It is used for equal bodies only.
//! - A learned head stores offsets and small values. Texts are sliced from the current body, never from an earlier one.
//! - All bytes are compared, not a hash. The limit of the body's length has been checked.
//! - A head is learned after its message was parsed without error, if it is no longer than [`LONGEST`] and
//!   [`HeadFields`] can store all its values.
//! - A tail belongs to a head. It consists of the end tags of the elements that the head opened, and white space. It is
//!   compared with the whole rest of the body, at a place where a child of the Notification could follow.
//! - Several Notifications may follow each other. If the first start tag has a name and nothing else, an equal start tag
//!   leaves the declarations unchanged. So the same tail may follow.

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
    /// The head of the current message. It is learned once the message is parsed without error. Its `text` is not set.
    pub(super) candidate: Head,
    /// The prefixes of the elements that are open after a predicted candidate.
    pub(super) open_prefixes: OpenPrefixes,
    /// The clock for the least recently used head.
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
    /// The name of its Notification, if the start tag has nothing else and its parent may have more Notifications.
    pub(super) bare_name: Option<Span>,
    /// The text after the last child; empty if that is not known.
    tail: String,
    /// The value of [`Heads::uses`] at its last use.
    last_use: u64,
}

/// The state of the current message's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadState {
    /// Not read by the fast path, and not to be learned.
    None,
    /// Not read to its end yet.
    Reading,
    /// The candidate.
    New,
    /// This learned head.
    Learned(usize),
}

/// The fields of a message that a head assigns. Texts are spans of the body.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeadFields {
    pub(super) soap: Option<SoapVersion>,
    pub(super) request_server_version: Option<Span>,
    /// The numbers of the version, and where its text is.
    server_version_info: Option<(ServerVersionInfo<'static>, Option<Span>)>,
    pub(super) operation: Option<Operation>,
    pub(super) class: Option<ResponseClass<'static>>,
    pub(super) response_code: Option<Span>,
    connection_status: Option<ConnectionStatus<'static>>,
    /// Whether the body ends here, without a Notification.
    pub(super) is_whole: bool,
}

impl HeadFields {
    /// The fields of a message whose head was just read. `None` if it has fields that are not here, or decoded text, which is
    /// not in the body.
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
            if head.may_match(cursor.rest()) && cursor.eat(&head.text) {
                self.uses += 1;
                head.last_use = self.uses;
                return Some(at);
            }
        }
        None
    }

    /// The head in this state, if it is complete.
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

    /// Makes a head that was just read the candidate. `stats` are the counts that reading it added.
    pub(super) fn complete(&mut self, fields: HeadFields, stats: Stats, bare_name: Option<Span>) {
        self.candidate.fields = fields;
        self.candidate.stats = stats;
        self.candidate.prefix = None;
        self.candidate.bare_name = bare_name;
    }

    /// Learns from a message that was parsed without error: the head with this text, if it is new, and its tail. Returns
    /// whether the tail was known.
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
        let Some(least_recent) = self.learned.iter_mut().min_by_key(|head| head.last_use) else {
            return;
        };
        least_recent.text.clear();
        least_recent.text.push_str(text);
        least_recent.copy_state(&self.candidate);
        least_recent.last_use = self.uses;
    }

    /// Bytes on the heap.
    pub(crate) fn retained_bytes(&self) -> usize {
        let heads = self.learned.iter().chain([&self.candidate]);
        let texts = heads.map(|head| head.text.capacity() + head.tail.capacity());
        self.learned.capacity() * size_of::<Head>() + texts.sum::<usize>()
    }
}

impl Head {
    /// A quick check before the whole head is compared. It looks at the last bytes of the head, because heads with the
    /// same start differ there.
    #[inline(always)]
    fn may_match(&self, body: &[u8]) -> bool {
        body.get(..self.text.len())
            .is_some_and(|start| start.last_chunk::<16>() == self.text.as_bytes().last_chunk())
            && (!self.fields.is_whole || body.len() == self.text.len())
    }

    /// Whether `rest` is its tail. An empty `rest` never is.
    #[inline(always)]
    pub(super) fn has_tail(&self, rest: &[u8]) -> bool {
        rest == self.tail.as_bytes() && !rest.is_empty()
    }

    /// Copies everything except the text and the last use.
    fn copy_state(&mut self, source: &Self) {
        self.fields = source.fields;
        self.stats = source.stats;
        self.prefix = source.prefix;
        self.bare_name = source.bare_name;
        self.tail.clone_from(&source.tail);
    }
}
