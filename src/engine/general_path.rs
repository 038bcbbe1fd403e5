//! The general path: the grammar of `schema` applied to the tokens of `xml`.
//!
//! It can read any body, and decides what a body means. Children of a Notification, and children of an event, that are as
//! predicted are read by [`child_matcher`](super::child_matcher). So one unusual child of an event costs the tokens of
//! that child, and not of the event.

use bumpalo::Bump;

use super::child_matcher::{Children, OpenEvent};
use super::fast_path::FastPath;
use super::heads::{HeadFields, HeadState};
use super::tags::Prefix;
use super::value::{self, Value};
use super::{MessageBuilder, Scratch, Session};
use crate::config::Limits;
use crate::error::{Error, ErrorKind};
use crate::model::{
    ConnectionStatus, HeaderBlock, MessageXmlValue, Operation, ResponseClass, ResponseCode,
    ServerVersionInfo, SoapVersion, SubscriptionId, Watermark,
};
use crate::scan::{Class, Span};
use crate::schema::{self, Content, Element, Seen};
use crate::stats::Stats;
use crate::xml::{Buffers, Name, Token, Tokenizer};

/// A miss is a start tag that deviates. After so many misses without a predicted child between them, the rest of the
/// message is not predicted: a server that deviates in several children deviates in the others, too.
const MAX_MISSES: u32 = 16;

/// Whether the limits allow every predicted child of a Notification at this depth. The number of events is checked
/// separately.
fn children_fit(prefix: &str, depth: usize, limits: &Limits) -> bool {
    const LONGEST_NAME: &str = "FreeBusyChangedEvent";
    limits.depth >= depth + 2
        && limits.attributes >= 2
        && limits.name_bytes >= prefix.len() + LONGEST_NAME.len()
}

/// An element of the grammar whose end tag is still to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenElement {
    element: Element,
    /// Its name in the body, prefix included.
    name: Span,
    /// The children so far.
    seen: Seen,
}

/// Reads the rest of a body. `'a` is the lifetime of the body and of the arena, `'s` of the session.
pub(super) struct GeneralPath<'s, 'a> {
    pub(super) tokens: Tokenizer<'s, 'a>,
    pub(super) session: Session<'s>,
    pub(super) arena: &'a Bump,
    pub(super) builder: &'s mut MessageBuilder<'a>,
    /// The statistics before the first token.
    stats_before: Stats,
    head: HeadState,
    /// Where the head ends, if it is complete.
    head_end: usize,
    /// Whether the open elements and declarations are those at the end of the head: in the first Notification, and in each
    /// with the same start tag.
    has_head_context: bool,
    /// The name of the first Notification, if its start tag has nothing else and its parent may have more of them.
    bare_name: Option<Span>,
    /// How the types namespace is written in the open Notification, once that is known.
    pub(super) prefix: Option<Prefix>,
    /// Predictions that have failed in a row.
    misses: u32,
    /// The event that the fast path left open, until [`read`](Self::read) takes it.
    open_event: Option<OpenEvent<'a>>,
}

impl<'s, 'a> GeneralPath<'s, 'a> {
    /// Continues where the fast path stopped, which may be the first byte.
    #[inline(never)]
    pub(super) fn resume(
        fast_path: FastPath<'s, 'a>,
        buffers: &'s mut Buffers,
        arena: &'a Bump,
        builder: &'s mut MessageBuilder<'a>,
    ) -> Result<Self, Error> {
        let session = fast_path.session;
        let cursor = fast_path.cursor;
        let mut path = Self {
            tokens: Tokenizer::begin(fast_path.body, buffers, session.config, session.dispatch),
            arena,
            builder,
            stats_before: *session.stats,
            head: fast_path.head,
            head_end: fast_path.head_end,
            has_head_context: false,
            bare_name: None,
            prefix: None,
            misses: 0,
            open_event: fast_path.open_event,
            session,
        };
        path.session.scratch.open.clear();
        path.push(Element::Document, Span::default());
        if path.head != HeadState::None {
            path.reread_head()?;
            path.tokens.continue_at(cursor);
            if let Some(notification) = path.session.scratch.open.last_mut() {
                notification.seen = fast_path.seen;
                notification.name = fast_path.notification.unwrap_or(notification.name);
            }
        } else if path.session.config.predict && path.session.config.head_bytes > 0 {
            path.head = HeadState::Reading;
        }
        Ok(path)
    }

