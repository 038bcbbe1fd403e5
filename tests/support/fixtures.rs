//! The fixtures: pairs of files, a body and the expected result beside it.

use std::fs;
use std::path::{Path, PathBuf};

/// A body, and the path of the file with the expected result.
pub(crate) struct Fixture {
    pub(crate) path: PathBuf,
    pub(crate) body: Vec<u8>,
    pub(crate) expected: PathBuf,
}

/// Accepted bodies, each beside its message in JSON.
pub(crate) fn accepted() -> Vec<Fixture> {
    all("tests/data", "json")
}

/// Refused bodies, each beside its error.
pub(crate) fn refused() -> Vec<Fixture> {
    all("tests/refused", "error")
}

fn all(folder: &str, expected: &str) -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    // The package of the fuzz targets is a folder below the root.
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
