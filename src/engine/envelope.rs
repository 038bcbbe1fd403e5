//! Predictions: what stands around the children of the Notification.
//!
//! Servers and libraries differ in prefixes, in quotes and in where they declare namespaces, but write
//! the same elements in the same order. So the head of a message is read by comparing local names and
//! namespace names where they are expected, with a few words of state. It is predicted whole or not at
//! all: on any difference the general path reads it from the first byte, and decides what it means and
//! what is wrong with it. Where the head was as predicted and something behind it is not, the tokenizer
//! reads it again to know what is open and declared.
//!
//! None of what is here reports an error, decodes text or hands out an item.

use super::head::{self, Head, Said};
use super::tags::Prefix;
use crate::config::Limits;
use crate::model::ResponseClass;
use crate::parser::Stats;
use crate::scan::{Class, Cursor, Span, Task, Vector};
use crate::schema::{self, Element, Vocabulary};
use crate::xml::Namespace;

/// Reads a head, from the first markup on.
pub(super) struct Envelope<'e, 'b> {
    /// Behind the XML declaration.
    pub(super) cursor: Cursor<'b>,
    /// Where to note what has been read. Anything may be in it if not all is as predicted.
    pub(super) head: &'e mut Head,
}

/// Whether nothing that is predicted, here or inside the Notification, goes over a limit, but for the
/// number of events.
pub(super) fn has_room(limits: &Limits) -> bool {
    /// Of a leaf of an event.
    const DEEPEST: usize = 8;
    const LONGEST_NAME: usize = LONGEST_PREFIX + ":SendNotificationResponseMessage".len();
    limits.depth >= DEEPEST
        && limits.attributes > MOST_BINDINGS
        && limits.bindings >= MOST_BINDINGS
        && limits.name_bytes >= LONGEST_NAME
        && limits.events >= 1
}

/// The most declarations that are in scope at once.
const MOST_BINDINGS: usize = 8;

const LONGEST_PREFIX: usize = size_of::<u64>();

impl<'b> Task for Envelope<'_, 'b> {
    /// Behind the head, if all was as predicted.
    type Output = Option<Cursor<'b>>;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> Self::Output {
        let mut ahead = Ahead {
            vector,
            cursor: self.cursor,
            bindings: Bindings::default(),
        };
        ahead.head(self.head)?;
        Some(ahead.cursor)
    }
}

/// Looks ahead with a cursor of its own. A method that gives `None` or `false` may leave everything
/// anywhere, unless it says otherwise: then nothing of the head is predicted.
struct Ahead<'b, V> {
    vector: V,
    cursor: Cursor<'b>,
    bindings: Bindings<'b>,
}

/// The beginning of a start tag.
struct Begun<'b> {
    prefix: ShortPrefix<'b>,
    /// Where the name stands, prefix included.
    name: Span,
}

/// A start tag.
struct Tag {
    name: Span,
    vocabulary: Vocabulary,
    /// What the attribute that was asked for says.
    value: Option<Span>,
    is_empty: bool,
}

impl<'b, V: Vector> Ahead<'b, V> {
    #[inline(always)]
    fn head(&mut self, head: &mut Head) -> Option<()> {
        use Element as E;

        head.said = Said::default();
        head.open.clear();
        let envelope = self.parent("Envelope", None)?;
        let soap = envelope.vocabulary;
        let root = match soap {
            Vocabulary::Soap11 => E::Envelope11,
            Vocabulary::Soap12 => E::Envelope12,
            Vocabulary::Messages | Vocabulary::Types => return None,
        };
        head.open(E::Document, Span::default(), &[root]);
        match self.header(soap, &mut head.said)? {
            true => head.open(root, envelope.name, &[E::Header, E::Body]),
            false => head.open(root, envelope.name, &[E::Body]),
        }
        let body = self.parent("Body", None)?;
        if body.vocabulary != soap {
            return None;
        }
        head.open(E::Body, body.name, &[E::SendNotification]);
        let operation = self.message("SendNotification", None)?;
        head.open(E::SendNotification, operation.name, &[E::ResponseMessages]);
        let responses = self.message("ResponseMessages", None)?;
        let response = E::SendNotificationResponseMessage;
        head.open(E::ResponseMessages, responses.name, &[response]);
        self.response(head)?;
        let notification = self.parent("Notification", None)?;
        if !matches!(
            notification.vocabulary,
            Vocabulary::Messages | Vocabulary::Types
        ) {
            return None;
        }
        head.open(E::Notification, notification.name, &[]);
        head.responses = 1;
        head.stats = Stats::default();
        head.prefix = self.bindings.types();
        Some(())
    }

