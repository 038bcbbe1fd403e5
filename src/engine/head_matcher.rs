//! Predicts the head of a message: what comes before the children of its first Notification.
//!
//! Servers and libraries differ in prefixes, in quotes and in where they declare namespaces, but write the same
//! elements in the same order. So each local name and namespace name is compared with the expected one. The only state
//! is a short list of prefixes. A head is predicted whole or not at all: at any deviation
//! [`general_path`](super::general_path) reads it from the first byte, and decides what it means and what is wrong
//! with it. Once a server's prefix recurs, everything from `ResponseMessages` to `Notification` is compared at once
//! ([`ResponseTemplate`]).
//!
//! Nothing here reports an error, decodes text or writes to the message.

use super::heads::{Head, HeadFields};
use super::tags::{Prefix, ResponseTemplate};
use crate::config::Limits;
use crate::model::{Operation, ResponseClass, SoapVersion};
use crate::scan::{Class, Cursor, Delimited, ShortPrefix, Span, Task, Vector};
use crate::schema::{self, Vocabulary};
use crate::stats::Stats;

/// Matches a head, from its root element on.
pub(super) struct HeadMatcher<'e, 'b> {
    /// After the XML declaration.
    pub(super) cursor: Cursor<'b>,
    /// Receives the fields. Unspecified if the head is not as predicted.
    pub(super) head: &'e mut Head,
    /// Receives the prefixes of the elements that are open after the head.
    pub(super) open: &'e mut OpenPrefixes,
    pub(super) template: &'e mut ResponseTemplate,
}

/// The prefixes of the elements that are open after a predicted head.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OpenPrefixes {
    /// Of Envelope and Body.
    soap: ShortPrefix,
    /// Of SendNotification, ResponseMessages and SendNotificationResponseMessage.
    messages: Prefix,
    notification: Prefix,
    /// Whether the end tags, except for those of SOAP, are as in the response template.
    is_template: bool,
}

impl OpenPrefixes {
    /// Moves to the end of the body if only the end tags of these elements and white space are left. Returns that rest.
    /// After `None` the position of the cursor is unspecified.
    #[inline(always)]
    pub(super) fn eat_tail<'b>(
        &self,
        cursor: &mut Cursor<'b>,
        template: &ResponseTemplate,
    ) -> Option<&'b str> {
        let start = *cursor;
        let is_closed = self.is_template && cursor.eat_literal(&template.closing);
        let ends = (is_closed || self.eat_inner_ends(cursor))
            && self.eat_soap_end(cursor, "Body>")
            && self.eat_soap_end(cursor, "Envelope>");
        cursor.skip(Class::SPACE);
        (ends && cursor.rest().is_empty()).then(|| cursor.since(start))
    }

    #[inline(always)]
    fn eat_inner_ends(&self, cursor: &mut Cursor<'_>) -> bool {
        eat_end(cursor, &self.notification, "Notification>")
            && eat_end(cursor, &self.messages, "SendNotificationResponseMessage>")
            && eat_end(cursor, &self.messages, "ResponseMessages>")
            && eat_end(cursor, &self.messages, "SendNotification>")
    }

    /// Like [`eat_end`], for the names of SOAP. A [`Literal`](crate::scan::Literal) needs more bytes than are left there.
    #[inline(always)]
    fn eat_soap_end(&self, cursor: &mut Cursor<'_>, rest: &str) -> bool {
        cursor.skip(Class::SPACE);
        cursor.eat("</") && cursor.eat_short_prefix() == self.soap && cursor.eat(rest)
    }
}

/// Whether the limits allow every predicted head and child. The number of events is checked separately.
pub(super) fn head_fits(limits: &Limits) -> bool {
    /// The depth of a leaf of an event.
    const DEEPEST: usize = 8;
    const LONGEST_NAME: usize = ShortPrefix::LONGEST + ":SendNotificationResponseMessage".len();
    limits.depth >= DEEPEST
        && limits.attributes > MOST_BINDINGS
        && limits.bindings >= MOST_BINDINGS
        && limits.name_bytes >= LONGEST_NAME
        && limits.events >= 1 // the limit of responses as well
}

