//! The command `follow`: shows a stream as it arrives, and reports its state.
//!
//! A thread reads the input, so that silence is noticed. The main thread does everything else.

use core::cell::RefCell;
use core::time::Duration;
use std::io::{self, BufRead, Cursor, Read, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use ews_notifications::{ConnectionStatus, Delivery, Message, Operation, Parser};
use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::capture::{self, Unwrapped};
use crate::failure::Failure;
use crate::findings::{Findings, Found};
use crate::inputs::{Input, Source};
use crate::output::Output;
use crate::text::{count, printable, truncate};
use crate::{OutputArguments, ParsingArguments, SERVER_ERROR, stream};

/// Shows the events of a stream as they arrive.
///
/// Reads the response to GetStreamingEvents, a sequence of SOAP envelopes. The events of an envelope are printed as
/// soon as its last byte arrives. On a terminal, a status line counts envelopes and events and shows the time since the
/// last heartbeat.
///
/// A server sends a heartbeat when there are no events. A silence is a time longer than two heartbeats in which nothing
/// arrives: the connection may be lost. The status line warns of it. The last line has the number of silences and the
/// longest one.
///
/// Standard error reports server errors and missing events at once. Missing events can be detected only if the
/// server sends PreviousWatermark, which Exchange does not stream. Reading stops at the first malformed envelope.
/// Nothing of that envelope is shown.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// A file or a named pipe; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,

    /// The time between two heartbeats of the server.
    #[arg(long, value_name = "SECONDS", default_value = "45", value_parser = seconds)]
    heartbeat: Duration,

    /// Ends after a silence of this time, with exit status 4. Default: waits as long as the connection is open.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,

    #[command(flatten)]
    parsing: ParsingArguments,

    #[command(flatten)]
    output: OutputArguments,
}

impl Arguments {
    pub(crate) fn reads_standard_input(&self) -> bool {
        self.file.as_os_str() == "-"
    }
}

/// A man page on 80 columns wraps lines of more than 71.
const HELP: &str = "\
Exit status:
  0  the server closed the connection (ConnectionStatus Closed), as it
     does after the requested time, or the reader of the output stopped
  1  the stream is broken: an envelope is malformed, the input ended
     within one or without ConnectionStatus Closed, or it failed
  2  invalid arguments
  3  the server reported an error: a SOAP fault, a response of class
     Error, or ErrorSubscriptionIds
  4  nothing arrived for the time of --timeout

Examples:
  ewsn request get-streaming-events ID |
    curl --fail-with-body -sSN --ntlm -u USER --data-binary @- \\
      -H 'Content-Type: text/xml; charset=utf-8' \\
      https://HOST/EWS/Exchange.asmx | ewsn follow --timeout 100
  ... | tee saved.xml | ewsn follow --format ndjson | jq .event.kind";

/// The exit status after `--timeout`.
const TIMEOUT: u8 = 4;

/// Parses a positive number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds")?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("expected a positive number of seconds".to_owned()),
    }
}

