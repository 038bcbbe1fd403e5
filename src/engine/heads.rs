//! Learned heads and tails: the parts of a body before and after the children of its Notifications.
//!
//! A head is the body up to and including the start tag of its first Notification. Up to there a server writes
//! nearly the same bytes in every message. Parsing is deterministic: two bodies with the same first bytes lead to the
//! same state. These rules make it safe to skip a learned head:
//!
//! - A head ends at the first Notification, and the bytes before decide where that is. So no learned head is the start of
//!   another one, and at most one matches.
//! - If a body has one response and no Notification, the whole body is the head. It is used for equal bodies only.
//! - If that response has one Value of MessageXml, as an error has, the head ends after the start tag of the Value. It is
//!   used for bodies that continue with plain text and end with the learned tail.
//! - A learned head stores offsets and small values. Texts are sliced from the current body, never from an earlier one.
//! - All bytes are compared, not a hash. The limit of the body's length has been checked.
//! - A head is learned after its message was parsed without error, if it is no longer than [`LONGEST`] and
//!   [`HeadFields`] can store all its values.
//! - A tail belongs to a head. It is compared with the whole rest of the body. After a Value it may be anything. In a
//!   Notification it consists of the end tags of the elements that the head opened, and white space. It is compared where
//!   a child of the Notification could follow.
//! - Several Notifications may follow each other. If the first start tag has a name and nothing else, an equal start tag
//!   leaves the declarations unchanged. So the same tail may follow.
//!
//! # Look-up
//!
//! A binary tree chooses the one head that a body is compared with. Each node tests one bit of the body, the first in
//! which the heads below the node differ (a crit-bit tree). So a look-up takes a few steps and compares one head, however
//! many there are. Chosen bodies cannot make the tree high: a head that would need more than [`MOST_STEPS`] is not learned.
//!
//! # Replacement
//!
//! Heads are added until their memory reaches the limit. Then none is added, so the learned ones continue to match. After
//! [`MOST_MISSED`] misses for each of them all are forgotten. A head that is still in use is learned again from its next
//! message.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::MessageBuilder;
use super::head_matcher::OpenPrefixes;
use super::tags::Prefix;
use crate::model::{
    ConnectionStatus, Message, MessageXmlValue, Operation, Response, ResponseClass, ResponseCode,
    ServerVersionInfo, SoapVersion,
};
use crate::scan::{Class, Cursor, Span};
use crate::stats::Stats;

/// The longest head or tail that is learned, in bytes.
const LONGEST: usize = 4 << 10;

/// The most steps of a look-up. 256 builds of servers need 14, and 4,096 need 24.
const MOST_STEPS: u8 = 32;

/// The number of new heads, for each learned one, that are not learned for want of room before all are forgotten.
const MOST_MISSED: usize = 8;

/// The heads that a parser has learned.
#[derive(Default)]
pub(crate) struct Heads {
    /// The learned heads. Forgotten ones follow, whose memory is used again.
    heads: Vec<Head>,
    /// The number of learned heads.
    learned: usize,
    root: Link,
    /// One less than learned heads.
    nodes: Vec<Node>,
    /// The number of new heads that were not learned since all were forgotten.
    missed: usize,
    /// The capacity of all texts, in bytes.
    text_bytes: usize,
    /// The head of the current message. It is learned once the message is parsed without error. Its texts are not set.
    pub(super) candidate: Head,
    /// The prefixes of the elements that are open after a predicted candidate.
    pub(super) open_prefixes: OpenPrefixes,
}

/// The root of the tree, or a child of a node: the index of a head, or the complement of the index of a node.
#[derive(Clone, Copy)]
struct Link(i32);

/// The root of an empty tree: a node that does not exist.
impl Default for Link {
    fn default() -> Self {
        Self::to_node(0)
    }
}

impl Link {
    fn to_head(index: usize) -> Self {
        Self(index as i32)
    }

    fn to_node(index: usize) -> Self {
        Self(!(index as i32))
    }

    /// The index of the node, or as an error that of the head.
    #[inline(always)]
    fn node(self) -> Result<usize, usize> {
        match self.0 {
            0.. => Err(self.0 as usize),
            _ => Ok(!self.0 as usize),
        }
    }
}

/// A bit in which the heads below differ. They are equal before it.
#[derive(Clone, Copy)]
struct Node {
    bit: Bit,
    /// The most steps from here to a head.
    height: u8,
    /// The heads in which the bit is not set, and those in which it is.
    children: [Link; 2],
}

