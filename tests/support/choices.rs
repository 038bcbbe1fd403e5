//! Bytes read as a sequence of choices, from which bodies are generated.
//!
//! Property tests and fuzz targets share this form. When the bytes run out, every further choice is the first one. The
//! first choice is always the plainest, so proptest shrinks a failing case to a plain body.

pub(crate) struct Choices<'b> {
    bytes: core::slice::Iter<'b, u8>,
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes: bytes.iter(),
        }
    }

    /// A number in `0..bound`, from one byte. `bound` is at most 256.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % bound
    }

    /// A position in `0..len`, from two bytes.
    pub(crate) fn position(&mut self, len: usize) -> usize {
        (self.below(256) << 8 | self.below(256)) % len
    }

    pub(crate) fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// True for one of `count` values.
    pub(crate) fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 1
    }
}
