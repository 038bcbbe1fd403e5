//! Makes text printable and shortens it to a width in terminal cells.
//!
//! A Korean character takes two cells, a combining accent none.

use core::fmt::Display;

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSplitter};
use unicode_width::UnicodeWidthChar as _;

/// The number of cells kept of the start of a shortened identifier, if it fits. The remaining width goes to the end,
/// because identifiers of one mailbox start alike.
pub(crate) const HEAD: usize = 6;

/// The width of the text: the sum of the widths of its characters. Terminals and [`shorten`] count in the same way, even
/// where a font draws several characters as one.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(cells).sum()
}

/// Whether the text is at most `max` cells wide. Reads little more than that of it.
pub(crate) fn fits(text: &str, max: usize) -> bool {
    bytes_within(text.chars(), max) == text.len()
}

/// The width of a character, or of that by which [`printable`] replaces it.
fn cells(c: char) -> usize {
    if is_unprintable(c) {
        1
    } else {
        c.width().unwrap_or_default()
    }
}

/// The text without characters that control a terminal. White space becomes a space, other controls U+FFFD. They are
/// the characters that a [`Description`](ews_notifications::Description) does not contain, either.
///
/// XML allows U+0080 to U+009F, which start escape sequences too, and characters that end a line or change the direction
/// of the text after them. File names may contain anything.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            _ if !is_unprintable(c) => c,
            _ if c.is_whitespace() => ' ',
            _ => char::REPLACEMENT_CHARACTER,
        })
        .collect()
}

fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Replaces the middle of the text by an ellipsis if it is wider than `max` cells. Keeps `head` cells of the start, and
/// fewer if less than four would be left for the end.
pub(crate) fn shorten(text: &str, head: usize, max: usize) -> String {
    if fits(text, max) {
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
    if fits(text, max) {
        return text.to_owned();
    }
    let end = bytes_within(text.chars(), max.saturating_sub(1));
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// Breaks the text at spaces into lines of at most this width. All lines but the first are indented.
pub(crate) fn wrap(text: &str, line_width: Option<usize>) -> String {
    match line_width {
        Some(width) => {
            let options = Options::new(width).subsequent_indent("  ");
            textwrap::fill(text, options.word_splitter(WordSplitter::NoHyphenation))
        }
        None => text.to_owned(),
    }
}

/// Breaks a line with a note from this column on. Its next lines begin below the note if there is room.
pub(crate) fn wrap_note(line: &str, column: usize, line_width: Option<usize>) -> String {
    /// The least width of the note.
    const MIN: usize = 20;
    let Some(width) = line_width else {
        return line.to_owned();
    };
    let column = if width < column + MIN { 2 } else { column };
    let indent = " ".repeat(column);
    let options = Options::new(width).subsequent_indent(&indent);
    textwrap::fill(line, options.word_splitter(WordSplitter::NoHyphenation))
}

/// The excerpt, and below it a caret under the character with this number. Both lines have at most this width, in which
/// the caret is shown.
pub(crate) fn at_caret(excerpt: &str, caret: usize, line_width: Option<usize>) -> String {
    let split = excerpt
        .char_indices()
        .nth(caret)
        .map_or(excerpt.len(), |(at, _)| at);
    let (before, after) = excerpt.split_at_checked(split).unwrap_or((excerpt, ""));
    let max = line_width.unwrap_or(usize::MAX);
    // The caret takes a cell, even at the end of the excerpt.
    let before = shorten(
        before,
        0,
        (max / 2).max(max.saturating_sub(width(after).max(1))),
    );
    let indent = width(&before);
    let after = truncate(after, max.saturating_sub(indent));
    format!("{before}{after}\n{:indent$}^", "")
}

/// The style of the place of a failure.
pub(crate) const FAILED: Style = AnsiColor::Red.on_default().bold();
/// The style of a warning.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// The style of the words `hint` and `note`.
const NOTE: Style = AnsiColor::Cyan.on_default();

/// The text in this style. Where there are no colours, the streams remove it.
pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A line such as `hint: …`.
pub(crate) fn labelled(label: &str, text: &str, line_width: Option<usize>) -> String {
    let label = paint(NOTE, &format!("{label}:"));
    wrap(&format!("{label} {text}"), line_width)
}

/// The number with commas, such as `1,234`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let length = digits.len();
    let groups = digits.chars().enumerate().map(|(at, digit)| {
        let is_first_of_group = at > 0 && (length - at).is_multiple_of(3);
        format!("{}{digit}", if is_first_of_group { "," } else { "" })
    });
    groups.collect()
}

/// `1 event`, `2 events`.
pub(crate) fn count(number: impl Display, of: &str) -> String {
    let number = number.to_string();
    format!("{number} {of}{}", if number == "1" { "" } else { "s" })
}

/// The number of bytes of the first characters that fit into `max` cells.
fn bytes_within(characters: impl Iterator<Item = char>, max: usize) -> usize {
    let mut used = 0;
    characters
        .take_while(|c| {
            used += cells(*c);
            used <= max
        })
        .map(char::len_utf8)
        .sum()
}

#[cfg(test)]
mod tests {
    use ews_notifications::Parser;

    use super::{HEAD, at_caret, printable, shorten, truncate, width};

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
    fn the_caret_stays_in_a_narrow_line() {
        let excerpt = format!("{}x{}", "구".repeat(20), "y".repeat(30));
        for max in 6..100 {
            let lines = at_caret(&excerpt, 20, Some(max));
            let (text, caret) = lines.split_once('\n').unwrap();
            assert!(width(text) <= max && width(caret) <= max, "{max}: {lines}");
            let marked = text.find('x').unwrap();
            assert_eq!(width(&text[..marked]) + 1, width(caret), "{max}: {lines}");
        }
        assert_eq!(at_caret("abc", 3, Some(3)), "…c\n  ^");
    }

    /// One character at a time, before an undefined entity.
    #[test]
    fn printable_and_descriptions_replace_the_same_characters() {
        for c in ('\t'..='\u{3000}').chain('\u{FE00}'..='\u{FFFD}') {
            let body = format!("<a>{c}&oops;</a>");
            let error = Parser::new().parse(body.as_bytes()).unwrap_err();
            let line = error.describe(body.as_bytes()).excerpt;
            let ends_line = c == '\n' || c == '\r';
            let is_kept = printable(&c.to_string()) == c.to_string();
            if c != ' ' && c != '<' && !ends_line {
                assert_eq!(line.contains(c) || ends_line, is_kept, "{c:?}");
            }
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
