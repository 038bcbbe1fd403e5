//! `ewsn`: looks into notifications of Exchange Web Services from the command line.
//!
//! Here are the arguments, `inspect` and the exit status. `follow` is the other command, `stream` what both do with
//! envelopes one behind the other. Where bytes come from is in `inputs`, what is printed of messages in `ndjson`,
//! `table` and `output`, text for terminals in `text`.

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
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::inputs::{Input, Source};
use crate::output::Output;
use crate::table::Table;

/// Looks into notifications of Exchange Web Services (EWS)
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// How to show the events.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the events in files.
    ///
    /// A file holds one body, such as the XML that Exchange posts to the URL of a push subscription; or it
    /// is a stream, such as a saved answer to GetStreamingEvents: one SOAP Envelope behind the other. It is a
    /// stream if behind its first root element another Envelope begins.
    ///
    /// A body fails if it is not well-formed, holds no notifications or is longer than 16 MiB. Nothing of it is
    /// shown, and standard error says what is wrong in which line and column. A stream may be longer, but none of
    /// its envelopes. It ends with the first of them that fails: those before it are shown, and standard
    /// error says which one it is and the byte of the file, from 0. The other files are shown all the same, and
    /// the exit status is 1.
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect {
        /// Files, folders and `-` for standard input. A folder stands for every file with the
        /// extension xml in it and in the folders below, in the order of their names.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },

    /// Shows the events of a stream as they come.
    ///
    /// The stream is standard input: the answer to GetStreamingEvents, one SOAP Envelope behind the other. What
    /// an envelope says is printed as soon as its last byte has come, and on a terminal a line below says how
    /// the stream is doing. Behind an envelope that is malformed nothing is read. Standard error tells at once
    /// what the server reports as an error, and where events are missing; but that only a PreviousWatermark
    /// shows, which Exchange does not stream.
    #[command(after_help = FOLLOW_HELP)]
    Follow,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: a row for each event, identifiers shortened.
    Table,
    /// For programs: a line of JSON for each event, with the same keys in each, absent values null.
    Ndjson,
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  ewsn inspect captured/        a table of the events in all .xml files of a folder
  ewsn inspect - < push.xml     the same of standard input
  ewsn inspect --format ndjson captured/ | jq .event.kind
                                whole values, for programs";

const FOLLOW_HELP: &str = "\
Exit status:
  0  the server has closed the connection (ConnectionStatus Closed), as it
     does when the time asked for is over; or nobody reads the output any longer
  1  the stream is broken: an envelope is malformed, or the input ends inside
     one, or without ConnectionStatus Closed
  2  the arguments are wrong
  3  the server has reported an error: a SOAP fault, a response of class Error,
     or ErrorSubscriptionIds

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
        // Whoever reads the output has seen enough, as `head` has.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // With standard error closed as well there is nobody left to tell.
            let _ = writeln!(io::stderr(), "ewsn: standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Shows what the paths hold; it fails if not all of it could be read. The error is that of standard output.
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
    let all_is_well = output.finish(files)?;
    Ok(if all_is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Shows what a file holds; what is wrong with it, if anything. The error is that of standard output.
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
    match parser.parse(bytes) {
        Ok(message) => {
            output.show(file, &message)?;
            Ok(None)
        }
        // As a body a stream is malformed, or too long.
        Err(_) if stream::begins(bytes) => {
            let stream = bytes.as_slice().chain(rest);
            stream::read(file, stream, parser, |message| output.show(file, message))
        }
        Err(error) => {
            let place = error.describe(bytes);
            let message = format!("{}:{place}", text::printable(file));
            Ok(Some(text::failure(&message, &place)))
        }
    }
}
