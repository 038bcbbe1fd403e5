//! The names of event elements, for [`child_matcher`](super::child_matcher).
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the table is built and checked when the crate is compiled"
)]

use crate::model::EventKind;
use crate::scan::Literal;

/// A kind of event, and the name of its element.
pub(super) struct EventName {
    pub(super) kind: EventKind,
    pub(super) literal: Literal<3>,
}

impl EventName {
    /// The names, each at the index that [`slot`](Self::slot) gives.
    const TABLE: [Self; 8] = {
        let mut table = [const { Self::new(EventKind::Status) }; 8];
        let mut filled = 0_u8;
        let kinds = EventKind::KNOWN;
        let mut at = 0;
        while at < kinds.len() {
            let name = Self::new(kinds[at]);
            let slot = Self::slot(name.literal.words()[0] as u32);
            filled |= 1 << slot;
            table[slot] = name;
            at += 1;
        }
        assert!(filled == u8::MAX, "each kind has a slot of its own");
        table
    };

    const fn new(kind: EventKind) -> Self {
        match Literal::new(kind.name()) {
            Some(literal) => Self { kind, literal },
            None => panic!("a name longer than a literal"),
        }
    }

    /// A perfect hash of the first four bytes. Branch prediction would often fail here, so the lookup has no branch.
    #[inline(always)]
    const fn slot(first: u32) -> usize {
        (first.wrapping_mul(1127) >> 29) as usize
    }

    /// The only name that can match the start of these bytes.
    #[inline(always)]
    pub(super) fn candidate(bytes: &[u8]) -> Option<&'static Self> {
        let first = u32::from_le_bytes(*bytes.first_chunk()?);
        Self::TABLE.get(Self::slot(first))
    }
}