impl Node {
    #[inline(always)]
    fn child(&self, text: &[u8]) -> Link {
        let [unset, set] = self.children;
        if self.bit.is_set(text) { set } else { unset }
    }
}

/// A bit of a text. Earlier bits are less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Bit {
    /// The index of the byte.
    at: u32,
    /// The bit in that byte.
    mask: Reverse<u8>,
}

impl Bit {
    /// The first bit in which two texts differ.
    fn first_difference(one: &[u8], other: &[u8]) -> Option<Self> {
        let at = one.iter().zip(other).take_while(|(a, b)| a == b).count();
        let byte = |text: &[u8]| text.get(at).copied().unwrap_or(0);
        let highest = (byte(one) ^ byte(other)).checked_ilog2()?;
        Some(Self {
            at: at as u32,
            mask: Reverse(1 << highest),
        })
    }

    /// The end of a text counts as a zero byte, which XML does not have.
    #[inline(always)]
    fn is_set(self, text: &[u8]) -> bool {
        let byte = text.get(self.at as usize).copied().unwrap_or(0);
        byte & self.mask.0 != 0
    }
}

/// A head, and the state after it.
#[derive(Default)]
pub(super) struct Head {
    text: String,
    /// The text after the last child of a Notification, or after the Value of an error. Empty if it is not known.
    tail: String,
    pub(super) fields: HeadFields,
    /// The counts that reading it adds.
    pub(super) stats: Stats,
    /// How the types namespace is written in the Notification, if that is known.
    pub(super) prefix: Option<Prefix>,
    /// The name of its Notification, if the start tag has nothing else and its parent may have more Notifications.
    pub(super) bare_name: Option<Span>,
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

/// Where a head ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum HeadEnd {
    /// After the start tag of the first Notification.
    #[default]
    Notification,
    /// At the end of the body, which has no Notification and no [`ErrorFields`].
    Body,
    /// At the end of the body, which has no Notification but [`ErrorFields`], or before the text of their Value.
    Error,
}

/// The fields that an error has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorFields {
    message_text: Option<Span>,
    descriptive_link_key: Option<i32>,
    /// The only Value of MessageXml.
    pub(super) value: Option<ErrorValue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ErrorValue {
    /// `@Name`.
    name: Option<Span>,
    /// The text, in the body that the head was learned from.
    pub(super) text: Span,
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
    /// Empty unless `end` is [`HeadEnd::Error`].
    pub(super) error: ErrorFields,
    pub(super) end: HeadEnd,
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
            must_understand: [],
            responses: [],
            fault: None,
        } = *message
        else {
            return None;
        };
        let Response {
            class,
            message_text,
            code,
            descriptive_link_key,
            message_xml,
            notifications: [],
            connection_status,
            error_subscription_ids: [],
        } = *response
        else {
            return None;
        };
        let (value_name, value_text) = match message_xml {
            [] => (None, None),
            [value] => (value.name, Some(plain_text_of_value(value.value, body)?)),
            _ => return None,
        };
        let head_end = value_text.map_or(body.pos(), Span::start);
        let span_of = |text: Option<&str>| match text {
            Some(text) => {
                let span = body.span_of(text)?;
                (span.end() <= head_end).then_some(Some(span))
            }
            None => Some(None),
        };
        let error = ErrorFields {
            message_text: span_of(message_text)?,
            descriptive_link_key,
            value: match value_text {
                Some(text) => Some(ErrorValue {
                    name: span_of(value_name)?,
                    text,
                }),
                None => None,
            },
        };
        let is_error = error != ErrorFields::default();
        let end = match builder.has_closed_responses() {
            true if is_error => HeadEnd::Error,
            true => HeadEnd::Body,
            false if is_error => return None,
            false => HeadEnd::Notification,
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
            error,
            end,
        })
    }

    /// Assigns the fields except those of an error, with texts from the body of `cursor`.
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

impl ErrorFields {
    /// Assigns the fields, with texts from the body of `cursor`, which is after the text of the Value.
    pub(super) fn write_to<'a>(&self, builder: &mut MessageBuilder<'a>, cursor: &Cursor<'a>) {
        let text = |span| cursor.span(span);
        let response = builder.response();
        response.message_text = self.message_text.map(text);
        response.descriptive_link_key = self.descriptive_link_key;
        if let Some(value) = self.value {
            builder.push_value(MessageXmlValue {
                name: value.name.map(text),
                value: text(Span::new(value.text.start(), cursor.pos())),
            });
        }
    }
}

