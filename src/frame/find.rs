//! Finds the next byte that can change the state of [`scanner`](super::scanner), a block at a time. Skipped bytes
//! would leave its state unchanged, or lead back to it.
//!
//! Uses the kernels of `scan`.

use crate::scan::{Task, Vector};

/// Finds the first byte that is one of `of`. Returns its index in `bytes`, or the length of `bytes`.
pub(super) struct AnyOf<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) of: [u8; 4],
}

impl Task for AnyOf<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> usize {
        let (blocks, rest) = self.bytes.as_chunks();
        let mut read = 0_usize;
        for block in blocks {
            let found = vector.any_of(block, self.of);
            if found != 0 {
                return read.wrapping_add(found.trailing_zeros() as usize);
            }
            read = read.wrapping_add(block.len());
        }
        let found = rest.iter().position(|byte| self.of.contains(byte));
        read.wrapping_add(found.unwrap_or(rest.len()))
    }
}

/// Finds the first `<` in content that begins relevant markup: `<!`, `<?`, or a tag whose name begins with `name`.
/// Near the end of `bytes`, where the next byte may be missing, finds any `<`. Returns its index in `bytes`, or the
/// length of `bytes`.
pub(super) struct Markup<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) name: u8,
}

impl Task for Markup<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> usize {
        let mut read = 0_usize;
        let mut rest = self.bytes;
        while let Some((block, _)) = rest.split_first_chunk::<32>()
            && let Some((_, after)) = rest.split_first()
            && let Some((next, _)) = after.split_first_chunk::<32>()
        {
            // Relevant bytes that follow the `<` or the `/` of `</`.
            let begins = vector.any_of(next, [self.name, self.name, b'!', b'?']);
            let mut found = vector.any_of(block, *b"<<//") & begins;
            while found != 0 {
                let at = read.wrapping_add(found.trailing_zeros() as usize);
                let end_tag = at.wrapping_sub(1);
                match (self.bytes.get(at), self.bytes.get(end_tag)) {
                    (Some(b'<'), _) => return at,
                    (_, Some(b'<')) => return end_tag,
                    _ => found &= found.wrapping_sub(1),
                }
            }
            read = read.wrapping_add(block.len());
            rest = self.bytes.get(read..).unwrap_or_default();
        }
        // The last block may have ended between `<` and `/`.
        let read = read.saturating_sub(1);
        let rest = self.bytes.get(read..).unwrap_or_default();
        let found = rest.iter().position(|byte| *byte == b'<');
        read.wrapping_add(found.unwrap_or(rest.len()))
    }
}
