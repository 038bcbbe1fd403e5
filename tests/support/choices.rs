//! A tape of bytes that choices are read off, for bodies that are made up.
//!
//! An exhausted tape makes the first choice, which is the plainest, so that a test that fails shrinks
//! to a plain body.

pub(crate) struct Tape<'t> {
    bytes: core::slice::Iter<'t, u8>,
}

impl<'t> Tape<'t> {
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        Self {
            bytes: bytes.iter(),
        }
    }

    /// The next choice, below `choices`.
    pub(crate) fn pick(&mut self, choices: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % choices
    }

    /// A choice below a number that a byte may be too small for.
    pub(crate) fn place(&mut self, choices: usize) -> usize {
        (self.pick(256) << 8 | self.pick(256)) % choices
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.pick(choices.len())]
    }

    /// Once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.pick(times) == 1
    }
}
