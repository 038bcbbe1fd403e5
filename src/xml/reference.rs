//! References: the five predefined entities, and characters by number.
//!
//! The tokenizer checks references with [`read`]. `Text` replaces them with [`split`], which also uses it. Depends
//! on `scan` for the legal characters.

use crate::scan::is_char;
/// The predefined entities (section 4.6), with the semicolon after their names.
const PREDEFINED: [(&str, char); 5] = [
    ("amp;", '&'),
    ("lt;", '<'),
    ("gt;", '>'),
    ("quot;", '"'),
    ("apos;", '\''),
];

/// The length of a predefined entity that `word` begins with, its semicolon included. The word is the eight bytes after a
/// `&`, least significant first.
#[inline(always)]
pub(super) fn predefined_len(word: u64) -> Option<usize> {
    let is_next = |(name, _): &&(&str, char)| {
        let bytes = name.bytes().rev();
        let expected = bytes.fold(0, |word, byte| word << 8 | u64::from(byte));
        (word ^ expected) << (u64::BITS as usize - 8 * name.len()) == 0
    };
    PREDEFINED.iter().find(is_next).map(|(name, _)| name.len())
}

/// Splits the leading reference off `text`. Returns the result of [`read`] and the text after the reference.
/// `None` if `text` does not begin with a valid reference.
pub(super) fn split(text: &str) -> Option<(Option<char>, &str)> {
    let (name, after) = text.strip_prefix('&')?.split_once(';')?;
    Some((read(name)?, after))
}

/// The character that `name`, the text between `&` and `;`, refers to: `[66] CharRef`, `[68] EntityRef`, section
/// 4.6. `None` if `name` is neither a number nor a predefined entity. `Some(None)` if it is the number of a
/// character that XML does not allow.
pub(super) fn read(name: &str) -> Option<Option<char>> {
    let is_name = |(written, _): &&(&str, char)| written.strip_suffix(';') == Some(name);
    if let Some((_, char)) = PREDEFINED.iter().find(is_name) {
        return Some(Some(*char));
    }
    let digits = name.strip_prefix('#')?;
    let (digits, radix) = match digits.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let mut code = None;
    for digit in digits.chars() {
        let digit = digit.to_digit(radix)?;
        code = Some(
            code.unwrap_or(0_u32)
                .saturating_mul(radix)
                .saturating_add(digit),
        );
    }
    Some(char::from_u32(code?).filter(|character| is_char(*character)))
}
