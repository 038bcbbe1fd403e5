//! Replies, requests, generated messages and fixtures validate against the EWS schema, with `xmllint`.
//!
//! `EWS_XSD` names the folder of schema files; `envelope.xsd` in it is for SOAP 1.1. The schema is stricter than
//! servers, which push errors without a Notification and stream Notifications in the other namespace. It is also
//! stricter than this crate. `tests/support/dialect.rs` lists what the schema allows and the generator does not write.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::request;
use crate::support::{dialect, fixtures};
use ews_notifications::Reply;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// Fails with the output of `xmllint` if a document does not validate. The documents stay in a folder of this name.
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
    let replies = [Reply::ok(None), Reply::unsubscribe(None)].map(|reply| reply.body.to_vec());
    validate("replies", &replies).unwrap_or_else(|said| panic!("{said}"));
}

/// The same requests in every run.
#[test]
#[ignore = "needs xmllint, and the folder of EWS schema files named by EWS_XSD"]
fn requests_validate() {
    let options = request::options();
    let mut runner = TestRunner::deterministic();
    let requests: Vec<_> = (0..500)
        .map(|_| {
            let options = options.new_tree(&mut runner).unwrap().current();
            options.to_xml().into_bytes()
        })
        .collect();
    validate("requests", &requests).unwrap_or_else(|said| panic!("{said}"));
}

/// The same messages in every run.
#[test]
#[ignore = "needs xmllint, and the folder of EWS schema files named by EWS_XSD"]
fn messages_validate() {
    let choices = |length| prop::collection::vec(any::<u8>(), 0..length);
    let choices = (choices(200), choices(1_500));
    let mut runner = TestRunner::deterministic();
    let messages: Vec<_> = (0..500)
        .map(|_| {
            let (message, dialect) = choices.new_tree(&mut runner).unwrap().current();
            dialect::schema_body(&message, &dialect).0.into_bytes()
        })
        .collect();
    validate("messages", &messages).unwrap_or_else(|said| panic!("{said}"));
}

/// Fixtures in which an element has another form or place than in the schema.
const OTHERWISE: [(&str, &str); 12] = [
    ("push/error.xml", "messages}Notification"),
    ("push/no-events.xml", "messages}Notification"),
    (
        "push/several-responses.xml",
        "SendNotificationResponseMessage",
    ),
    (
        "stream/emulator.xml",
        "GetStreamingEventsResponseMessageType",
    ),
    ("stream/other-status.xml", "ConnectionStatus"),
    (
        "stream/same-subscription-twice.xml",
        "messages}Notification",
    ),
    ("stream/status-first.xml", "messages}Notifications"),
    ("stream/two-subscriptions.xml", "messages}Notification"),
    ("stream/types-notification.xml", "messages}Notification"),
    (
        "stream/unknown-subscriptions.xml",
        "messages}SubscriptionId",
    ),
    ("fault/prefixed-children.xml", "faultcode"),
    ("fault/soap-1.2.xml", "Envelope"),
];

/// This shows that the schema is used.
#[test]
#[ignore = "needs xmllint, and the folder of EWS schema files named by EWS_XSD"]
fn fixtures_validate_except_listed_deviations() {
    let mut fixtures = fixtures::accepted();
    fixtures.retain(|fixture| {
        let folder = fixture.path.parent().unwrap();
        ["push", "pull", "stream", "fault"]
            .iter()
            .any(|name| folder.ends_with(name))
    });
    let bodies: Vec<_> = fixtures
        .iter()
        .map(|fixture| fixture.body.clone())
        .collect();
    let said = validate("fixtures", &bodies).unwrap_err();
    for (at, fixture) in fixtures.iter().enumerate() {
        let otherwise = OTHERWISE
            .iter()
            .find(|(path, _)| fixture.path.ends_with(path));
        let validates = said.contains(&format!("fixtures/{at}.xml validates"));
        assert_eq!(validates, otherwise.is_none(), "{:?}: {said}", fixture.path);
        if let Some((_, element)) = otherwise {
            let file = format!("fixtures/{at}.xml:");
            let mut errors = said.lines().filter(|line| line.contains(&file));
            assert!(
                errors.any(|line| line.contains(element)),
                "{element}: {said}"
            );
        }
    }
}
