//! How long a parser keeps the memory of a giant message.

/// Notices when memory that a giant message needed has not been needed since.
#[derive(Debug, Default)]
pub(super) struct Retention {
    /// Messages since the last look back.
    messages: u32,
    /// The most that one of these messages needed, by a generous estimate.
    needed: usize,
}

impl Retention {
    /// Messages between two looks back.
    const MESSAGES: u32 = 32;
    /// Memory that may always stay.
    const LOW: usize = 128 << 10;

    /// Notes the bytes of the arena that the last message used, and of the next body. After
    /// [`Self::MESSAGES`] it starts again, and gives the most that one of these may have needed.
    pub(super) fn note(&mut self, used: usize, body: usize) -> Option<usize> {
        // A warm arena is one chunk, up to four times as large as what is used of it. The tokenizer keeps a few
        // bytes for a byte of the body, unless that is made of tiny tags.
        let needed = used
            .saturating_mul(4)
            .saturating_add(body.saturating_mul(16));
        self.needed = self.needed.max(needed);
        self.messages += 1;
        if self.messages < Self::MESSAGES {
            return None;
        }
        let needed = Self::LOW.max(self.needed);
        *self = Self::default();
        Some(needed)
    }
}