    /// The Header, if one comes next; and whether it does.
    #[inline(always)]
    fn header(&mut self, soap: Vocabulary, said: &mut Said) -> Option<bool> {
        let outside = self.bindings.len;
        let Some(begun) = self.begin("Header") else {
            return Some(false);
        };
        let header = self.attributes(begun, None)?;
        if header.vocabulary != soap {
            return None;
        }
        if !header.is_empty {
            let begun = self.begin("RequestServerVersion")?;
            let version = self.attributes(begun, Some("Version="))?;
            if version.vocabulary != Vocabulary::Types {
                return None;
            }
            said.request_server_version = version.value;
            let ends = (version.is_empty || eat_end(&mut self.cursor, version.name))
                && eat_end(&mut self.cursor, header.name);
            if !ends {
                return None;
            }
        }
        self.bindings.len = outside;
        Some(true)
    }

    /// The beginning of the response, up to behind its code.
    #[inline(always)]
    fn response(&mut self, head: &mut Head) -> Option<()> {
        let attribute = Some("ResponseClass=");
        let response = self.message("SendNotificationResponseMessage", attribute)?;
        head.open(
            Element::SendNotificationResponseMessage,
            response.name,
            &[Element::ResponseCode, Element::Notification],
        );
        if let Some(class) = response.value {
            let class = ResponseClass::new(self.cursor.span(class));
            head.said.class = Some(head::known_class(class)?);
        }
        let outside = self.bindings.len;
        let code = self.message("ResponseCode", None)?;
        let start = self.cursor.pos();
        let text = self.cursor.eat_run(self.vector, Class::TEXT, b'<')?;
        head.said.response_code = Some(Span::new(start, start + text.len()));
        self.bindings.len = outside;
        let ends = self.cursor.eat("/") && self.cursor.eat_again(code.name) && self.cursor.eat(">");
        ends.then_some(())
    }

    /// A start tag in the messages namespace, of an element that is not empty.
    #[inline(always)]
    fn message(&mut self, local: &str, attribute: Option<&str>) -> Option<Tag> {
        let tag = self.parent(local, attribute)?;
        (tag.vocabulary == Vocabulary::Messages).then_some(tag)
    }

    /// A start tag, of an element that is not empty.
    #[inline(always)]
    fn parent(&mut self, local: &str, attribute: Option<&str>) -> Option<Tag> {
        let begun = self.begin(local)?;
        let tag = self.attributes(begun, attribute)?;
        (!tag.is_empty).then_some(tag)
    }

    /// White space, and the beginning of a start tag with this local name, which may be longer. Where it
    /// gives `None`, it has not moved.
    #[inline(always)]
    fn begin(&mut self, local: &str) -> Option<Begun<'b>> {
        let mut ahead = self.cursor;
        if ahead.peek() != Some(b'<') {
            ahead.skip_by(self.vector, Class::SPACE);
        }
        if !ahead.eat("<") {
            return None;
        }
        let name = ahead;
        let mut prefix = ShortPrefix::default();
        if let Some(first) = ahead.eat_plain_ncname(self.vector)
            && ahead.eat(":")
        {
            prefix = ShortPrefix::new(first, name.rest())?;
        } else {
            ahead = name;
        }
        if !ahead.eat(local) {
            return None;
        }
        self.cursor = ahead;
        let name = Span::new(name.pos(), ahead.pos());
        Some(Begun { prefix, name })
    }

    /// The rest of a start tag: no attributes but declarations and perhaps the one that is named.
    #[inline(always)]
    fn attributes(&mut self, begun: Begun<'b>, attribute: Option<&str>) -> Option<Tag> {
        let outside = self.bindings.len;
        let mut value = None;
        let is_empty = loop {
            if self.cursor.eat(">") {
                break false;
            }
            let is_spaced = self.cursor.eat(" ");
            if self.cursor.eat("/>") {
                break true;
            }
            if !is_spaced {
                return None;
            }
            if self.cursor.eat("xmlns") {
                self.declaration(outside)?;
            } else if let Some(attribute) = attribute
                && value.is_none()
                && self.cursor.eat(attribute)
            {
                let quote = self.quote()?;
                let start = self.cursor.pos();
                let text = self.cursor.eat_run(self.vector, Class::VALUE, quote)?;
                value = Some(Span::new(start, start + text.len()));
            } else {
                return None;
            }
        };
        let namespace = self.bindings.resolve(begun.prefix)?;
        Some(Tag {
            name: begun.name,
            vocabulary: Vocabulary::of(namespace)?,
            value,
            is_empty,
        })
    }

    /// A namespace declaration, behind `xmlns`. Of the declarations in scope, those from `outside` on
    /// stand in the same tag.
    #[inline(always)]
    fn declaration(&mut self, outside: usize) -> Option<()> {
        let mut prefix = ShortPrefix::default();
        if self.cursor.eat(":") {
            let start = self.cursor;
            let text = self.cursor.eat_plain_ncname(self.vector)?;
            prefix = ShortPrefix::new(text, start.rest())?;
        }
        if !self.cursor.eat("=") {
            return None;
        }
        let quote = self.quote()?;
        for (name, at) in schema::NAMESPACES.iter().zip(0..) {
            // They differ in length, so that this tells them apart.
            if self.cursor.rest().get(name.len()) == Some(&quote) && self.cursor.eat(name) {
                self.cursor.bump();
                return self.bindings.declare(prefix, Namespace::known(at), outside);
            }
        }
        None
    }

    #[inline(always)]
    fn quote(&mut self) -> Option<u8> {
        let quote = self.cursor.peek()?;
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        self.cursor.bump();
        Some(quote)
    }
}

