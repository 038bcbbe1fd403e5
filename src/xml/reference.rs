//! References: the five predefined entities, and characters by number.
//!
//! The tokenizer checks references with [`read`]. `Text` replaces them with [`split`], which also uses it. Depends
//! on `scan` for the legal characters.

use crate::scan::is_char;

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
    let digits = match name {
        "lt" => return Some(Some('<')),
        "gt" => return Some(Some('>')),
        "amp" => return Some(Some('&')),
        "apos" => return Some(Some('\'')),
        "quot" => return Some(Some('"')),
        _ => name.strip_prefix('#')?,
    };
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
