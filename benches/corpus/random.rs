//! The source of all random choices.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

pub(super) const BASE64: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A PCG stream, which depends on the seed alone. Ranges and shuffles are defined here, because those of `rand` may
/// change between releases.
pub(super) struct Random(Pcg64Mcg);

impl Random {
    pub(super) fn new(seed: u128) -> Self {
        Self(Pcg64Mcg::new(seed))
    }

    /// The stream of a corpus: its name is the seed.
    pub(super) fn of(name: &str) -> Self {
        let shift = |seed, byte| seed << 8 | u128::from(byte);
        Self::new(name.bytes().fold(0, shift))
    }

    /// One of `0..bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// True once in `count` times.
    pub(super) fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(super) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(self.pick(alphabet)))
            .collect()
    }

    pub(super) fn base64(&mut self, length: usize) -> String {
        self.text(BASE64, length)
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        [(); N].map(|()| self.0.next_u64() as u8)
    }

    /// Fisher and Yates.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }
}
