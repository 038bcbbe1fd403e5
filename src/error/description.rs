//! An error with line, column and excerpt, for people.

use alloc::format;
use alloc::string::String;
use core::fmt;

use memchr::{memchr2, memchr2_iter};

use super::{Error, ErrorKind};

/// An [`Error`] with line, column and excerpt of the body that it came from. [`Error::describe`] makes it.
///
/// `Display` writes one line, `line:column: message`. The alternate form `{:#}` adds two lines: the excerpt, and a
/// caret under the place. The caret is indented by one space for each character before it. Where characters have
/// another width, such as Korean ones, compute the indent from [`excerpt`](Self::excerpt) and [`caret`](Self::caret).
///
/// It contains text of the body, so treat it as the body is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// The number of the line, from 1. LF, CR LF and CR each end a line.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// The name at the place, if the error is about a name, such as an unexpected operation or a duplicate attribute.
    /// At most 64 characters of it, up to the first one that is not printable.
    pub name: Option<String>,
    /// The line around the place, at most 40 characters on each side; `…` marks an omission.
    /// Control characters, line separators and changes of direction are replaced by spaces, and bytes that are not
    /// UTF-8 by U+FFFD. So it is one printable line.
    pub excerpt: String,
    /// The number of characters of the excerpt before the place.
    pub caret: usize,
}

impl Description {
    /// The most characters of the excerpt on each side of the place.
    const REACH: usize = 40;
    /// The most characters of a name.
    const NAME: usize = 64;
    /// The most bytes that a character can have.
    const CHAR_BYTES: usize = 4;

    pub(super) fn new(error: &Error, body: &[u8]) -> Self {
        let (before, after) = body.split_at_checked(error.offset()).unwrap_or((body, &[]));
        let (line, line_start) = line_of(before, after);
        let before = before.get(line_start..).unwrap_or_default();
        let line_end = memchr2(b'\n', b'\r', after).unwrap_or(after.len());
        let after = after.get(..line_end).unwrap_or_default();

        let name = error.kind().is_at_name().then(|| {
            let name = leading(after, Self::NAME);
            let ends = |c: char| c.is_whitespace() || is_unprintable(c) || "=/><\"'".contains(c);
            let end = name.find(ends);
            String::from(name.get(..end.unwrap_or(name.len())).unwrap_or_default())
        });
        let column = column_of(before);
        let (mut excerpt, mut caret) = (String::new(), column - 1);
        if caret > Self::REACH {
            excerpt.push('…');
            caret = Self::REACH + 1;
        }
        excerpt.push_str(&trailing(before, Self::REACH));
        let shown = leading(after, Self::REACH);
        excerpt.push_str(&shown);
        if column_of(after) - 1 > Self::REACH {
            excerpt.push('…');
        }
        Self {
            kind: error.kind(),
            line,
            column,
            name,
            excerpt: excerpt
                .chars()
                .map(|c| if is_unprintable(c) { ' ' } else { c })
                .collect(),
            caret,
        }
    }
}

impl Description {
    /// The message without line and column: the defect, the name at the place, and the expectation. Allocates.
    #[must_use]
    pub fn message(&self) -> String {
        let (found, expected) = self.kind.message();
        let name = self.name.as_ref().map(|name| format!(": `{name}`"));
        let separator = if expected.is_empty() { "" } else { "; " };
        [found, &name.unwrap_or_default(), separator, expected].concat()
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message())?;
        if f.alternate() {
            write!(
                f,
                "\n{}\n{:indent$}^",
                self.excerpt,
                "",
                indent = self.caret
            )?;
        }
        Ok(())
    }
}

/// Whether the character controls a terminal or the viewer of a log, and so must not be printed.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The number of the line at the end of `before`, and the offset of its first byte.
fn line_of(before: &[u8], after: &[u8]) -> (usize, usize) {
    let is_end = |at: &usize| {
        // CR LF ends one line, after its LF.
        let next = before.get(at + 1).or(after.first());
        before.get(*at) == Some(&b'\n') || next != Some(&b'\n')
    };
    let ends = memchr2_iter(b'\n', b'\r', before).filter(is_end);
    ends.fold((1, 0), |(line, _), end| (line + 1, end + 1))
}

/// The column after `text`: its number of characters plus one.
fn column_of(text: &[u8]) -> usize {
    let characters = text.iter().filter(|byte| **byte & 0xC0 != 0x80);
    1 + characters.count()
}

/// The first `count` characters of `bytes`.
fn leading(bytes: &[u8], count: usize) -> String {
    let reach = bytes
        .get(..count * Description::CHAR_BYTES)
        .unwrap_or(bytes);
    String::from_utf8_lossy(reach).chars().take(count).collect()
}

/// The last `count` characters of `bytes`.
fn trailing(bytes: &[u8], count: usize) -> String {
    let reach = bytes.len().saturating_sub(count * Description::CHAR_BYTES);
    let text = String::from_utf8_lossy(bytes.get(reach..).unwrap_or_default());
    let skipped = text.chars().count().saturating_sub(count);
    text.chars().skip(skipped).collect()
}