/// Shows the stream until it ends. Returns an error only if standard output fails.
pub(crate) fn follow(arguments: &Arguments) -> io::Result<ExitCode> {
    let Input { file, source } = Input::new(Some(&arguments.file));
    let file = &*file;
    let style = &arguments.output;
    let line = status_line();
    let mut output = Output::new(style, true, line.clone());
    let mut findings = Findings::new(style.wide);
    let config = arguments.parsing.config();
    let mut parser = Parser::with_config(config);
    let status = RefCell::new(Status::new(arguments.heartbeat));

    if let Some(timeout) = arguments.timeout
        && timeout <= arguments.heartbeat
    {
        output.warn(&format!(
            "warning: --timeout {} is not longer than the time between heartbeats, {} s: it ends a stream without events, too",
            timeout.as_secs_f64(),
            arguments.heartbeat.as_secs_f64()
        ))?;
    }
    let arrivals = Arrivals {
        file,
        chunks: read(source),
        chunk: Cursor::default(),
        timeout: arguments.timeout,
        status: &status,
        line: &line,
    };
    let mut cause = None;
    let failure = match capture::unwrap(Box::new(arrivals)) {
        Ok(unwrapped) => {
            if let Some(note) = unwrapped.note(file) {
                output.report(&note)?;
            }
            let Unwrapped { reader, http, .. } = unwrapped;
            let failure = stream::read(file, reader, config, |part| {
                let message = match parser.parse(part.bytes) {
                    Ok(message) => message,
                    Err(error) => return Ok(Some(error)),
                };
                let found = findings.add(&message);
                output.show(&part.place(file), &message, &found.deliveries)?;
                output.flush()?;
                status.borrow_mut().update(&message, &found);
                let errors = found.server_errors.iter().map(|error| &error.report);
                for report in errors.chain(&found.irregularities) {
                    output.warn(&format!("{}: {report}", part.name(file)))?;
                }
                if found.has_first_gap {
                    output.hint("synchronize the mailbox")?;
                }
                Ok(None)
            })?;
            cause = http.cause();
            failure.map(|failure| failure.with_cause(cause.clone()))
        }
        Err(error) => Some(Failure::of_file(file, &error)),
    };
    line.finish_and_clear();

    let status = status.into_inner();
    let code = match failure {
        Some(failure) => {
            output.fail(&failure)?;
            if status.has_timed_out {
                ExitCode::from(TIMEOUT)
            } else {
                ExitCode::FAILURE
            }
        }
        None => {
            let (mut end, code) = status.end(findings.has_server_error());
            if status.envelopes == 0 && cause.is_some() {
                end = "the response has no envelope".to_owned();
            }
            output.report(&format!("{file}: {end}"))?;
            if let Some(cause) = cause {
                output.hint(&cause)?;
            }
            code
        }
    };
    output.report(&format!("{file}: {}{}", status.counts(), status.silences()))?;
    Ok(code)
}

/// A status line on standard error. It stays hidden if standard error is not a terminal.
fn status_line() -> ProgressBar {
    let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
        line.set_style(style);
    }
    line
}

/// Reads the source on a thread of its own. The chunks end after the last one or an error. To open a named pipe takes
/// until it has a writer.
fn read(source: Source) -> Receiver<io::Result<Vec<u8>>> {
    /// The most chunks that wait while standard output blocks.
    const CHUNKS: usize = 4;
    let (sender, chunks) = mpsc::sync_channel(CHUNKS);
    thread::spawn(move || {
        let mut reader = match source.open() {
            Ok(reader) => reader,
            Err(error) => return drop(sender.send(Err(error))),
        };
        loop {
            let chunk = match reader.fill_buf() {
                Ok([]) => return,
                Ok(chunk) => Ok(chunk.to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let length = chunk.as_ref().map_or(0, Vec::len);
            // The receiver is gone once `follow` has returned.
            if sender.send(chunk).is_err() || length == 0 {
                return;
            }
            reader.consume(length);
        }
    });
    chunks
}

/// The input as it arrives.
struct Arrivals<'a> {
    file: &'a str,
    chunks: Receiver<io::Result<Vec<u8>>>,
    /// The chunk that is being consumed.
    chunk: Cursor<Vec<u8>>,
    timeout: Option<Duration>,
    status: &'a RefCell<Status>,
    line: &'a ProgressBar,
}

impl Arrivals<'_> {
    /// How often the status line is updated.
    const TICK: Duration = Duration::from_secs(1);

    /// Waits for the next chunk, which is empty at the end of the input.
    fn wait(&mut self) -> io::Result<Vec<u8>> {
        let began = Instant::now();
        let longest_wait = self.status.borrow().longest_wait;
        let mut is_silent = false;
        loop {
            let silence = began.elapsed();
            self.show_status(silence);
            if silence > longest_wait && !is_silent {
                is_silent = true;
                self.report(&format!("no data for {}", FormattedDuration(silence)));
            }
            let left = self.timeout.map(|timeout| timeout.saturating_sub(silence));
            let mut tick = left.unwrap_or(Self::TICK).min(Self::TICK);
            if !is_silent {
                // The silence begins after this time.
                let left = longest_wait.saturating_sub(silence);
                tick = tick.min(left + Duration::from_millis(1));
            }
            let chunk = match self.chunks.recv_timeout(tick) {
                Ok(chunk) => chunk,
                Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) => match self.timeout {
                    Some(timeout) if began.elapsed() >= timeout => {
                        self.status.borrow_mut().has_timed_out = true;
                        let seconds = timeout.as_secs_f64();
                        let message = format!("nothing arrived for {seconds} s");
                        Err(io::Error::other(message))
                    }
                    _ => continue,
                },
            };
            let has_arrived = chunk.as_ref().is_ok_and(|chunk| !chunk.is_empty());
            if is_silent && has_arrived {
                let silence = FormattedDuration(began.elapsed());
                self.report(&format!("data again, after {silence}"));
            }
            let mut status = self.status.borrow_mut();
            status.end_silence(began.elapsed());
            status.has_begun |= has_arrived;
            return chunk;
        }
    }

    /// Writes a line with the time, if standard error has no status line.
    fn report(&self, report: &str) {
        if self.line.is_hidden() {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let time = FormattedDuration(Duration::from_secs(
                now.unwrap_or_default().as_secs() % (24 * 60 * 60),
            ));
            let file = printable(self.file);
            // All rows and reports before it are written already. If nobody reads this one, the stream is read all the same.
            let _ = writeln!(io::stderr(), "{file}: {time} UTC: {report}");
        }
    }

    fn show_status(&self, silence: Duration) {
        if !self.line.is_hidden() {
            let width = terminal_size::terminal_size_of(io::stderr());
            let width = width.map_or(80, |(width, _)| usize::from(width.0));
            let text = self.status.borrow().text(silence);
            self.line.set_message(truncate(&text, width));
        }
    }
}

