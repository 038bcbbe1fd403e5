//! The reader: finds where names, text and attribute values end, and returns text of the body.
//!
//! The kernel turns a window of the body into bitmaps, one for each [`Stop`], and checks its characters on the way. A
//! search is then a search for a set bit. When it reaches the end of the window, the bitmaps move on. Uses the other
//! modules of `scan`, and nothing outside.

use super::cursor::Cursor;
use super::kernel::{Chunk, Dispatch, Task, Vector};
use super::utf8::{self, Carry, is_continuation};

/// The bytes at which a search stops. It also stops at the first byte that is not UTF-8 or is part of an illegal
/// character, and at the end of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A byte outside of [`Class::NAME`](super::Class::NAME), so any byte from 0x80 on.
    Name,
    /// An ASCII byte outside of [`Class::TEXT`](super::Class::TEXT).
    Text,
    /// An ASCII byte outside of [`Class::VALUE`](super::Class::VALUE).
    Value,
}

/// The number of chunks in a window. More would make the bitmaps larger, fewer would make more calls.
const CHUNKS: usize = 32;

/// The stops in a window of the body.
#[derive(Debug, Default)]
pub(crate) struct Bitmaps {
    /// The position of the first bits. After [`begin_at`](Self::begin_at) near the start of the body it is negative, wrapped
    /// around.
    start: usize,
    /// The position after the last byte that was classified.
    end: usize,
    /// For each [`Stop`], one bit per byte, in little-endian words.
    ///
    /// INVARIANT: no search reads a bit of an earlier window. A search begins at or after the position of `begin_at` and the
    /// result of the last search. The word after the last one that was classified is zero, or [`stop_at`](Self::stop_at) has
    /// set all bits from `end` on.
    name: Words,
    text: Words,
    value: Words,
    carry: Carry,
}

#[derive(Debug)]
struct Words([[u8; 8]; CHUNKS + 1]);

impl Default for Words {
    fn default() -> Self {
        Self([[0; 8]; CHUNKS + 1])
    }
}

impl Bitmaps {
    /// Begins at this position, with nothing classified. A character begins there.
    fn begin_at(&mut self, at: usize) {
        // As if a whole window ended there. So no bit has to be cleared but those after it.
        self.start = at.wrapping_sub(64 * CHUNKS);
        self.end = at;
        for Words(words) in [&mut self.name, &mut self.text, &mut self.value] {
            let [.., last] = words;
            *last = [0; 8];
        }
        self.carry = Carry::default();
    }

    #[inline(always)]
    fn words(&self, stop: Stop) -> &[[u8; 8]; CHUNKS + 1] {
        let Words(words) = match stop {
            Stop::Name => &self.name,
            Stop::Text => &self.text,
            Stop::Value => &self.value,
        };
        words
    }

    /// The first stop at or after position `from` in this window.
    fn find(&self, stop: Stop, from: usize) -> Option<usize> {
        let word_count = self.end.wrapping_sub(self.start).div_ceil(64);
        let mut at = from.wrapping_sub(self.start);
        let words = self.words(stop).iter().take(word_count);
        for word in words.skip(at / 64) {
            let bits = u64::from_le_bytes(*word) >> (at % 64);
            if bits != 0 {
                let found = at + bits.trailing_zeros() as usize;
                return Some(self.start.wrapping_add(found));
            }
            at = (at / 64 + 1) * 64;
        }
        None
    }

    /// [`find`](Self::find), if the stop is less than a word away.
    #[inline(always)]
    fn find_near(&self, stop: Stop, from: usize) -> Option<usize> {
        let words = self.words(stop);
        let bit = from.wrapping_sub(self.start);
        let word = words.as_flattened().get(bit / 8..)?.first_chunk()?;
        let bits = u64::from_le_bytes(*word) >> (bit % 8);
        (bits != 0).then(|| from + bits.trailing_zeros() as usize)
    }

    /// Sets every bit from this position on.
    fn stop_at(&mut self, at: usize) {
        self.start = self.start.min(at);
        self.end = at;
        let (word, bit) = ((at - self.start) / 64, (at - self.start) % 64);
        for Words(words) in [&mut self.name, &mut self.text, &mut self.value] {
            let mut bits = u64::MAX << bit;
            for word in words.iter_mut().skip(word) {
                *word = (u64::from_le_bytes(*word) | bits).to_le_bytes();
                bits = u64::MAX;
            }
        }
    }
}