/// The most declarations that are in scope at once.
const MOST_BINDINGS: usize = 8;

impl<'b> Task for HeadMatcher<'_, 'b> {
    /// A cursor after the head, if the head is as predicted.
    type Output = Option<Cursor<'b>>;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> Self::Output {
        let mut ahead = Lookahead {
            vector,
            cursor: self.cursor,
            bindings: Bindings::NONE,
        };
        ahead.head(self.head, self.open, self.template)?;
        Some(ahead.cursor)
    }
}

/// Looks ahead with a cursor of its own. After `None` its state is unspecified, unless a method says otherwise. The head
/// is then not predicted.
struct Lookahead<'b, V> {
    vector: V,
    cursor: Cursor<'b>,
    bindings: Bindings,
}

/// A prefix that is expected to recur.
struct Expected {
    prefix: ShortPrefix,
    with_colon: Prefix,
}

impl Expected {
    fn new(prefix: ShortPrefix) -> Self {
        Self {
            prefix,
            with_colon: prefix.with_colon(),
        }
    }
}

/// A start tag, apart from its name.
struct StartTag {
    vocabulary: Vocabulary,
    /// The value of the expected attribute.
    value: Option<Span>,
    is_empty: bool,
}

impl<'b, V: Vector> Lookahead<'b, V> {
    #[inline(always)]
    fn head(
        &mut self,
        head: &mut Head,
        open: &mut OpenPrefixes,
        template: &mut ResponseTemplate,
    ) -> Option<()> {
        head.fields = HeadFields::default();
        head.fields.operation = Some(Operation::SendNotification);
        let prefix = self.eat_start("Envelope")?;
        let envelope = self.parent_tag(prefix)?;
        head.fields.soap = Some(match envelope {
            Vocabulary::Soap11 => SoapVersion::Soap11,
            Vocabulary::Soap12 => SoapVersion::Soap12,
            _ => return None,
        });
        let soap = Expected::new(prefix);
        self.header(&soap, envelope, &mut head.fields)?;
        self.eat_start_with(&soap, "Body")?;
        if self.parent_tag(soap.prefix)? != envelope {
            return None;
        }
        let prefix = self.eat_start("SendNotification")?;
        self.messages_tag(prefix, None)?;
        let messages = Expected::new(prefix);
        *open = OpenPrefixes {
            soap: soap.prefix,
            messages: messages.with_colon,
            notification: messages.with_colon,
            is_template: false,
        };
        if let Some(template) = template.with(messages.with_colon)
            && self.cursor.eat_literal(&template.opening)
        {
            open.is_template = true;
            head.fields.class = Some(ResponseClass::Success);
            let code_end = self.cursor.pos() - template.after_code;
            head.fields.response_code = Some(Span::new(code_end - "NoError".len(), code_end));
        } else {
            open.notification = self.response_and_notification(&messages, &mut head.fields)?;
        }
        head.stats = Stats::default();
        head.prefix = self.bindings.types();
        head.bare_name = None;
        Some(())
    }

    /// From ResponseMessages to the start tag of Notification, whose prefix it returns.
    #[inline(always)]
    fn response_and_notification(
        &mut self,
        messages: &Expected,
        fields: &mut HeadFields,
    ) -> Option<Prefix> {
        self.eat_start_with(messages, "ResponseMessages")?;
        self.messages_tag(messages.prefix, None)?;
        self.response(messages, fields)?;
        let prefix = self.eat_start("Notification")?;
        let is_notification = matches!(
            self.parent_tag(prefix)?,
            Vocabulary::Messages | Vocabulary::Types
        );
        is_notification.then(|| prefix.with_colon())
    }

