//! When a parser releases memory that an unusually large message needed.

/// Records what messages used of the arena, to find memory that is no longer needed.
#[derive(Debug, Default)]
pub(super) struct Retention {
    /// Messages since the last check.
    messages: u32,
    /// The most bytes of the arena that one of these messages used.
    used: usize,
}

impl Retention {
    /// Messages between two checks.
    const CHECK_INTERVAL: u32 = 32;
    /// Bytes that are never released, of the arena and of the other buffers.
    pub(super) const ALWAYS_KEPT: usize = 128 << 10;

    /// Records the bytes of the arena that the last message used. After [`Self::CHECK_INTERVAL`] it starts again, and gives
    /// the most bytes that the arena may keep.
    pub(super) fn note(&mut self, used: usize) -> Option<usize> {
        self.used = self.used.max(used);
        self.messages += 1;
        if self.messages < Self::CHECK_INTERVAL {
            return None;
        }
        // A warm arena is one chunk. It is at most twice as large as what is used of it, and pages at its ends.
        let kept = self.used.saturating_mul(3).max(Self::ALWAYS_KEPT);
        *self = Self::default();
        Some(kept)
    }
}
