//! When a parser releases memory that an unusually large message needed.

/// Records what messages needed, to find memory that is no longer needed.
#[derive(Debug, Default)]
pub(super) struct Retention {
    /// Messages since the last check.
    messages: u32,
    /// The most that one of these messages needed, by a generous estimate.
    needed: usize,
}

impl Retention {
    /// Messages between two checks.
    const CHECK_INTERVAL: u32 = 32;
    /// Bytes that are never released.
    const ALWAYS_KEPT: usize = 128 << 10;

    /// Records the bytes of the arena that the last message used, and of the next body. After
    /// [`Self::CHECK_INTERVAL`] it starts again, and gives the most that one of these may have needed.
    pub(super) fn note(&mut self, used: usize, body: usize) -> Option<usize> {
        // A warm arena is one chunk, up to four times as large as what is used of it. The tokenizer keeps a few
        // bytes for a byte of the body, unless that is made of tiny tags.
        let needed = used
            .saturating_mul(4)
            .saturating_add(body.saturating_mul(16));
        self.needed = self.needed.max(needed);
        self.messages += 1;
        if self.messages < Self::CHECK_INTERVAL {
            return None;
        }
        let needed = Self::ALWAYS_KEPT.max(self.needed);
        *self = Self::default();
        Some(needed)
    }
}
