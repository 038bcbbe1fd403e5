//! `ewsn`: shows the events in notifications of Exchange Web Services.
//!
//! This file has the arguments, the command `inspect` and the exit statuses. The other modules:
//!
//! - `follow`: the command `follow`.
//! - `request`: the command `request`.
//! - `generate`: shell completions and man pages.
//! - `inputs`: finds and opens files.
//! - `stream`: cuts a stream into envelopes, for both commands.
//! - `ndjson` and `table`: the two output formats.
//! - `output`: standard output, standard error and the progress bar.
//! - `text`: text for terminals.

mod follow;
mod generate;
mod inputs;
mod ndjson;
mod output;
mod request;
mod stream;
mod table;
mod text;

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
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

    Follow(follow::Arguments),

    Request(request::Arguments),

    /// Prints the completions for a shell.
    #[command(after_help = generate::COMPLETIONS_HELP)]
    Completions {
        /// The shell.
        shell: Shell,
    },

    /// Writes man pages, one for each command.
    #[command(after_help = generate::MAN_HELP)]
    Man {
        /// The folder for the pages. It is created if it does not exist.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
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

fn main() -> ExitCode {
    let Arguments { command, format } = Arguments::parse();
    let outcome = match command {
        Command::Inspect { paths } => inspect(format, &paths),
        Command::Follow(arguments) => follow::follow(format, &arguments),
        Command::Request(arguments) => request::print(&arguments),
        Command::Completions { shell } => generate::completions(shell, Arguments::command()),
        Command::Man { folder } => Ok(generate::man(&folder, Arguments::command())),
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
