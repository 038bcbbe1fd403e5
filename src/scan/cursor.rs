//! The place in a body up to which it has been read.

use core::fmt;

use super::chars::is_char;
use super::class::Class;
use super::kernel::{Dispatch, Vector};
use super::literal::Literal;
use super::prefix::ShortPrefix;
use super::{InvalidUtf8, Span, Stop};

/// A place in a body, up to which the body is known to be UTF-8.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'b> {
    body: &'b [u8],
    /// What is still to be read.
    ///
    /// INVARIANT: it is the end of `body`, and what stands before it is UTF-8. Every method that moves
    /// forward moves over whole characters that it has compared or decoded.
    rest: &'b [u8],
    dispatch: Dispatch,
}

/// Shows no byte of the body.
impl fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({} of {})", self.pos(), self.len())
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

    /// The length of the body.
    pub(crate) fn len(&self) -> usize {
        self.body.len()
    }

    /// At the first byte of the same body.
    pub(crate) fn first(&self) -> Self {
        Self::new(self.body, self.dispatch)
    }

    #[inline(always)]
    pub(crate) fn pos(&self) -> usize {
        self.body.len() - self.rest.len()
    }

    /// What is still to be read.
    #[inline(always)]
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// The byte at the cursor.
    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Moves over `literal` if it is what comes next.
    #[inline(always)]
    pub(crate) fn eat(&mut self, literal: &str) -> bool {
        let behind = self.rest.strip_prefix(literal.as_bytes());
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// Moves over a tag that begins so and is no more than this name, which stands behind the cursor, if it
    /// comes next.
    #[inline(always)]
    pub(crate) fn eat_tag_of(&mut self, opening: &str, name: Span) -> bool {
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

    /// Moves over a short prefix and its colon; or not at all where there is no colon near, or the body
    /// ends within eight bytes. What the prefix is made of is not looked at, but that it is ASCII.
    #[inline(always)]
    pub(crate) fn eat_short_prefix(&mut self) -> ShortPrefix {
        let Some((prefix, behind)) = ShortPrefix::before_colon(self.rest) else {
            return ShortPrefix::NONE;
        };
        self.rest = behind;
        prefix
    }

    /// Moves over `text` and this ASCII character if they come next.
    #[inline(always)]
    pub(crate) fn eat_up_to(&mut self, text: &str, end: u8) -> bool {
        debug_assert!(end.is_ascii());
        let Some((read, behind)) = self.rest.split_at_checked(text.len() + 1) else {
            return false;
        };
        let is_read = read.split_last() == Some((&end, text.as_bytes()));
        if is_read {
            self.rest = behind;
        }
        is_read
    }

    /// Moves over a literal if it is what comes next. Near the end of the body it does not move: see
    /// [`Literal`].
    #[inline(always)]
    pub(crate) fn eat_literal<const WORDS: usize>(&mut self, literal: &Literal<WORDS>) -> bool {
        self.eat_around("", literal, "")
    }

    /// Moves over `before`, the literal and `behind` if they come next, one after another; else it
    /// does not move. Near the end of the body it does not either: see [`Literal`].
    #[inline(always)]
    pub(crate) fn eat_around<const WORDS: usize>(
        &mut self,
        before: &str,
        literal: &Literal<WORDS>,
        behind: &str,
    ) -> bool {
        let rest = self.rest.strip_prefix(before.as_bytes());
        let rest = rest.and_then(|rest| literal.strip_from(rest));
        let rest = rest.and_then(|rest| rest.strip_prefix(behind.as_bytes()));
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Moves over one ASCII character, if one comes next.
    #[inline(always)]
    pub(crate) fn bump(&mut self) {
        if let [0..=0x7F, behind @ ..] = self.rest {
            self.rest = behind;
        }
    }

    /// Moves over a quote, if one comes next, and tells which.
    #[inline(always)]
    pub(crate) fn eat_quote(&mut self) -> Option<u8> {
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''))?;
        self.bump();
        Some(quote)
    }

    /// Moves over the longest run of bytes of the class and tells its length.
    #[inline(always)]
    pub(crate) fn skip(&mut self, class: Class) -> usize {
        let run = self.dispatch.run_of(self.rest, class);
        self.split_off(run).len()
    }

    /// Moves over a name of at most 32 letters and digits, and perhaps a colon within, and gives what
    /// stands before and behind the colon. None, and the cursor has not moved, where what comes next
    /// is not that simple or the name may go on.
    #[inline(always)]
    pub(crate) fn eat_plain_name(&mut self) -> Option<(&'b str, &'b str)> {
        let strangers = self
            .dispatch
            .strangers_of(self.rest.first_chunk()?, Class::NAME)?;
        let first = strangers.trailing_zeros() as usize;
        let start = *self;
        let mut ahead = *self;
        ahead.split_off(first);
        let mut prefix = "";
        let mut local_start = start;
        if ahead.peek() == Some(b':') {
            prefix = ahead.since(start);
            ahead.bump();
            local_start = ahead;
            let end = (strangers & strangers.wrapping_sub(1)).trailing_zeros() as usize;
            ahead.split_off(end.saturating_sub(first + 1));
        }
        let begins = |place: Self| {
            place
                .peek()
                .is_some_and(|byte| Class::NAME_START.contains(byte))
        };
        let ends = matches!(ahead.peek(), Some(b' ' | b'>' | b'/' | b'=' | b'\n'));
        if !(ends && begins(start) && begins(local_start)) {
            return None;
        }
        *self = ahead;
        Some((prefix, ahead.since(local_start)))
    }

    /// Moves over a short prefix that is being declared, up to its `=`. None, and the cursor has not
    /// moved, where what comes next is not that simple.
    #[inline(always)]
    pub(crate) fn eat_declared_prefix<V: Vector>(&mut self, vector: V) -> Option<ShortPrefix> {
        let strangers = vector.strangers(self.rest.first_chunk()?, Class::NAME);
        let length = strangers.trailing_zeros() as usize;
        if !Class::NAME_START.contains(self.peek()?) || self.rest.get(length) != Some(&b'=') {
            return None;
        }
        let prefix = ShortPrefix::of(self.rest, length)?;
        self.split_off(length);
        Some(prefix)
    }

    /// Moves over white space before a tag, of which servers write none.
    #[inline(always)]
    pub(crate) fn skip_to_tag<V: Vector>(&mut self, vector: V) {
        if self.peek() != Some(b'<') {
            self.skip_by(vector, Class::SPACE);
        }
    }

    /// [`skip`](Self::skip) by the vectors of the kernel that the caller is compiled for.
    #[inline(always)]
    pub(crate) fn skip_by<V: Vector>(&mut self, vector: V, class: Class) {
        self.split_off(vector.run(self.rest, class));
    }

    /// Moves over the longest run of the class, which it gives, and `end`, if that stands behind it. It is
    /// an ASCII character outside the class.
    #[inline(always)]
    pub(crate) fn eat_run<V: Vector>(
        &mut self,
        vector: V,
        class: Class,
        end: u8,
    ) -> Option<&'b str> {
        let length = vector.run(self.rest, class);
        self.split_off_run(length, end)
    }

    /// [`eat_run`](Self::eat_run), by looking first at whether the run is as long as `expected` says. If
    /// not, notes there how long it is.
    #[inline(always)]
    pub(crate) fn eat_run_like<V: Vector>(
        &mut self,
        vector: V,
        class: Class,
        end: u8,
        expected: &mut u32,
    ) -> Option<&'b str> {
        let length = *expected as usize;
        if self.rest.get(length) == Some(&end) && vector.is_run(self.rest, length, class) {
            return self.split_off_run(length, end);
        }
        let run = self.eat_run(vector, class, end)?;
        *expected = run.len() as u32;
        Some(run)
    }

    /// Moves over a run of some class, of this length, and `end`, an ASCII character, if that stands behind
    /// it, and gives the text of the run.
    #[inline(always)]
    fn split_off_run(&mut self, length: usize, end: u8) -> Option<&'b str> {
        debug_assert!(end.is_ascii());
        let (run, [byte, behind @ ..]) = self.rest.split_at_checked(length)? else {
            return None;
        };
        if *byte != end {
            return None;
        }
        self.rest = behind;
        debug_assert!(run.is_ascii());
        // SAFETY: both callers have just had the kernel find that `length` bytes here are of a class, and a
        // class holds ASCII only.
        Some(unsafe { core::str::from_utf8_unchecked(run) })
    }

    /// Moves over ASCII of this length, such as a run of some class, and gives it. Where there is less, it
    /// does not move.
    #[inline(always)]
    fn split_off(&mut self, length: usize) -> &'b [u8] {
        let Some((read, behind)) = self.rest.split_at_checked(length) else {
            return &[];
        };
        debug_assert!(read.is_ascii());
        self.rest = behind;
        read
    }

    /// Moves over the longest run of characters that are of the class or, beyond ASCII, legal.
    #[inline(always)]
    pub(crate) fn skip_chars(&mut self, class: Class) -> Stop {
        loop {
            self.skip(class);
            match self.peek() {
                None => return Stop::End,
                Some(byte) if !byte.is_ascii() => match self.eat_char(is_char) {
                    Ok(true) => {}
                    Ok(false) => return Stop::IllegalChar,
                    Err(InvalidUtf8) => return Stop::InvalidUtf8,
                },
                Some(byte) if !is_char(char::from(byte)) => return Stop::IllegalChar,
                Some(byte) => return Stop::At(byte),
            }
        }
    }

    /// Moves over the character at the cursor if it is one that `accept` takes.
    pub(crate) fn eat_char(&mut self, accept: fn(char) -> bool) -> Result<bool, InvalidUtf8> {
        let Some(char) = self.peek_char()? else {
            return Ok(false);
        };
        let accepted = accept(char);
        if accepted {
            self.rest = self.rest.get(char.len_utf8()..).unwrap_or_default();
        }
        Ok(accepted)
    }

    /// The character at the cursor, none at the end of the body.
    pub(crate) fn peek_char(&self) -> Result<Option<char>, InvalidUtf8> {
        let length = match self.rest.first() {
            None => return Ok(None),
            Some(..=0x7F) => 1,
            Some(0x80..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..) => 4,
        };
        let bytes = self.rest.get(..length).ok_or(InvalidUtf8)?;
        let text = core::str::from_utf8(bytes).map_err(|_| InvalidUtf8)?;
        Ok(text.chars().next())
    }

    /// Where `text` stands in the body; none if it is no part of it.
    pub(crate) fn span_of(&self, text: &str) -> Option<Span> {
        let start = text
            .as_ptr()
            .addr()
            .checked_sub(self.body.as_ptr().addr())?;
        let end = start + text.len();
        (end <= self.body.len()).then(|| Span::new(start, end))
    }

    /// The text between `earlier`, a place where this cursor has been, and here.
    #[inline(always)]
    pub(crate) fn since(&self, earlier: Self) -> &'b str {
        if !core::ptr::eq(self.body, earlier.body) {
            return "";
        }
        let length = earlier.rest.len().saturating_sub(self.rest.len());
        let text = earlier.rest.get(..length).unwrap_or_default();
        // SAFETY: what stands before `earlier` is UTF-8 and so is what stands before `self`, in the
        // same body, so what lies between is.
        unsafe { core::str::from_utf8_unchecked(text) }
    }

    /// The bytes of a span.
    #[inline(always)]
    pub(crate) fn bytes(&self, span: Span) -> &'b [u8] {
        self.body.get(span.start()..span.end()).unwrap_or_default()
    }

    /// The text of a span that lies behind the cursor.
    #[inline(always)]
    pub(crate) fn span(&self, span: Span) -> &'b str {
        let text = self.text(span.start(), span.end());
        debug_assert!(text.is_some(), "{span:?} is not text behind {}", self.pos());
        text.unwrap_or_default()
    }

    /// The text from `start` to `end`; none where that is not text behind the cursor.
    #[inline(always)]
    pub(crate) fn text(&self, start: usize, end: usize) -> Option<&'b str> {
        let read = self.body.get(..self.pos())?;
        let is_boundary = |at| read.get(at).is_none_or(|byte| !(0x80..0xC0).contains(byte));
        let text = read.get(start..end)?;
        if !is_boundary(start) || !is_boundary(end) {
            return None;
        }
        debug_assert!(core::str::from_utf8(text).is_ok());
        // SAFETY: what stands before `rest` is UTF-8, by its invariant, so `text` is: it is a part of that
        // and begins and ends between two characters.
        Some(unsafe { core::str::from_utf8_unchecked(text) })
    }
}
