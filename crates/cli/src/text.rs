//! Makes text printable and shortens it to a width in terminal cells.
//!
//! A Korean character takes two cells, a combining accent none.

use ews_notifications::Description;
use unicode_width::UnicodeWidthChar as _;

/// The number of cells kept of the start of a shortened identifier, if it fits. The remaining width goes to the end,
/// because identifiers of one mailbox start alike.
pub(crate) const HEAD: usize = 6;

/// The width of the text: the sum of the widths of its characters. Terminals and [`shorten`] count in the same way, even
/// where a font draws several characters as one.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter_map(|c| c.width()).sum()
}

/// The text without characters that control a terminal. White space becomes a space, other controls U+FFFD.
///
/// XML allows U+0080 to U+009F, which start escape sequences too. It also allows characters that change the direction of
/// the text after them. File names may contain anything.
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

/// Replaces the middle of the text by an ellipsis if it is wider than `max` cells. Keeps `head` cells of the start, and
/// fewer if less than four would be left for the end.
pub(crate) fn shorten(text: &str, head: usize, max: usize) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    // The ellipsis takes one cell.
    let head = head.min(max.saturating_sub(5));
    let tail = max.saturating_sub(head + 1);
    let head = bytes_within(text.chars(), head);
    let tail = text.len() - bytes_within(text.chars().rev(), tail);
    let (head, tail) = (text.get(..head), text.get(tail..));
    format!("{}…{}", head.unwrap_or_default(), tail.unwrap_or_default())
}

/// Replaces the end of the text by an ellipsis if it is wider than `max` cells.
pub(crate) fn truncate(text: &str, max: usize) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let end = bytes_within(text.chars(), max.saturating_sub(1));
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// The message, the excerpt, and a caret under the place. Unlike the alternate form of [`Description`], it counts the
/// indent of the caret in cells.
pub(crate) fn with_excerpt(message: &str, description: &Description) -> String {
    let excerpt = &description.excerpt;
    let before: String = excerpt.chars().take(description.caret).collect();
    let indent = width(&before);
    format!("{message}\n{excerpt}\n{:indent$}^", "")
}

/// `1 event`, `2 events`.
pub(crate) fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

/// The number of bytes of the first characters that fit into `max` cells.
fn bytes_within(characters: impl Iterator<Item = char>, max: usize) -> usize {
    let mut used = 0;
    characters
        .take_while(|c| {
            used += c.width().unwrap_or_default();
            used <= max
        })
        .map(char::len_utf8)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{HEAD, printable, shorten, truncate, width};

    #[test]
    fn shorten_replaces_the_middle() {
        let id = "AAMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyAAA=";
        for (max, expected) in [
            (40, id),
            (20, "AAMkAG…xMC04YjQyAAA="),
            (11, "AAMkAG…AAA="),
            (9, "AAMk…AAA="),
        ] {
            assert_eq!(shorten(id, HEAD, max), expected);
        }
    }

    #[test]
    fn width_is_counted_in_cells() {
        assert_eq!(shorten("알림알림알림알림알림", HEAD, 11), "알림알…알림");
        assert_eq!(shorten("알림/new-mail.xml", 0, 10), "…-mail.xml");
        assert_eq!(truncate("구독을 다시", 6), "구독…");
        assert_eq!(truncate("구독을", 6), "구독을");
        // A variation selector asks for a wide heart, and has no width of its own.
        let hearts = "\u{2764}\u{fe0f}".repeat(20);
        for max in 1..20 {
            assert!(width(&shorten(&hearts, HEAD, max)) <= max);
            assert!(width(&truncate(&hearts, max)) <= max);
        }
    }

    #[test]
    fn printable_replaces_characters_that_control_a_terminal() {
        assert_eq!(
            printable("a\u{1b}[31mb\u{9b}c\nd\u{202e}e\u{0301}"),
            "a\u{fffd}[31mb\u{fffd}c d\u{fffd}e\u{0301}"
        );
    }
}
