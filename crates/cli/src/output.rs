//! Standard output and standard error, kept in order, and the progress that is shown beside them.

use core::time::Duration;
use std::io::{self, Write};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget};

/// Collects whole lines and writes many at once; what has failed goes to standard error.
pub(crate) struct Output {
    /// Lines that are not written yet.
    pub(crate) lines: Vec<u8>,
    /// How many files have failed.
    pub(crate) failed: usize,
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

    pub(crate) fn new(stdout: impl Write + 'static, files: usize) -> Self {
        Self {
            lines: Vec::new(),
            failed: 0,
            stdout: Box::new(stdout),
            progress: ProgressBar::with_draw_target(
                u64::try_from(files).ok(),
                ProgressDrawTarget::hidden(),
            ),
            waiting: Some(Instant::now()),
        }
    }

    /// Says what is wrong with a file, after all the lines of those before it.
    pub(crate) fn fail(&mut self, report: &[String]) -> io::Result<()> {
        self.failed += 1;
        self.write()?;
        let report = report.join("\n");
        // Without a reader of standard error the exit status has to do.
        self.progress
            .suspend(|| drop(writeln!(io::stderr(), "{report}")));
        Ok(())
    }

    /// Writes what is worth it and lets the progress show that one more is done.
    pub(crate) fn file_is_done(&mut self) -> io::Result<()> {
        if self.lines.len() >= Self::ENOUGH {
            self.write()?;
        }
        self.progress.inc(1);
        let is_long = |started: &mut Instant| started.elapsed() > Self::PATIENCE;
        if self.waiting.take_if(is_long).is_some() {
            // It stays hidden if standard error is no terminal.
            self.progress.set_draw_target(ProgressDrawTarget::stderr());
        }
        Ok(())
    }

    /// Writes the rest; whether no file has failed.
    pub(crate) fn finish(mut self) -> io::Result<bool> {
        self.progress.finish_and_clear();
        self.write()?;
        Ok(self.failed == 0)
    }

    fn write(&mut self) -> io::Result<()> {
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
