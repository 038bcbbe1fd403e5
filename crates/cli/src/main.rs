//! `ewsn`: looks into push notifications of Exchange Web Services from the command line.
//!
//! Here are the arguments, the loop over the files and the exit status. Where bodies come from is in
//! `inputs`, what is printed of them in `ndjson`, `table` and `output`, text for terminals in `text`.

mod inputs;
mod ndjson;
mod output;
mod table;
mod text;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::inputs::Input;
use crate::output::Output;
use crate::table::Table;

/// Looks into push notifications of Exchange Web Services (EWS)
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the events in bodies of notifications.
    ///
    /// A body is the XML that Exchange posts to the URL of a push subscription. One that is not
    /// well-formed, is no push notification or is longer than 16 MiB fails: nothing of it is shown,
    /// standard error says what is wrong and where, and the exit status is 1. The other bodies are
    /// shown all the same.
    #[command(after_help = EXAMPLES)]
    Inspect {
        /// How to show them.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,

        /// Files, folders and `-` for standard input. A folder stands for every file with the
        /// extension xml in it and in the folders below, in the order of their names.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: a row for each event, identifiers shortened, totals below.
    Table,
    /// For programs: a line of JSON for each event, with the same keys in each, absent values null.
    Ndjson,
}

const EXAMPLES: &str = "\
Examples:
  ewsn inspect captured/        a table of the events in all .xml files of a folder
  ewsn inspect - < push.xml     the same of standard input
  ewsn inspect --format ndjson captured/ | jq .event.kind
                                whole values, for programs";

fn main() -> ExitCode {
    let Command::Inspect { format, paths } = Arguments::parse().command;
    match inspect(format, &paths) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads the output has seen enough, as `head` has.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // With standard error closed as well there is nobody left to tell.
            let _ = writeln!(io::stderr(), "ewsn: standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Shows what the paths hold; whether all of it could be read. The error is that of standard output.
fn inspect(format: Format, paths: &[PathBuf]) -> io::Result<bool> {
    let inputs = inputs::expand(paths);
    let mut output = match format {
        Format::Table => Output::new(
            anstream::AutoStream::auto(io::stdout().lock()),
            inputs.len(),
        ),
        Format::Ndjson => Output::new(io::stdout().lock(), inputs.len()),
    };
    let mut table = Table::new();
    let mut parser = ews_notifications::Parser::new();
    let mut body = Vec::new();

    for Input { file, source } in inputs {
        match source.read(&mut body) {
            Err(error) => output.fail(&[text::printable(&format!("{file}: {error}"))])?,
            Ok(()) => match parser.parse(&body) {
                Err(error) => output.fail(&text::failure(&file, &error.describe(&body)))?,
                Ok(message) => match format {
                    Format::Table => table.add(&file, &message, &mut output.lines)?,
                    Format::Ndjson => ndjson::write(&file, &message, &mut output.lines)?,
                },
            },
        }
        output.file_is_done()?;
    }
    if format == Format::Table {
        table.finish(output.failed, &mut output.lines)?;
    }
    output.finish()
}
