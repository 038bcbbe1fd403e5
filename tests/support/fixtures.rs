//! The fixtures: pairs of files, an input beside what must come of it.

use std::fs;
use std::path::{Path, PathBuf};

/// An input, and the file beside it that says what must come of it.
pub(crate) struct Fixture {
    pub(crate) path: PathBuf,
    pub(crate) body: Vec<u8>,
    pub(crate) expected: PathBuf,
}

impl Fixture {
    /// Compares with the file beside the input. With `UPDATE_FIXTURES` in the environment it is
    /// written instead, to be read before it is committed.
    pub(crate) fn check(&self, actual: &str) {
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&self.expected, actual).unwrap();
        }
        let expected = fs::read_to_string(&self.expected);
        let expected = expected.unwrap_or_else(|error| panic!("{:?}: {error}", self.expected));
        assert_eq!(actual, expected, "{:?}", self.path);
    }
}

/// Bodies that are accepted, each beside the message in text form.
pub(crate) fn accepted() -> Vec<Fixture> {
    all("tests/data", "txt")
}

/// Bodies that are refused, each beside the error.
pub(crate) fn refused() -> Vec<Fixture> {
    all("tests/refused", "error")
}

fn all(folder: &str, expected: &str) -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    // The fuzz targets use them too, from a folder below.
    let mut roots = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = roots.find(|root| root.join(folder).is_dir()).unwrap();
    collect(&root.join(folder), expected, &mut fixtures);
    fixtures.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(
        fixtures.len() > 20,
        "{folder} holds {} fixtures",
        fixtures.len()
    );
    fixtures
}

fn collect(folder: &Path, expected: &str, fixtures: &mut Vec<Fixture>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, expected, fixtures);
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            let body = fs::read(&path).unwrap();
            let expected = path.with_extension(expected);
            fixtures.push(Fixture {
                path,
                body,
                expected,
            });
        }
    }
}