    /// The Header, if one comes next.
    #[inline(always)]
    fn header(
        &mut self,
        soap: &Expected,
        envelope: Vocabulary,
        fields: &mut HeadFields,
    ) -> Option<()> {
        let inherited = self.bindings.len;
        if self.eat_start_with(soap, "Header").is_none() {
            return Some(());
        }
        let header = self.rest_of_tag(soap.prefix, None)?;
        if header.vocabulary != envelope {
            return None;
        }
        if !header.is_empty {
            let prefix = self.eat_start("RequestServerVersion")?;
            let version = self.rest_of_tag(prefix, Some(" Version="))?;
            if version.vocabulary != Vocabulary::Types {
                return None;
            }
            fields.request_server_version = version.value;
            let cursor = &mut self.cursor;
            let ends = (version.is_empty
                || eat_end(cursor, &prefix.with_colon(), "RequestServerVersion>"))
                && eat_end(cursor, &soap.with_colon, "Header>");
            if !ends {
                return None;
            }
        }
        self.bindings.len = inherited;
        Some(())
    }

    /// The start of the response, including its code.
    #[inline(always)]
    fn response(&mut self, messages: &Expected, fields: &mut HeadFields) -> Option<()> {
        self.eat_start_with(messages, "SendNotificationResponseMessage")?;
        if let Some(class) = self.messages_tag(messages.prefix, Some(" ResponseClass="))? {
            fields.class = Some(ResponseClass::known(self.cursor.span(class))?);
        }
        let inherited = self.bindings.len;
        self.eat_start_with(messages, "ResponseCode")?;
        self.messages_tag(messages.prefix, None)?;
        let start = self.cursor.pos();
        if !self.cursor.eat("NoError") {
            self.cursor.skip_with(self.vector, Class::TOKEN);
        }
        fields.response_code = Some(Span::new(start, self.cursor.pos()));
        self.bindings.len = inherited;
        let end = self
            .cursor
            .eat_around("</", &messages.with_colon, "ResponseCode>");
        end.then_some(())
    }

    /// The rest of a start tag in the messages namespace, which must not be an empty-element tag. Returns the value of the
    /// attribute.
    #[inline(always)]
    fn messages_tag(
        &mut self,
        prefix: ShortPrefix,
        attribute: Option<&str>,
    ) -> Option<Option<Span>> {
        let tag = self.rest_of_tag(prefix, attribute)?;
        (tag.vocabulary == Vocabulary::Messages && !tag.is_empty).then_some(tag.value)
    }

    /// The rest of a start tag that has no attributes except declarations. It must not be an empty-element tag.
    #[inline(always)]
    fn parent_tag(&mut self, prefix: ShortPrefix) -> Option<Vocabulary> {
        let tag = self.rest_of_tag(prefix, None)?;
        (!tag.is_empty).then_some(tag.vocabulary)
    }

    /// White space, `<`, a prefix, and `local`. Returns the prefix.
    #[inline(always)]
    fn eat_start(&mut self, local: &str) -> Option<ShortPrefix> {
        self.cursor.skip_to_tag(self.vector);
        if !self.cursor.eat("<") {
            return None;
        }
        let prefix = self.cursor.eat_short_prefix();
        self.cursor.eat(local).then_some(prefix)
    }

    /// Like [`eat_start`](Self::eat_start), with the expected prefix. `None` leaves the cursor after the white space.
    #[inline(always)]
    fn eat_start_with(&mut self, expected: &Expected, local: &str) -> Option<()> {
        self.cursor.skip_to_tag(self.vector);
        let prefix = &expected.with_colon;
        self.cursor.eat_around("<", prefix, local).then_some(())
    }

