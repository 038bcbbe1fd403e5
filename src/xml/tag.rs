//! Start tags, end tags and attributes, with their names resolved to namespaces.
//!
//! Extends [`Tokenizer`]; uses `namespaces`.

use core::fmt;

use super::namespaces::{Namespaces, hash};
use super::token::{Attribute, Form, Name, Namespace, QName, Text, Token};
use super::tokenizer::{Next, State, Tables, Tokenizer};
use crate::error::{Error, ErrorKind};
use crate::scan::{Body, Class, Span, Stop, is_name_char};

/// An element whose end tag has not been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenElement {
    name: QName,
    namespace: Namespace,
    /// The number of declarations in scope before its start tag.
    outer_declarations: u32,
}

impl OpenElement {
    /// Whether its start tag has namespace declarations. It must be the innermost element.
    pub(super) fn declares(&self, namespaces: &Namespaces) -> bool {
        namespaces.len() > self.outer_declarations as usize
    }
}

/// An attribute of the current start tag, namespace declarations included.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawAttribute {
    name: QName,
    namespace: Namespace,
    value: Span,
    /// The first bytes of the local part, as a number: see [`Body::key`].
    key: u64,
    form: Form,
}

/// The parts of an attribute up to its value.
struct Opening {
    local_start: usize,
    name_end: usize,
    value_start: usize,
    quote: u8,
}

/// Up to this number, attributes are compared pairwise to find duplicates. More are sorted.
const MAX_PAIRWISE: usize = 16;

/// `xmlns` as a key.
const XMLNS: u64 = u64::from_le_bytes(*b"xmlns\0\0\0");

