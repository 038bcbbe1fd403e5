//! An error with line, column, excerpt and diagnosis, for people.
//!
//! Uses `diagnosis` and `printable`.

use alloc::format;
use alloc::string::String;
use core::fmt;

use memchr::{memchr2, memchr2_iter};

use super::diagnosis::{Diagnosis, QUOTE};
use super::printable::{count, hexadecimal, is_unprintable, leading, printable, trailing};
use super::{Error, ErrorKind};
use crate::config::Limits;

/// An [`Error`] explained, with the body that it came from. [`Error::describe`] makes it.
///
/// `Display` writes one line: `line:column: message; note: line:column: text; hint: …`, without the parts that are `None`. In
/// the alternate form `{:#}` the note, which is the [`related`](Self::related) place, and the hint have lines of their own. Before
/// them it has the excerpt, unless it is empty, and a caret under the place. The caret is indented by one space for each character before it. Where
/// characters have another width, such as Korean ones, compute the indent from [`excerpt`](Self::excerpt) and
/// [`caret`](Self::caret).
///
/// Every text is one printable line. Characters that a terminal would not show, or that hide or reorder others, are replaced by
/// spaces: controls, line separators, characters without a width, and changes of direction. Bytes that are not UTF-8 are replaced
/// by U+FFFD. A quoted part of the body has at most 64 characters, the name of a namespace at most 100, and `…` marks an
/// omission. It is text of the body all the same, so treat it as the body is treated.
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
    /// The defect, such as `` gzip data `` or `` `t:ItemId` without the attribute `Id` ``. At most 400
    /// characters.
    pub found: String,
    /// The expected content of the place. At most 400 characters.
    pub expected: String,
    /// The likely cause, and what to do about it. At most 400 characters. `None` if nothing is likely.
    pub hint: Option<String>,
    /// A second place that explains the error, such as the start tag that an end tag does not fit. It is before the first one.
    pub related: Option<Related>,
    /// The line around the place, at most 40 characters on each side; `…` marks an omission. If more than a third of them are
    /// no text, at most 16 bytes in hexadecimal from the place on.
    pub excerpt: String,
    /// The number of characters of the excerpt before the place.
    pub caret: usize,
}

/// A second place that explains an error. See [`Description::related`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Related {
    /// The number of the line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// The explanation, such as `` `t:ItemId` begins here ``. At most 128 characters.
    pub text: String,
}

impl Description {
    /// The most characters of the excerpt on each side of the place.
    const REACH: usize = 40;

    pub(super) fn new(error: Error, body: &[u8], limits: Option<&Limits>) -> Self {
        let (before, after) = body.split_at_checked(error.offset()).unwrap_or((body, &[]));
        let (line, line_start) = line_of(before, after);
        let before = before.get(line_start..).unwrap_or_default();
        let name = error.kind().is_at_name().then(|| {
            let name = leading(after, QUOTE);
            let ends = |c: char| c.is_whitespace() || is_unprintable(c) || "=/><\"'".contains(c);
            let end = name.find(ends);
            String::from(name.get(..end.unwrap_or(name.len())).unwrap_or_default())
        });
        let (excerpt, caret) = excerpt(before, after);
        let Diagnosis {
            found,
            expected,
            hint,
            related,
        } = Diagnosis::of(error, body, limits);
        Self {
            kind: error.kind(),
            line,
            column: column_of(before),
            name,
            found,
            expected,
            hint,
            related: related.map(|(offset, text)| {
                let (before, after) = body.split_at_checked(offset).unwrap_or_default();
                let (line, line_start) = line_of(before, after);
                let column = column_of(before.get(line_start..).unwrap_or_default());
                Related { line, column, text }
            }),
            excerpt,
            caret,
        }
    }

    /// [`found`](Self::found) and [`expected`](Self::expected) in one sentence. Allocates.
    #[must_use]
    pub fn message(&self) -> String {
        format!("{}; expected {}", self.found, self.expected)
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message())?;
        let mut separator = "; ";
        if f.alternate() {
            separator = "\n";
        }
        if f.alternate() && !self.excerpt.is_empty() {
            let (excerpt, indent) = (&self.excerpt, self.caret);
            write!(f, "\n{excerpt}\n{:indent$}^", "")?;
        }
        if let Some(Related { line, column, text }) = &self.related {
            write!(f, "{separator}note: {line}:{column}: {text}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "{separator}hint: {hint}")?;
        }
        Ok(())
    }
}

/// The line around a place, and the number of its characters before the place. `before` is the start of the line.
fn excerpt(before: &[u8], after: &[u8]) -> (String, usize) {
    const REACH: usize = Description::REACH;
    let line_end = memchr2(b'\n', b'\r', after).unwrap_or(after.len());
    let rest = after.get(..line_end).unwrap_or_default();
    let (left, right) = (trailing(before, REACH), leading(rest, REACH));
    let is_no_text = |c: &char| *c != '\t' && (c.is_control() || *c == char::REPLACEMENT_CHARACTER);
    let no_text = left.chars().chain(right.chars()).filter(is_no_text).count();
    let is_text = 3 * no_text <= left.chars().count() + right.chars().count();
    if !is_text && !after.is_empty() {
        return (hexadecimal(after), 0);
    }
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    let is_cut_before = count(before) > REACH;
    let is_cut_after = count(rest) > REACH;
    let caret = left.chars().count() + usize::from(is_cut_before);
    let excerpt = format!("{}{left}{right}{}", cut(is_cut_before), cut(is_cut_after));
    (printable(&excerpt), caret)
}

/// The column after the start of a line, from 1.
fn column_of(line_start: &[u8]) -> usize {
    count(line_start) + 1
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
