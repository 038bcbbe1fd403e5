//! The commands `completions` and `man`: files for packages, from the definitions of the arguments.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

pub(crate) const COMPLETIONS_HELP: &str = "\
Where shells look for them, under /usr/share in a package:
  bash  bash-completion/completions/ewsn
  fish  fish/vendor_completions.d/ewsn.fish
  zsh   zsh/site-functions/_ewsn";

pub(crate) const MAN_HELP: &str = "\
Examples:
  ewsn man /usr/local/share/man/man1    for the command man
  ewsn man \"$DESTDIR/usr/share/man/man1\"
                                        for a package";

/// Prints the completions for a shell. Returns an error only if standard output fails.
pub(crate) fn completions(shell: Shell, mut command: Command) -> io::Result<ExitCode> {
    let mut script = Vec::new(); // `generate` panics if it cannot write
    clap_complete::generate(shell, &mut command, "ewsn", &mut script);
    io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a man page for each command into a folder.
pub(crate) fn man(folder: &Path, command: Command) -> ExitCode {
    let written = fs::create_dir_all(folder);
    match written.and_then(|()| clap_mangen::generate_to(command, folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error fails too, only the exit status is left.
            let _ = writeln!(io::stderr(), "ewsn: {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
