//! References: the five predefined entities, and characters by number.
//!
//! One reading serves both the check while scanning and the replacement on request.

use crate::scan::is_char;

/// Reads the reference that `text` begins with: the character it stands for, none where XML does not
/// allow that character, and what follows. `None` where `text` begins with no proper reference.
pub(super) fn split(text: &str) -> Option<(Option<char>, &str)> {
    let (name, behind) = text.strip_prefix('&')?.split_once(';')?;
    Some((read(name)?, behind))
}

/// What stands between `&` and `;`: productions `[66] CharRef` and `[68] EntityRef`, section 4.6.
/// `None` where that is neither a number nor a predefined entity; `Some(None)` for the number of a
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
