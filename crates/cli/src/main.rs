//! `ewsn`: shows the events in notifications of Exchange Web Services.
//!
//! This file has the arguments, the command `inspect` and the exit statuses. The other modules:
//!
//! - `follow`: the command `follow`.
//! - `inputs`: finds and opens files.
//! - `stream`: cuts a stream into envelopes, for both commands.
//! - `ndjson` and `table`: the two output formats.
//! - `output`: standard output, standard error and the progress bar.
//! - `text`: text for terminals.

mod follow;
mod inputs;
mod ndjson;
mod output;
mod stream;
mod table;
mod text;

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use ews_notifications::Partial;
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::inputs::{Input, Source};
use crate::output::Output;
use crate::table::Table;

/// Shows the events in notifications of Exchange Web Services (EWS)
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// The output format.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the events in files.
    ///
    /// A file contains one body, such as the XML that Exchange posts to the URL of a push subscription. Or it
    /// contains a stream: a saved response to GetStreamingEvents, which is a sequence of SOAP envelopes. A file is a
    /// stream if another Envelope begins after its first root element.
    ///
    /// A body fails if it is not well-formed, is not a notification message or is longer than 16 MiB. The events
    /// before the defect are shown. Standard error has the line, the column and the reason, and the exit status is 1.
    /// The remaining files are still shown.
    ///
    /// A stream may be longer than 16 MiB, but each of its envelopes may not. A stream is read up to the first
    /// envelope that fails. Standard error has the number of that envelope and the byte offset in the file.
    #[command(after_help = INSPECT_HELP)]
    Inspect {
        /// Files, folders, or `-` for standard input. From a folder and its subfolders, all files with the
        /// extension xml are read, sorted by name.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },

    /// Shows the events of a stream as they arrive.
    ///
    /// Reads the response to GetStreamingEvents from standard input. It is a sequence of SOAP envelopes. The events
    /// of an envelope are printed as soon as its last byte arrives. On a terminal, a status line counts envelopes and
    /// events and shows the time of the last heartbeat.
    ///
    /// Standard error reports server errors and missing events at once. Missing events can be detected only if the
    /// server sends PreviousWatermark, which Exchange does not stream. Reading stops at the first malformed envelope.
    /// Nothing of that envelope is shown.
    #[command(after_help = FOLLOW_HELP)]
    Follow,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: one row for each event, with shortened identifiers.
    Table,
    /// For programs: one JSON object for each event. All objects have the same keys; missing values are null.
    Ndjson,
}

const INSPECT_HELP: &str = "\
Exit status:
  0  all files were read, or the reader of the output stopped early
  1  a file could not be read, or failed
  2  invalid arguments

Examples:
  ewsn inspect captured/        a table of the events in all .xml files of a folder
  ewsn inspect - < push.xml     a table of the events in standard input
  ewsn inspect --format ndjson captured/ | jq .event.kind
                                the kind of each event";

const FOLLOW_HELP: &str = "\
Exit status:
  0  the server closed the connection (ConnectionStatus Closed), as it does
     after the requested time, or the reader of the output stopped early
  1  the stream is broken: an envelope is malformed, or the input ended within
     an envelope or without ConnectionStatus Closed
  2  invalid arguments
  3  the server reported an error: a SOAP fault, a response of class Error, or
     ErrorSubscriptionIds

Examples:
  curl -sN --ntlm -u USER -H 'Content-Type: text/xml' -d @request.xml \\
      https://HOST/EWS/Exchange.asmx | ewsn follow
  ... | tee saved.xml | ewsn follow --format ndjson | jq .event.kind";

fn main() -> ExitCode {
    let Arguments { command, format } = Arguments::parse();
    let outcome = match command {
        Command::Inspect { paths } => inspect(format, &paths),
        Command::Follow => follow::follow(format),
    };
    match outcome {
        Ok(code) => code,
        // The reader of standard output stopped early, as `head` does. That is not an error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error fails too, only the exit status is left.
            let _ = writeln!(io::stderr(), "ewsn: standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Shows the events in these files and folders. Returns an error only if standard output fails.
fn inspect(format: Format, paths: &[PathBuf]) -> io::Result<ExitCode> {
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
