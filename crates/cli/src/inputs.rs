//! From paths to bytes: folders are walked, files and standard input opened, nothing parsed.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use ews_notifications::Limits;
use walkdir::WalkDir;

/// Something to read, or the reason why there is nothing.
pub(crate) struct Input {
    /// What the user knows it as: the path as given, under a folder joined to it; `-`.
    pub(crate) file: String,
    pub(crate) source: Source,
}

pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
    /// Found unreadable on the way; kept in its place among the others.
    Nothing(io::Error),
}

impl Source {
    /// Opens it and puts its beginning in place of the last one: the whole of it, if it is one body. The rest is
    /// behind that in what is given back.
    ///
    /// One byte more than the parser takes is the most that is read, so that it refuses what is too
    /// large and says so itself. The size that the file system names is not asked for: pipes have
    /// none, and files grow.
    pub(crate) fn open(self, beginning: &mut Vec<u8>) -> io::Result<Box<dyn BufRead>> {
        const MOST: u64 = Limits::BODY_BYTES as u64 + 1;
        let mut rest: Box<dyn BufRead> = match self {
            Self::StandardInput => Box::new(io::stdin().lock()),
            Self::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Self::Nothing(error) => return Err(error),
        };
        beginning.clear();
        rest.by_ref().take(MOST).read_to_end(beginning)?;
        Ok(rest)
    }
}

/// The inputs that the paths stand for, in their order; those of a folder in the order of names.
pub(crate) fn expand(paths: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(input(path, Source::StandardInput));
        } else if path.is_dir() {
            let before = inputs.len();
            inputs.extend(files_below(path));
            if inputs.len() == before {
                let reason = io::Error::other("no file with the extension xml in this folder");
                inputs.push(input(path, Source::Nothing(reason)));
            }
        } else {
            inputs.push(input(path, Source::File(path.clone())));
        }
    }
    inputs
}

/// Links to files count as files. Links to folders are not followed, so the walk ends, and it meets
/// each file once.
fn files_below(folder: &Path) -> impl Iterator<Item = Input> {
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
                Err(error) => Some(input(&path, Source::Nothing(error))),
            }
        }
        Err(error) => {
            let path = error.path().unwrap_or(folder).to_owned();
            let reason = error.into_io_error();
            let reason = reason.unwrap_or_else(|| io::Error::other("cannot be walked"));
            Some(input(&path, Source::Nothing(reason)))
        }
    })
}

fn input(path: &Path, source: Source) -> Input {
    let file = path.display().to_string();
    Input { file, source }
}
