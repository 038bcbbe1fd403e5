//! Owned copies of messages, and their JSON.

use std::collections::BTreeMap;

use ews_notifications::{EventKind, Message, Operation, Parser, SoapVersion, owned};
use serde_json::{Value, json};

use crate::support::{fixtures, json};

/// Runs `check` on each message of the fixtures.
fn for_each_message(mut check: impl FnMut(&Message<'_>)) {
    let mut parser = Parser::new();
    for fixture in fixtures::accepted() {
        check(&parser.parse(&fixture.body).unwrap());
    }
}

#[test]
fn a_copy_has_the_json_of_what_it_was_copied_from() {
    for_each_message(|message| {
        let expected = serde_json::to_string(message).unwrap();
        let copy = message.into_owned();
        assert_eq!(serde_json::to_string(&copy).unwrap(), expected);
    });
}

/// The comparison of JSON above says nothing of a key that is null in each fixture.
#[test]
fn each_key_has_a_value_in_some_fixture() {
    fn visit(value: &Value, keys: &mut BTreeMap<String, bool>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    *keys.entry(key.clone()).or_default() |= !value.is_null();
                    visit(value, keys);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| visit(value, keys)),
            _ => {}
        }
    }
    let mut keys = BTreeMap::new();
    for_each_message(|message| visit(&serde_json::to_value(message).unwrap(), &mut keys));
    let without: Vec<_> = keys.iter().filter(|(_, has_value)| !**has_value).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn a_copy_read_from_its_json_is_equal_to_it() {
    for_each_message(|message| {
        let copy = message.into_owned();
        let json = serde_json::to_string(&copy).unwrap();
        assert_eq!(serde_json::from_str::<owned::Message>(&json).unwrap(), copy);
    });
}

/// Null keys may be left out of JSON that people read.
#[test]
fn a_copy_read_from_json_without_nulls_is_equal_to_it() {
    for_each_message(|message| {
        let copy = message.into_owned();
        let json = json::of_message(message);
        assert_eq!(
            serde_json::from_value::<owned::Message>(json).unwrap(),
            copy
        );
    });
}

#[test]
fn unknown_keys_are_ignored() {
    let json = json!({"kind": "MovedEvent", "watermark": "W", "mood": {"is": "good"}});
    let event: owned::Event = serde_json::from_value(json).unwrap();
    let mut expected = owned::Event::default();
    expected.kind = EventKind::Moved;
    expected.watermark = Some("W".to_owned());
    assert_eq!(event, expected);
}

#[test]
fn missing_keys_are_defaulted() {
    let message: owned::Message = serde_json::from_str("{}").unwrap();
    assert_eq!(message, owned::Message::default());
    assert_eq!(message.operation, Operation::SendNotification);
    let notification: owned::Notification = serde_json::from_str("{}").unwrap();
    assert_eq!(notification.subscription_id, "");
    assert_eq!(notification.events, []);
}

#[test]
fn an_unknown_kind_is_read_as_other() {
    for kind in ["Other", "LikedEvent", "newmailevent", ""] {
        let event: owned::Event = serde_json::from_value(json!({ "kind": kind })).unwrap();
        assert_eq!(event.kind, EventKind::Other, "{kind}");
        assert_eq!(event.other, None);
    }
}

#[test]
fn a_version_of_soap_is_read_from_its_number() {
    for version in [SoapVersion::Soap11, SoapVersion::Soap12] {
        let json = serde_json::to_string(&version).unwrap();
        assert_eq!(serde_json::from_str::<SoapVersion>(&json).unwrap(), version);
    }
}

#[test]
fn an_unknown_operation_or_version_of_soap_is_an_error() {
    for (json, expected) in [
        (
            r#"{"operation":"Other"}"#,
            "expected the name of an operation, such as SendNotification",
        ),
        (
            r#"{"soap":"1.3"}"#,
            "expected a version of SOAP, 1.1 or 1.2",
        ),
    ] {
        let error = serde_json::from_str::<owned::Message>(json).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn a_copy_outlives_parser_and_body() {
    let copies: Vec<owned::Notification> = {
        let body = include_bytes!("../data/push/mail.xml").to_vec();
        let mut parser = Parser::new();
        let message = parser.parse(&body).unwrap();
        message
            .notifications()
            .map(|one| one.into_owned())
            .collect()
    };
    assert_eq!(copies[0].events.len(), 3);
    assert_eq!(copies[0].events[2].kind, EventKind::Modified);
}
