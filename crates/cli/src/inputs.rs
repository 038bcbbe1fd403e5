//! Finds files in folders, and opens files and standard input.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use ews_notifications::Limits;
use walkdir::WalkDir;

/// A file to read.
pub(crate) struct Input {
    /// The name in the output: the path as given, or below a folder as given; `-` for standard input.
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
    /// Opens the source and replaces the content of `beginning` by its first bytes. Returns a reader of the rest.
    ///
    /// Reads one byte more than the parser accepts, so that the parser refuses a body that is too long and reports it.
    /// Does not use the size of the file: pipes have none, and files grow.
    pub(crate) fn open(self, beginning: &mut Vec<u8>) -> io::Result<Box<dyn BufRead>> {
        const LENGTH: u64 = Limits::BODY_BYTES as u64 + 1;
        let mut rest: Box<dyn BufRead> = match self {
            Self::StandardInput => Box::new(io::stdin().lock()),
            Self::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Self::Unreadable(error) => return Err(error),
        };
        beginning.clear();
        rest.by_ref().take(LENGTH).read_to_end(beginning)?;
        Ok(rest)
    }
}

/// The files to read for these paths, in the order of the paths. The files of a folder are sorted by name.
pub(crate) fn expand(paths: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(input(path, Source::StandardInput));
        } else if path.is_dir() {
            let before = inputs.len();
            inputs.extend(files_in(path));
            if inputs.len() == before {
                let reason = io::Error::other("no file with the extension xml in this folder");
                inputs.push(input(path, Source::Unreadable(reason)));
            }
        } else {
            inputs.push(input(path, Source::File(path.clone())));
        }
    }
    inputs
}

/// The XML files in a folder and its subfolders. Follows links to files, but not links to folders, so the walk ends and
/// meets each file once.
fn files_in(folder: &Path) -> impl Iterator<Item = Input> {
    let walk = WalkDir::new(folder).sort_by_file_name();
    walk.into_iter().filter_map(|entry| match entry {
        Ok(entry) => {
            let path = entry.into_path();
            let is_xml = path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
            match fs::metadata(&path) {
                _ if !is_xml => None,
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

fn input(path: &Path, source: Source) -> Input {
    let file = path.display().to_string();
    Input { file, source }
}
