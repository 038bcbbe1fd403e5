//! The command `follow`: shows the stream on standard input as it arrives, and reports its state.

use core::time::Duration;
use std::io;
use std::process::ExitCode;
use std::time::Instant;

use ews_notifications::{ConnectionStatus, Delivery, Message, Parser};
use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::findings::Findings;
use crate::output::Output;
use crate::text::count;
use crate::{OutputArguments, ParsingArguments, SERVER_ERROR, stream};

/// The name of standard input, as in `inspect`.
const INPUT: &str = "-";

/// Shows the stream until it ends. Returns an error only if standard output fails.
pub(crate) fn follow(parsing: &ParsingArguments, style: &OutputArguments) -> io::Result<ExitCode> {
    let line = status_line();
    let mut output = Output::new(style, true, line.clone());
    let mut status = Status::default();
    let mut findings = Findings::new();
    let config = parsing.config();
    let started = Instant::now();

    line.set_message(status.text());
    let mut parser = Parser::with_config(config);
    let broken = stream::read(INPUT, io::stdin().lock(), config, |part| {
        let message = match parser.parse(part.bytes) {
            Ok(message) => message,
            Err(error) => return Ok(Some(error)),
        };
        let found = findings.add(&message);
        output.show(&part.place(INPUT), &message, &found.deliveries)?;
        output.flush()?;
        for report in found.server_errors.iter().chain(&found.irregularities) {
            output.report(&format!("{}: {report}", part.name(INPUT)))?;
        }
        status.update(&message, &found.deliveries, started.elapsed());
        line.set_message(status.text());
        Ok(None)
    })?;
    line.finish_and_clear();

    let code = match broken {
        Some(broken) => {
            output.fail(&broken)?;
            ExitCode::FAILURE
        }
        None => {
            let (end, code) = status.end(findings.has_server_error());
            output.report(&end)?;
            code
        }
    };
    output.report(&format!("{INPUT}: {}", status.counts()))?;
    Ok(code)
}

/// A status line on standard error. It stays hidden if standard error is not a terminal.
fn status_line() -> ProgressBar {
    let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("connected for {elapsed_precise}, {wide_msg}") {
        line.set_style(style);
    }
    if !line.is_hidden() {
        line.enable_steady_tick(Duration::from_secs(1));
    }
    line
}

/// The state of the stream so far.
#[derive(Debug, Default)]
struct Status {
    envelopes: usize,
    events: usize,
    /// Notifications that do not continue the last one of their subscription.
    gaps: usize,
    /// The time of the last heartbeat, since the start.
    heartbeat: Option<Duration>,
    /// Whether the last envelope has ConnectionStatus Closed.
    is_closed: bool,
}

impl Status {
    /// Updates the state by a message that arrived at this time since the start.
    fn update(&mut self, message: &Message<'_>, deliveries: &[Delivery], time: Duration) {
        self.envelopes += 1;
        self.is_closed = false;
        for response in message.responses {
            match response.connection_status {
                Some(ConnectionStatus::Ok) => self.heartbeat = Some(time),
                Some(ConnectionStatus::Closed) => self.is_closed = true,
                _ => {}
            }
        }
        let events = message
            .notifications()
            .map(|notification| notification.events.len());
        self.events += events.sum::<usize>();
        let gaps = deliveries
            .iter()
            .filter(|delivery| **delivery == Delivery::Gap);
        self.gaps += gaps.count();
    }

    /// A report of the end of the input between two envelopes, and the exit status.
    fn end(&self, has_server_error: bool) -> (String, ExitCode) {
        let (end, code) = if self.is_closed {
            ("the server closed the connection", ExitCode::SUCCESS)
        } else {
            let end = "the input ended without ConnectionStatus Closed; \
                       the connection may have been lost";
            (end, ExitCode::FAILURE)
        };
        let code = if has_server_error {
            ExitCode::from(SERVER_ERROR)
        } else {
            code
        };
        (format!("{INPUT}: {end}"), code)
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

    /// The text of the status line after the duration of the connection.
    fn text(&self) -> String {
        let heartbeat = match self.heartbeat {
            Some(time) => format!("last heartbeat at {}", FormattedDuration(time)),
            None => "no heartbeat".to_owned(),
        };
        format!("{}, {heartbeat}", self.counts())
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::Status;

    #[test]
    fn the_status_line_has_counts_and_the_last_heartbeat() {
        let mut status = Status::default();
        assert_eq!(status.text(), "0 envelopes, 0 events, no heartbeat");
        status.envelopes = 31;
        status.events = 1;
        status.heartbeat = Some(Duration::from_millis(3_725_900));
        assert_eq!(
            status.text(),
            "31 envelopes, 1 event, last heartbeat at 01:02:05"
        );
        status.gaps = 2;
        assert_eq!(
            status.text(),
            "31 envelopes, 1 event, 2 gaps, last heartbeat at 01:02:05"
        );
    }
}
