//! Predictions: what stands around the children of the Notification.
//!
//! Servers and libraries disagree in prefixes, in quotes and in where they declare namespaces, but write
//! the same elements in the same order. So the head of a message is read by comparing local names and
//! namespace names where they are expected, with a few words of state. It is predicted whole or not at
//! all: on any difference the general path reads it from the first byte, and decides what it means and
//! what is wrong with it. Where the head was as predicted and something behind it is not, the tokenizer
//! reads it again to know what is open and declared.
//!
//! None of what is here reports an error, decodes text or hands out an item.

use super::Open;
use super::head::{Head, HeadItem};
use super::tags::Prefix;
use crate::config::Limits;
use crate::model::{Item, Operation, ResponseClass, ResponseCode};
use crate::parser::Stats;
use crate::scan::{Class, Cursor, Span, Task, Vector};
use crate::schema::{self, Element, Seen, Vocabulary};
use crate::xml::Namespace;

/// Reads a head, from the first markup on.
pub(super) struct Envelope<'e, 'b> {
    /// Behind the XML declaration. Moved only if all is as predicted.
    pub(super) cursor: &'e mut Cursor<'b>,
    /// Where to note what has been read. Anything may be in it if not all is as predicted.
    pub(super) head: &'e mut Head,
}

/// Whether nothing that is predicted goes over a limit.
pub(super) fn has_room(limits: &Limits) -> bool {
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

const LONGEST_PREFIX: usize = size_of::<Key>() - ":".len();

impl Task for Envelope<'_, '_> {
    /// Whether all was as predicted.
    type Output = bool;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> bool {
        let mut ahead = Ahead {
            vector,
            cursor: *self.cursor,
            bindings: Bindings::default(),
        };
        let is_read = ahead.head(self.head).is_some();
        if is_read {
            *self.cursor = ahead.cursor;
        }
        is_read
    }
}

/// Looks ahead with a cursor of its own. A method that gives `None` or `false` may leave everything
/// anywhere, unless it says otherwise.
struct Ahead<'b, V> {
    vector: V,
    cursor: Cursor<'b>,
    bindings: Bindings,
}

/// A start tag.
#[derive(Clone, Copy)]
struct Tag<'b> {
    /// Where the name of the element stands, prefix included.
    name: Span,
    vocabulary: Vocabulary,
    /// What the attribute that was asked for says.
    value: Option<&'b str>,
    is_empty: bool,
}