    /// Tokenizes the head again, to know its open elements and declarations. The builder gets the same values again.
    fn reread_head(&mut self) -> Result<(), Error> {
        while self.tokens.range().end < self.head_end && self.step()? {}
        debug_assert_eq!(self.tokens.range().end, self.head_end);
        self.has_head_context = true;
        if let Some(head) = self.session.heads.get(self.head) {
            self.prefix = head.prefix;
            self.bare_name = head.bare_name;
        }
        Ok(())
    }

    /// Reads to the end of the body.
    #[inline(never)]
    pub(super) fn read(mut self) -> Result<(), Error> {
        let end = self.read_to_end();
        self.session.stats.references_replaced += self.tokens.references_replaced();
        end
    }

    fn read_to_end(&mut self) -> Result<(), Error> {
        let mut open_event = self.open_event.take();
        self.enter_event(&mut open_event);
        self.rest_of_event(&mut open_event)?;
        while !self.read_predicted()? {
            if !self.step()? {
                self.finish();
                break;
            }
        }
        Ok(())
    }

    /// Whether predictions are tried.
    pub(super) fn predicts(&self) -> bool {
        self.session.config.predict && self.misses < MAX_MISSES && self.tokens.is_in_content()
    }

    /// Reads the children of an open Notification while they are as predicted, and the tail if it follows them. Returns
    /// whether the body was read to its end.
    fn read_predicted(&mut self) -> Result<bool, Error> {
        while self.predicts() && self.is_in_notification() {
            let mut open_event = None;
            self.read_predicted_children(&mut open_event);
            if open_event.is_some() {
                self.rest_of_event(&mut open_event)?;
                continue;
            }
            if self.read_tail() {
                return Ok(true);
            }
            let Some((text, namespace)) = self.tokens.peek_prefix() else {
                return Ok(false);
            };
            let prefix = Some(Prefix::of(&[text]))
                .filter(|prefix| *prefix != Prefix::NEVER)
                .filter(|_| namespace.is_some_and(schema::is_types))
                .filter(|_| children_fit(text, self.tokens.depth(), &self.session.config.limits));
            if prefix.is_none() || prefix == self.prefix {
                self.misses += 1;
                self.session.stats.prediction_misses += 1;
                return Ok(false);
            }
            self.prefix = prefix;
        }
        Ok(false)
    }

    fn is_in_notification(&self) -> bool {
        let innermost = self.session.scratch.open.last();
        innermost.is_some_and(|open| open.element == Element::Notification)
    }

    /// Reads the rest of the open event, if there is one, and children of the Notification, while they are as predicted. If an
    /// event is open at the end, it is the innermost element of the tokenizer. It may be another one than before.
    pub(super) fn read_predicted_children(&mut self, open_event: &mut Option<OpenEvent<'a>>) {
        let read_before = self.read_so_far(open_event);
        let was_in_event = open_event.is_some();
        let Scratch {
            open,
            tags,
            lengths,
            ..
        } = &mut *self.session.scratch;
        let (Some(notification), Some(prefix)) = (open.last_mut(), self.prefix) else {
            return;
        };
        let mut cursor = self.tokens.cursor();
        self.session.dispatch.run(Children {
            cursor: &mut cursor,
            tags: tags.with(prefix),
            lengths,
            seen: &mut notification.seen,
            open_event,
            arena: self.arena,
            builder: self.builder,
        });
        if self.read_so_far(open_event) != read_before {
            self.misses = 0;
        }
        if cursor.pos() > self.tokens.range().end {
            self.tokens.continue_at(cursor);
        }
        // Only an event that `Children` has opened knows where its start tag ends.
        let is_in_same = open_event
            .as_ref()
            .is_some_and(|open| open.start_tag_end.is_none());
        if was_in_event && !is_in_same {
            self.tokens.leave();
        }
        self.enter_event(open_event);
    }

    /// What changes with every child that is read.
    fn read_so_far(&self, open_event: &Option<OpenEvent<'a>>) -> (usize, Seen, Seen) {
        let seen_in_event = open_event.as_ref().map(|open| open.seen);
        let seen = self.session.scratch.open.last().map(|open| open.seen);
        let events = self.builder.event_count();
        (
            events,
            seen.unwrap_or_default(),
            seen_in_event.unwrap_or_default(),
        )
    }

    /// Opens the element of the open event, if the tokenizer has not read its start tag.
    fn enter_event(&mut self, open_event: &mut Option<OpenEvent<'a>>) {
        if let (Some(open), Some(prefix)) = (open_event, self.prefix)
            && let Some(tag_end) = open.start_tag_end.take()
        {
            let local = open.event.kind.name().len();
            self.tokens.enter(tag_end, prefix.len(), local);
            self.misses += 1;
            self.session.stats.prediction_misses += 1;
        }
    }