impl Read for Arrivals<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Arrivals<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.chunk.fill_buf()?.is_empty() {
            self.chunk = Cursor::new(self.wait()?);
        }
        self.chunk.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.chunk.consume(length);
    }
}

/// The state of the stream so far.
#[derive(Debug)]
struct Status {
    started: Instant,
    /// Whether any byte has arrived.
    has_begun: bool,
    envelopes: usize,
    /// The envelopes that are pushes, which no stream has.
    pushes: usize,
    events: usize,
    /// Notifications that do not continue the last one of their subscription.
    gaps: usize,
    /// The time of the last heartbeat.
    heartbeat: Option<Instant>,
    /// Nothing arrives for longer than this in a silence.
    longest_wait: Duration,
    silences: usize,
    longest_silence: Duration,
    has_timed_out: bool,
    /// Whether the last envelope has ConnectionStatus Closed.
    is_closed: bool,
    /// Whether the last envelope has a server error.
    is_error: bool,
}

impl Status {
    fn new(heartbeat: Duration) -> Self {
        Self {
            started: Instant::now(),
            has_begun: false,
            envelopes: 0,
            pushes: 0,
            events: 0,
            gaps: 0,
            heartbeat: None,
            longest_wait: heartbeat.saturating_mul(2),
            silences: 0,
            longest_silence: Duration::ZERO,
            has_timed_out: false,
            is_closed: false,
            is_error: false,
        }
    }

    /// Updates the state by a message that arrived now.
    fn update(&mut self, message: &Message<'_>, found: &Found) {
        self.envelopes += 1;
        self.pushes += usize::from(message.operation == Operation::SendNotification);
        self.is_closed = false;
        self.is_error = !found.server_errors.is_empty();
        for response in message.responses {
            match response.connection_status {
                Some(ConnectionStatus::Ok) => self.heartbeat = Some(Instant::now()),
                Some(ConnectionStatus::Closed) => self.is_closed = true,
                _ => {}
            }
        }
        let events = message
            .notifications()
            .map(|notification| notification.events.len());
        self.events += events.sum::<usize>();
        let gaps = found
            .deliveries
            .iter()
            .filter(|delivery| **delivery == Delivery::Gap);
        self.gaps += gaps.count();
    }

    /// Counts a time in which nothing arrived, if it is long enough to be a silence.
    fn end_silence(&mut self, time: Duration) {
        if time > self.longest_wait {
            self.silences += 1;
            self.longest_silence = self.longest_silence.max(time);
        }
    }