/// Where the text of a Value is, if it can be any plain text: one piece, directly after the start tag.
fn plain_text_of_value(value: &str, body: &Cursor<'_>) -> Option<Span> {
    let text = body.span_of(value)?;
    let before = body.bytes(Span::new(0, text.start()));
    let is_plain = value.bytes().all(|byte| Class::TEXT.contains(byte));
    let follows_tag = before.ends_with(b">")
        && ![&b"-->"[..], b"?>", b"]]>"]
            .iter()
            .any(|end| before.ends_with(end));
    (is_plain && follows_tag).then_some(text)
}

impl Heads {
    /// The head that a body begins with. Moves the cursor after it. The head of a message without Notification is found
    /// only if the body ends as expected. The cursor is then at its end, or at the end of the text of the Value.
    #[inline(always)]
    pub(super) fn find(&self, cursor: &mut Cursor<'_>) -> Option<usize> {
        let at = self.nearest(cursor.rest())?;
        let head = self.heads.get(at)?;
        let start = *cursor;
        if !cursor.eat(&head.text) {
            return None;
        }
        let is_found = match head.fields.end {
            HeadEnd::Notification => true,
            HeadEnd::Body => cursor.rest().is_empty(),
            HeadEnd::Error => {
                if head.fields.error.value.is_some() {
                    cursor.skip(Class::TEXT);
                }
                cursor.rest() == head.tail.as_bytes()
            }
        };
        if !is_found {
            *cursor = start;
            return None;
        }
        Some(at)
    }

    /// The only head that `body` may begin with.
    #[inline(always)]
    fn nearest(&self, body: &[u8]) -> Option<usize> {
        let mut link = self.root;
        loop {
            match link.node() {
                Ok(node) => link = self.nodes.get(node)?.child(body),
                Err(head) => return Some(head),
            }
        }
    }

    /// The head in this state, if it is complete.
    #[inline(always)]
    pub(super) fn get(&self, state: HeadState) -> Option<&Head> {
        match state {
            HeadState::New => Some(&self.candidate),
            HeadState::Learned(at) => self.heads.get(at),
            HeadState::None | HeadState::Reading => None,
        }
    }