impl<'b> Tokenizer<'_, 'b> {
    /// `[40] STag` or `[44] EmptyElemTag`, after the `<`.
    #[inline(always)]
    pub(super) fn start_tag(&mut self, start: usize) -> Next<'b> {
        let body = self.body();
        let stop = self.reader.find(Stop::Name, start);
        let (local_start, name_end) = self.qname(start, stop, ErrorKind::Name)?;
        let name = QName::new(start, local_start, name_end);
        if self.tables.open.len() >= self.limits.depth {
            return Err(Error::new(ErrorKind::DepthLimit, start));
        }
        let outer_declarations = self.tables.namespaces.len() as u32;
        self.tables.attributes.clear();
        self.state = State::Content;
        let mut end = name_end + ">".len();
        let has_attributes = body.byte(name_end) != b'>';
        if has_attributes {
            end = self.rest_of_tag(name_end)?;
        }
        self.end_at(end);
        let Some(namespace) = self.resolve(name) else {
            return Err(self.unresolved(start, local_start));
        };
        if has_attributes {
            self.check_attributes()?;
        }
        self.tables.open.push(OpenElement {
            name,
            namespace,
            outer_declarations,
        });
        let name = Name::new(self.reader.checked(), name, namespace);
        Ok(Some(Token::StartTag(name)))
    }

    /// The attributes and the end of a start tag, after its name. Returns the position after the tag.
    ///
    /// Not inlined, so that tags without attributes do not pay for the registers it needs.
    #[inline(never)]
    fn rest_of_tag(&mut self, name_end: usize) -> Result<usize, Error> {
        let body = self.body();
        let mut names = AttributeNames::default();
        // `at` is the end of the name or of the last attribute. `word` is the eight bytes from `at - 1` on.
        let (mut at, mut word) = (name_end, body.word(name_end - 1));
        let end = loop {
            let [_, first, second, third, ..] = word.to_le_bytes();
            let start = match (first, second, third) {
                (b' ', ..) if Class::NAME_START.contains(second) => at + " ".len(),
                (b'>', ..) => break at + ">".len(),
                (b'/', b'>', _) => break self.empty_element(at),
                (b' ', b'/', b'>') => break self.empty_element(at + " ".len()),
                _ => {
                    let start = self.space(at)?;
                    match body.byte(start) {
                        b'>' => break start + ">".len(),
                        b'/' => break self.empty_element(start),
                        _ => start,
                    }
                }
            };
            (at, word) = self.attribute(start, &mut names)?;
        };
        self.tables.have_prefixes = names.have_prefixes;
        self.tables.may_repeat = names.may_repeat && self.keys_repeat();
        Ok(end)
    }

    /// The `/>` at a position. Returns its end.
    fn empty_element(&mut self, at: usize) -> usize {
        self.state = State::EmptyElement;
        at + "/>".len()
    }

    /// What may follow the name or an attribute: white space and the start of a name, or the end of the tag with or without
    /// white space. Returns the position of the name or of that end.
    #[inline(never)]
    fn space(&self, start: usize) -> Result<usize, Error> {
        let at = self.skip_space(start);
        let is_spaced = at > start;
        let kind = match self.body().byte(at) {
            b'>' => return Ok(at),
            b'/' if self.is_next(at, "/>")? => return Ok(at),
            next if is_spaced && (Class::NAME_START.contains(next) || !next.is_ascii()) => {
                return Ok(at);
            }
            b':' if is_spaced => ErrorKind::QName,
            b'/' | b'=' | b'"' | b'\'' | b'<' | b'&' => ErrorKind::StartTag,
            _ if is_spaced => ErrorKind::StartTag,
            _ => ErrorKind::AttributeSpace,
        };
        Err(self.unexpected(at, kind))
    }

    /// `[41] Attribute`. Its first byte is an ASCII name start character or is not ASCII. Returns its end, and the word from its
    /// last byte on.
    #[inline(always)]
    fn attribute(
        &mut self,
        start: usize,
        names: &mut AttributeNames,
    ) -> Result<(usize, u64), Error> {
        let body = self.body();
        let stop = self.reader.find(Stop::Name, start);
        let is_plain = body.array(stop) == Some(*b"=\"")
            && stop - start <= self.limits.name_bytes
            && self.tables.attributes.len() < self.limits.attributes;
        let opening = match is_plain {
            true => Opening {
                local_start: start,
                name_end: stop,
                value_start: stop + "=\"".len(),
                quote: b'"',
            },
            false => self.opening(start, stop)?,
        };
        let mut value_end = self.reader.find(Stop::Value, opening.value_start);
        let mut word = body.word(value_end);
        let mut form = Form::Verbatim;
        if word as u8 != opening.quote {
            (value_end, form) = self.rest_of_value(value_end, opening.quote)?;
            word = body.word(value_end);
        }
        let name = QName::new(start, opening.local_start, opening.name_end);
        let value = Span::new(opening.value_start, value_end);
        let key = body.key(opening.local_start, opening.name_end - opening.local_start);
        let is_declaration = match name.has_prefix() {
            true => self.is_xmlns(name.prefix()),
            false => key == XMLNS,
        };
        let mut namespace = Namespace::NONE;
        if is_declaration {
            self.declare(name, value, form)?;
            namespace = Namespace::XMLNS;
        } else if name.has_prefix() {
            names.have_prefixes = true;
        }
        names.add(key);
        self.tables.attributes.push(RawAttribute {
            name,
            namespace,
            value,
            key,
            form,
        });
        Ok((value_end + "\"".len(), word))
    }

    /// `[42] ETag`, after the `</`.
    #[inline(always)]
    pub(super) fn end_tag(&mut self, start: usize) -> Next<'b> {
        if let Some(open) = self.tables.open.last() {
            let length = open.name.len();
            let end = start + length;
            if self.body().is_same(open.name.start as usize, start, length) {
                if self.body().byte(end) == b'>' {
                    return self.close(end + ">".len());
                }
                if !self.name_continues(end) {
                    let end = self.skip_space(end);
                    if self.body().byte(end) != b'>' {
                        return Err(self.unexpected(end, ErrorKind::EndTag));
                    }
                    return self.close(end + ">".len());
                }
            }
        }
        Err(self.mismatch(start))
    }

    /// The error for an end tag that does not close the innermost element.
    #[cold]
    fn mismatch(&mut self, start: usize) -> Error {
        match self.any_qname(start, ErrorKind::Name) {
            Ok((_, end)) if end >= self.body().len() => Error::new(ErrorKind::UnexpectedEnd, end),
            Ok(_) => Error::new(ErrorKind::EndTagMismatch, start),
            Err(error) => error,
        }
    }

    /// Whether the character at a position continues the name before it.
    fn name_continues(&self, at: usize) -> bool {
        match self.body().byte(at) {
            byte @ 0..=0x7F => byte == b':' || Class::NAME.contains(byte),
            _ => self.char_is(at, is_name_char) == Ok(true),
        }
    }

    /// Closes the innermost element, whose end tag ends here. The scope of its declarations closes just before the next
    /// token, so that the namespace of this end tag still has a name.
    #[inline(always)]
    pub(super) fn close(&mut self, end: usize) -> Next<'b> {
        self.end_at(end);
        let Some(element) = self.tables.open.pop() else {
            return Err(Error::new(ErrorKind::EndTagMismatch, end));
        };
        let outer_declarations = element.outer_declarations as usize;
        if self.tables.namespaces.len() > outer_declarations {
            self.closed_scope = Some(outer_declarations);
        }
        self.state = match self.tables.open.is_empty() {
            true => State::Epilog,
            false => State::Content,
        };
        let name = Name::new(self.reader.checked(), element.name, element.namespace);
        Ok(Some(Token::EndTag(name)))
    }

    /// `[41] Attribute` up to its value, in any form. `stop` is the first stop of the name.
    #[inline(never)]
    fn opening(&mut self, start: usize, stop: usize) -> Result<Opening, Error> {
        let (local_start, name_end) = self.qname(start, stop, ErrorKind::StartTag)?;
        if self.tables.attributes.len() >= self.limits.attributes {
            return Err(Error::new(ErrorKind::AttributeLimit, start));
        }
        let quote_at = self.eq(name_end)?;
        Ok(Opening {
            local_start,
            name_end,
            value_start: quote_at + 1,
            quote: self.body().byte(quote_at),
        })
    }

    /// Whether the prefix is `xmlns`.
    fn is_xmlns(&self, prefix: Span) -> bool {
        let length = "xmlns".len();
        prefix.len() == length && self.body().key(prefix.start(), length) == XMLNS
    }

    /// `[25] Eq`. Returns the position of the quote after it.
    fn eq(&self, start: usize) -> Result<usize, Error> {
        let equals = self.skip_space(start);
        if self.body().byte(equals) != b'=' {
            return Err(self.unexpected(equals, ErrorKind::AttributeEquals));
        }
        let opening = self.skip_space(equals + "=".len());
        if !matches!(self.body().byte(opening), b'"' | b'\'') {
            return Err(self.unexpected(opening, ErrorKind::AttributeQuote));
        }
        Ok(opening)
    }

    /// A declaration: `xmlns="…"`, or `xmlns:prefix="…"`.
    #[inline(never)]
    fn declare(&mut self, name: QName, value: Span, form: Form) -> Result<(), Error> {
        let start = name.start as usize;
        let prefix = match name.has_prefix() {
            true => name.local(),
            false => Span::new(start, start),
        };
        let key = match prefix.len() {
            0 => 0,
            length => self.body().key(prefix.start(), length),
        };
        let namespaces = &mut self.tables.namespaces;
        let checked = self.reader.checked();
        let text = Text::new(value.of(checked), form);
        let declared = match namespaces.len() < self.limits.bindings {
            true => namespaces.declare(prefix, key, value, text, checked),
            false => Err(ErrorKind::BindingLimit),
        };
        declared.map_err(|kind| Error::new(kind, start))
    }

    /// `[10] AttValue` from a byte on that may need a closer look. Returns the position of the closing quote.
    #[inline(never)]
    fn rest_of_value(&mut self, mut at: usize, quote: u8) -> Result<(usize, Form), Error> {
        let mut form = Form::Verbatim;
        loop {
            match self.body().byte(at) {
                byte if byte == quote => return Ok((at, form)),
                b'<' => return Err(self.unexpected(at, ErrorKind::AttributeLessThan)),
                b'&' => {
                    at = self.reference(at)?;
                    form = Form::AttValue;
                }
                b'"' | b'\'' => at += 1,
                b'\t' | b'\n' | b'\r' => {
                    at += 1;
                    form = Form::AttValue;
                }
                _ => return Err(self.unexpected(at, ErrorKind::IllegalChar)),
            }
            at = self.reader.find(Stop::Value, at);
        }
    }

    /// NS `[7] QName`. `stop` is the first name stop from `start` on. Returns the start of the local part and the end. `kind` is
    /// the error if no name begins here.
    #[inline(always)]
    fn qname(
        &mut self,
        start: usize,
        stop: usize,
        kind: ErrorKind,
    ) -> Result<(usize, usize), Error> {
        match self.plain_qname(start, stop) {
            Some(name) => Ok(name),
            None => self.any_qname(start, kind),
        }
    }

    /// [`qname`](Self::qname) of a name in ASCII that is not too long.
    #[inline(always)]
    fn plain_qname(&mut self, start: usize, stop: usize) -> Option<(usize, usize)> {
        let body = self.body();
        let (mut local_start, mut end) = (start, stop);
        let mut next = body.byte(end);
        if !Class::NAME_START.contains(body.byte(start)) {
            return None;
        }
        if next == b':' {
            local_start = end + ":".len();
            end = self.reader.find(Stop::Name, local_start);
            next = body.byte(end);
            if next == b':' || !Class::NAME_START.contains(body.byte(local_start)) {
                return None;
            }
        }
        let is_plain = next.is_ascii() && end - start <= self.limits.name_bytes;
        is_plain.then_some((local_start, end))
    }

    /// [`qname`](Self::qname) for all names: with characters beyond ASCII, too long, or wrong.
    #[cold]
    #[inline(never)]
    fn any_qname(&mut self, start: usize, kind: ErrorKind) -> Result<(usize, usize), Error> {
        if self.body().byte(start) == b':' {
            return Err(self.unexpected(start, ErrorKind::QName));
        }
        let mut local_start = start;
        let mut end = self.ncname(start, kind)?;
        if self.body().byte(end) == b':' {
            local_start = end + ":".len();
            end = self.ncname(local_start, ErrorKind::QName)?;
            if self.body().byte(end) == b':' {
                return Err(self.unexpected(end, ErrorKind::QName));
            }
            if end - start > self.limits.name_bytes {
                return Err(Error::new(ErrorKind::NameLimit, start));
            }
        }
        Ok((local_start, end))
    }

    #[inline(always)]
    fn resolve(&mut self, name: QName) -> Option<Namespace> {
        let (body, checked) = (self.body(), self.reader.checked());
        resolve(&mut self.tables.namespaces, name, body, checked)
    }

    /// Opens an element without declarations.
    pub(super) fn open_element(&mut self, name: QName) {
        let namespace = self.resolve(name).unwrap_or_default();
        self.tables.open.push(OpenElement {
            name,
            namespace,
            outer_declarations: self.tables.namespaces.len() as u32,
        });
    }

    /// The error for an element whose prefix is not declared.
    #[cold]
    fn unresolved(&self, start: usize, local_start: usize) -> Error {
        let kind = match self.slice(start, local_start - ":".len()) {
            "xmlns" => ErrorKind::ReservedPrefix,
            _ => ErrorKind::UnboundPrefix,
        };
        Error::new(kind, start)
    }

    /// Whether two attributes have equal keys. `true` without a look if there are many.
    #[inline(never)]
    fn keys_repeat(&self) -> bool {
        let mut attributes = self.tables.attributes.as_slice();
        if attributes.len() > MAX_PAIRWISE {
            return true;
        }
        while let [attribute, rest @ ..] = attributes {
            if rest.iter().any(|other| other.key == attribute.key) {
                return true;
            }
            attributes = rest;
        }
        false
    }

    /// The checks of attribute names that wait for the end of the tag.
    #[inline(always)]
    fn check_attributes(&mut self) -> Result<(), Error> {
        if self.tables.have_prefixes {
            self.resolve_attributes()?;
        }
        if self.tables.may_repeat {
            self.refuse_duplicates()?;
        }
        Ok(())
    }

    /// Resolves the prefixes of attributes.
    #[inline(never)]
    fn resolve_attributes(&mut self) -> Result<(), Error> {
        let (body, checked) = (self.body(), self.reader.checked());
        let Tables {
            attributes,
            namespaces,
            ..
        } = &mut *self.tables;
        for attribute in attributes {
            let name = attribute.name;
            if name.has_prefix() && attribute.namespace == Namespace::NONE {
                let Some(namespace) = resolve(namespaces, name, body, checked) else {
                    return Err(Error::new(ErrorKind::UnboundPrefix, name.start as usize));
                };
                attribute.namespace = namespace;
            }
        }
        Ok(())
    }

    /// Refuses a second attribute with an expanded name (NS section 6.3).
    #[inline(never)]
    fn refuse_duplicates(&mut self) -> Result<(), Error> {
        match self.first_duplicate() {
            Some(duplicate) => Err(Error::new(
                ErrorKind::DuplicateAttribute,
                duplicate.name.start as usize,
            )),
            None => Ok(()),
        }
    }

    /// The first attribute with the same expanded name as an earlier one.
    fn first_duplicate(&mut self) -> Option<RawAttribute> {
        let body = self.body();
        let attributes = &self.tables.attributes;
        let expanded_name = |attribute: &RawAttribute| {
            let local = attribute.name.local();
            (
                attribute.namespace.0,
                body.rest(local.start()).get(..local.len()),
            )
        };
        if attributes.len() <= MAX_PAIRWISE {
            let repeats = |(at, attribute): &(usize, &RawAttribute)| {
                let mut earlier = attributes.iter().take(*at);
                earlier.any(|earlier| expanded_name(earlier) == expanded_name(attribute))
            };
            return attributes
                .iter()
                .enumerate()
                .find(repeats)
                .map(|(_, attribute)| *attribute);
        }
        // After sorting by name and position, repetitions of a name follow its first occurrence.
        let order = &mut self.tables.order;
        order.clear();
        order.extend(0..attributes.len() as u32);
        let name_at = |at: u32| attributes.get(at as usize).map(expanded_name);
        order.sort_unstable_by(|a, b| name_at(*a).cmp(&name_at(*b)).then(a.cmp(b)));
        let pairs = order.iter().zip(order.iter().skip(1));
        let repetitions = pairs
            .filter(|(a, b)| name_at(**a) == name_at(**b))
            .map(|(_, b)| *b);
        repetitions
            .min()
            .and_then(|at| attributes.get(at as usize).copied())
    }
}

