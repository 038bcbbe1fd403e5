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
use crate::scan::{Class, Cursor, ShortPrefix, Span, Task, Vector};
use crate::schema::{self, Vocabulary};

/// Reads a head, from the first markup on.
pub(super) struct Envelope<'e, 'b> {
    /// Behind the XML declaration.
    pub(super) cursor: Cursor<'b>,
    /// Where to note what has been read. Anything may be in it if not all is as predicted.
    pub(super) head: &'e mut Head,
}

/// What is open behind a predicted head, innermost first: the prefixes of these names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outer([ShortPrefix; 6]);

impl Outer {
    /// Moves over all the rest of a body, if it is the end tags of these elements and white space, and
    /// gives it. None leaves the cursor anywhere.
    #[inline(always)]
    pub(super) fn eat_tail<'b>(&self, cursor: &mut Cursor<'b>) -> Option<&'b str> {
        let Self([notification, response, responses, operation, body, envelope]) = self;
        let start = *cursor;
        let ends = eat_end(cursor, *notification, "Notification>")
            && eat_end(cursor, *response, "SendNotificationResponseMessage>")
            && eat_end(cursor, *responses, "ResponseMessages>")
            && eat_end(cursor, *operation, "SendNotification>")
            && eat_end(cursor, *body, "Body>")
            && eat_end(cursor, *envelope, "Envelope>");
        cursor.skip(Class::SPACE);
        (ends && cursor.rest().is_empty()).then(|| cursor.since(start))
    }
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

/// Of a [`ShortPrefix`].
const LONGEST_PREFIX: usize = 8;

impl<'b> Task for Envelope<'_, 'b> {
    /// Behind the head, if all was as predicted.
    type Output = Option<Cursor<'b>>;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> Self::Output {
        let mut ahead = Ahead {
            vector,
            cursor: self.cursor,
            bindings: Bindings::NONE,
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
    bindings: Bindings,
}

/// A start tag.
struct Tag {
    prefix: ShortPrefix,
    vocabulary: Vocabulary,
    /// What the attribute that was asked for says.
    value: Option<Span>,
    is_empty: bool,
}

impl<'b, V: Vector> Ahead<'b, V> {
    #[inline(always)]
    fn head(&mut self, head: &mut Head) -> Option<()> {
        head.said = Said::default();
        let envelope = self.parent("Envelope", None)?;
        let soap = envelope.vocabulary;
        if !matches!(soap, Vocabulary::Soap11 | Vocabulary::Soap12) {
            return None;
        }
        self.header(soap, &mut head.said)?;
        let body = self.parent("Body", None)?;
        if body.vocabulary != soap {
            return None;
        }
        let operation = self.message("SendNotification", None)?;
        let responses = self.message("ResponseMessages", None)?;
        let class = Some(" ResponseClass=");
        let response = self.message("SendNotificationResponseMessage", class)?;
        if let Some(class) = response.value {
            let class = ResponseClass::new(self.cursor.span(class));
            head.said.class = Some(head::known_class(class)?);
        }
        self.code(&mut head.said)?;
        let notification = self.parent("Notification", None)?;
        if !matches!(
            notification.vocabulary,
            Vocabulary::Messages | Vocabulary::Types
        ) {
            return None;
        }
        let outer = [notification, response, responses, operation, body, envelope];
        head.outer = Outer(outer.map(|tag| tag.prefix));
        head.stats = Stats::default();
        head.prefix = self.bindings.types();
        Some(())
    }

    /// The Header, if one comes next.
    #[inline(always)]
    fn header(&mut self, soap: Vocabulary, said: &mut Said) -> Option<()> {
        let outside = self.bindings.len;
        let before = self.cursor;
        let Some(prefix) = self.begin("Header") else {
            self.cursor = before;
            return Some(());
        };
        let header = self.attributes(prefix, None)?;
        if header.vocabulary != soap {
            return None;
        }
        if !header.is_empty {
            let prefix = self.begin("RequestServerVersion")?;
            let version = self.attributes(prefix, Some(" Version="))?;
            if version.vocabulary != Vocabulary::Types {
                return None;
            }
            said.request_server_version = version.value;
            let cursor = &mut self.cursor;
            let ends = (version.is_empty
                || eat_end(cursor, version.prefix, "RequestServerVersion>"))
                && eat_end(cursor, header.prefix, "Header>");
            if !ends {
                return None;
            }
        }
        self.bindings.len = outside;
        Some(())
    }

