//! `ewsn`: shows the events in notifications of Exchange Web Services.
//!
//! This file has the arguments. The other modules:
//!
//! - `inspect` and `follow`: the commands.
//! - `inputs`: finds and opens files.
//! - `stream`: cuts a stream into envelopes, for both commands.
//! - `ndjson` and `table`: the two output formats.
//! - `output`: standard output, standard error and the progress bar.
//! - `text`: text for terminals.

mod follow;
mod inputs;
mod inspect;
mod ndjson;
mod output;
mod stream;
mod table;
mod text;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

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
        Command::Inspect { paths } => inspect::inspect(format, &paths),
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
