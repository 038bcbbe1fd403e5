//! Checks with the tokenizer whether files are well-formed XML 1.0 with namespaces.
//!
//! Prints a line for each file: `ok<TAB>path`, or `error<TAB>kind<TAB>offset<TAB>path`. The exit status is 1 if a file
//! cannot be read.
//!
//! ```text
//! cargo run --release --example wellformed -- FILE…
//! ```

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Error, Limits};

fn main() -> io::Result<ExitCode> {
    let mut status = ExitCode::SUCCESS;
    let config = Config::new().limits(Limits::unlimited());
    let mut buffers = Buffers::default();
    let mut out = io::stdout().lock();
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        let body = match std::fs::read(&path) {
            Ok(body) => body,
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                status = ExitCode::FAILURE;
                continue;
            }
        };
        match check(&body, &mut buffers, &config) {
            Ok(()) => writeln!(out, "ok\t{}", path.display())?,
            Err(error) => {
                let (kind, offset) = (error.kind(), error.offset());
                writeln!(out, "error\t{kind:?}\t{offset}\t{}", path.display())?;
            }
        }
    }
    Ok(status)
}

/// Reads all tokens and keeps none.
fn check(body: &[u8], buffers: &mut Buffers, config: &Config) -> Result<(), Error> {
    let mut tokens = Tokenizer::new(body, buffers, config)?;
    while tokens.next()?.is_some() {}
    Ok(())
}