/// Fills the bitmaps from a word on. The output is whether all chunks continue valid text. If not, the chunks after the
/// first that does not are not classified.
struct Classify<'e> {
    chunks: &'e [Chunk],
    first_word: usize,
    bitmaps: &'e mut Bitmaps,
}

impl Task for Classify<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> bool {
        let Bitmaps {
            name: Words(name),
            text: Words(text),
            value: Words(value),
            carry,
            ..
        } = self.bitmaps;
        let words = name.iter_mut().zip(text).zip(value);
        let mut words = words.skip(self.first_word);
        for (chunk, ((name, text), value)) in self.chunks.iter().zip(&mut words) {
            let stops = vector.stops(chunk);
            *name = stops.name.to_le_bytes();
            *text = stops.text.to_le_bytes();
            *value = stops.value.to_le_bytes();
            let is_ascii = stops.non_ascii == 0 && carry.is_complete();
            if !is_ascii && !carry.continue_with(vector, chunk) {
                return false;
            }
        }
        if let Some(((name, text), value)) = words.next() {
            [*name, *text, *value] = [[0; 8]; 3];
        }
        true
    }
}

/// The bytes of a body. A copy of it costs nothing, and lets the compiler keep it in registers.
#[derive(Clone, Copy)]
pub(crate) struct Body<'b>(&'b [u8]);

impl<'b> Body<'b> {
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    /// The byte at a position. 0, which is no legal character, after the end of the body.
    #[inline(always)]
    pub(crate) fn byte(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    /// The bytes from a position on.
    #[inline(always)]
    pub(crate) fn rest(self, at: usize) -> &'b [u8] {
        self.0.get(at..).unwrap_or_default()
    }

    /// Whether the `length` bytes at two positions are equal. `length` is at least one. The bytes at `a` are in the body, and
    /// none is 0.
    #[inline(always)]
    pub(crate) fn is_same(self, a: usize, b: usize, length: usize) -> bool {
        if length <= 8 {
            return (self.word(a) ^ self.word(b)) & low_bytes(length) == 0;
        }
        if length <= 16 {
            let (a_end, b_end) = (a + length - 8, b + length - 8);
            return self.word(a) == self.word(b) && self.word(a_end) == self.word(b_end);
        }
        let a = self.rest(a).get(..length);
        a.is_some() && a == self.rest(b).get(..length)
    }

    /// The eight bytes from a position on as a number, least significant first. Zeros follow the end of the body.
    #[inline(always)]
    pub(crate) fn word(self, at: usize) -> u64 {
        match self.array(at) {
            Some(word) => u64::from_le_bytes(word),
            None => self.last_word(at),
        }
    }

    /// The bytes from a position on, if there are so many.
    #[inline(always)]
    pub(crate) fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        // Bodies are shorter than 4 GiB, see `Span::MAX`. That the sum cannot overflow saves a comparison.
        let at = at as u32 as usize;
        let bytes = self.0.get(at..at.wrapping_add(N))?;
        bytes.first_chunk().copied()
    }

    /// The first `length` bytes, at least one and at most eight, as a number. Texts of at most eight bytes, none of
    /// them 0, have different numbers.
    #[inline(always)]
    pub(crate) fn key(self, at: usize, length: usize) -> u64 {
        self.word(at) & low_bytes(length.min(8))
    }

    /// The less than eight bytes from a position to the end of the body, padded with zeros.
    #[cold]
    #[inline(never)]
    fn last_word(self, at: usize) -> u64 {
        let bytes = self.rest(at).iter().rev();
        bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
    }
}

/// The mask of one to eight bytes.
#[inline(always)]
fn low_bytes(length: usize) -> u64 {
    u64::MAX.wrapping_shr(64 - 8 * length as u32)
}

/// A body, and the part of it that has been checked.
pub(crate) struct Reader<'s, 'b> {
    body: &'b [u8],
    /// The start of the body, up to the end of the bitmaps, without a character that is incomplete there.
    checked: &'b str,
    /// Where every search ends: the end of the body or, once it is known, the first byte that is not valid.
    end: usize,
    bitmaps: &'s mut Bitmaps,
    dispatch: Dispatch,
    /// The number of bytes that have been classified.
    #[cfg(test)]
    pub(super) classified: usize,
}

impl<'s, 'b> Reader<'s, 'b> {
    pub(crate) fn new(body: &'b [u8], bitmaps: &'s mut Bitmaps, dispatch: Dispatch) -> Self {
        bitmaps.begin_at(0);
        Self {
            body,
            checked: "",
            end: body.len(),
            bitmaps,
            dispatch,
            #[cfg(test)]
            classified: 0,
        }
    }

