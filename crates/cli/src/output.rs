//! Standard output and standard error, in order, and the progress bar.

use core::time::Duration;
use std::io::{self, IsTerminal as _, Write};
use std::time::Instant;

use anstream::AutoStream;
use ews_notifications::{Delivery, Message};
use indicatif::{ProgressBar, ProgressDrawTarget};
use terminal_size::terminal_size_of;

use crate::failure::Failure;
use crate::findings::Findings;
use crate::ndjson::{self, Place};
use crate::table::{Layout, Table};
use crate::text::{WARNING, labelled, paint, printable, wrap};
use crate::{Format, OutputArguments};

/// Writes rows and reports in order.
pub(crate) struct Output {
    /// The table; `None` if the format is NDJSON.
    table: Option<Table>,
    /// The number of files that failed.
    failed: usize,
    /// Whether the last report has several lines. An empty line separates a failure of several lines from it.
    is_after_block: bool,
    /// The width of standard error, if it is a terminal.
    report_width: Option<usize>,
    /// The time since which the progress bar has been hidden; `None` once it is shown.
    hidden_since: Option<Instant>,
    streams: Streams,
}

/// Standard output and standard error. Buffers lines and writes many at once.
pub(crate) struct Streams {
    /// Lines that are not written yet.
    buffer: Vec<u8>,
    stdout: Box<dyn Write>,
    /// Drawn on standard error. Both streams may be the same terminal, so every write hides it first and writes whole
    /// lines.
    progress: ProgressBar,
}

impl Output {
    /// A run that ends earlier shows no progress bar.
    const PROGRESS_DELAY: Duration = Duration::from_secs(1);
    /// The width of a terminal that does not tell it, in cells.
    const TERMINAL_WIDTH: usize = 80;

    /// A live output does not wait for more rows to know the widths of columns.
    pub(crate) fn new(arguments: &OutputArguments, is_live: bool, progress: ProgressBar) -> Self {
        let width_of = |size: Option<(terminal_size::Width, _)>| {
            size.map_or(Self::TERMINAL_WIDTH, |(width, _)| usize::from(width.0))
        };
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let is_terminal = stdout.is_terminal();
        let layout = Layout {
            line_width: (is_terminal && !arguments.wide)
                .then(|| width_of(terminal_size_of(&stdout))),
            has_headings: is_terminal,
            is_live,
            hides_heartbeats: is_live && is_terminal && stderr.is_terminal(),
        };
        let table = (arguments.format() == Format::Table).then(|| Table::new(layout));
        let report_width = stderr
            .is_terminal()
            .then(|| width_of(terminal_size_of(&stderr)));
        let stdout = stdout.lock();
        Self {
            streams: Streams {
                buffer: Vec::new(),
                stdout: match table {
                    Some(_) => Box::new(AutoStream::auto(stdout)),
                    None => Box::new(stdout),
                },
                progress,
            },
            table,
            failed: 0,
            is_after_block: false,
            report_width,
            hidden_since: Some(Instant::now()),
        }
    }

    /// Adds the rows of a message. `deliveries` has one for each notification.
    pub(crate) fn show(
        &mut self,
        place: &Place<'_>,
        message: &Message<'_>,
        deliveries: &[Delivery],
    ) -> io::Result<()> {
        match &mut self.table {
            Some(table) => table.add(place, message, &mut self.streams),
            None => ndjson::write(place, message, deliveries, &mut self.streams),
        }
    }

    /// Writes a report to standard error, after the rows that were added before.
    pub(crate) fn report(&mut self, report: &str) -> io::Result<()> {
        self.write_report(wrap(&printable(report), self.report_width))
    }

    /// Writes a report that an operator has to act on.
    pub(crate) fn warn(&mut self, report: &str) -> io::Result<()> {
        let report = paint(WARNING, &printable(report));
        self.write_report(wrap(&report, self.report_width))
    }

    /// Writes a hint below a report.
    pub(crate) fn hint(&mut self, hint: &str) -> io::Result<()> {
        self.write_report(labelled("hint", hint, self.report_width))?;
        self.is_after_block = true;
        Ok(())
    }

    /// Reports a file that failed. In NDJSON it has a row.
    pub(crate) fn fail(&mut self, failure: &Failure) -> io::Result<()> {
        self.failed += 1;
        if self.table.is_none() {
            let Failure {
                file,
                envelope,
                details,
                ..
            } = failure;
            ndjson::write_error(file, *envelope, details, &mut self.streams)?;
        }
        let mut report = failure.report(self.report_width);
        let is_block = report.contains('\n');
        if is_block && self.is_after_block {
            report.insert(0, '\n');
        }
        self.write_report(report)?;
        self.is_after_block = is_block;
        Ok(())
    }

    /// Advances the progress bar by one file.
    pub(crate) fn file_is_done(&mut self) {
        self.streams.progress.inc(1);
        let is_due = |since: &mut Instant| since.elapsed() > Self::PROGRESS_DELAY;
        if self.hidden_since.take_if(is_due).is_some() {
            // It stays hidden if standard error is not a terminal.
            let target = ProgressDrawTarget::stderr();
            self.streams.progress.set_draw_target(target);
        }
    }

    /// Writes the remaining rows, and the totals of a table. Returns whether all files succeeded.
    pub(crate) fn finish(mut self, files: usize, findings: &Findings) -> io::Result<bool> {
        if let Some(table) = self.table {
            table.finish(files, self.failed, findings, &mut self.streams)?;
        }
        self.streams.progress.finish_and_clear();
        self.streams.flush()?;
        Ok(self.failed == 0)
    }

    /// Writes the rows that are buffered.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.streams.flush()
    }

    fn write_report(&mut self, report: String) -> io::Result<()> {
        self.is_after_block = false;
        match &mut self.table {
            Some(table) => table.report(report, &mut self.streams),
            None => self.streams.report(&report),
        }
    }
}

impl Streams {
    /// The buffer is written at this length, in bytes.
    const BUFFER_LENGTH: usize = 64 << 10;

    /// Writes a report to standard error, after the lines before it.
    pub(crate) fn report(&mut self, report: &str) -> io::Result<()> {
        self.flush()?;
        // If nobody reads standard error, the exit status still tells of the failure.
        self.progress
            .suspend(|| drop(writeln!(anstream::stderr(), "{report}")));
        Ok(())
    }
}

impl Write for Streams {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if bytes.ends_with(b"\n") && self.buffer.len() >= Self::BUFFER_LENGTH {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Self {
            buffer,
            stdout,
            progress,
        } = self;
        if buffer.is_empty() {
            return Ok(());
        }
        progress.suspend(|| stdout.write_all(buffer).and_then(|()| stdout.flush()))?;
        buffer.clear();
        Ok(())
    }
}
