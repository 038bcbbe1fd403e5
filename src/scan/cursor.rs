//! The cursor: how far a body has been read.
//!
//! It yields text of the body without a second UTF-8 check. Uses the other modules of `scan`, and nothing
//! outside.

use super::Span;
use super::chars::{InvalidUtf8, first_char};
use super::class::{Class, Delimited, Quote};
use super::kernel::{Dispatch, Vector};
use super::literal::Literal;
use super::short_prefix::ShortPrefix;

/// A position in a body. All bytes before it are known to be UTF-8.
///
/// Methods called `eat…` move over what they expect, or do not move at all.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'b> {
    body: &'b [u8],
    /// The unread bytes.
    ///
    /// INVARIANT: `rest` is a suffix of `body`, and the bytes before it are UTF-8. Every method that moves
    /// forward moves over whole characters that it has compared or decoded.
    rest: &'b [u8],
    dispatch: Dispatch,
}

/// The number of members that are expected, at least one: see [`Cursor::eat_expected_members`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpectedLength(pub(super) u32);

impl Default for ExpectedLength {
    fn default() -> Self {
        Self(1)
    }
}

impl<'b> Cursor<'b> {
    pub(crate) fn new(body: &'b [u8], dispatch: Dispatch) -> Self {
        Self {
            body,
            rest: body,
            dispatch,
        }
    }

    /// A cursor after `before`, the start of `body`. At the first byte if `before` is anything else.
    pub(super) fn after(before: &'b str, body: &'b [u8], dispatch: Dispatch) -> Self {
        let start = Self::new(body, dispatch);
        let is_start = core::ptr::eq(before.as_ptr(), body.as_ptr());
        match body.get(before.len()..).filter(|_| is_start) {
            Some(rest) => Self { rest, ..start },
            None => start,
        }
    }

    /// Whether the cursor moves over this body, and not over a copy or a part of it.
    pub(crate) fn is_in(&self, body: &[u8]) -> bool {
        core::ptr::eq(self.body, body)
    }

