//! The elements around the offset of an error. They are found by reading the body again, without limits.
//!
//! Uses the tokenizer of `xml`, and the table of `schema` for the meaning of elements.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Error, ErrorClass, ErrorKind};
use crate::config::{Config, IllegalReferences, Limits};
use crate::schema::{self, Content, Element, Seen};
use crate::xml::{Buffers, Name, Token, Tokenizer};

/// What surrounds the offset of an error.
pub(super) struct Context<'b> {
    /// The elements that are open, from the root to the innermost. The element whose start tag has the error is not yet open.
    pub(super) open: Vec<OpenElement>,
    /// The first child of each kind of each open element, and the offset of its start tag.
    firsts: Vec<(Element, usize)>,
    /// The offset of the root element, if its start tag ends before the error.
    pub(super) root: Option<usize>,
    /// The offset of the tag, text or other markup that has the error.
    pub(super) token: usize,
    /// The start tag at the offset, if it is well-formed.
    pub(super) tag: Option<StartTag<'b>>,
}

/// An element whose end tag is not before the error.
pub(super) struct OpenElement {
    /// The offset of its start tag.
    pub(super) offset: usize,
    element: Option<Element>,
    seen: Seen,
    /// The index of its first child in `firsts`.
    firsts: usize,
}

/// A well-formed start tag.
pub(super) struct StartTag<'b> {
    pub(super) local: &'b str,
    /// The name of its namespace. Empty if it is in none.
    pub(super) namespace: String,
    /// The names of the attributes that have no prefix.
    pub(super) attributes: Vec<&'b str>,
    element: Option<Element>,
}

impl<'b> Context<'b> {
    /// Reads the body up to the error, in linear time. `None` for an exceeded limit, and if the tokenizer fails earlier: with
    /// another body than the refused one, or after some errors of [`frame`](crate::frame).
    pub(super) fn of(error: Error, body: &'b [u8]) -> Option<Self> {
        if error.class() == ErrorClass::Limit {
            return None; // no description of a limit needs it, and here nothing is limited
        }
        let config = Config::new()
            .limits(Limits::unlimited())
            .illegal_references(IllegalReferences::Replace);
        let mut buffers = Buffers::with_known_namespaces(schema::NAMESPACES);
        let mut tokens = Tokenizer::new(body, &mut buffers, &config).ok()?;
        let mut context = Self {
            open: Vec::new(),
            firsts: Vec::new(),
            root: None,
            token: 0,
            tag: None,
        };
        loop {
            let token = tokens.next();
            let range = tokens.range();
            context.token = range.start;
            match token {
                Err(failed) => {
                    // A cut character has up to three bytes.
                    return (failed.offset() + 3 >= error.offset()).then_some(context);
                }
                Ok(None) => return None,
                Ok(Some(token)) if !is_at(error, &range) => context.pass(&token),
                Ok(Some(Token::StartTag(name))) => {
                    let namespace = tokens.namespace_name(name.namespace());
                    context.tag = Some(StartTag {
                        local: name.local(),
                        namespace: String::from(namespace.unwrap_or_default()),
                        attributes: { tokens.attributes().map(|it| it.name()) }
                            .filter(|name| name.prefix().is_empty())
                            .map(|name| name.local())
                            .collect(),
                        element: context.child(name),
                    });
                    return Some(context);
                }
                Ok(Some(_)) => return Some(context),
            }
        }
    }

    /// The meaning of a child of the innermost open element.
    fn child(&self, name: Name<'_>) -> Option<Element> {
        schema::child(self.parent()?, name)
    }

    /// The innermost open element, as a parent in the table of elements.
    fn parent(&self) -> Option<Element> {
        let Some(open) = self.open.last() else {
            return Some(Element::Document);
        };
        match open.element?.content() {
            Content::Event(_) => Some(Element::Event),
            _ => open.element,
        }
    }

    /// Moves over a token before the error.
    fn pass(&mut self, token: &Token<'_>) {
        match token {
            Token::StartTag(name) => {
                let element = self.child(*name);
                if let Some(parent) = self.open.last_mut()
                    && let Some(element) = element
                    && parent.seen.insert(element)
                {
                    self.firsts.push((element, self.token));
                }
                self.root.get_or_insert(self.token);
                self.open.push(OpenElement {
                    offset: self.token,
                    element,
                    seen: Seen::default(),
                    firsts: self.firsts.len(),
                });
            }
            Token::EndTag(_) => {
                let closed = self.open.pop();
                self.firsts
                    .truncate(closed.map_or(0, |closed| closed.firsts));
            }
            _ => {}
        }
    }

    /// The offset of the first child that means the same as the start tag at the error.
    pub(super) fn first_of_its_kind(&self) -> Option<usize> {
        let element = self.tag.as_ref()?.element?;
        let firsts = self.firsts.get(self.open.last()?.firsts..)?;
        let is_same = |other: Element| {
            let mut seen = Seen::default();
            seen.insert(other);
            seen.contains(element)
        };
        let first = firsts.iter().find(|(other, _)| is_same(*other))?;
        Some(first.1)
    }

    /// The namespaces in which the start tag at the error would be known in its place. No namespace is empty.
    pub(super) fn expected_namespaces(&self) -> impl Iterator<Item = &'static str> {
        let tag = self.tag.as_ref().map(|tag| tag.local);
        let place = self.parent().zip(tag);
        place
            .into_iter()
            .flat_map(|(parent, local)| schema::namespaces_of(parent, local))
    }
}

/// Whether an error is in this token, or a tag begins with it. The offset of an error about a value is the start of the value.
fn is_at(error: Error, token: &core::ops::Range<usize>) -> bool {
    let is_of_value = matches!(
        error.kind(),
        ErrorKind::InvalidBoolean | ErrorKind::InvalidInt
    );
    token.end > error.offset() || is_of_value && token.start >= error.offset()
}