    /// The ResponseCode.
    #[inline(always)]
    fn code(&mut self, said: &mut Said) -> Option<()> {
        let outside = self.bindings.len;
        let code = self.message("ResponseCode", None)?;
        let start = self.cursor.pos();
        if !self.cursor.eat("NoError") {
            self.cursor.skip_by(self.vector, Class::TEXT);
        }
        said.response_code = Some(Span::new(start, self.cursor.pos()));
        self.bindings.len = outside;
        let ends = self.cursor.peek() == Some(b'<')
            && eat_end(&mut self.cursor, code.prefix, "ResponseCode>");
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
        let prefix = self.begin(local)?;
        let tag = self.attributes(prefix, attribute)?;
        (!tag.is_empty).then_some(tag)
    }

    /// White space, and the beginning of a start tag with this local name, which may be longer: gives the
    /// prefix.
    #[inline(always)]
    fn begin(&mut self, local: &str) -> Option<ShortPrefix> {
        if self.cursor.peek() != Some(b'<') {
            self.cursor.skip_by(self.vector, Class::SPACE);
        }
        if !self.cursor.eat("<") {
            return None;
        }
        let prefix = self.cursor.eat_short_prefix();
        self.cursor.eat(local).then_some(prefix)
    }

    /// The rest of a start tag: no attributes but declarations and perhaps one that begins so, white
    /// space before and the equals sign behind its name included.
    #[inline(always)]
    fn attributes(&mut self, prefix: ShortPrefix, attribute: Option<&str>) -> Option<Tag> {
        let outside = self.bindings.len;
        let mut value = None;
        let is_empty = loop {
            if self.cursor.eat(">") {
                break false;
            }
            if self.cursor.eat(" xmlns:") {
                let rest = self.cursor.rest();
                let text = self.cursor.eat_plain_ncname(self.vector)?;
                self.declaration(ShortPrefix::of(rest, text.len())?, outside)?;
            } else if self.cursor.eat(" xmlns") {
                self.declaration(ShortPrefix::NONE, outside)?;
            } else if let Some(attribute) = attribute
                && value.is_none()
                && self.cursor.eat(attribute)
            {
                let quote = self.quote()?;
                let start = self.cursor.pos();
                let text = self.cursor.eat_run(self.vector, Class::VALUE, quote)?;
                value = Some(Span::new(start, start + text.len()));
            } else if self.cursor.eat(" />") || self.cursor.eat("/>") {
                break true;
            } else {
                return None;
            }
        };
        Some(Tag {
            prefix,
            vocabulary: self.bindings.resolve(prefix)?,
            value,
            is_empty,
        })
    }

    /// The rest of a declaration of this prefix. Of those in scope, those from `outside` on stand in the
    /// same tag.
    #[inline(always)]
    fn declaration(&mut self, prefix: ShortPrefix, outside: usize) -> Option<()> {
        if !self.cursor.eat("=") {
            return None;
        }
        let quote = self.quote()?;
        for (name, vocabulary) in schema::VOCABULARIES {
            // They differ in length, so that this tells them apart.
            if self.cursor.rest().get(name.len()) == Some(&quote) && self.cursor.eat(name) {
                self.cursor.bump();
                return self.bindings.declare(prefix, vocabulary, outside);
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

/// Moves over white space and an end tag: this prefix, and the rest of it. `false` leaves the cursor anywhere.
#[inline(always)]
fn eat_end(cursor: &mut Cursor<'_>, prefix: ShortPrefix, rest: &str) -> bool {
    if cursor.peek() != Some(b'<') {
        cursor.skip(Class::SPACE);
    }
    cursor.eat("</") && cursor.eat_short_prefix() == prefix && cursor.eat(rest)
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

    /// What a prefix stands for, if anything has been declared for it.
    #[inline(always)]
    fn resolve(&self, prefix: ShortPrefix) -> Option<Vocabulary> {
        let mut at = self.len;
        loop {
            at = at.checked_sub(1)?;
            let (declared, vocabulary) = self.list.get(at)?;
            if *declared == prefix {
                return Some(*vocabulary);
            }
        }
    }

    /// None where the prefix has been declared in the same tag, or is for the general path to judge.
    #[inline(always)]
    fn declare(
        &mut self,
        prefix: ShortPrefix,
        vocabulary: Vocabulary,
        outside: usize,
    ) -> Option<()> {
        for (declared, _) in self.list.get(outside..self.len)? {
            if *declared == prefix {
                return None;
            }
        }
        if prefix.is_reserved() {
            return None;
        }
        *self.list.get_mut(self.len)? = (prefix, vocabulary);
        self.len += 1;
        Some(())
    }

    /// How the types namespace is written here.
    #[inline(always)]
    fn types(&self) -> Option<Prefix> {
        let in_scope = self.list.get(..self.len)?;
        let mut prefixes = in_scope.iter().rev().map(|(prefix, _)| *prefix);
        let prefix = prefixes.find(|prefix| self.resolve(*prefix) == Some(Vocabulary::Types))?;
        Some(prefix.into())
    }
}
