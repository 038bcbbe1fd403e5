//! The W3C XML Conformance Test Suite (20130923), over the tokenizer.
//!
//! `tests/w3c` lists the documents, the right verdict for each, and their source.

#[path = "../w3c/mod.rs"]
mod w3c;

use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, Limits};

#[test]
#[ignore = "needs the W3C suite, named by XMLCONF"]
fn documents_without_doctype() {
    let rows = w3c::index("no-doctype.tsv");
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
    let rows = w3c::index("doctype.tsv");
    assert_eq!(rows.len(), 2_186);
    let mut unsupported = 0;
    for row in rows {
        let error = read(&row[0]).expect_err(&row[0]);
        unsupported += usize::from(error.class() == ErrorClass::Unsupported);
    }
    // The others have a malformed declaration or prolog before the DOCTYPE.
    assert_eq!(unsupported, 2_140);
}

fn read(path: &str) -> Result<(), Error> {
    let body = w3c::document(path);
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
