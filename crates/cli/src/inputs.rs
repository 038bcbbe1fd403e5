//! Finds files in folders, and opens files and standard input.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

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
    pub(crate) fn open(self) -> io::Result<Box<dyn BufRead>> {
        Ok(match self {
            Self::StandardInput => Box::new(io::stdin().lock()),
            Self::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Self::Unreadable(error) => return Err(error),
        })
    }
}

impl Input {
    /// One file or, without a path or for `-`, standard input. A folder is an error when it is read.
    pub(crate) fn new(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path.as_os_str() != "-" => input(path, Source::File(path.to_owned())),
            _ => input(Path::new("-"), Source::StandardInput),
        }
    }
}

/// The files to read for these paths, in the order of the paths. The files of a folder are sorted by name.
pub(crate) fn expand(paths: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() != "-" && path.is_dir() {
            let before = inputs.len();
            inputs.extend(files_in(path));
            if inputs.len() == before {
                let reason = io::Error::other("no file named *.xml or *.xml.gz in this folder");
                inputs.push(input(path, Source::Unreadable(reason)));
            }
        } else {
            inputs.push(Input::new(Some(path)));
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
            match fs::metadata(&path) {
                _ if !is_xml(&path) => None,
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

/// Whether the name ends with `.xml` or `.xml.gz`, in any case.
fn is_xml(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes().to_ascii_lowercase();
    let name = name.strip_suffix(b".gz").unwrap_or(&name);
    name.ends_with(b".xml")
}

fn input(path: &Path, source: Source) -> Input {
    let file = path.display().to_string();
    Input { file, source }
}
