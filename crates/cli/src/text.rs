//! Text from outside made fit for a terminal: printable, of a known width, short.
//!
//! Width is counted in terminal cells: a Korean character takes two, a combining accent none.

use ews_notifications::Description;
use unicode_width::UnicodeWidthChar as _;

/// Cells kept of the start of a shortened text, where there is room for as many. Identifiers of one
/// mailbox start alike, so what room there is beyond goes to the end.
pub(crate) const HEAD: usize = 6;

/// The sum over the characters, as terminals count, and as [`shorten`] does: a sequence of characters
/// that some font draws as one is no narrower or wider for that.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter_map(|c| c.width()).sum()
}

/// The text without characters that steer a terminal.
///
/// XML allows U+0080 to U+009F, which start escape sequences too, and characters that turn the
/// direction of all the text behind them; file names may hold anything.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
            _ if !c.is_control() => c,
            _ if c.is_whitespace() => ' ',
            _ => char::REPLACEMENT_CHARACTER,
        })
        .collect()
}

/// The text with its middle left out, if it is wider than `most`; its start, if `head` is 0.
pub(crate) fn shorten(text: &str, head: usize, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    // The ellipsis takes one cell, and the end is worth four at least.
    let head = head.min(most.saturating_sub(5));
    let tail = most.saturating_sub(head + 1);
    let head = bytes_within(text.chars(), head);
    let tail = text.len() - bytes_within(text.chars().rev(), tail);
    let (head, tail) = (text.get(..head), text.get(tail..));
    format!("{}…{}", head.unwrap_or_default(), tail.unwrap_or_default())
}

/// The text with its end left out, if it is wider than `most`.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let end = bytes_within(text.chars(), most.saturating_sub(1));
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// What a person is told about a body that is refused: the message, the line that is wrong, and a caret under
/// the place.
pub(crate) fn failure(message: &str, place: &Description) -> String {
    let before: String = place.excerpt.chars().take(place.caret).collect();
    let indent = width(&before);
    format!("{message}\n{}\n{:indent$}^", place.excerpt, "")
}

/// `1 event`, `2 events`.
pub(crate) fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

/// The bytes of the first characters that fit into `most` cells.
fn bytes_within(characters: impl Iterator<Item = char>, most: usize) -> usize {
    let mut used = 0;
    characters
        .take_while(|c| {
            used += c.width().unwrap_or_default();
            used <= most
        })
        .map(char::len_utf8)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{HEAD, cut, printable, shorten, width};

    #[test]
    fn shortens_in_the_middle() {
        let id = "AAMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyAAA=";
        for (most, expected) in [
            (40, id),
            (20, "AAMkAG…xMC04YjQyAAA="),
            (11, "AAMkAG…AAA="),
            (9, "AAMk…AAA="),
        ] {
            assert_eq!(shorten(id, HEAD, most), expected);
        }
    }

    #[test]
    fn width_is_in_cells() {
        assert_eq!(shorten("알림알림알림알림알림", HEAD, 11), "알림알…알림");
        assert_eq!(shorten("알림/new-mail.xml", 0, 10), "…-mail.xml");
        assert_eq!(cut("구독을 다시", 6), "구독…");
        assert_eq!(cut("구독을", 6), "구독을");
        // Hearts that are asked to be drawn as wide emoji: no result is wider than it may be.
        let hearts = "\u{2764}\u{fe0f}".repeat(20);
        for most in 1..20 {
            assert!(width(&shorten(&hearts, HEAD, most)) <= most);
            assert!(width(&cut(&hearts, most)) <= most);
        }
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[31mb\u{9b}c\nd\u{202e}e\u{0301}"),
            "a\u{fffd}[31mb\u{fffd}c d\u{fffd}e\u{0301}"
        );
    }
}