/// Moves over white space and the end tag of an element with this name; `false` leaves the cursor
/// anywhere.
#[inline(always)]
pub(super) fn eat_end(cursor: &mut Cursor<'_>, name: Span) -> bool {
    if cursor.peek() != Some(b'<') {
        cursor.skip(Class::SPACE);
    }
    cursor.eat("</") && cursor.eat_again(name) && cursor.eat(">")
}

/// The prefix of a name; the empty one for the default namespace.
#[derive(Clone, Copy, Debug, Default)]
struct ShortPrefix<'b> {
    text: &'b str,
    /// Its bytes as a number: equal if and only if the texts are.
    key: u64,
}

/// The declarations in scope, innermost last.
#[derive(Default)]
struct Bindings<'b> {
    list: [(ShortPrefix<'b>, Namespace); MOST_BINDINGS],
    len: usize,
}

impl<'b> ShortPrefix<'b> {
    /// The text that `bytes` begin with, if it is short enough.
    #[inline(always)]
    fn new(text: &'b str, bytes: &[u8]) -> Option<Self> {
        let word = u64::from_le_bytes(*bytes.first_chunk()?);
        let unused = LONGEST_PREFIX.checked_sub(text.len())?;
        let key = word & u64::MAX.checked_shr(8 * unused as u32)?;
        Some(Self { text, key })
    }

    /// A declaration of it is for the general path to judge.
    const fn is_reserved(self) -> bool {
        const XML: u64 = u64::from_le_bytes(*b"xml\0\0\0\0\0");
        const XMLNS: u64 = u64::from_le_bytes(*b"xmlns\0\0\0");
        matches!(self.key, XML | XMLNS)
    }
}

impl<'b> Bindings<'b> {
    /// What a prefix stands for, if anything has been declared for it.
    #[inline(always)]
    fn resolve(&self, prefix: ShortPrefix<'_>) -> Option<Namespace> {
        let mut at = self.len;
        loop {
            at = at.checked_sub(1)?;
            let (declared, namespace) = self.list.get(at)?;
            if declared.key == prefix.key {
                return Some(*namespace);
            }
        }
    }

    /// None where the prefix is reserved or has been declared in the same tag.
    #[inline(always)]
    fn declare(
        &mut self,
        prefix: ShortPrefix<'b>,
        namespace: Namespace,
        outside: usize,
    ) -> Option<()> {
        for (declared, _) in self.list.get(outside..self.len)? {
            if declared.key == prefix.key {
                return None;
            }
        }
        if prefix.is_reserved() {
            return None;
        }
        *self.list.get_mut(self.len)? = (prefix, namespace);
        self.len += 1;
        Some(())
    }

    /// How the types namespace is written here.
    #[inline(always)]
    fn types(&self) -> Option<Prefix> {
        let in_scope = self.list.get(..self.len)?;
        for (prefix, namespace) in in_scope.iter().rev() {
            if schema::is_types(*namespace) && self.resolve(*prefix) == Some(*namespace) {
                let colon = if prefix.text.is_empty() { "" } else { ":" };
                return Prefix::of(&[prefix.text, colon]);
            }
        }
        None
    }
}
