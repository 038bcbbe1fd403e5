//! Compares what `parse` found in a body with the tokenizer, `parse_partial` and the reference.
//!
//! Panics at a difference.

use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, Message, Partial};
use serde_json::Value;

use super::reference::{self, Refusal};
use super::{json, position};

/// Checks that the reference accepts the body with the same message, or refuses it for the same reason. Gives its
/// result.
pub(crate) fn check(body: &[u8], found: Result<Message<'_>, Error>) -> Result<Value, Refusal> {
    let shown = body.escape_ascii();
    let malformed = tokenizer_error(body);
    let reference = reference::read(body);
    match found {
        Ok(message) => {
            assert_eq!(malformed, None, "{shown}");
            let mut found = json::of_message(&message);
            replace_references_in_namespaces(&mut found);
            assert_eq!(Ok(found), reference, "{shown}");
        }
        Err(error) => {
            check_refusal(body, error, malformed);
            if error.class() == ErrorClass::Schema {
                // The reference takes whole documents only.
                let is_known = match &reference {
                    Ok(_) => false,
                    Err(Refusal::Xml) => malformed.is_some(),
                    Err(Refusal::Schema(defects)) => defects.contains(&error.kind()),
                };
                assert!(is_known, "{error}, {reference:?}: {shown}");
            }
        }
    }
    reference
}

/// The message has the names of unknown namespaces as they are declared, the reference as they are read.
fn replace_references_in_namespaces(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value.as_str().filter(|_| key == "namespace") {
                    Some(name) => {
                        let text = format!("<a b=\"{}\"/>", name.replace('"', "&quot;"));
                        let document = roxmltree::Document::parse(&text).unwrap();
                        *value = document.root_element().attribute("b").into();
                    }
                    None => replace_references_in_namespaces(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(replace_references_in_namespaces),
        _ => {}
    }
}

/// Checks that the error is the tokenizer's, or is a schema error before it.
fn check_refusal(body: &[u8], error: Error, malformed: Option<Error>) {
    let shown = body.escape_ascii();
    position::check(error, body);
    if error.class() == ErrorClass::Schema {
        let is_before = malformed.is_none_or(|malformed| error.offset() <= malformed.offset());
        assert!(is_before, "{error}, {malformed:?}: {shown}");
    } else {
        assert_eq!(Some(error), malformed, "{shown}");
    }
}

/// The tokenizer's error, if it refuses the document.
pub(crate) fn tokenizer_error(body: &[u8]) -> Option<Error> {
    let mut buffers = Buffers::default();
    let tokens = Tokenizer::new(body, &mut buffers, &Config::default());
    let read = tokens.and_then(|mut tokens| {
        while tokens.next()?.is_some() {}
        Ok(())
    });
    read.err()
}

/// Reading a body partially gives the same error and, if it is good, the same message.
pub(crate) fn check_partial(body: &[u8], partial: Partial<'_>, found: Result<Message<'_>, Error>) {
    assert_eq!(partial.error, found.err(), "{}", body.escape_ascii());
    if found.is_ok() {
        assert_eq!(partial.message, found.ok(), "{}", body.escape_ascii());
    }
}
