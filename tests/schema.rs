//! Documents held against the EWS schema, by `xmllint`: replies, and messages that are made up.
//!
//! `EWS_XSD` names the folder of schema files; `envelope.xsd` in it is for SOAP 1.1. The schema is stricter
//! than servers are, which push errors without a Notification, and than this crate. What it allows and is
//! not made up says `tests/support/dialect.rs`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ews_notifications::Reply;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use support::dialect;

/// Whether all documents validate; if not, what `xmllint` says. They stay in a folder of this name.
fn validate(name: &str, documents: &[Vec<u8>]) -> Result<(), String> {
    let schema = std::env::var("EWS_XSD").expect("EWS_XSD is not set") + "/envelope.xsd";
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let files = documents.iter().enumerate().map(|(at, document)| {
        let file = folder.join(format!("{at}.xml"));
        fs::write(&file, document).unwrap();
        file
    });
    let xmllint = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema", &schema])
        .args(files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&xmllint.stderr).into_owned();
    let valid = said.lines().filter(|line| line.ends_with(".xml validates"));
    let is_valid = !documents.is_empty() && valid.count() == documents.len();
    assert_eq!(xmllint.status.success(), is_valid, "{said}");
    if is_valid { Ok(()) } else { Err(said) }
}

#[test]
#[ignore = "needs xmllint, and the folder of EWS schema files named by EWS_XSD"]
fn replies_validate() {
    let replies = [Reply::OK, Reply::UNSUBSCRIBE].map(|reply| reply.body.to_vec());
    validate("replies", &replies).unwrap_or_else(|said| panic!("{said}"));
}

/// The same ones in every run.
#[test]
#[ignore = "needs xmllint, and the folder of EWS schema files named by EWS_XSD"]
fn messages_validate() {
    let tape = |length| prop::collection::vec(any::<u8>(), 0..length);
    let tapes = (tape(200), tape(1_500));
    let mut runner = TestRunner::deterministic();
    let messages: Vec<_> = (0..500)
        .map(|_| {
            let (message, dialect) = tapes.new_tree(&mut runner).unwrap().current();
            dialect::schema_body(&message, &dialect).0.into_bytes()
        })
        .collect();
    validate("messages", &messages).unwrap_or_else(|said| panic!("{said}"));
}

/// So the schema is looked at.
#[test]
#[ignore = "needs xmllint, and the folder of EWS schema files named by EWS_XSD"]
fn an_error_without_a_notification_does_not_validate() {
    let error = fs::read("tests/data/push/error.xml").unwrap();
    let said = validate("errors", &[error, Reply::OK.body.to_vec()]).unwrap_err();
    assert!(said.contains("errors/0.xml fails to validate"), "{said}");
    assert!(said.contains("errors/1.xml validates"), "{said}");
}
