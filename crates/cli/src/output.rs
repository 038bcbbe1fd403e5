//! Standard output and standard error, in order, and the progress bar.

use core::time::Duration;
use std::io::{self, Write};
use std::time::Instant;

use anstream::AutoStream;
use ews_notifications::Message;
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::ndjson;
use crate::table::Table;

/// Buffers rows and writes many at once. Reports errors on standard error.
pub(crate) struct Output {
    /// The table; `None` if the format is NDJSON.
    table: Option<Table>,
    /// Rows that are not written yet.
    buffer: Vec<u8>,
    /// The number of files that failed.
    failed: usize,
    stdout: Box<dyn Write>,
    /// Drawn on standard error. Both streams may be the same terminal, so every write hides it first and writes whole
    /// lines.
    progress: ProgressBar,
    /// The time since which the progress bar has been hidden; `None` once it is shown.
    hidden_since: Option<Instant>,
}

impl Output {
    /// The buffer is written at this length, in bytes.
    const BUFFER_LENGTH: usize = 64 << 10;
    /// A run that ends earlier shows no progress bar.
    const PROGRESS_DELAY: Duration = Duration::from_secs(1);

    /// Writes this table, or NDJSON without a table.
    pub(crate) fn new(table: Option<Table>, progress: ProgressBar) -> Self {
        let stdout = io::stdout().lock();
        Self {
            stdout: match table {
                Some(_) => Box::new(AutoStream::auto(stdout)),
                None => Box::new(stdout),
            },
            table,
            buffer: Vec::new(),
            failed: 0,
            progress,
            hidden_since: Some(Instant::now()),
        }
    }

    /// Adds the rows of a message.
    pub(crate) fn show(&mut self, file: &str, message: &Message<'_>) -> io::Result<()> {
        match &mut self.table {
            Some(table) => table.add(file, message, &mut self.buffer)?,
            None => ndjson::write(file, message, &mut self.buffer)?,
        }
        if self.buffer.len() >= Self::BUFFER_LENGTH {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes a report to standard error, after the buffered rows.
    pub(crate) fn report(&mut self, report: &str) -> io::Result<()> {
        self.flush()?;
        // If nobody reads standard error, the exit status still tells of the failure.
        self.progress
            .suspend(|| drop(writeln!(io::stderr(), "{report}")));
        Ok(())
    }

    /// Reports a file that failed.
    pub(crate) fn fail(&mut self, report: &str) -> io::Result<()> {
        self.failed += 1;
        self.report(report)
    }

    /// Advances the progress bar by one file.
    pub(crate) fn file_is_done(&mut self) {
        self.progress.inc(1);
        let is_due = |since: &mut Instant| since.elapsed() > Self::PROGRESS_DELAY;
        if self.hidden_since.take_if(is_due).is_some() {
            // It stays hidden if standard error is not a terminal.
            self.progress.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Writes the remaining rows, and the totals of a table. Returns whether all files succeeded.
    pub(crate) fn finish(mut self, files: usize) -> io::Result<bool> {
        if let Some(table) = self.table.take() {
            table.finish(files, self.failed, &mut self.buffer)?;
        }
        self.progress.finish_and_clear();
        self.flush()?;
        Ok(self.failed == 0)
    }

    /// Writes the buffer.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let Self {
            buffer,
            stdout,
            progress,
            ..
        } = self;
        if buffer.is_empty() {
            return Ok(());
        }
        progress.suspend(|| stdout.write_all(buffer).and_then(|()| stdout.flush()))?;
        buffer.clear();
        Ok(())
    }
}
