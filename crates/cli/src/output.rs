//! Standard output and standard error, kept in order, and the progress that is shown beside them.

use core::time::Duration;
use std::io::{self, Write};
use std::time::Instant;

use anstream::AutoStream;
use ews_notifications::Message;
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::ndjson;
use crate::table::Table;

/// Collects whole lines and writes many at once; what has failed goes to standard error.
pub(crate) struct Output {
    /// Of the lines, if they are not JSON.
    table: Option<Table>,
    /// Lines that are not written yet.
    lines: Vec<u8>,
    /// How many files have failed.
    failed: usize,
    stdout: Box<dyn Write>,
    /// Lives on standard error. Every write is done while it is off the screen, and of whole lines:
    /// both streams may be the same terminal.
    progress: ProgressBar,
    /// Since when the progress waits to be shown.
    waiting: Option<Instant>,
}

impl Output {
    /// Bytes of lines that are worth a write.
    const ENOUGH: usize = 64 << 10;
    /// A run that is over sooner shows no progress.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Of a table, or of lines of JSON.
    pub(crate) fn new(table: Option<Table>, progress: ProgressBar) -> Self {
        let stdout = io::stdout().lock();
        Self {
            stdout: match table {
                Some(_) => Box::new(AutoStream::auto(stdout)),
                None => Box::new(stdout),
            },
            table,
            lines: Vec::new(),
            failed: 0,
            progress,
            waiting: Some(Instant::now()),
        }
    }

    /// Adds the lines of a message, and writes if that is worth it.
    pub(crate) fn show(&mut self, file: &str, message: &Message<'_>) -> io::Result<()> {
        match &mut self.table {
            Some(table) => table.add(file, message, &mut self.lines)?,
            None => ndjson::write(file, message, &mut self.lines)?,
        }
        if self.lines.len() >= Self::ENOUGH {
            self.write()?;
        }
        Ok(())
    }

    /// Says something on standard error, after all the lines before it.
    pub(crate) fn report(&mut self, report: &str) -> io::Result<()> {
        self.write()?;
        // Without a reader of standard error the exit status has to do.
        self.progress
            .suspend(|| drop(writeln!(io::stderr(), "{report}")));
        Ok(())
    }

    /// Says what is wrong with a file.
    pub(crate) fn fail(&mut self, report: &str) -> io::Result<()> {
        self.failed += 1;
        self.report(report)
    }

    /// Lets the progress show that one more is done.
    pub(crate) fn file_is_done(&mut self) {
        self.progress.inc(1);
        let is_long = |started: &mut Instant| started.elapsed() > Self::PATIENCE;
        if self.waiting.take_if(is_long).is_some() {
            // It stays hidden if standard error is no terminal.
            self.progress.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Writes the rest, with the totals of so many files; whether none has failed.
    pub(crate) fn finish(mut self, files: usize) -> io::Result<bool> {
        if let Some(table) = self.table.take() {
            table.finish(files, self.failed, &mut self.lines)?;
        }
        self.progress.finish_and_clear();
        self.write()?;
        Ok(self.failed == 0)
    }

    /// Writes what there is.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        let Self {
            lines,
            stdout,
            progress,
            ..
        } = self;
        if lines.is_empty() {
            return Ok(());
        }
        progress.suspend(|| stdout.write_all(lines).and_then(|()| stdout.flush()))?;
        lines.clear();
        Ok(())
    }
}
