//! Start tags, end tags and attributes, with their names resolved to namespaces.
//!
//! Extends [`Tokenizer`]; uses `namespaces`.

use core::fmt;

use super::namespaces::{Namespaces, hash};
use super::token::{Attribute, Form, Name, Namespace, QName, Text, Token};
use super::tokenizer::{Next, State, Tokenizer};
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Span, Stop, is_name_char};

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
    form: Form,
}

/// Up to this number, attributes are compared pairwise to find duplicates. More are sorted.
const MAX_PAIRWISE: usize = 8;

/// `xmlns` as a key.
const XMLNS: u64 = u64::from_le_bytes(*b"xmlns\0\0\0");

impl<'b> Tokenizer<'_, 'b> {
    /// `[40] STag` or `[44] EmptyElemTag`, after the `<`.
    #[inline(always)]
    pub(super) fn start_tag(&mut self, start: usize) -> Next<'b> {
        let body = self.body();
        let name = self.qname(start, body.byte(start), ErrorKind::Name)?;
        if self.tables.open.len() >= self.limits.depth {
            return Err(Error::new(ErrorKind::DepthLimit, start));
        }
        let outer_declarations = self.tables.namespaces.len() as u32;
        self.tables.attributes.clear();
        let mut end = name.end as usize + ">".len();
        let mut names = AttributeNames::default();
        self.state = State::Content;
        if body.byte(name.end as usize) != b'>' {
            (end, names) = self.rest_of_tag(name.end as usize)?;
            // It is not the slash of a value: a quote would follow that.
            if body.byte(end - "/>".len()) == b'/' {
                self.state = State::EmptyElement;
            }
        }
        self.end_at(end);
        let Some(namespace) = self.resolve(name) else {
            return Err(self.unresolved(name));
        };
        if names.have_prefixes || names.may_repeat {
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

    /// The attributes and the end of a start tag, after its name. Returns the position after the tag, and the
    /// checks of attribute names that are still to do.
    ///
    /// Not inlined, so that tags without attributes do not pay for the registers it needs.
    #[inline(never)]
    fn rest_of_tag(&mut self, mut at: usize) -> Result<(usize, AttributeNames), Error> {
        let body = self.body();
        let mut names = AttributeNames::default();
        loop {
            let mut next = body.byte(at);
            let mut is_spaced = next == b' ';
            if is_spaced {
                at += 1;
                next = body.byte(at);
            }
            if Class::SPACE.contains(next) {
                at = self.skip_space(at);
                next = body.byte(at);
                is_spaced = true;
            }
            match next {
                b'>' => return Ok((at + ">".len(), names)),
                b'/' if body.byte(at + 1) == b'>' => return Ok((at + "/>".len(), names)),
                _ if is_spaced && next != b'/' => at = self.attribute(at, next, &mut names)?,
                _ => return Err(self.bad_attribute(at)),
            }
        }
    }

    /// The error for an unexpected byte between the attributes of a start tag.
    #[cold]
    fn bad_attribute(&self, at: usize) -> Error {
        match self.body().byte(at) {
            b'/' => match self.is_next(at, "/>") {
                Err(error) => error,
                Ok(_) => self.unexpected(at, ErrorKind::StartTag),
            },
            b'=' | b'"' | b'\'' | b'<' | b'&' => self.unexpected(at, ErrorKind::StartTag),
            _ => self.unexpected(at, ErrorKind::AttributeSpace),
        }
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
            Ok(name) if name.end as usize >= self.body().len() => {
                Error::new(ErrorKind::UnexpectedEnd, name.end as usize)
            }
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

    /// `[41] Attribute`. `first` is the byte at `start`. Returns its end.
    #[inline(always)]
    fn attribute(
        &mut self,
        start: usize,
        first: u8,
        names: &mut AttributeNames,
    ) -> Result<usize, Error> {
        let name = self.qname(start, first, ErrorKind::StartTag)?;
        if self.tables.attributes.len() >= self.limits.attributes {
            return Err(Error::new(ErrorKind::AttributeLimit, start));
        }
        let body = self.body();
        let mut opening = name.end as usize + "=".len();
        let mut quote = body.byte(opening);
        if body.byte(name.end as usize) != b'=' || !matches!(quote, b'"' | b'\'') {
            opening = self.eq(name.end as usize)?;
            quote = body.byte(opening);
        }
        let value_start = opening + 1;
        let mut value_end = self.reader.find(Stop::Value, value_start);
        let mut form = Form::Verbatim;
        if body.byte(value_end) != quote {
            (value_end, form) = self.rest_of_value(value_end, quote)?;
        }
        let value = Span::new(value_start, value_end);
        let key = body.key(name.local_start as usize, name.local().len());
        let mut namespace = Namespace::NONE;
        if name.has_prefix() {
            let is_xmlns = name.local_start - name.start == "xmlns:".len() as u32
                && body.key(start, "xmlns".len()) == XMLNS;
            if is_xmlns {
                self.declare(start, name.local(), value, form)?;
                namespace = Namespace::XMLNS;
            } else {
                names.have_prefixes = true;
            }
        } else if key == XMLNS {
            self.declare(start, Span::new(start, start), value, form)?;
            namespace = Namespace::XMLNS;
        }
        names.add(key);
        self.tables.attributes.push(RawAttribute {
            name,
            namespace,
            value,
            form,
        });
        Ok(value_end + 1)
    }

    /// The slow path of `[25] Eq`: white space or an error. Returns the position of the quote after it.
    #[inline(never)]
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

    /// Declares a prefix, empty for `xmlns="…"`, by the attribute at `start`.
    #[inline(never)]
    fn declare(
        &mut self,
        start: usize,
        prefix: Span,
        value: Span,
        form: Form,
    ) -> Result<(), Error> {
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

    /// NS `[7] QName`. `first` is the byte at `start`. The error is of this kind if no name begins here.
    #[inline(always)]
    fn qname(&mut self, start: usize, first: u8, kind: ErrorKind) -> Result<QName, Error> {
        let body = self.body();
        let mut is_plain = Class::NAME_START.contains(first);
        let mut local_start = start;
        let mut end = self.reader.find(Stop::Name, start);
        let mut next = body.byte(end);
        if next == b':' {
            local_start = end + ":".len();
            is_plain &= Class::NAME_START.contains(body.byte(local_start));
            end = self.reader.find(Stop::Name, local_start);
            next = body.byte(end);
            is_plain &= next != b':';
        }
        if is_plain && next.is_ascii() && end - start <= self.limits.name_bytes {
            return Ok(QName::new(start, local_start, end));
        }
        // Taken apart and rebuilt, the name stays in registers in the common case.
        let QName {
            start,
            local_start,
            end,
        } = self.any_qname(start, kind)?;
        Ok(QName {
            start,
            local_start,
            end,
        })
    }

    /// [`qname`](Self::qname) for all names: with characters beyond ASCII, too long, or wrong.
    #[cold]
    #[inline(never)]
    fn any_qname(&mut self, start: usize, kind: ErrorKind) -> Result<QName, Error> {
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
        Ok(QName::new(start, local_start, end))
    }

    #[inline(always)]
    fn resolve(&mut self, name: QName) -> Option<Namespace> {
        let namespaces = &mut self.tables.namespaces;
        let checked = self.reader.checked();
        match name.has_prefix() {
            false => namespaces.resolve(Span::default(), 0, checked),
            true => {
                let prefix = name.prefix();
                let key = self.reader.body().key(prefix.start(), prefix.len());
                namespaces.resolve(prefix, key, checked)
            }
        }
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
    fn unresolved(&self, name: QName) -> Error {
        let kind = match name.prefix().of(self.reader.checked()) {
            "xmlns" => ErrorKind::ReservedPrefix,
            _ => ErrorKind::UnboundPrefix,
        };
        Error::new(kind, name.start as usize)
    }

    /// Resolves the prefixes of attributes, and refuses a second attribute with an expanded name (NS section 6.3).
    #[inline(never)]
    fn check_attributes(&mut self) -> Result<(), Error> {
        for at in 0..self.tables.attributes.len() {
            let attribute = self.tables.attributes.get(at).copied();
            if let Some(RawAttribute {
                name,
                namespace: Namespace::NONE,
                ..
            }) = attribute
                && name.has_prefix()
            {
                let Some(namespace) = self.resolve(name) else {
                    return Err(Error::new(ErrorKind::UnboundPrefix, name.start as usize));
                };
                if let Some(attribute) = self.tables.attributes.get_mut(at) {
                    attribute.namespace = namespace;
                }
            }
        }
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

/// The checks of attribute names that are still to do after the last attribute of a tag.
#[derive(Clone, Copy, Debug, Default)]
struct AttributeNames {
    /// Whether any has a prefix other than `xmlns`.
    have_prefixes: bool,
    /// A set of the first eight bytes of local names, with one bit for each: if no bit is set twice, all
    /// names differ.
    keys: u64,
    may_repeat: bool,
}

impl AttributeNames {
    #[inline(always)]
    fn add(&mut self, key: u64) {
        let bit = 1 << hash(key, u64::BITS.ilog2());
        self.may_repeat |= self.keys & bit != 0;
        self.keys |= bit;
    }
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
