//! `ewsn`: shows the events in notifications of Exchange Web Services.
//!
//! This file has the arguments. The other modules:
//!
//! - `inspect`, `follow` and `request`: the commands.
//! - `generate`: shell completions and man pages.
//! - `inputs` and `capture`: find and open files, and remove gzip and HTTP around their content.
//! - `stream`: cuts a stream into envelopes, for both commands.
//! - `subscribe`: recognizes the answer to Subscribe, which is no notification.
//! - `findings` and `failure`: what messages report, and what cannot be read.
//! - `ndjson` and `table`: the two output formats.
//! - `output`: standard output, standard error and the progress bar.
//! - `text`: text for terminals.

mod capture;
mod failure;
mod findings;
mod follow;
mod generate;
mod inputs;
mod inspect;
mod ndjson;
mod output;
mod request;
mod stream;
mod subscribe;
mod table;
mod text;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ews_notifications::{Config, IllegalReferences, Limits};

/// Shows the events in notifications of Exchange Web Services (EWS)
///
/// `ewsn FILE` is short for `ewsn inspect FILE`. Without a file, standard input is read.
#[derive(Parser)]
#[command(version, after_help = INSPECT_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    inspect: InspectArguments,

    #[command(flatten)]
    color: colorchoice_clap::Color,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the events in files.
    ///
    /// A file contains one body, such as the XML that Exchange posts to the URL of a push subscription. Or it
    /// contains a stream: a saved response to GetStreamingEvents, which is a sequence of SOAP envelopes. A file is a
    /// stream if another Envelope begins after its first root element. Either may be compressed with gzip, and be in
    /// HTTP messages as they were captured: with heads, and in chunks or not.
    ///
    /// A body fails if it is not well-formed, is not a notification message or exceeds a limit. Standard error has the
    /// line, the column and the reason. Nothing of the body is shown without --partial. The remaining files are shown.
    ///
    /// A stream is read up to the first envelope that fails. Standard error has the number of that envelope and the
    /// byte offset in the file.
    ///
    /// Standard error also reports missing, repeated and reordered notifications of a subscription, in the order of the
    /// files, how many unknown elements were ignored, and what to do about some server errors.
    #[command(after_help = INSPECT_HELP)]
    Inspect(InspectArguments),

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

#[derive(Args, Default, PartialEq)]
struct InspectArguments {
    /// Files, folders, or `-` for standard input. From a folder and its subfolders, all files named *.xml, *.xml.gz
    /// or *.http are read, sorted by name.
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,

    /// Also shows the events before the defect of a body or an envelope, marked by `~` in the table and by the key
    /// `partial` in NDJSON. None of them is final.
    #[arg(long)]
    partial: bool,

    #[command(flatten)]
    parsing: ParsingArguments,

    #[command(flatten)]
    output: OutputArguments,
}

/// What the parser accepts.
#[derive(Args, Default, PartialEq)]
struct ParsingArguments {
    /// The most events of a message. Default: 10000.
    #[arg(long, value_name = "N")]
    limit_events: Option<usize>,

    /// The most bytes of a body, or of an envelope of a stream, such as 1000000, 64KiB or 32MiB. Default: 16MiB.
    #[arg(long, value_name = "N", value_parser = bytes)]
    limit_bytes: Option<usize>,

    /// Accepts bodies of up to 4 GiB with any number of events, attributes and so on. For files that you trust.
    #[arg(long, conflicts_with_all = ["limit_events", "limit_bytes"])]
    no_limits: bool,

    /// Replaces references to characters that XML does not allow, such as `&#x0;`, by U+FFFD.
    #[arg(long)]
    replace_illegal_references: bool,
}

/// How the output looks.
#[derive(Args, Default, PartialEq)]
struct OutputArguments {
    /// The output format.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// The same as --format ndjson.
    #[arg(long)]
    json: bool,

    /// Shows all columns of the table with complete values, as in a file or a pipe, and the watermarks of missing
    /// notifications. Lines may be longer than those of the terminal.
    #[arg(long)]
    wide: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: one row for each event.
    #[default]
    Table,
    /// For programs: one JSON object for each event. All objects have the same keys; missing values are null.
    Ndjson,
}

/// Parses a number of bytes, with or without a unit.
fn bytes(text: &str) -> Result<usize, String> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let with_unit = units
        .iter()
        .find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)));
    let (number, unit) = with_unit.unwrap_or((text, 1_usize));
    let number = number.trim_end().parse::<usize>().ok();
    number
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "expected a number of bytes, such as 1000000, 64KiB or 32MiB".to_owned())
}

impl ParsingArguments {
    fn config(&self) -> Config {
        let limits = if self.no_limits {
            Limits::unlimited()
        } else {
            Limits::new()
                .events(self.limit_events.unwrap_or(Limits::EVENTS))
                .body_bytes(self.limit_bytes.unwrap_or(Limits::BODY_BYTES))
        };
        let references = if self.replace_illegal_references {
            IllegalReferences::Replace
        } else {
            IllegalReferences::Refuse
        };
        Config::new().limits(limits).illegal_references(references)
    }
}

impl OutputArguments {
    fn format(&self) -> Format {
        if self.json {
            Format::Ndjson
        } else {
            self.format
        }
    }
}

/// The exit status after a server error. The help texts list all of them.
const SERVER_ERROR: u8 = 3;

const INSPECT_HELP: &str = "\
Exit status:
  0  all files were read, or the reader of the output stopped early
  1  a file could not be read, or failed
  2  invalid arguments
  3  all files were read, and a server reported an error: a SOAP
     fault, a response of class Error, or ErrorSubscriptionIds

Examples:
  ewsn captured/      a table of the events in all files of a folder
  curl ... | ewsn     a table of the events in a response
  ewsn --json captured/ | jq .event.kind
                      the kind of each event
  ewsn --json captured/ | jq 'select(.delivery == \"gap\")'
                      the events before which some are missing";

fn main() -> ExitCode {
    let Arguments {
        command,
        inspect,
        color,
    } = Arguments::parse();
    color.write_global();
    let usage_error =
        |kind, message: &str| -> ! { Arguments::command().error(kind, message).exit() };
    if command.is_some() && inspect != InspectArguments::default() {
        let message = "options and files of a command are written after its name";
        usage_error(ErrorKind::ArgumentConflict, message);
    }
    let refuse_terminal = || {
        if io::stdin().is_terminal() {
            let message = "no file is named, and standard input is a terminal";
            usage_error(ErrorKind::MissingRequiredArgument, message);
        }
    };
    let outcome = match command.unwrap_or(Command::Inspect(inspect)) {
        Command::Inspect(inspect) => {
            if inspect.paths.is_empty() {
                refuse_terminal();
            }
            inspect::inspect(&inspect)
        }
        Command::Follow(arguments) => {
            if arguments.reads_standard_input() {
                refuse_terminal();
            }
            follow::follow(&arguments)
        }
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