    /// The rest of a start tag. It may have declarations and one attribute. `attribute` is the name of that, with the
    /// space before and the equals sign after it.
    #[inline(always)]
    fn rest_of_tag(&mut self, prefix: ShortPrefix, attribute: Option<&str>) -> Option<StartTag> {
        let inherited = self.bindings.len;
        let mut value = None;
        let is_empty = loop {
            if self.cursor.eat(">") {
                break false;
            }
            if self.cursor.eat(" xmlns:") {
                let prefix = self.cursor.eat_declared_prefix(self.vector)?;
                self.declaration(prefix, inherited)?;
            } else if self.cursor.eat(" xmlns") {
                self.declaration(ShortPrefix::NONE, inherited)?;
            } else if let Some(attribute) = attribute
                && value.is_none()
                && self.cursor.eat(attribute)
            {
                let quote = self.cursor.eat_quote()?;
                let start = self.cursor.pos();
                let text = self
                    .cursor
                    .eat_members(self.vector, Delimited::quoted(quote))?;
                value = Some(Span::new(start, start + text.len()));
            } else if self.cursor.eat(" />") || self.cursor.eat("/>") {
                break true;
            } else {
                return None;
            }
        };
        Some(StartTag {
            vocabulary: self.bindings.resolve(prefix)?,
            value,
            is_empty,
        })
    }

    /// The rest of a declaration of this prefix. `inherited` is the number of bindings from enclosing elements.
    #[inline(always)]
    fn declaration(&mut self, prefix: ShortPrefix, inherited: usize) -> Option<()> {
        if !self.cursor.eat("=") {
            return None;
        }
        let quote = self.cursor.eat_quote()?;
        for (name, vocabulary) in schema::VOCABULARIES {
            // The name ends at the quote, so at most one matches.
            if self.cursor.eat_delimited(name, Delimited::quoted(quote)) {
                return self.bindings.declare(prefix, vocabulary, inherited);
            }
        }
        None
    }
}

/// Moves over white space and an end tag with this prefix and the rest of its text. `false` leaves the cursor anywhere.
#[inline(always)]
fn eat_end(cursor: &mut Cursor<'_>, prefix: &Prefix, rest: &str) -> bool {
    cursor.skip(Class::SPACE);
    cursor.eat_around("</", prefix, rest)
}

/// The declarations in scope, innermost last.
struct Bindings {
    list: [(ShortPrefix, Vocabulary); MOST_BINDINGS],
    len: usize,
}

impl Bindings {
    const NONE: Self = Self {
        list: [(ShortPrefix::NONE, Vocabulary::Types); MOST_BINDINGS],
        len: 0,
    };

    /// The vocabulary that a prefix is bound to, if any.
    #[inline(always)]
    fn resolve(&self, prefix: ShortPrefix) -> Option<Vocabulary> {
        let mut innermost_first = self.list.get(..self.len)?.iter().rev();
        let (_, vocabulary) = innermost_first.find(|(declared, _)| *declared == prefix)?;
        Some(*vocabulary)
    }

    /// `None` if the prefix is declared twice in a tag or reserved, or there are too many bindings: the general path
    /// decides.
    #[inline(always)]
    fn declare(
        &mut self,
        prefix: ShortPrefix,
        vocabulary: Vocabulary,
        inherited: usize,
    ) -> Option<()> {
        let mut of_tag = self.list.get(inherited..self.len)?.iter();
        if of_tag.any(|(declared, _)| *declared == prefix) || prefix.is_reserved() {
            return None;
        }
        *self.list.get_mut(self.len)? = (prefix, vocabulary);
        self.len += 1;
        Some(())
    }

    /// The prefix of the types namespace.
    #[inline(always)]
    fn types(&self) -> Option<Prefix> {
        let in_scope = self.list.get(..self.len)?;
        let mut prefixes = in_scope.iter().rev().map(|(prefix, _)| *prefix);
        let prefix = prefixes.find(|prefix| self.resolve(*prefix) == Some(Vocabulary::Types))?;
        Some(prefix.with_colon())
    }
}
