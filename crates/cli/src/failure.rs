//! A file or an envelope that cannot be read: as a report for people, and as the value of a key in NDJSON.

use std::io;

use ews_notifications::{Config, Error, ErrorClass, ErrorKind, Parser, Related};

use crate::ndjson::Details;
use crate::stream::Part;
use crate::subscribe;
use crate::text::{FAILED, at_caret, labelled, paint, printable, wrap};

/// Why a file or an envelope cannot be read.
pub(crate) struct Failure {
    pub(crate) file: String,
    /// The number and the offset of the envelope; `None` if the file itself cannot be read.
    pub(crate) envelope: Option<(usize, u64)>,
    pub(crate) details: Details,
    /// The file and the place in it, for people.
    place: String,
    /// The line around the place, and the number of its characters before the place.
    excerpt: Option<(String, usize)>,
    /// A second place that explains the error, for people.
    note: Option<String>,
}

impl Failure {
    /// A file that cannot be opened, read or unpacked.
    pub(crate) fn of_file(file: &str, error: &io::Error) -> Self {
        Self {
            file: file.to_owned(),
            envelope: None,
            details: Details {
                code: "io",
                class: "io".to_owned(),
                offset: None,
                line: None,
                column: None,
                message: printable(&error.to_string()),
                hint: (error.kind() == io::ErrorKind::UnexpectedEof).then(|| CUT_OFF.to_owned()),
            },
            place: printable(file),
            excerpt: None,
            note: None,
        }
    }

    /// A body, or an envelope of a stream.
    pub(crate) fn of_part(file: &str, part: &Part<'_>, error: Error, config: Config) -> Self {
        let description = Parser::with_config(config).describe(error, part.bytes);
        // What `ewsn` can do about it helps more than what a program can do.
        let hint = option_for(error.kind()).map(str::to_owned);
        let hint = hint.or_else(|| subscribe::hint(error.kind(), part.bytes));
        let offset = part.offset + error.offset() as u64;
        let place = if part.is_of_stream {
            format!("{}, byte {offset}", part.name(file))
        } else {
            format!("{file}:{}:{}", description.line, description.column)
        };
        Self {
            file: file.to_owned(),
            envelope: Some((part.number, part.offset)),
            details: Details {
                code: error.kind().code(),
                class: error.class().to_string(),
                offset: Some(offset),
                line: Some(description.line),
                column: Some(description.column),
                message: with_options(&description.message()),
                hint: hint.or(description.hint),
            },
            place: printable(&place),
            excerpt: Some((description.excerpt, description.caret)),
            note: { description.related }.map(
                |Related {
                     line, column, text, ..
                 }| format!("{line}:{column}: {text}"),
            ),
        }
    }

    /// Sets the likely cause, if it is known better than from the content.
    pub(crate) fn with_cause(mut self, cause: Option<String>) -> Self {
        self.details.hint = cause.or(self.details.hint);
        self
    }

    /// The report for people, in lines of at most this width.
    pub(crate) fn report(&self, line_width: Option<usize>) -> String {
        let mut report = wrap(
            &format!("{}: {}", paint(FAILED, &self.place), self.details.message),
            line_width,
        );
        if let Some((excerpt, caret)) = &self.excerpt
            && !excerpt.is_empty()
        {
            report += &format!("\n{}", at_caret(excerpt, *caret, line_width));
        }
        if let Some(note) = &self.note {
            report += &format!("\n{}", labelled("note", note, line_width));
        }
        if let Some(hint) = &self.details.hint {
            report += &format!("\n{}", labelled("hint", hint, line_width));
        }
        report
    }
}

/// The hint for a capture that ends inside what is around the bodies.
const CUT_OFF: &str =
    "the capture was cut off: look for a lost connection, a timeout, a size limit or a full disk";

/// The message with options of `ewsn` in place of the fields that they set.
fn with_options(message: &str) -> String {
    message
        .replace("`Limits::body_bytes`", "--limit-bytes")
        .replace("`Limits::events`", "--limit-events")
}

/// What to do about an error that an option of `ewsn` avoids.
fn option_for(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::BodyLimit => "--limit-bytes sets a higher limit, and --no-limits removes it",
        ErrorKind::EventLimit => "--limit-events sets a higher limit, and --no-limits removes it",
        ErrorKind::IllegalReference => "--replace-illegal-references replaces it by U+FFFD",
        _ if kind.class() == ErrorClass::Limit => {
            "--no-limits removes the limits; use it for files that you trust"
        }
        _ => return None,
    })
}