    /// The text before the cursor.
    pub(crate) fn before(&self) -> &'b str {
        self.since(self.rewound())
    }

    /// A cursor at the first byte of the same body.
    pub(crate) fn rewound(&self) -> Self {
        Self::new(self.body, self.dispatch)
    }

    /// The position, in bytes from the start of the body.
    #[inline(always)]
    pub(crate) fn pos(&self) -> usize {
        self.body.len() - self.rest.len()
    }

    /// The unread bytes.
    #[inline(always)]
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// The byte at the cursor.
    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Moves over `literal` if it comes next.
    #[inline(always)]
    pub(crate) fn eat(&mut self, literal: &str) -> bool {
        let after = self.rest.strip_prefix(literal.as_bytes());
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Moves over a tag without attributes or white space, if it comes next: `opening`, the name, `>`. The name
    /// is a span before the cursor.
    #[inline(always)]
    pub(crate) fn eat_bare_tag(&mut self, opening: &str, name: Span) -> bool {
        let Some(name) = self.text(name.start(), name.end()) else {
            return false;
        };
        let start = *self;
        let is_next = self.eat(opening) && self.eat(name) && self.eat(">");
        if !is_next {
            *self = start;
        }
        is_next
    }

    /// Moves over a short prefix and its colon. Does not move, and returns [`ShortPrefix::NONE`], if no colon
    /// is near or the body ends within eight bytes. The prefix is ASCII, but not checked to be a name.
    #[inline(always)]
    pub(crate) fn eat_short_prefix(&mut self) -> ShortPrefix {
        let Some((prefix, after)) = ShortPrefix::before_colon(self.rest) else {
            return ShortPrefix::NONE;
        };
        self.rest = after;
        prefix
    }

    /// Moves over `text` and the byte that ends it, if they come next.
    #[inline(always)]
    pub(crate) fn eat_delimited(&mut self, text: &str, delimited: Delimited) -> bool {
        let Some((read, after)) = self.rest.split_at_checked(text.len() + 1) else {
            return false;
        };
        let is_read = read.split_last() == Some((&delimited.end, text.as_bytes()));
        if is_read {
            self.rest = after;
        }
        is_read
    }

    /// Moves over a literal if it comes next. Does not move near the end of the body: see [`Literal`].
    #[inline(always)]
    pub(crate) fn eat_literal<const WORDS: usize>(&mut self, literal: &Literal<WORDS>) -> bool {
        self.eat_around("", literal, "")
    }

    /// Moves over `before`, the literal and `after` if they come next in this order. Does not move near the end
    /// of the body: see [`Literal`].
    #[inline(always)]
    pub(crate) fn eat_around<const WORDS: usize>(
        &mut self,
        before: &str,
        literal: &Literal<WORDS>,
        after: &str,
    ) -> bool {
        let rest = self.rest.strip_prefix(before.as_bytes());
        let rest = rest.and_then(|rest| literal.strip_from(rest));
        let rest = rest.and_then(|rest| rest.strip_prefix(after.as_bytes()));
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Moves over one ASCII character if one comes next.
    #[inline(always)]
    pub(crate) fn bump(&mut self) {
        if let [0..=0x7F, after @ ..] = self.rest {
            self.rest = after;
        }
    }

    /// Moves over a quote if one comes next, and returns it.
    #[inline(always)]
    pub(crate) fn eat_quote(&mut self) -> Option<Quote> {
        let quote = match self.peek()? {
            b'"' => Quote::Double,
            b'\'' => Quote::Single,
            _ => return None,
        };
        self.bump();
        Some(quote)
    }

    /// Moves over the leading members of the class and returns their number.
    #[inline(always)]
    pub(crate) fn skip(&mut self, class: Class) -> usize {
        let length = self.dispatch.leading_members(self.rest, class);
        self.take_ascii(length).len()
    }

    /// Moves over the prefix in a namespace declaration, up to the `=`. `None` if it is longer than eight
    /// bytes, not ASCII or not directly followed by `=`.
    #[inline(always)]
    pub(crate) fn eat_declared_prefix<V: Vector>(&mut self, vector: V) -> Option<ShortPrefix> {
        let non_members = vector.non_members(self.rest.first_chunk()?, Class::NAME);
        let length = non_members.trailing_zeros() as usize;
        if !Class::NAME_START.contains(self.peek()?) || self.rest.get(length) != Some(&b'=') {
            return None;
        }
        let prefix = ShortPrefix::of(self.rest, length)?;
        self.take_ascii(length);
        Some(prefix)
    }

    /// Moves over white space before a tag. Servers write none.
    #[inline(always)]
    pub(crate) fn skip_to_tag<V: Vector>(&mut self, vector: V) {
        if self.peek() != Some(b'<') {
            self.skip_with(vector, Class::SPACE);
        }
    }

    /// [`skip`](Self::skip) with the vector that the caller is compiled for.
    #[inline(always)]
    pub(crate) fn skip_with<V: Vector>(&mut self, vector: V, class: Class) {
        self.take_ascii(vector.leading_members(self.rest, class));
    }

    /// Moves over the leading members of the class and the byte that ends them, if it follows. Returns the members.
    #[inline(always)]
    pub(crate) fn eat_members<V: Vector>(
        &mut self,
        vector: V,
        delimited: Delimited,
    ) -> Option<&'b str> {
        let length = vector.leading_members(self.rest, delimited.class);
        self.take_members(length, delimited)
    }

    /// [`eat_members`](Self::eat_members), faster if there are `expected` members. Otherwise sets `expected` to their
    /// number, even if another byte follows them. `None` also if there are no members.
    #[inline(always)]
    pub(crate) fn eat_expected_members<V: Vector>(
        &mut self,
        vector: V,
        delimited: Delimited,
        expected: &mut ExpectedLength,
    ) -> Option<&'b str> {
        let length = expected.0 as usize;
        if self.rest.get(length) == Some(&delimited.end)
            && vector.all_members(self.rest, length, delimited.class)
        {
            return self.take_members(length, delimited);
        }
        // Set in any case: a wrong expectation costs its length, so it must not be kept.
        let length = vector.leading_members(self.rest, delimited.class);
        *expected = ExpectedLength(length.max(1) as u32);
        if length == 0 {
            return None;
        }
        self.take_members(length, delimited)
    }

    /// Moves over `length` leading members and the byte that ends them, if it follows. Returns the members. Callers have
    /// asked the kernel for `length`.
    #[inline(always)]
    fn take_members(&mut self, length: usize, delimited: Delimited) -> Option<&'b str> {
        let (members, [byte, after @ ..]) = self.rest.split_at_checked(length)? else {
            return None;
        };
        if *byte != delimited.end {
            return None;
        }
        self.rest = after;
        debug_assert!(members.is_ascii());
        // SAFETY: for both callers `length` is an answer of `Vector::leading_members` or `Vector::all_members`.
        // By their contract these bytes are members of a class, so they are ASCII.
        Some(unsafe { core::str::from_utf8_unchecked(members) })
    }

    /// Moves over `length` bytes and returns them. Callers have checked that they are ASCII. If fewer are left,
    /// the cursor does not move.
    #[inline(always)]
    fn take_ascii(&mut self, length: usize) -> &'b [u8] {
        let Some((read, after)) = self.rest.split_at_checked(length) else {
            return &[];
        };
        debug_assert!(read.is_ascii());
        self.rest = after;
        read
    }

    /// Moves over the character at the cursor if `accept` is true for it.
    pub(crate) fn eat_char(&mut self, accept: fn(char) -> bool) -> Result<bool, InvalidUtf8> {
        let Some(char) = first_char(self.rest)? else {
            return Ok(false);
        };
        let accepted = accept(char);
        if accepted {
            self.rest = self.rest.get(char.len_utf8()..).unwrap_or_default();
        }
        Ok(accepted)
    }

    /// The span of `text`, a slice of the body; `None` if it is not one.
    pub(crate) fn span_of(&self, text: &str) -> Option<Span> {
        let start = text
            .as_ptr()
            .addr()
            .checked_sub(self.body.as_ptr().addr())?;
        let end = start + text.len();
        (end <= self.body.len()).then(|| Span::new(start, end))
    }

    /// The text from `earlier`, a former position of this cursor, to here.
    #[inline(always)]
    pub(crate) fn since(&self, earlier: Self) -> &'b str {
        if !core::ptr::eq(self.body, earlier.body) {
            return "";
        }
        let length = earlier.rest.len().saturating_sub(self.rest.len());
        let text = earlier.rest.get(..length).unwrap_or_default();
        // SAFETY: both cursors are in the same body. By the invariant of `rest` the bytes before each are whole
        // characters of UTF-8, so the bytes between them are too.
        unsafe { core::str::from_utf8_unchecked(text) }
    }

    /// The bytes of a span.
    #[inline(always)]
    pub(crate) fn bytes(&self, span: Span) -> &'b [u8] {
        self.body.get(span.start()..span.end()).unwrap_or_default()
    }

    /// The text of a span before the cursor.
    #[inline(always)]
    pub(crate) fn span(&self, span: Span) -> &'b str {
        let text = self.text(span.start(), span.end());
        debug_assert!(text.is_some(), "{span:?} is not text before {}", self.pos());
        text.unwrap_or_default()
    }

    /// The text from `start` to `end`; `None` if `end` is after the cursor or either splits a character.
    #[inline(always)]
    pub(crate) fn text(&self, start: usize, end: usize) -> Option<&'b str> {
        let read = self.body.get(..self.pos())?;
        let is_boundary = |at| read.get(at).is_none_or(|byte| !(0x80..0xC0).contains(byte));
        let text = read.get(start..end)?;
        if !is_boundary(start) || !is_boundary(end) {
            return None;
        }
        debug_assert!(core::str::from_utf8(text).is_ok());
        // SAFETY: the bytes before `rest` are UTF-8, by its invariant. `text` is a part of them that begins and
        // ends between two characters.
        Some(unsafe { core::str::from_utf8_unchecked(text) })
    }
}
