//! The rules of [`scanner`](super::scanner) made fast: many bytes at a time, where they are nothing but text, tags
//! and values in double quotes.
//!
//! A block of 64 bytes is made into numbers of as many bits, one bit a byte: where a `<` stands, a `>`, and so
//! on. With these it is worked out at once which bytes lie inside a tag, and checked that the block is as plain
//! as supposed; if it is not, the scanner reads it byte by byte. No single tag or value is branched on, only
//! what seldom comes: that a block is not plain, that the envelope may end in it, that markup is cut by its end.

use super::scanner::State;
use crate::scan::{Task, Vector};

/// Bytes of a block.
pub(super) const LENGTH: usize = u64::BITS as usize;

/// Reads blocks for as long as they are plain and the envelope does not end.
pub(super) struct Blocks<'s, 'b> {
    pub(super) bytes: &'b [u8],
    pub(super) state: &'s mut State,
    /// Elements that are open.
    pub(super) depth: &'s mut usize,
}

impl Task for Blocks<'_, '_> {
    /// How many bytes have been read, and whether the last of them is the last of the envelope.
    type Output = (usize, bool);

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> Self::Output {
        let Some(mut place) = Place::of(*self.state, *self.depth, self.bytes) else {
            return (0, false);
        };
        let (blocks, _) = self.bytes.as_chunks();
        let mut read: usize = 0;
        for block in blocks {
            match place.behind(&Masks::of(vector, block)) {
                Behind::Place(behind) => place = behind,
                Behind::End(length) => return (read.wrapping_add(length), true),
                Behind::Unknown => break,
            }
            read = read.wrapping_add(LENGTH);
            if place.last != Last::Other {
                break;
            }
        }
        if read > 0 {
            *self.state = place.state();
            *self.depth = place.depth;
        }
        (read, false)
    }
}

/// What comes of a block.
enum Behind {
    Place(Place),
    /// So many bytes of it are the last of the envelope.
    End(usize),
    /// It is not plain.
    Unknown,
}

/// Where in a block these bytes stand: the first byte is the lowest bit.
struct Masks {
    less: u64,
    greater: u64,
    slash: u64,
    quote: u64,
    /// What makes something else of a tag: `<!`, `<?`, and values in other quotes.
    other: u64,
}

impl Masks {
    #[inline(always)]
    fn of<V: Vector>(vector: V, block: &[u8; LENGTH]) -> Self {
        Self {
            less: any_of(vector, block, *b"<<<<"),
            greater: any_of(vector, block, *b">>>>"),
            slash: any_of(vector, block, *b"////"),
            quote: any_of(vector, block, *b"\"\"\"\""),
            other: any_of(vector, block, *b"!?''"),
        }
    }
}

/// [`Vector::any_of`] of both halves.
#[inline(always)]
fn any_of<V: Vector>(vector: V, block: &[u8; LENGTH], bytes: [u8; 4]) -> u64 {
    let ([low, high], _) = block.as_chunks() else {
        return 0;
    };
    u64::from(vector.any_of(low, bytes)) | u64::from(vector.any_of(high, bytes)) << u32::BITS
}

/// The place between two blocks: [`State`] in bits. Each is a `u64` that is 0 or 1.
#[derive(Clone, Copy)]
struct Place {
    in_tag: u64,
    in_value: u64,
    depth: usize,
    last: Last,
}

/// The last byte, if it is one by which the next has to be judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Other,
    /// `<`, in content.
    Less,
    /// `/`, in a tag.
    Slash,
}

impl Place {
    /// None where a block is not plain whatever is in it.
    #[inline(always)]
    fn of(state: State, depth: usize, bytes: &[u8]) -> Option<Self> {
        let [in_tag, in_value] = match state {
            State::Outside if starts_element(bytes) => [0, 0],
            State::Content => [0, 0],
            State::Tag => [1, 0],
            State::Value(b'"') => [1, 1],
            _ => return None,
        };
        Some(Self {
            in_tag,
            in_value,
            depth,
            last: Last::Other,
        })
    }

    #[inline(always)]
    fn state(self) -> State {
        match self {
            Self {
                last: Last::Less, ..
            } => State::Markup,
            Self {
                last: Last::Slash, ..
            } => State::Slash,
            Self { in_value: 1, .. } => State::Value(b'"'),
            Self { in_tag: 1, .. } => State::Tag,
            Self { .. } => State::Content,
        }
    }

    /// What comes of a block behind this place.
    #[inline(always)]
    fn behind(self, masks: &Masks) -> Behind {
        const LAST: u32 = LENGTH as u32 - 1;
        let Masks {
            less,
            greater,
            slash,
            quote,
            other,
        } = *masks;

        // From each `<` up to before the next `>`: subtracting borrows from there on. That is right where they
        // come in turns, so that each is an edge of it.
        let tags = greater.wrapping_sub(less).wrapping_sub(self.in_tag);
        let edges = tags ^ (tags << 1 | self.in_tag);
        // In a tag, from each quote up to before the next one.
        let values = between_pairs(quote & tags) ^ self.in_value.wrapping_neg();
        let strange =
            edges ^ (less | greater) | less & !tags | greater & (tags | values) | other & tags;
        if strange != 0 {
            return Behind::Unknown;
        }

        let end_tags = slash & less << 1;
        let empty = (slash & !end_tags) << 1 & greater;
        let opening = less & !(slash >> 1) & !(1 << LAST);
        let closing = end_tags | empty;
        let [opened, closed] = [opening.count_ones() as usize, closing.count_ones() as usize];
        if closed >= self.depth
            && let Some(behind) = end(self.depth, greater, opening, closing)
        {
            return behind;
        }
        let in_value = values >> LAST;
        let mut last = Last::Other;
        if (less | slash & tags & !end_tags) >> LAST == 1 && in_value == 0 {
            last = if less >> LAST == 1 {
                Last::Less
            } else {
                Last::Slash
            };
        }
        Behind::Place(Self {
            in_tag: tags >> LAST,
            in_value,
            depth: self.depth.wrapping_add(opened).wrapping_sub(closed),
            last,
        })
    }
}

/// What comes of a plain block in which the envelope may end, or end tags be too many: given how many elements
/// are open before it, where its tags end, and where some open an element or close one.
#[inline(never)]
fn end(depth: usize, mut greater: u64, opening: u64, closing: u64) -> Option<Behind> {
    while greater != 0 {
        let end = greater & greater.wrapping_neg();
        let read = end | end.wrapping_sub(1);
        let [opened, closed] = [opening, closing].map(|tags| (tags & read).count_ones() as usize);
        match depth.wrapping_add(opened).checked_sub(closed) {
            None => return Some(Behind::Unknown),
            Some(0) => return Some(Behind::End(read.count_ones() as usize)),
            Some(_) => greater ^= end,
        }
    }
    None
}

/// Whether a tag begins that is no end tag, if any markup does that is plain.
#[inline(always)]
fn starts_element(bytes: &[u8]) -> bool {
    matches!(bytes, [b'<', second, ..] if *second != b'/')
}

/// From every other bit that is set up to before the next one.
#[inline(always)]
fn between_pairs(bits: u64) -> u64 {
    let mut parity = bits;
    for shift in [1, 2, 4, 8, 16, 32] {
        parity ^= parity << shift;
    }
    parity
}
