//! The command `inspect`: shows the events in files and folders.

use core::mem;
use std::io::{self, BufRead, BufReader, Read};
use std::process::ExitCode;

use ews_notifications::{Config, Error, Parser};
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::capture::{self, Unwrapped};
use crate::failure::Failure;
use crate::findings::{Findings, Found};
use crate::inputs::{self, Input};
use crate::ndjson::Place;
use crate::output::Output;
use crate::stream::{self, Part};
use crate::text::count;
use crate::{InspectArguments, SERVER_ERROR};

/// Shows the events in these files and folders. Returns an error only if standard output fails.
pub(crate) fn inspect(arguments: &InspectArguments) -> io::Result<ExitCode> {
    let style = &arguments.output;
    let (inputs, reports) = if arguments.paths.is_empty() {
        (vec![Input::new(None)], Vec::new())
    } else {
        inputs::expand(&arguments.paths)
    };
    let files = inputs.len();
    let hidden = ProgressDrawTarget::hidden();
    let progress = ProgressBar::with_draw_target(u64::try_from(files).ok(), hidden);
    let config = arguments.parsing.config();
    let mut inspection = Inspection {
        config,
        shows_partial: arguments.partial,
        parser: Parser::with_config(config),
        findings: Findings::new(style.wide),
        output: Output::new(style, false, progress),
        body: Vec::new(),
    };
    for report in reports {
        inspection.output.warn(&report)?;
    }
    for input in inputs {
        inspection.show_file(input)?;
    }
    let Inspection {
        output, findings, ..
    } = inspection;
    Ok(if !output.finish(files, &findings)? {
        ExitCode::FAILURE
    } else if findings.has_server_error() {
        ExitCode::from(SERVER_ERROR)
    } else {
        ExitCode::SUCCESS
    })
}

struct Inspection {
    config: Config,
    /// Whether what comes before a defect is shown.
    shows_partial: bool,
    parser: Parser,
    findings: Findings,
    output: Output,
    /// The first bytes of the file.
    body: Vec<u8>,
}

/// What the parser left out of a file, or changed.
#[derive(Default)]
struct Lost {
    elements_skipped: u64,
    references_replaced: u64,
}

impl Inspection {
    /// Shows the events in one file, up to the first defect, and reports the defect. Returns an error only if standard
    /// output fails.
    fn show_file(&mut self, input: Input) -> io::Result<()> {
        let Input { file, source } = input;
        let mut lost = Lost::default();
        let failure = match source.open().and_then(capture::unwrap) {
            Ok(unwrapped) => {
                if let Some(note) = unwrapped.note(&file) {
                    self.output.report(&note)?;
                }
                let Unwrapped { reader, http, .. } = unwrapped;
                let failure = self.show_content(&file, reader, &mut lost)?;
                failure.map(|failure| failure.with_cause(http.cause()))
            }
            Err(error) => Some(Failure::of_file(&file, &error)),
        };
        for (number, of, what) in [
            (
                lost.elements_skipped,
                "unknown element",
                "ignored; no event is affected",
            ),
            (
                lost.references_replaced,
                "illegal reference",
                "replaced by U+FFFD",
            ),
        ] {
            if number > 0 {
                self.output
                    .report(&format!("{file}: {} {what}", count(number, of)))?;
            }
        }
        if let Some(failure) = failure {
            self.output.fail(&failure)?;
        }
        self.output.file_is_done();
        Ok(())
    }

    fn show_content(
        &mut self,
        file: &str,
        mut reader: Box<dyn BufRead>,
        lost: &mut Lost,
    ) -> io::Result<Option<Failure>> {
        let mut body = mem::take(&mut self.body);
        body.clear();
        // More than the parser accepts, so that it refuses a body that is too long, and the start of another envelope is
        // seen. Pipes have no size, and files grow.
        let longest = (self.config.limits.body_bytes as u64).min(u32::MAX.into()) + AHEAD;
        let read_error = reader.by_ref().take(longest).read_to_end(&mut body).err();
        let part = Part {
            number: 1,
            offset: 0,
            bytes: &body,
            is_of_stream: false,
        };
        let error = match read_error {
            None => self.show_whole(file, &part, lost)?,
            Some(_) => None,
        };
        let failure = if error.is_none() && read_error.is_none() {
            None
        } else if stream::is_stream(&body, self.config) {
            // As one body, a stream is malformed or too long.
            let rest = match read_error {
                Some(error) => Box::new(BufReader::new(Broken(Some(error)))),
                None => reader,
            };
            stream::read(file, body.chain(rest), self.config, |part| {
                let error = self.show_whole(file, part, lost)?;
                if error.is_some() {
                    self.show_partial(file, part)?;
                }
                Ok(error)
            })?
        } else {
            self.show_partial(file, &part)?;
            let of_file = read_error.map(|error| Failure::of_file(file, &error));
            of_file.or(error.map(|error| Failure::of_part(file, &part, error, self.config)))
        };
        self.body = body;
        Ok(failure)
    }

    /// Shows a body or an envelope, or returns its error and shows nothing.
    fn show_whole(
        &mut self,
        file: &str,
        part: &Part<'_>,
        lost: &mut Lost,
    ) -> io::Result<Option<Error>> {
        let before = self.parser.stats();
        let message = match self.parser.parse(part.bytes) {
            Ok(message) => message,
            Err(error) => return Ok(Some(error)),
        };
        let Found {
            deliveries,
            server_errors,
            irregularities,
            has_first_gap,
        } = self.findings.add(&message);
        self.output.show(&part.place(file), &message, &deliveries)?;
        // A row shows each of them.
        let errors = server_errors.iter().filter(|error| error.has_advice);
        let errors = errors.map(|error| &error.report);
        for report in errors.chain(&irregularities) {
            self.output
                .warn(&format!("{}: {report}", part.name(file)))?;
        }
        if has_first_gap {
            self.output.hint(GAP_HINT)?;
        }
        let stats = self.parser.stats().since(before);
        lost.elements_skipped += stats.elements_skipped;
        lost.references_replaced += stats.references_replaced;
        Ok(None)
    }

    /// Shows what comes before the defect of a body or an envelope, if that is wanted.
    fn show_partial(&mut self, file: &str, part: &Part<'_>) -> io::Result<()> {
        if self.shows_partial
            && let Some(message) = self.parser.parse_partial(part.bytes).message
        {
            let place = Place {
                is_partial: true,
                ..part.place(file)
            };
            self.output.show(&place, &message, &[])?;
        }
        Ok(())
    }
}

/// What to do about gaps between files.
const GAP_HINT: &str = "is a file missing, or are the names not in order of time (files are read by name)? If neither, \
                        synchronize the mailbox";

/// How much is read after the longest body, in bytes.
const AHEAD: u64 = 4 << 10;

/// A reader that has failed with this error.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