    pub(super) fn get_mut(&mut self, state: HeadState) -> Option<&mut Head> {
        match state {
            HeadState::New => Some(&mut self.candidate),
            HeadState::Learned(at) => self.heads.get_mut(at),
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
    /// whether the tail was known. `limit` is the most memory of all heads, in bytes.
    pub(super) fn learn(
        &mut self,
        state: HeadState,
        text: Option<&str>,
        tail: Option<&str>,
        limit: usize,
    ) -> bool {
        let tail = tail.filter(|tail| tail.len() <= LONGEST);
        match state {
            HeadState::New => {
                let text = text.filter(|text| text.len() <= LONGEST);
                // Without a tail, the head of an error would match nothing.
                let is_useful = tail.is_some() || self.candidate.fields.error.value.is_none();
                if let Some(text) = text.filter(|_| is_useful) {
                    self.add(text, tail.unwrap_or_default(), limit);
                }
                false
            }
            HeadState::Learned(at) => {
                let known = self.heads.get(at).map(|head| head.tail.as_str());
                let is_known = tail.is_some() && tail == known;
                if let Some(tail) = tail.filter(|_| !is_known) {
                    self.set_tail(at, tail, limit);
                }
                is_known
            }
            HeadState::None | HeadState::Reading => false,
        }
    }

    /// Adds the candidate with this text and tail, if there is room.
    fn add(&mut self, text: &str, tail: &str, limit: usize) {
        if !self.make_room(text.len(), tail.len(), limit) {
            return self.miss();
        }
        grow(&mut self.nodes);
        if let Some(nearest) = self.nearest(text.as_bytes()) {
            let known = self.heads.get(nearest).map_or("", |head| &head.text);
            let Some(bit) = Bit::first_difference(text.as_bytes(), known.as_bytes()) else {
                // It is known, and was not found because its message ends otherwise. The state depends on the tail.
                if self.set_tail(nearest, tail, limit)
                    && let Some(head) = self.heads.get_mut(nearest)
                {
                    head.copy_state(&self.candidate);
                }
                return;
            };
            if !self.insert(bit, text.as_bytes()) {
                return self.miss();
            }
        } else {
            self.root = Link::to_head(self.learned);
        }
        if self.heads.len() == self.learned {
            grow(&mut self.heads);
            self.heads.push(Head::default());
        }
        if let Some(head) = self.heads.get_mut(self.learned) {
            self.text_bytes -= head.text_bytes();
            replace(&mut head.text, text);
            replace(&mut head.tail, tail);
            self.text_bytes += head.text_bytes();
            head.copy_state(&self.candidate);
        }
        self.learned += 1;
    }

    /// Inserts the next head into the tree. From the nearest one, it differs first in this bit. `false` if the tree would
    /// become too high.
    fn insert(&mut self, bit: Bit, text: &[u8]) -> bool {
        let node = |nodes: &[Node], link: Link| nodes.get(link.node().ok()?).copied();
        let mut path = 0;
        let mut below = self.root;
        while let Some(node) = node(&self.nodes, below)
            && node.bit < bit
        {
            path += 1;
            below = node.child(text);
        }
        let height = 1 + node(&self.nodes, below).map_or(0, |node| node.height);
        if path + height > MOST_STEPS {
            return false;
        }
        let new = Link::to_node(self.nodes.len());
        let mut link = &mut self.root;
        for steps in (height + 1..=height + path).rev() {
            let Some(node) = link.node().ok().and_then(|at| self.nodes.get_mut(at)) else {
                return false;
            };
            node.height = node.height.max(steps);
            let [unset, set] = &mut node.children;
            link = if node.bit.is_set(text) { set } else { unset };
        }
        *link = new;
        let mut children = [Link::to_head(self.learned), below];
        if bit.is_set(text) {
            children.reverse();
        }
        self.nodes.push(Node {
            bit,
            height,
            children,
        });
        true
    }

    /// Gives a learned head this tail. `false` if there is no room.
    fn set_tail(&mut self, at: usize, tail: &str, limit: usize) -> bool {
        let retained_bytes = self.retained_bytes();
        let Some(head) = self.heads.get_mut(at) else {
            return false;
        };
        let growth = text_growth(head.tail.capacity(), tail.len());
        if retained_bytes + growth > limit {
            self.miss();
            return false;
        }
        replace(&mut head.tail, tail);
        self.text_bytes += growth;
        true
    }

    /// Whether there is room for one more head, with texts of these lengths. Frees forgotten heads if necessary.
    fn make_room(&mut self, text: usize, tail: usize, limit: usize) -> bool {
        while self.retained_bytes() + self.growth(text, tail) > limit {
            if self.heads.len() > self.learned {
                let forgotten = self.heads.pop();
                self.text_bytes -= forgotten.map_or(0, |head| head.text_bytes());
            } else if self.heads.capacity() > self.learned {
                self.heads.shrink_to_fit();
                self.nodes.shrink_to_fit();
            } else {
                return false;
            }
        }
        true
    }

    /// The memory that one more head takes, with texts of these lengths.
    fn growth(&self, text: usize, tail: usize) -> usize {
        let (heads, old_text, old_tail) = match self.heads.get(self.learned) {
            Some(forgotten) => (0, forgotten.text.capacity(), forgotten.tail.capacity()),
            None => (growth(&self.heads), 0, 0),
        };
        heads * size_of::<Head>()
            + growth(&self.nodes) * size_of::<Node>()
            + text_growth(old_text, text)
            + text_growth(old_tail, tail)
    }

    /// Counts a head that is not learned for want of room. Forgets all heads if there were many.
    fn miss(&mut self) {
        self.missed += 1;
        if self.missed > MOST_MISSED * self.learned {
            self.learned = 0;
            self.root = Link::default();
            self.nodes.clear();
            self.missed = 0;
        }
    }

    /// Bytes on the heap.
    pub(crate) fn retained_bytes(&self) -> usize {
        self.heads.capacity() * size_of::<Head>()
            + self.nodes.capacity() * size_of::<Node>()
            + self.text_bytes
    }
}

impl Head {
    /// Whether `rest` is its tail. An empty `rest` never is.
    #[inline(always)]
    pub(super) fn has_tail(&self, rest: &[u8]) -> bool {
        rest == self.tail.as_bytes() && !rest.is_empty()
    }

    /// Copies everything except the texts.
    fn copy_state(&mut self, source: &Self) {
        self.fields = source.fields;
        self.stats = source.stats;
        self.prefix = source.prefix;
        self.bare_name = source.bare_name;
    }

    fn text_bytes(&self) -> usize {
        self.text.capacity() + self.tail.capacity()
    }
}

/// The elements for which a list allocates before one is pushed. `Vec` would double its memory.
fn growth<T>(list: &Vec<T>) -> usize {
    if list.len() < list.capacity() {
        return 0;
    }
    (list.len() / 8).max(1)
}

fn grow<T>(list: &mut Vec<T>) {
    list.reserve_exact(growth(list));
}

/// The bytes for which a text of this capacity allocates before one of this length replaces it. The texts of different
/// builds differ by a few bytes, so some room makes memory of forgotten heads fit.
fn text_growth(capacity: usize, length: usize) -> usize {
    if length <= capacity {
        return 0;
    }
    length.next_multiple_of(64) - capacity
}

fn replace(text: &mut String, new: &str) {
    let capacity = text.capacity() + text_growth(text.capacity(), new.len());
    text.clear();
    text.reserve_exact(capacity);
    text.push_str(new);
}

#[cfg(test)]
mod tests {
    use super::{Heads, LONGEST, MOST_STEPS};
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    const NO_LIMIT: usize = usize::MAX;

    impl Heads {
        fn is_known(&self, text: &str) -> bool {
            let at = self.nearest(text.as_bytes());
            at.and_then(|at| self.heads.get(at))
                .is_some_and(|head| head.text == text)
        }

        /// The nodes that the look-up of a text visits.
        fn steps(&self, text: &str) -> usize {
            let mut link = self.root;
            let mut steps = 0;
            while let Some(node) = link.node().ok().and_then(|at| self.nodes.get(at)) {
                link = node.child(text.as_bytes());
                steps += 1;
            }
            steps
        }
    }

    /// The part of a head of a stream in which builds differ.
    fn build(at: usize) -> String {
        let (major, minor) = (500 + at * 37 % 1_700, at * 7 % 40);
        format!(
            "MinorVersion=\"{}\" MajorBuildNumber=\"{major}\" MinorBuildNumber=\"{minor}\" Version=\"V{}",
            at % 3,
            2015 + at % 8
        )
    }

    #[test]
    fn a_look_up_among_all_builds_takes_a_few_steps() {
        for (builds, most) in [(1, 0), (4, 3), (64, 12), (256, 14), (4_096, 24)] {
            let mut heads = Heads::default();
            (0..builds).for_each(|at| heads.add(&build(at), "", NO_LIMIT));
            assert_eq!((heads.learned, heads.missed), (builds, 0));
            for at in 0..builds {
                assert!(heads.is_known(&build(at)));
                let steps = heads.steps(&build(at));
                assert!(steps <= most, "{steps} of {builds}");
            }
        }
    }

    /// Each text differs from the others in a place of its own.
    #[test]
    fn texts_that_are_chosen_to_make_the_tree_high_do_not() {
        let text = |at: usize| "x".repeat(at) + "y" + &"x".repeat(200 - at);
        for places in [(0..200).collect::<Vec<_>>(), (0..200).rev().collect()] {
            let mut heads = Heads::default();
            heads.add(&build(0), "", NO_LIMIT);
            for at in places {
                heads.add(&text(at), "", NO_LIMIT);
                assert!(heads.steps(&text(at)) <= usize::from(MOST_STEPS));
                assert!(heads.is_known(&build(0)));
            }
            assert!(heads.learned > 2 && heads.missed > 0);
        }
    }

    #[test]
    fn the_limit_holds_for_texts_of_every_length() {
        for limit in [0, 400, 1_000, 10_000, 100_000] {
            let mut heads = Heads::default();
            let mut most = 0;
            for at in 0..20_000 {
                let text = format!("{at} {}", "x".repeat(at * 7_919 % LONGEST));
                // Tiny ones for a while, then any.
                let length = if at / 1_000 % 2 == 0 { 10 } else { text.len() };
                let Some(text) = text.get(..length.min(text.len())) else {
                    return;
                };
                heads.add(text, text, limit);
                if at % 3 == 0 {
                    heads.set_tail(at % 5, text, limit);
                }
                let texts = heads.heads.iter().map(|head| head.text_bytes());
                assert_eq!(heads.text_bytes, texts.sum::<usize>());
                assert!(heads.retained_bytes() <= limit);
                most = most.max(heads.learned);
            }
            assert_eq!(most > 0, limit >= 1_000);
        }
    }

    #[test]
    fn texts_of_which_one_begins_the_other_are_told_apart() {
        let mut heads = Heads::default();
        for text in ["<a/>", "<a/>\n", "<a/>\n\n", "<a/> "] {
            heads.add(text, "", NO_LIMIT);
        }
        assert_eq!(heads.learned, 4);
        assert!(heads.is_known("<a/>") && heads.is_known("<a/>\n\n"));
        heads.add("<a/>\n", "", NO_LIMIT);
        assert_eq!(heads.learned, 4);
    }
}