    #[inline(always)]
    pub(crate) fn body(&self) -> Body<'b> {
        Body(self.body)
    }

    /// The part of the body that has been checked. It includes everything before a stop that was found.
    #[inline(always)]
    pub(crate) fn checked(&self) -> &'b str {
        self.checked
    }

    /// The position of the first stop at or after `from`. `from` must not be before the result of an earlier search.
    #[inline(always)]
    pub(crate) fn find(&mut self, stop: Stop, from: usize) -> usize {
        self.find_before(stop, from, usize::MAX)
    }

    /// [`find`](Self::find), but the search also ends at `limit`. A stop after it may be returned.
    #[inline(always)]
    pub(crate) fn find_before(&mut self, stop: Stop, from: usize, limit: usize) -> usize {
        match self.bitmaps.find_near(stop, from) {
            Some(found) => found,
            None => self.find_far(stop, from, limit),
        }
    }

    #[cold]
    #[inline(never)]
    fn find_far(&mut self, stop: Stop, mut from: usize, limit: usize) -> usize {
        loop {
            if let Some(found) = self.bitmaps.find(stop, from) {
                return found;
            }
            // A character that is incomplete at the end of the window has not been checked.
            if self.bitmaps.end >= self.end || self.checked.len() >= limit {
                return limit.min(self.end);
            }
            from = from.max(self.bitmaps.end);
            self.classify_more();
        }
    }

    /// Checks the body up to this position, unless something before it is not valid.
    #[inline(always)]
    pub(crate) fn check_to(&mut self, at: usize) {
        if at > self.checked.len() {
            self.check_far(at);
        }
    }

    #[cold]
    fn check_far(&mut self, at: usize) {
        while at > self.checked.len() && self.bitmaps.end < self.end {
            self.classify_more();
        }
    }

    /// A cursor at this position, which must have been checked.
    pub(crate) fn cursor(&self, at: usize) -> Cursor<'b> {
        Cursor::after(
            self.checked.get(..at).unwrap_or_default(),
            self.body,
            self.dispatch,
        )
    }

    /// Continues at a cursor of the same body. The bytes that it has moved over are not classified.
    pub(crate) fn continue_at(&mut self, cursor: Cursor<'b>) {
        let before = cursor.before();
        if before.len() > self.checked.len() && cursor.is_in(self.body) {
            self.checked = before;
            self.bitmaps.begin_at(before.len());
        }
    }

    fn classify(&mut self, chunks: &[Chunk], first_word: usize) -> bool {
        self.dispatch.run(Classify {
            chunks,
            first_word,
            bitmaps: self.bitmaps,
        })
    }

    /// Moves the bitmaps to the part of the body after them.
    #[inline(never)]
    fn classify_more(&mut self) {
        let start = self.bitmaps.end;
        let rest = self.body.get(start..).unwrap_or_default();
        let bytes = rest.get(..64 * CHUNKS).unwrap_or(rest);
        let end = start + bytes.len();
        #[cfg(test)]
        {
            self.classified += bytes.len();
        }
        self.bitmaps.start = start;
        self.bitmaps.end = end;
        let (chunks, tail) = bytes.as_chunks();
        let mut is_valid = self.classify(chunks, 0);
        if is_valid && !tail.is_empty() {
            // Zeros, which are illegal, follow the end of the body. Every search stops there.
            let mut last = [0; 64];
            let (copy, _) = last.split_at_mut(tail.len());
            copy.copy_from_slice(tail);
            is_valid = self.classify(&[last], chunks.len());
        }
        let is_complete = self.bitmaps.carry.is_complete();
        let checked = if is_valid && is_complete {
            end
        } else if is_valid && end < self.body.len() {
            // The window ends within a character, which is left out.
            let bytes = self.body.get(..end).unwrap_or_default();
            bytes
                .iter()
                .rposition(|byte| !is_continuation(*byte))
                .unwrap_or(0)
        } else {
            let checked = self.checked.len();
            let bytes = self.body.get(checked..(end + 3).min(self.body.len()));
            self.end = checked + utf8::valid_len(bytes.unwrap_or_default());
            self.bitmaps.stop_at(self.end);
            self.end
        };
        let text = self.body.get(..checked).unwrap_or_default();
        // SAFETY: up to `self.checked` the bytes are UTF-8 by its type. After it they are whole characters of UTF-8:
        // `Carry` has accepted every chunk, by the exact answers of the kernel, or `valid_len` has found their end.
        self.checked = unsafe { core::str::from_utf8_unchecked(text) };
    }
}