/// The namespace of a name by its prefix. `None` if the prefix is not declared.
#[inline(always)]
fn resolve(
    namespaces: &mut Namespaces,
    name: QName,
    body: Body<'_>,
    checked: &str,
) -> Option<Namespace> {
    let start = name.start as usize;
    match (name.local_start - name.start) as usize {
        0 => namespaces.resolve(Span::default(), 0, checked),
        with_colon => {
            let length = with_colon - ":".len();
            let key = body.key(start, length);
            namespaces.resolve(Span::new(start, start + length), key, checked)
        }
    }
}

/// The names of the attributes so far, as far as the checks at the end of the tag need them.
#[derive(Clone, Copy, Debug, Default)]
struct AttributeNames {
    /// Whether any has a prefix other than `xmlns`.
    have_prefixes: bool,
    /// A bit for each, by a hash of its key.
    hashes: u64,
    /// Whether any bit was set twice.
    may_repeat: bool,
}

impl AttributeNames {
    #[inline(always)]
    fn add(&mut self, key: u64) {
        let bit = 1 << hash(key, u64::BITS.ilog2());
        if self.hashes & bit != 0 {
            self.may_repeat = seldom_true();
        }
        self.hashes |= bit;
    }
}

/// A call instead of a constant: with a constant, the flag takes a register in the loop over attributes.
#[cold]
#[inline(never)]
fn seldom_true() -> bool {
    true
}

/// Iterates over the attributes of a start tag in document order. Made by [`Tokenizer::attributes`].
///
/// `'t` borrows the tokenizer and `'b` is the lifetime of the body: the attributes borrow from the body only.
#[derive(Clone)]
pub struct Attributes<'t, 'b> {
    body: &'b str,
    raw: core::slice::Iter<'t, RawAttribute>,
}

/// Shows no byte of the body.
impl fmt::Debug for Attributes<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Attributes").field(&self.raw).finish()
    }
}

impl<'t, 'b> Attributes<'t, 'b> {
    pub(super) fn new(body: &'b str, raw: &'t [RawAttribute]) -> Self {
        Self {
            body,
            raw: raw.iter(),
        }
    }
}

impl<'b> Iterator for Attributes<'_, 'b> {
    type Item = Attribute<'b>;

    #[inline]
    fn next(&mut self) -> Option<Attribute<'b>> {
        let attribute = self
            .raw
            .find(|attribute| attribute.namespace != Namespace::XMLNS)?;
        let name = Name::new(self.body, attribute.name, attribute.namespace);
        Some(Attribute::new(name, attribute.value, attribute.form))
    }
}
