//! Makes parts of a body printable and short: the one rule for what a description may show. Depends on nothing.

use alloc::format;
use alloc::string::String;

/// The most bytes that a character can have.
const CHAR_BYTES: usize = 4;

/// Whether a terminal or the viewer of a log would hide this character, or hide or reorder others because of it. These are
/// controls, line separators, characters without a width, and changes of direction.
pub(super) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// The text with a space in the place of each unprintable character.
pub(super) fn printable(text: &str) -> String {
    let shown = |c| if is_unprintable(c) { ' ' } else { c };
    text.chars().map(shown).collect()
}

/// The first `most` characters of `bytes`. Bytes that are not UTF-8 become U+FFFD.
pub(super) fn leading(bytes: &[u8], most: usize) -> String {
    let reach = bytes.get(..most * CHAR_BYTES).unwrap_or(bytes);
    String::from_utf8_lossy(reach).chars().take(most).collect()
}

/// The last `most` characters of `bytes`. Bytes that are not UTF-8 become U+FFFD.
pub(super) fn trailing(bytes: &[u8], most: usize) -> String {
    let reach = bytes.len().saturating_sub(most * CHAR_BYTES);
    let text = String::from_utf8_lossy(bytes.get(reach..).unwrap_or_default());
    let skipped = text.chars().count().saturating_sub(most);
    text.chars().skip(skipped).collect()
}

/// The number of characters of `text`. Of bytes that are not UTF-8, each that may begin a character counts as one.
pub(super) fn count(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// The text, printable and cut after `most` characters. `…` marks the cut.
pub(super) fn shortened(text: &[u8], most: usize) -> String {
    let mut shown = leading(text, most + 1);
    if let Some((end, _)) = shown.char_indices().nth(most) {
        shown.truncate(end);
        shown.push('…');
    }
    printable(&shown)
}

/// A character for a sentence: itself, or its name or number if it cannot be seen.
pub(super) fn named(c: char) -> String {
    match c {
        ' ' => String::from("a space"),
        '\t' => String::from("a tab"),
        '\r' | '\n' => String::from("the end of the line"),
        '`' => String::from("a backtick"),
        _ if is_unprintable(c) || c.is_whitespace() => format!("U+{:04X}", c as u32),
        _ => format!("`{c}`"),
    }
}

/// A number with commas between groups of three digits.
pub(super) fn grouped(number: usize) -> String {
    let digits = format!("{number}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// At most 16 bytes in hexadecimal, such as `1F 8B 08`.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for (at, byte) in bytes.iter().take(16).enumerate() {
        let space = if at > 0 { " " } else { "" };
        shown += &format!("{space}{byte:02X}");
    }
    shown
}