    /// A report of the end of the input between two envelopes, and the exit status.
    fn end(&self, has_server_error: bool) -> (String, ExitCode) {
        let end = if self.is_closed {
            "the server closed the connection".to_owned()
        } else if self.pushes > 0 && self.pushes == self.envelopes {
            let pushes = count(self.pushes, "push message");
            format!("this is not a stream but {pushes}: use `ewsn inspect`")
        } else if self.is_error {
            "the response ended after the error".to_owned()
        } else if self.has_begun {
            "the input ended without ConnectionStatus Closed; the connection may have been lost"
                .to_owned()
        } else {
            "nothing arrived; the request may have failed".to_owned()
        };
        let code = match (has_server_error, self.is_closed) {
            (true, _) => ExitCode::from(SERVER_ERROR),
            (false, true) => ExitCode::SUCCESS,
            (false, false) => ExitCode::FAILURE,
        };
        (end, code)
    }

    fn counts(&self) -> String {
        let envelopes = count(self.envelopes, "envelope");
        let mut counts = format!("{envelopes}, {}", count(self.events, "event"));
        // Exchange streams no watermarks. So "0 gaps" would not mean that no events are missing.
        if self.gaps > 0 {
            counts += &format!(", {}", count(self.gaps, "gap"));
        }
        counts
    }

    /// The number of silences and the longest, after the counts; empty without silences.
    fn silences(&self) -> String {
        if self.silences == 0 {
            return String::new();
        }
        let longest = FormattedDuration(self.longest_silence);
        format!(
            ", {}, the longest {longest}",
            count(self.silences, "silence")
        )
    }

    /// The text of the status line when nothing has arrived for this time. Begins with what matters most, because a
    /// narrow terminal cuts the end.
    fn text(&self, silence: Duration) -> String {
        let counts = self.counts();
        if silence > self.longest_wait {
            let silence = FormattedDuration(silence);
            return format!("warning: no data for {silence}, {counts}");
        }
        let time = FormattedDuration(self.started.elapsed());
        if !self.has_begun {
            return format!("{time}, nothing has arrived");
        }
        let heartbeat = match self.heartbeat {
            Some(time) => format!("heartbeat {} s ago", time.elapsed().as_secs()),
            None => "no heartbeat".to_owned(),
        };
        format!("{time}, {counts}, {heartbeat}")
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::Instant;

    use super::Status;

    #[test]
    fn the_status_line_says_that_nothing_has_arrived_until_something_has() {
        let mut status = Status::new(Duration::from_secs(45));
        let second = Duration::from_secs(1);
        assert_eq!(status.text(second), "00:00:00, nothing has arrived");
        status.has_begun = true;
        let text = "00:00:00, 0 envelopes, 0 events, no heartbeat";
        assert_eq!(status.text(second), text);
    }

    #[test]
    fn the_status_line_has_the_time_the_counts_and_the_last_heartbeat() {
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds));
        let (Some(started), heartbeat @ Some(_)) = (ago(3_725), ago(12)) else {
            return; // the machine has just started
        };
        let status = Status {
            started,
            has_begun: true,
            envelopes: 31,
            events: 1,
            gaps: 2,
            heartbeat,
            ..Status::new(Duration::from_secs(45))
        };
        let text = "01:02:05, 31 envelopes, 1 event, 2 gaps, heartbeat 12 s ago";
        assert_eq!(status.text(Duration::ZERO), text);
    }

    #[test]
    fn more_than_two_heartbeats_without_data_are_a_silence() {
        let mut status = Status::new(Duration::from_secs(45));
        let seconds = Duration::from_secs;
        assert!(!status.text(seconds(90)).starts_with("warning"));
        let warning = "warning: no data for 00:01:31, 0 envelopes, 0 events";
        assert_eq!(status.text(seconds(91)), warning);

        status.end_silence(seconds(90));
        assert_eq!(status.silences(), "");
        status.end_silence(seconds(91));
        assert_eq!(status.silences(), ", 1 silence, the longest 00:01:31");
        status.end_silence(seconds(3_725));
        status.end_silence(seconds(100));
        assert_eq!(status.silences(), ", 3 silences, the longest 01:02:05");
    }
}
