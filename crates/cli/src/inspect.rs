//! The command `inspect`: shows the events in files and folders.

use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;

use ews_notifications::Partial;
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::inputs::{self, Input, Source};
use crate::output::Output;
use crate::table::Table;
use crate::{Format, stream, text};

/// Shows the events in these files and folders. Returns an error only if standard output fails.
pub(crate) fn inspect(format: Format, paths: &[PathBuf]) -> io::Result<ExitCode> {
    let inputs = inputs::expand(paths);
    let files = inputs.len();
    let hidden = ProgressDrawTarget::hidden();
    let progress = ProgressBar::with_draw_target(u64::try_from(files).ok(), hidden);
    let table = (format == Format::Table).then(Table::new);
    let mut output = Output::new(table, progress);
    let mut parser = ews_notifications::Parser::new();
    let mut bytes = Vec::new();

    for Input { file, source } in inputs {
        if let Some(report) = show(&file, source, &mut parser, &mut bytes, &mut output)? {
            output.fail(&report)?;
        }
        output.file_is_done();
    }
    Ok(if output.finish(files)? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Shows the events in one file, up to the first defect, and returns a report of the defect. Returns an error only if
/// standard output fails.
fn show(
    file: &str,
    source: Source,
    parser: &mut ews_notifications::Parser,
    bytes: &mut Vec<u8>,
    output: &mut Output,
) -> io::Result<Option<String>> {
    let rest = match source.open(bytes) {
        Ok(rest) => rest,
        Err(error) => return Ok(Some(text::printable(&format!("{file}: {error}")))),
    };
    let Partial { message, error, .. } = parser.parse_partial(bytes);
    // As one body, a stream is malformed or too long.
    if error.is_some() && stream::is_stream(bytes) {
        return stream::read(file, bytes.as_slice().chain(rest), |envelope| {
            let Partial { message, error, .. } = parser.parse_partial(envelope);
            if let Some(message) = message {
                output.show(file, &message)?;
            }
            Ok(error)
        });
    }
    if let Some(message) = message {
        output.show(file, &message)?;
    }
    Ok(error.map(|error| {
        let description = error.describe(bytes);
        let message = format!("{}:{description}", text::printable(file));
        text::with_excerpt(&message, &description)
    }))
}