impl<'b, V: Vector> Ahead<'b, V> {
    #[inline(always)]
    fn head(&mut self, head: &mut Head) -> Option<()> {
        let Head { items, open, .. } = head;
        items.clear();
        open.clear();
        let body = self.cursor;
        let mut note = |item| {
            items.push(HeadItem::new(item, |text| body.span_of(text))?);
            Some(())
        };

        let envelope = self.start("Envelope", None)?;
        let soap = envelope.vocabulary;
        let root = match soap {
            Vocabulary::Soap11 => Element::Envelope11,
            Vocabulary::Soap12 => Element::Envelope12,
            Vocabulary::Messages | Vocabulary::Types => return None,
        };
        let mut of_envelope = Seen::of(&[Element::Body]);
        let declared = self.bindings.len;
        if let Some(header) = self.start("Header", None) {
            of_envelope.insert(Element::Header);
            if header.vocabulary != soap {
                return None;
            }
            if !header.is_empty {
                let version = self.start("RequestServerVersion", Some("Version="))?;
                if version.vocabulary != Vocabulary::Types {
                    return None;
                }
                if let Some(text) = version.value {
                    note(Item::RequestServerVersion(text))?;
                }
                self.end(&version)?;
                self.end(&header)?;
            }
            self.bindings.len = declared;
        }
        let body = self.start("Body", None)?;
        if body.vocabulary != soap {
            return None;
        }
        let operation = self.message("SendNotification", None)?;
        note(Item::Operation(Operation::SendNotification))?;
        let responses = self.message("ResponseMessages", None)?;
        let attribute = Some("ResponseClass=");
        let response = self.message("SendNotificationResponseMessage", attribute)?;
        note(Item::Response(response.value.map(ResponseClass::new)))?;
        let outside = self.bindings.len;
        let code = self.message("ResponseCode", None)?;
        let text = self.cursor.eat_run(self.vector, Class::TEXT, b'<')?;
        note(Item::ResponseCode(ResponseCode::new(text)))?;
        self.end(&code)?;
        self.bindings.len = outside;
        let notification = self.start("Notification", None)?;
        if !matches!(
            notification.vocabulary,
            Vocabulary::Messages | Vocabulary::Types
        ) {
            return None;
        }
        note(Item::Notification)?;

        let mut is_open = |element, tag: Tag<'_>, seen: &[Element]| {
            open.push(Open {
                element,
                name: tag.name,
                seen: Seen::of(seen),
            });
            !tag.is_empty
        };
        let document = Tag {
            name: Span::default(),
            is_empty: false,
            ..envelope
        };
        let all_open = is_open(Element::Document, document, &[root])
            && is_open(root, envelope, &[])
            && is_open(Element::Body, body, &[Element::SendNotification])
            && is_open(
                Element::SendNotification,
                operation,
                &[Element::ResponseMessages],
            )
            && is_open(
                Element::ResponseMessages,
                responses,
                &[Element::SendNotificationResponseMessage],
            )
            && is_open(
                Element::SendNotificationResponseMessage,
                response,
                &[Element::ResponseCode, Element::Notification],
            )
            && is_open(Element::Notification, notification, &[]);
        if !all_open {
            return None;
        }
        if let Some(envelope) = open.get_mut(1) {
            envelope.seen = of_envelope;
        }
        head.responses = 1;
        head.stats = Stats::default();
        head.prefix = self.bindings.types();
        Some(())
    }

    /// A start tag in the messages namespace.
    #[inline(always)]
    fn message(&mut self, local: &str, attribute: Option<&str>) -> Option<Tag<'b>> {
        let tag = self.start(local, attribute)?;
        (tag.vocabulary == Vocabulary::Messages).then_some(tag)
    }

    /// A start tag with this local name, white space before it, and no attributes but declarations and
    /// perhaps the one that is named. Has not moved if an element of another name comes next.
    #[inline(always)]
    fn start(&mut self, local: &str, attribute: Option<&str>) -> Option<Tag<'b>> {
        let mut ahead = self.cursor;
        if ahead.peek() != Some(b'<') {
            ahead.skip_by(self.vector, Class::SPACE);
        }
        if !ahead.eat("<") {
            return None;
        }
        let name = ahead;
        let mut prefix = Key::NONE;
        let key = Key::at(&ahead);
        if let Some(first) = ahead.eat_plain_ncname(self.vector)
            && ahead.eat(":")
        {
            prefix = key?.of_length(first.len())?;
        } else {
            ahead = name;
        }
        if !ahead.eat(local) {
            return None;
        }
        self.cursor = ahead;
        let name = Span::new(name.pos(), ahead.pos());

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
                let text = self.cursor.eat_run(self.vector, Class::VALUE, quote)?;
                self.cursor.bump();
                value = Some(text);
            } else {
                return None;
            }
        };
        let namespace = self.bindings.resolve(prefix)?;
        Some(Tag {
            name,
            vocabulary: Vocabulary::of(namespace)?,
            value,
            is_empty,
        })
    }

    /// A namespace declaration, behind `xmlns`. Of the declarations in scope, those from `outside` on
    /// stand in the same tag.
    #[inline(always)]
    fn declaration(&mut self, outside: usize) -> Option<()> {
        let mut prefix = Key::NONE;
        if self.cursor.eat(":") {
            let key = Key::at(&self.cursor);
            let text = self.cursor.eat_plain_ncname(self.vector)?;
            prefix = key?.of_length(text.len())?;
        }
        if !self.cursor.eat("=") {
            return None;
        }
        let quote = self.quote()?;
        let known = schema::NAMESPACES;
        let at = known.iter().position(|name| self.cursor.eat(name))?;
        if self.cursor.peek() != Some(quote) {
            return None;
        }
        self.cursor.bump();
        let namespace = Namespace::known(at as u32);
        self.bindings.declare(prefix, namespace, outside)
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

    /// The end tag of an element without children, white space before it, unless it has none.
    #[inline(always)]
    fn end(&mut self, tag: &Tag<'_>) -> Option<()> {
        let ends = tag.is_empty || eat_end(&mut self.cursor, tag.name);
        ends.then_some(())
    }
}

