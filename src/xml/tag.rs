//! Start tags, end tags and attributes, with their names resolved to namespaces.
//!
//! Extends [`Tokenizer`]; uses `namespaces`.

use super::token::{Attribute, Form, Name, Namespace, Text, Token};
use super::tokenizer::Tokenizer;
use crate::config::Limits;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Cursor, Span, is_name_char};

/// An element whose end tag has not been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenElement {
    name: NameSpan,
    namespace: Namespace,
    /// The number of declarations in scope before its start tag.
    outer_declarations: u32,
}

/// NS `[7] QName`, just read.
#[derive(Clone, Copy, Debug)]
struct QName<'b> {
    start: usize,
    /// Empty if there is no prefix.
    prefix: &'b str,
    local: &'b str,
}

/// NS `[7] QName`, as a span of the body.
#[derive(Clone, Copy, Debug)]
struct NameSpan {
    text: Span,
    local_start: u32,
}

/// An attribute of the current start tag, namespace declarations included.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawAttribute {
    name: NameSpan,
    namespace: Namespace,
    value: Span,
    form: Form,
}

/// Up to this number, attributes are compared pairwise to find duplicates. More are sorted.
const MAX_PAIRWISE: usize = 8;

impl<'b> Tokenizer<'_, 'b> {
    /// `[40] STag` or `[44] EmptyElemTag`, after the `<`.
    #[inline(always)]
    pub(super) fn start_tag(&mut self) -> Result<Token<'b>, Error> {
        let name = self.qname(ErrorKind::Name)?;
        if self.buffers.open.len() >= self.limits.depth {
            return Err(Error::new(ErrorKind::DepthLimit, name.start));
        }
        let outer_declarations = self.buffers.namespaces.len() as u32;
        self.buffers.attributes.clear();
        let empty = loop {
            if self.cursor.eat(">") {
                break false;
            }
            let spaced = self.cursor.skip(Class::SPACE) > 0;
            match self.cursor.peek() {
                Some(b'>') => {}
                Some(b'/') => {
                    if !self.literal("/>")? {
                        return self.fail(ErrorKind::StartTag);
                    }
                    break true;
                }
                _ if spaced => self.attribute()?,
                Some(b'=' | b'"' | b'\'' | b'<' | b'&') => return self.fail(ErrorKind::StartTag),
                _ => return self.fail(ErrorKind::AttributeSpace),
            }
        };
        let namespace = self.resolve_element(name)?;
        if !self.buffers.attributes.is_empty() {
            self.resolve_attributes()?;
        }
        self.buffers.open.push(OpenElement {
            name: name.span(),
            namespace,
            outer_declarations,
        });
        self.set_state_after_tag(empty);
        Ok(Token::StartTag(Name {
            prefix: name.prefix,
            local: name.local,
            namespace,
        }))
    }

    /// `[42] ETag`, after the `</`.
    #[inline(always)]
    pub(super) fn end_tag(&mut self) -> Result<Token<'b>, Error> {
        let start = self.cursor;
        if let Some(open) = self.buffers.open.last()
            && self.cursor.eat(self.cursor.span(open.name.text))
            && !self.name_continues()
        {
            if !self.cursor.eat(">") {
                self.cursor.skip(Class::SPACE);
                if !self.cursor.eat(">") {
                    return self.fail(ErrorKind::EndTag);
                }
            }
            return self.close();
        }
        self.cursor = start;
        self.qname(ErrorKind::Name)?;
        if self.cursor.peek().is_none() {
            return self.fail(ErrorKind::UnexpectedEnd);
        }
        Err(Error::new(ErrorKind::EndTagMismatch, start.pos()))
    }

    /// Whether the next character continues a name that has just been read.
    #[inline(always)]
    fn name_continues(&self) -> bool {
        match self.cursor.peek() {
            Some(byte @ 0..=0x7F) => byte == b':' || Class::NAME.contains(byte),
            Some(_) => self
                .cursor
                .peek_char()
                .is_ok_and(|char| char.is_some_and(is_name_char)),
            None => false,
        }
    }

    /// Closes the innermost element. The scope of its declarations closes just before the next token, so that
    /// the namespace of this end tag still has a name.
    #[inline(always)]
    pub(super) fn close(&mut self) -> Result<Token<'b>, Error> {
        let Some(element) = self.buffers.open.pop() else {
            return Err(Error::new(ErrorKind::EndTagMismatch, self.cursor.pos()));
        };
        self.closed_scope = Some(element.outer_declarations as usize);
        self.set_state_after_tag(false);
        Ok(Token::EndTag(
            element.name.resolved(&self.cursor, element.namespace),
        ))
    }

    /// `[41] Attribute`.
    fn attribute(&mut self) -> Result<(), Error> {
        let start = self.cursor.pos();
        let name = self.qname(ErrorKind::StartTag)?;
        if self.buffers.attributes.len() >= self.limits.attributes {
            return Err(Error::new(ErrorKind::AttributeLimit, start));
        }
        self.cursor.skip(Class::SPACE);
        if !self.cursor.eat("=") {
            return self.fail(ErrorKind::AttributeEquals);
        }
        self.cursor.skip(Class::SPACE);
        let (value, form) = self.attribute_value()?;
        let span = name.span();
        let declares = match (name.prefix, name.local) {
            ("xmlns", _) => Some(span.local_span()),
            ("", "xmlns") => Some(Span::new(start, start)),
            _ => None,
        };
        let namespace = match declares {
            Some(prefix) => {
                self.declare(prefix, value, form)
                    .map_err(|kind| Error::new(kind, start))?;
                Namespace::XMLNS
            }
            None => Namespace::NONE,
        };
        self.buffers.attributes.push(RawAttribute {
            name: span,
            namespace,
            value,
            form,
        });
        Ok(())
    }

    fn declare(&mut self, prefix: Span, value: Span, form: Form) -> Result<(), ErrorKind> {
        if self.buffers.namespaces.len() >= self.limits.bindings {
            return Err(ErrorKind::BindingLimit);
        }
        let text = Text::new(self.cursor.span(value), form);
        self.buffers
            .namespaces
            .declare(prefix, value, text, &self.cursor)
    }

    /// `[10] AttValue`. Returns the span between the quotes.
    fn attribute_value(&mut self) -> Result<(Span, Form), Error> {
        let Some(quote @ (b'"' | b'\'')) = self.cursor.peek() else {
            return self.fail(ErrorKind::AttributeQuote);
        };
        self.cursor.bump();
        let start = self.cursor.pos();
        let mut form = Form::Verbatim;
        loop {
            match self.chars(Class::VALUE)? {
                None => return self.fail(ErrorKind::UnexpectedEnd),
                Some(byte) if byte == quote => break,
                Some(b'<') => return self.fail(ErrorKind::AttributeLessThan),
                Some(b'&') => {
                    self.reference()?;
                    form = Form::AttValue;
                }
                Some(b'"' | b'\'') => self.cursor.bump(),
                Some(_) => {
                    self.cursor.bump();
                    form = Form::AttValue;
                }
            }
        }
        let value = Span::new(start, self.cursor.pos());
        self.cursor.bump();
        Ok((value, form))
    }

    /// NS `[7] QName`. The error is of this kind if no name begins here.
    #[inline(always)]
    fn qname(&mut self, kind: ErrorKind) -> Result<QName<'b>, Error> {
        let start = self.cursor.pos();
        if self.limits.name_bytes >= Limits::NAME_BYTES
            && let Some((prefix, local)) = self.cursor.eat_plain_name()
        {
            return Ok(QName {
                start,
                prefix,
                local,
            });
        }
        if self.cursor.peek() == Some(b':') {
            return self.fail(ErrorKind::QName);
        }
        let first = self.ncname(kind)?;
        if !self.cursor.eat(":") {
            return Ok(QName {
                start,
                prefix: "",
                local: first,
            });
        }
        let local = self.ncname(ErrorKind::QName)?;
        if self.cursor.peek() == Some(b':') {
            return self.fail(ErrorKind::QName);
        }
        if self.cursor.pos() - start > self.limits.name_bytes {
            return Err(Error::new(ErrorKind::NameLimit, start));
        }
        Ok(QName {
            start,
            prefix: first,
            local,
        })
    }

    #[inline(always)]
    fn resolve_element(&self, name: QName<'_>) -> Result<Namespace, Error> {
        let fail = |kind| Err(Error::new(kind, name.start));
        match self.buffers.namespaces.resolve(name.prefix, &self.cursor) {
            Some(namespace) => Ok(namespace),
            None if name.prefix == "xmlns" => fail(ErrorKind::ReservedPrefix),
            None => fail(ErrorKind::UnboundPrefix),
        }
    }

    /// Resolves the namespace of each attribute and refuses duplicates (NS section 6.3).
    fn resolve_attributes(&mut self) -> Result<(), Error> {
        let cursor = &self.cursor;
        let namespaces = &self.buffers.namespaces;
        for attribute in &mut self.buffers.attributes {
            let prefix = attribute.name.prefix(cursor);
            if !prefix.is_empty() && attribute.namespace != Namespace::XMLNS {
                let Some(namespace) = namespaces.resolve(prefix, cursor) else {
                    return Err(Error::new(ErrorKind::UnboundPrefix, attribute.name.start()));
                };
                attribute.namespace = namespace;
            }
        }
        match self.first_duplicate() {
            Some(duplicate) => Err(Error::new(
                ErrorKind::DuplicateAttribute,
                duplicate.name.start(),
            )),
            None => Ok(()),
        }
    }

    /// The first attribute with the same expanded name as an earlier one.
    fn first_duplicate(&mut self) -> Option<RawAttribute> {
        let cursor = self.cursor;
        let attributes = &self.buffers.attributes;
        let expanded_name = |attribute: &RawAttribute| {
            (
                attribute.namespace.0,
                cursor.bytes(attribute.name.local_span()),
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
        let order = &mut self.buffers.order;
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

impl QName<'_> {
    fn span(self) -> NameSpan {
        let colon = usize::from(!self.prefix.is_empty());
        let local_start = self.start + self.prefix.len() + colon;
        NameSpan {
            text: Span::new(self.start, local_start + self.local.len()),
            local_start: local_start as u32,
        }
    }
}

impl NameSpan {
    fn start(self) -> usize {
        self.text.start()
    }

    fn local_span(self) -> Span {
        Span::new(self.local_start as usize, self.text.end())
    }

    fn prefix<'b>(self, cursor: &Cursor<'b>) -> &'b str {
        let end = (self.local_start as usize).saturating_sub(":".len());
        cursor.span(Span::new(self.start(), end.max(self.start())))
    }

    #[inline(always)]
    fn resolved<'b>(self, cursor: &Cursor<'b>, namespace: Namespace) -> Name<'b> {
        let text = cursor.span(self.text);
        let local = self.local_start as usize - self.start();
        let (prefix, local) = text.split_at_checked(local).unwrap_or_default();
        Name {
            prefix: prefix.strip_suffix(':').unwrap_or_default(),
            local,
            namespace,
        }
    }
}

/// Iterates over the attributes of a start tag in document order. Made by [`Tokenizer::attributes`].
///
/// `'t` borrows the tokenizer and `'b` is the lifetime of the body: the attributes borrow from the body only.
#[derive(Clone, Debug)]
pub struct Attributes<'t, 'b> {
    cursor: Cursor<'b>,
    raw: core::slice::Iter<'t, RawAttribute>,
}

impl<'t, 'b> Attributes<'t, 'b> {
    pub(super) fn new(cursor: Cursor<'b>, raw: &'t [RawAttribute]) -> Self {
        Self {
            cursor,
            raw: raw.iter(),
        }
    }
}

impl<'b> Iterator for Attributes<'_, 'b> {
    type Item = Attribute<'b>;

    fn next(&mut self) -> Option<Attribute<'b>> {
        let attribute = self
            .raw
            .find(|attribute| attribute.namespace != Namespace::XMLNS)?;
        let value = self.cursor.span(attribute.value);
        Some(Attribute {
            name: attribute.name.resolved(&self.cursor, attribute.namespace),
            value: Text::new(value, attribute.form),
            offset: attribute.name.start(),
            value_offset: attribute.value.start(),
        })
    }
}