    /// The next token. Not inlined: the tokenizer itself is.
    #[inline(never)]
    pub(super) fn token(&mut self) -> Result<Option<Token<'a>>, Error> {
        self.tokens.next()
    }

    /// Reads one token, or a whole event, leaf or skipped element. Returns `false` at the end of the body.
    #[inline(never)]
    fn step(&mut self) -> Result<bool, Error> {
        match self.token()? {
            Some(Token::StartTag(name)) => self.element(name)?,
            Some(Token::EndTag(_)) => self.end()?,
            // Text between elements, comments and processing instructions mean nothing.
            Some(_) => {}
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Handles the start tag of a child of the innermost open element.
    fn element(&mut self, name: Name<'a>) -> Result<(), Error> {
        let offset = self.name_offset();
        let Some(parent) = self.session.scratch.open.last_mut() else {
            return self.skip_element();
        };
        let Some(element) = schema::child(parent.element, name) else {
            let parent = parent.element;
            return self.unknown_child(parent, name);
        };
        let is_first = parent.seen.insert(element);
        if !is_first && !element.repeats_in(parent.element) {
            return Err(Error::new(ErrorKind::RepeatedElement, offset));
        }
        if !self.builder.has_room_for(element) {
            return Err(Error::new(ErrorKind::EventLimit, offset));
        }
        match element.content() {
            Content::Event(kind) => self.event(kind, name)?,
            Content::Operation(Operation::Fault) => {
                self.builder.begin_fault();
                self.enter(element, name);
            }
            Content::Operation(operation) => {
                self.builder.operation(operation);
                self.enter(element, name);
            }
            Content::Children => self.container(element, name),
            Content::Text => {
                self.skip_attributes();
                let value = self.text()?;
                self.leaf(element, value, is_first)?;
            }
            Content::Token | Content::Int | Content::Boolean => {
                let value = self.token_text()?;
                self.leaf(element, value, is_first)?;
            }
            Content::NamedText => {
                let [name] = self.attributes(["Name"]);
                let value = self.text()?.text;
                let name = name.map(|name| name.text);
                self.builder.push_value(MessageXmlValue { name, value });
            }
            Content::Version => self.version(element)?,
            // Only children of events have this content, and `event` reads those.
            Content::Id => self.skip_element()?,
        }
        Ok(())
    }

    /// Handles the start tag of a child that the table does not have.
    fn unknown_child(&mut self, parent: Element, name: Name<'a>) -> Result<(), Error> {
        let error = |kind| Err(Error::new(kind, self.name_offset()));
        let uri = self.tokens.namespace_name(name.namespace());
        if schema::is_in_wrong_namespace(parent, name, uri.unwrap_or_default()) {
            return error(ErrorKind::WrongNamespace);
        }
        match parent {
            Element::Document | Element::Body => error(ErrorKind::UnexpectedOperation),
            Element::Notification if !self.builder.has_room_for_event() => {
                error(ErrorKind::EventLimit)
            }
            Element::Notification => self.other_event(name),
            Element::Header => self.header_block(name),
            _ => self.skip_element(),
        }
    }

    /// Skips an unknown child of Header. Keeps its name if the message should not be processed without understanding it.
    fn header_block(&mut self, name: Name<'a>) -> Result<(), Error> {
        let must_understand = self.tokens.attributes().any(|attribute| {
            attribute.name().local() == "mustUnderstand"
                && schema::is_soap(attribute.name().namespace())
                && value::boolean(value::trimmed(attribute.value(), self.arena)) == Some(true)
        });
        if must_understand {
            if !self.builder.has_room_for_header_block() {
                return Err(Error::new(ErrorKind::EventLimit, self.name_offset()));
            }
            self.builder.push_header_block(HeaderBlock {
                name: name.local(),
                namespace: self.namespace_of_unknown(name)?,
            });
        }
        self.skip_element()
    }

    /// The namespace of an unknown element, to be kept. Many elements may be in one namespace, and a copy of the message has
    /// the name for each. So it is limited like the names of elements.
    pub(super) fn namespace_of_unknown(&self, name: Name<'a>) -> Result<&'a str, Error> {
        let namespace = self.tokens.namespace_as_declared(name.namespace());
        if namespace.len() > self.session.config.limits.name_bytes {
            return Err(Error::new(ErrorKind::NameLimit, self.name_offset()));
        }
        Ok(namespace)
    }

    /// Handles the start tag of an element with children.
    fn container(&mut self, element: Element, name: Name<'a>) {
        match element {
            Element::Envelope11 => self.builder.message.soap = Some(SoapVersion::Soap11),
            Element::Envelope12 => self.builder.message.soap = Some(SoapVersion::Soap12),
            Element::ResponseMessage => {
                let [class] = self.attributes(["ResponseClass"]);
                self.builder.response().class = class.map(|class| ResponseClass::new(class.text));
                return self.push(element, self.name_span(name));
            }
            _ => {}
        }
        self.enter(element, name);
        if element == Element::Notification {
            let name = self.name_span(name);
            self.prefix = None;
            self.has_head_context = self.has_bare_name(name);
            if self.head == HeadState::Reading {
                self.complete_head();
                self.has_head_context = true;
            }
        }
    }

    /// Assigns the value of a leaf outside of events.
    fn leaf(&mut self, element: Element, value: Value<'a>, is_first: bool) -> Result<(), Error> {
        let builder = &mut *self.builder;
        let text = value.text;
        match element {
            // SOAP 1.2 may have the text in several languages. The first counts.
            Element::FaultString if is_first => builder.fault().string = Some(text),
            Element::FaultString => {}
            Element::FaultMessage => builder.fault().message_text = Some(text),
            Element::MessageText => builder.response().message_text = Some(text),
            Element::FaultCode => builder.fault().code = Some(text),
            Element::FaultSubcode => builder.fault().subcode = Some(text),
            Element::FaultResponseCode => {
                builder.fault().response_code = Some(ResponseCode::new(text));
            }
            Element::ResponseCode => builder.response().code = Some(ResponseCode::new(text)),
            Element::DescriptiveLinkKey => {
                builder.response().descriptive_link_key = Some(value.int()?);
            }
            Element::ConnectionStatus => {
                builder.response().connection_status = Some(ConnectionStatus::new(text));
            }
            // As if it were missing, like the id of a Notification.
            Element::ErrorSubscriptionId if text.is_empty() => {
                self.session.stats.elements_skipped += 1;
            }
            Element::ErrorSubscriptionId => {
                builder.push_error_subscription_id(SubscriptionId::new(text));
            }
            Element::SubscriptionId => {
                builder.subscription_id = value.unless_empty().map(SubscriptionId::new);
            }
            Element::PreviousWatermark => {
                builder.previous_watermark = value.unless_empty().map(Watermark::new);
            }
            Element::MoreEvents => builder.more_events = Some(value.boolean()?),
            _ => debug_assert!(false, "{element:?} is no leaf outside of events"),
        }
        Ok(())
    }

    /// Handles the end tag of the innermost open element.
    fn end(&mut self) -> Result<(), Error> {
        let Some(OpenElement {
            element,
            name,
            seen,
        }) = self.session.scratch.open.pop()
        else {
            return Ok(());
        };
        let missing = |kind| Err(Error::new(kind, name.start()));
        match element {
            Element::Envelope11 | Element::Envelope12 if !seen.contains(Element::Body) => {
                return missing(ErrorKind::MissingBody);
            }
            Element::Body if !seen.contains(Element::SendNotification) => {
                return missing(ErrorKind::MissingOperation);
            }
            Element::Notification => {
                if self.builder.end_notification().is_none() {
                    return missing(ErrorKind::MissingSubscriptionId);
                }
                self.leave_notification();
            }
            Element::Notifications => self.bare_name = None,
            Element::ResponseMessage => self.builder.end_response(),
            _ => {}
        }
        Ok(())
    }

    /// Reads RequestServerVersion or ServerVersionInfo.
    fn version(&mut self, element: Element) -> Result<(), Error> {
        if element == Element::RequestServerVersion {
            let [version] = self.attributes(["Version"]);
            self.ignore_text()?;
            self.builder.message.request_server_version = version.map(|version| version.text);
            return Ok(());
        }
        let [major, minor, major_build, minor_build, version] = self.attributes([
            "MajorVersion",
            "MinorVersion",
            "MajorBuildNumber",
            "MinorBuildNumber",
            "Version",
        ]);
        self.ignore_text()?;
        let int = |value: Option<Value<'_>>| value.map(Value::int).transpose();
        self.builder.message.server_version_info = Some(ServerVersionInfo {
            major_version: int(major)?,
            minor_version: int(minor)?,
            major_build_number: int(major_build)?,
            minor_build_number: int(minor_build)?,
            version: version.map(|version| version.text),
        });
        Ok(())
    }

    /// Ends the message, and learns its tail, if only the end tags of the open elements and white space are left.
    fn read_tail(&mut self) -> bool {
        if self.builder.subscription_id.is_none() {
            return false;
        }
        let start = self.tokens.cursor();
        let mut ahead = start;
        let open = self.session.scratch.open.get(1..).unwrap_or_default(); // without the document
        for element in open.iter().rev() {
            ahead.skip(Class::SPACE);
            if !ahead.eat_bare_tag("</", element.name) {
                return false;
            }
        }
        ahead.skip(Class::SPACE);
        if !ahead.rest().is_empty() {
            return false;
        }
        self.tokens.continue_at(ahead);
        let tail = ahead.since(start);
        // Other Notifications may have other tails. `leave_notification` resets the flag.
        let is_of_first = self.has_head_context;
        self.leave_notification();
        self.learn(Some(tail).filter(|_| is_of_first));
        let _ = self.builder.end_notification(); // it has its id
        self.builder.end_response();
        true
    }

    /// The whole body was read without error.
    fn finish(&mut self) {
        let mut tail = None;
        if self.head == HeadState::Reading {
            self.complete_head();
            let head = self.session.heads.get(self.head);
            if let Some(value) = head.and_then(|head| head.fields.error.value) {
                self.head_end = value.text.start();
                tail = Some(self.tokens.text_since(value.text.end()));
            }
        }
        self.learn(tail);
    }

    /// The head is complete: at the first Notification, or at the end of a body without one.
    fn complete_head(&mut self) {
        let cursor = &self.tokens.cursor();
        let Some(fields) = HeadFields::of(self.builder, cursor) else {
            self.head = HeadState::None;
            return;
        };
        self.head_end = cursor.pos();
        self.bare_name = match self.session.scratch.open.as_slice() {
            [.., parent, OpenElement { element, name, .. }]
                if element.repeats_in(parent.element) && self.is_whole_tag(*name) =>
            {
                Some(*name)
            }
            _ => None,
        };
        let mut stats = self.session.stats.since(self.stats_before);
        stats.references_replaced = self.tokens.references_replaced();
        self.session.heads.complete(fields, stats, self.bare_name);
        self.head = HeadState::New;
    }

    /// Whether the Notification whose start tag was just read has the start tag of the first one, with the same parent.
    fn has_bare_name(&self, name: Span) -> bool {
        let cursor = &self.tokens.cursor();
        let is_same = |first| cursor.bytes(first) == cursor.bytes(name);
        self.is_whole_tag(name) && self.bare_name.is_some_and(is_same)
    }

    /// Whether the start tag that was just read has this name and nothing else.
    fn is_whole_tag(&self, name: Span) -> bool {
        name.end() + ">".len() == self.tokens.range().end
    }

    /// A Notification ends. The head learns the prefix of its types namespace.
    fn leave_notification(&mut self) {
        if core::mem::take(&mut self.has_head_context)
            && self.prefix.is_some()
            && let Some(head) = self.session.heads.get_mut(self.head)
        {
            head.prefix = self.prefix;
        }
    }

    /// The body was read to its end without error. `tail` is the text after the last child, if it was read as a tail.
    fn learn(&mut self, tail: Option<&str>) {
        let head = core::mem::replace(&mut self.head, HeadState::None);
        let text = self.tokens.cursor().text(0, self.head_end);
        let had_tail = self
            .session
            .heads
            .learn(head, text, tail, self.session.config.head_bytes);
        self.session.stats.tail_hits += u64::from(had_tail);
    }

    /// Skips the element whose start tag was just read, and counts it.
    pub(super) fn skip_element(&mut self) -> Result<(), Error> {
        self.session.stats.elements_skipped += 1;
        self.skip_to_end_tag()
    }

    /// Reads to the end tag of the element whose start tag was just read.
    fn skip_to_end_tag(&mut self) -> Result<(), Error> {
        self.skip_to_depth(self.tokens.depth().saturating_sub(1))
    }

    /// Reads until no more than `depth` elements are open.
    pub(super) fn skip_to_depth(&mut self, depth: usize) -> Result<(), Error> {
        while self.tokens.depth() > depth && self.token()?.is_some() {}
        Ok(())
    }

    /// Opens an element without attributes of interest.
    fn enter(&mut self, element: Element, name: Name<'_>) {
        self.skip_attributes();
        self.push(element, self.name_span(name));
    }

    fn push(&mut self, element: Element, name: Span) {
        self.session.scratch.open.push(OpenElement {
            element,
            name,
            seen: Seen::default(),
        });
    }

    fn name_span(&self, name: Name<'_>) -> Span {
        let start = self.name_offset();
        Span::new(start, start + name.len())
    }

    /// The offset of the name in the start tag that was just read.
    pub(super) fn name_offset(&self) -> usize {
        self.tokens.range().start + "<".len()
    }
}
