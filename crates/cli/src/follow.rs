//! The command `follow`: shows the stream on standard input as it arrives, and reports its state.

use core::time::Duration;
use std::io;
use std::process::ExitCode;
use std::time::Instant;

use ews_notifications::{
    ConnectionStatus, Continuity, Delivery, Message, Parser, Response, ResponseClass, Watermark,
};
use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::Format;
use crate::output::Output;
use crate::stream;
use crate::table::Table;
use crate::text::{count, printable};

/// The name of standard input, as in `inspect`.
const INPUT: &str = "-";

/// The exit status after a server error. The help text lists all of them.
const SERVER_ERROR: u8 = 3;

/// Shows the stream until it ends. Returns an error only if standard output fails.
pub(crate) fn follow(format: Format) -> io::Result<ExitCode> {
    let line = status_line();
    let table = (format == Format::Table).then(Table::with_fixed_widths);
    let mut output = Output::new(table, line.clone());
    let mut status = Status::default();
    let mut continuity = Continuity::new();
    let started = Instant::now();

    line.set_message(status.text());
    let mut parser = Parser::new();
    let broken = stream::read(INPUT, io::stdin().lock(), |envelope| {
        let message = match parser.parse(envelope) {
            Ok(message) => message,
            Err(error) => return Ok(Some(error)),
        };
        output.show(INPUT, &message)?;
        output.flush()?;
        for report in status.update(&message, started.elapsed(), &mut continuity) {
            output.report(&report)?;
        }
        line.set_message(status.text());
        Ok(None)
    })?;
    line.finish_and_clear();

    let (end, code) = match broken {
        Some(broken) => (broken, ExitCode::FAILURE),
        None => status.end(),
    };
    output.report(&end)?;
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
    has_server_error: bool,
}

impl Status {
    /// Updates the state by a message that arrived at this time since the start. Returns reports of server errors and
    /// gaps.
    fn update(
        &mut self,
        message: &Message<'_>,
        time: Duration,
        continuity: &mut Continuity,
    ) -> Vec<String> {
        let mut reports = Vec::new();
        self.envelopes += 1;
        self.is_closed = false;
        if let Some(fault) = message.fault {
            let code = fault.response_code.map(|code| code.as_str());
            reports.push(server_error(code.or(fault.code)));
        }
        for response in message.responses {
            match response.connection_status {
                Some(ConnectionStatus::Ok) => self.heartbeat = Some(time),
                Some(ConnectionStatus::Closed) => self.is_closed = true,
                _ => {}
            }
            if is_error(response) {
                reports.push(server_error(response.code.map(|code| code.as_str())));
            }
        }
        self.has_server_error |= !reports.is_empty();
        for notification in message.notifications() {
            self.events += notification.events.len();
            if continuity.check(notification) == Delivery::Gap {
                self.gaps += 1;
                let id = notification.subscription_id;
                let text = |watermark: Option<Watermark<'_>>| {
                    watermark.map_or("none".into(), |watermark| watermark.to_string())
                };
                let expected = text(continuity.last(id));
                let found = text(notification.previous_watermark);
                reports.push(format!(
                    "events of subscription {id} are missing: \
                     expected PreviousWatermark {expected}, found {found}"
                ));
            }
            continuity.commit(notification);
        }
        let place = format!("{INPUT}: envelope {}", self.envelopes);
        let reports = reports.iter();
        let reports = reports.map(|report| printable(&format!("{place}: {report}")));
        reports.collect()
    }

    /// A report of the end of the input between two envelopes, and the exit status.
    fn end(&self) -> (String, ExitCode) {
        let (end, code) = if self.is_closed {
            ("the server closed the connection", ExitCode::SUCCESS)
        } else {
            let end = "the input ended without ConnectionStatus Closed; \
                       the connection may have been lost";
            (end, ExitCode::FAILURE)
        };
        let code = if self.has_server_error {
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

fn is_error(response: &Response<'_>) -> bool {
    response.class == Some(ResponseClass::Error) || !response.error_subscription_ids.is_empty()
}

fn server_error(code: Option<&str>) -> String {
    format!("the server reports {}", code.unwrap_or("an error"))
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
