//! The search for the next markup that can change the state of [`scanner`](super::scanner), 32 bytes at a time. The
//! scanner need not read the bytes before it: its state after them would be the same.
//!
//! Uses the kernels of `scan`.

use memchr::memchr;

use crate::scan::{Task, Vector};

/// Finds the first `<` in content that begins relevant markup: `<!`, `<?`, or a start or end tag whose name begins with
/// `name_start`. Returns its index in `bytes`, or the length of `bytes`.
///
/// In at most the last 33 bytes, which do not fill two overlapping blocks, it finds any `<`.
pub(super) struct Markup<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) name_start: u8,
}

impl Task for Markup<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<V: Vector>(self, vector: V) -> usize {
        let mut searched = 0_usize;
        let mut rest = self.bytes;
        while let Some((block, _)) = rest.split_first_chunk::<32>()
            && let Some((_, after)) = rest.split_first()
            && let Some((next, _)) = after.split_first_chunk::<32>()
        {
            // Look for `<` or `/` before one of these bytes. `any_of` takes four bytes, so some are repeated.
            let is_followed = vector.any_of(next, [self.name_start, self.name_start, b'!', b'?']);
            let mut found = vector.any_of(block, *b"<<//") & is_followed;
            while found != 0 {
                let at = searched.wrapping_add(found.trailing_zeros() as usize);
                let before = at.wrapping_sub(1);
                match (self.bytes.get(at), self.bytes.get(before)) {
                    (Some(b'<'), _) => return at,
                    (_, Some(b'<')) => return before,
                    // A `/` in text or in an ignored tag.
                    _ => found &= found.wrapping_sub(1),
                }
            }
            searched = searched.wrapping_add(block.len());
            rest = self.bytes.get(searched..).unwrap_or_default();
        }
        // The last block may have ended between `<` and `/`.
        let searched = searched.saturating_sub(1);
        let rest = self.bytes.get(searched..).unwrap_or_default();
        searched.wrapping_add(memchr(b'<', rest).unwrap_or(rest.len()))
    }
}
