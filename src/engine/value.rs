//! Reads values: the text of leaves and attributes, numbers and booleans. Text that cannot be borrowed is decoded into
//! the arena.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use memchr::{memchr, memmem};

use super::general_path::GeneralPath;
use crate::error::{Error, ErrorKind};
use crate::xml::{Namespace, Text, Token, Tokenizer, trim_space};

/// Text of the message, and its offset in the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    pub(super) text: &'a str,
    offset: usize,
}

impl<'a> GeneralPath<'_, 'a> {
    /// The text of a leaf, after its attributes: borrowed if it is one piece of the body, decoded and joined in the arena if
    /// not.
    pub(super) fn text(&mut self) -> Result<Value<'a>, Error> {
        let offset = self.tokens.range().end;
        let text = self.joined_text(|text| text)?;
        Ok(Value { text, offset })
    }

    /// The text of a leaf without attributes of its own, without the white space around it.
    pub(super) fn token_text(&mut self) -> Result<Value<'a>, Error> {
        self.skip_attributes();
        let offset = self.tokens.range().end;
        let text = trim_space(self.joined_text(Text::trimmed)?);
        Ok(Value { text, offset })
    }

    /// The text of a leaf. If it is one piece, `convert` is applied first.
    #[inline(always)]
    fn joined_text(
        &mut self,
        convert: impl FnOnce(Text<'a>) -> Text<'a>,
    ) -> Result<&'a str, Error> {
        let arena = self.arena;
        let mut only: Option<Text<'a>> = None;
        let mut joined: Option<BumpString<'a>> = None;
        let end = self.pieces(|piece, tokens| match (&mut joined, only) {
            _ if piece.raw().is_empty() => {}
            (None, None) => only = Some(piece),
            (None, Some(first)) => {
                let rest = len_to_tag(tokens.cursor().rest());
                let capacity = first.raw().len() + piece.raw().len() + rest;
                let mut text = BumpString::with_capacity_in(capacity, arena);
                push(&mut text, first);
                push(&mut text, piece);
                joined = Some(text);
            }
            (Some(text), _) => push(text, piece),
        });
        // Also after an error: a string that is dropped seems to have used nothing of the arena.
        let joined = joined.map(BumpString::into_bump_str);
        end.map(|()| match (joined, only) {
            (Some(text), _) => text,
            (None, Some(text)) => to_str(convert(text), arena),
            (None, None) => "",
        })
    }

    /// Reads to the end tag of an element whose attributes say everything. Text in it is ignored.
    pub(super) fn ignore_text(&mut self) -> Result<(), Error> {
        self.pieces(|_, _| {})
    }

    /// Reads to the end tag of the element whose start tag was just read, and passes its text on in pieces. An element
    /// inside is an error.
    fn pieces(&mut self, mut piece: impl FnMut(Text<'a>, &Tokenizer<'_, 'a>)) -> Result<(), Error> {
        loop {
            match self.token()? {
                Some(Token::Text(text) | Token::CData(text)) => piece(text, &self.tokens),
                Some(Token::StartTag(_)) => {
                    return Err(Error::new(ErrorKind::ElementInLeaf, self.name_offset()));
                }
                Some(Token::EndTag(_)) | None => return Ok(()),
                Some(_) => {}
            }
        }
    }

    /// The values of the attributes with these names in no namespace, without the white space around them. Other attributes
    /// are counted as skipped.
    pub(super) fn attributes<const N: usize>(
        &mut self,
        names: [&str; N],
    ) -> [Option<Value<'a>>; N] {
        let mut values = [None; N];
        for attribute in self.tokens.attributes() {
            let name = attribute.name();
            let local = name.local();
            let mut wanted = names.iter().zip(&mut values);
            let wanted = wanted.find(|(wanted, _)| **wanted == local);
            match wanted.filter(|_| name.namespace() == Namespace::NONE) {
                Some((_, value)) => {
                    let text = trimmed(attribute.value(), self.arena);
                    *value = Some(Value {
                        text,
                        offset: attribute.value_offset(),
                    });
                }
                None => self.session.stats.attributes_skipped += 1,
            }
        }
        values
    }

    /// Counts all attributes of the start tag as skipped.
    pub(super) fn skip_attributes(&mut self) {
        self.session.stats.attributes_skipped += self.tokens.attributes().count() as u64;
    }
}

impl<'a> Value<'a> {
    /// The text. `None` if it is empty, for ids and watermarks: the schema allows none that is empty, so it is as if it were
    /// missing.
    pub(super) fn unless_empty(self) -> Option<&'a str> {
        Some(self.text).filter(|text| !text.is_empty())
    }

    /// The value as `xs:boolean`.
    pub(super) fn boolean(self) -> Result<bool, Error> {
        boolean(self.text).ok_or(Error::new(ErrorKind::InvalidBoolean, self.offset))
    }

    /// The value as `xs:int`.
    pub(super) fn int(self) -> Result<i32, Error> {
        let int = self.text.parse();
        int.map_err(|_| Error::new(ErrorKind::InvalidInt, self.offset))
    }
}

/// The number of bytes before the next tag. The text in them is no longer: a reference is at least as long as its character.
/// So a string with room for them does not grow, which would waste its former memory in the arena.
fn len_to_tag(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some(at) = memchr(b'<', rest) {
        let (content, end) = match rest.get(at..) {
            Some([b'<', b'!', b'-', b'-', content @ ..]) => (content, "-->"),
            Some([b'<', b'!', content @ ..]) => (content, "]]>"),
            Some([b'<', b'?', content @ ..]) => (content, "?>"),
            _ => return bytes.len() - rest.len() + at,
        };
        let length = memmem::find(content, end.as_bytes()).unwrap_or(content.len());
        rest = content.get(length..).unwrap_or_default();
    }
    bytes.len()
}

/// Parses `xs:boolean`, without white space around it.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The normalized text without the white space around it, in the arena if it has to be decoded.
#[inline(always)]
pub(super) fn trimmed<'a>(text: Text<'a>, arena: &'a Bump) -> &'a str {
    match text.verbatim() {
        Some(verbatim) => trim_space(verbatim),
        None => trim_space(to_str(text.trimmed(), arena)),
    }
}

/// The normalized text, in the arena if it has to be decoded.
#[inline(always)]
fn to_str<'a>(text: Text<'a>, arena: &'a Bump) -> &'a str {
    match text.verbatim() {
        Some(verbatim) => verbatim,
        None => decoded(text, arena),
    }
}

#[cold]
#[inline(never)]
fn decoded<'a>(text: Text<'a>, arena: &'a Bump) -> &'a str {
    let mut decoded = BumpString::with_capacity_in(text.raw().len(), arena);
    push(&mut decoded, text);
    decoded.into_bump_str()
}

fn push(out: &mut BumpString<'_>, text: Text<'_>) {
    // Writing into an arena cannot fail.
    let _ = core::fmt::write(out, format_args!("{text}"));
}
