//! Finds files in folders, and opens files and standard input.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use walkdir::WalkDir;

use crate::Arguments;
use crate::text::count;

/// A file to read.
pub(crate) struct Input {
    /// The name in the output: the path as given, or below a folder as given; `stdin` for standard input.
    pub(crate) file: String,
    pub(crate) source: Source,
}

pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
    /// Found unreadable before it was opened. It keeps its place among the others, where the error is reported.
    Unreadable(io::Error),
}

impl Source {
    pub(crate) fn open(self) -> io::Result<Box<dyn BufRead>> {
        Ok(match self {
            Self::StandardInput => Box::new(io::stdin().lock()),
            Self::File(path) => {
                let file = File::open(&path).map_err(|error| with_command(&path, error))?;
                Box::new(BufReader::new(file))
            }
            Self::Unreadable(error) => return Err(error),
        })
    }
}

impl Input {
    /// One file or, without a path or for `-`, standard input. A folder is an error when it is read.
    pub(crate) fn new(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path.as_os_str() != "-" => input(path, Source::File(path.to_owned())),
            _ => input(Path::new("stdin"), Source::StandardInput),
        }
    }
}

/// The files to read for these paths, in the order of the paths. The files of a folder are sorted by name. Also returns
/// a report of each folder with files that are not read.
pub(crate) fn expand(paths: &[PathBuf]) -> (Vec<Input>, Vec<String>) {
    let (mut inputs, mut reports) = (Vec::new(), Vec::new());
    for path in paths {
        if path.as_os_str() != "-" && path.is_dir() {
            let before = inputs.len();
            let mut skipped = 0;
            inputs.extend(files_in(path, &mut skipped));
            if inputs.len() == before {
                let reason = format!("no file named {NAMES} in this folder");
                let reason = Source::Unreadable(io::Error::other(reason));
                inputs.push(input(path, reason));
            } else if skipped > 0 {
                reports.push(format!(
                    "{}: {} skipped: from a folder only {NAMES} are read; name them to read them",
                    path.display(),
                    count(skipped, "file")
                ));
            }
        } else {
            inputs.push(Input::new(Some(path)));
        }
    }
    (inputs, reports)
}

/// The names of the files that are read from a folder, for people.
const NAMES: &str = "*.xml, *.xml.gz and *.http";

/// The captures in a folder and its subfolders. Counts the other files. Follows links to files, but not links to folders, so the walk ends and
/// meets each file once.
fn files_in(folder: &Path, skipped: &mut usize) -> impl Iterator<Item = Input> {
    let walk = WalkDir::new(folder).sort_by_file_name();
    walk.into_iter().filter_map(|entry| match entry {
        Ok(entry) => {
            let path = entry.into_path();
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() && !is_capture(&path) => {
                    *skipped += 1;
                    None
                }
                _ if !is_capture(&path) => None,
                Ok(metadata) if !metadata.is_file() => None,
                Ok(_) => Some(input(&path.clone(), Source::File(path))),
                Err(error) => Some(input(&path, Source::Unreadable(error))),
            }
        }
        Err(error) => {
            let path = error.path().unwrap_or(folder).to_owned();
            let reason = error.into_io_error();
            let reason = reason.unwrap_or_else(|| io::Error::other("this folder cannot be read"));
            Some(input(&path, Source::Unreadable(reason)))
        }
    })
}

/// Whether the name is one of [`NAMES`], in any case.
fn is_capture(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes().to_ascii_lowercase();
    [&b".xml"[..], b".xml.gz", b".http"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn input(path: &Path, source: Source) -> Input {
    let file = path.display().to_string();
    Input { file, source }
}

/// Adds the name of a command to the error if the path is a misspelled one.
fn with_command(path: &Path, error: io::Error) -> io::Error {
    let name = path.to_string_lossy();
    let mut commands = Arguments::command();
    commands.build();
    let similar = commands
        .get_subcommands()
        .map(|command| command.get_name())
        .find(|command| strsim::jaro(&name, command) > 0.8);
    match similar {
        Some(command) if error.kind() == io::ErrorKind::NotFound => io::Error::new(
            error.kind(),
            format!("no such file; did you mean the command `{command}`?"),
        ),
        _ => error,
    }
}