/// Moves over white space and the end tag of an element with this name; `false` leaves the cursor
/// anywhere.
#[inline(always)]
pub(super) fn eat_end(cursor: &mut Cursor<'_>, name: Span) -> bool {
    let name = cursor.span(name);
    if cursor.peek() != Some(b'<') {
        cursor.skip(Class::SPACE);
    }
    cursor.eat("</") && cursor.eat(name) && cursor.eat(">")
}

/// A short prefix, its bytes as a number; 0 for the default namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key(u128);

impl Key {
    const NONE: Self = Self(0);

    /// What comes next, of whatever length.
    #[inline(always)]
    fn at(cursor: &Cursor<'_>) -> Option<Self> {
        let bytes = cursor.rest().first_chunk()?;
        Some(Self(u128::from_le_bytes(*bytes)))
    }

    /// The first bytes of it.
    #[inline(always)]
    fn of_length(self, length: usize) -> Option<Self> {
        let behind = u128::MAX << (8 * length.min(LONGEST_PREFIX));
        (length <= LONGEST_PREFIX).then_some(Self(self.0 & !behind))
    }

    const fn new(text: &str) -> Self {
        let mut key = 0;
        let mut at = text.len();
        while at > 0 {
            at -= 1;
            key = key << 8 | text.as_bytes()[at] as u128;
        }
        Self(key)
    }
}

/// The declarations in scope, innermost last.
#[derive(Default)]
struct Bindings {
    list: [(Key, Namespace); MOST_BINDINGS],
    len: usize,
}

impl Bindings {
    /// What a prefix stands for, if anything has been declared for it.
    #[inline(always)]
    fn resolve(&self, prefix: Key) -> Option<Namespace> {
        let mut in_scope = self.list.iter().take(self.len).rev();
        let binding = in_scope.find(|(declared, _)| *declared == prefix);
        binding.map(|(_, namespace)| *namespace)
    }

    /// None where the prefix is reserved or has been declared in the same tag.
    #[inline(always)]
    fn declare(&mut self, prefix: Key, namespace: Namespace, outside: usize) -> Option<()> {
        const RESERVED: [Key; 2] = [Key::new("xml"), Key::new("xmlns")];
        let mut in_tag = self.list.iter().take(self.len).skip(outside);
        if RESERVED.contains(&prefix) || in_tag.any(|(declared, _)| *declared == prefix) {
            return None;
        }
        *self.list.get_mut(self.len)? = (prefix, namespace);
        self.len += 1;
        Some(())
    }

    /// How the types namespace is written here.
    #[inline(always)]
    fn types(&self) -> Option<Prefix> {
        let in_scope = self.list.iter().take(self.len).rev();
        let (prefix, _) = { in_scope }.find(|(prefix, namespace)| {
            schema::is_types(*namespace) && self.resolve(*prefix) == Some(*namespace)
        })?;
        let bytes = prefix.0.to_le_bytes();
        let text = core::str::from_utf8(&bytes).unwrap_or_default();
        let text = text.trim_end_matches('\0');
        Prefix::of(&[text, if text.is_empty() { "" } else { ":" }])
    }
}
