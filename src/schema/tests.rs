//! The names of elements elsewhere agree with the table, and no value of the table is lost.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it fails"
)]

use alloc::format;
use alloc::string::String;
use std::collections::HashSet;

use super::{Content, Element, NAMESPACES, PLACES, Vocabulary};
use crate::{Config, EventKind, Operation, Parser};

/// A start tag and an end tag in this namespace.
fn element(vocabulary: Vocabulary, name: &str, attributes: &str, content: &str) -> String {
    let prefix = match vocabulary {
        Vocabulary::Soap11 => "s11:",
        Vocabulary::Soap12 => "s12:",
        Vocabulary::Messages => "m:",
        Vocabulary::Types => "t:",
        Vocabulary::Errors => "e:",
        Vocabulary::NoNamespace => "",
    };
    format!("<{prefix}{name}{attributes}>{content}</{prefix}{name}>")
}

/// A body in which `content` is all that `parent` contains, except for what a message must have.
fn body(parent: Element, content: String) -> String {
    let parent = match parent {
        Element::Document => return content,
        Element::Event => Element::CreatedEvent,
        other => other,
    };
    let (outer, vocabulary, name, _) = { PLACES.iter() }
        .find(|(.., element)| *element == parent)
        .unwrap();
    let required = match parent {
        Element::Envelope11 if !content.contains("Body") => {
            "<s11:Body><m:SendNotification/></s11:Body>"
        }
        Element::Envelope12 if !content.contains("Body") => {
            "<s12:Body><m:SendNotification/></s12:Body>"
        }
        Element::Notification if !content.contains("SubscriptionId") => {
            "<t:SubscriptionId>id</t:SubscriptionId>"
        }
        _ => "",
    };
    let [s11, s12, m, _, t, _, e, _] = NAMESPACES;
    let declarations = match outer {
        Element::Document => format!(
            " xmlns:s11='{s11}' xmlns:s12='{s12}' xmlns:m='{m}' xmlns:t='{t}' xmlns:e='{e}'"
        ),
        _ => String::new(),
    };
    let content = format!("{required}{content}");
    body(*outer, element(*vocabulary, name, &declarations, &content))
}

#[test]
fn every_value_of_the_table_is_in_the_message() {
    const TEXT: &str = "PROBE";
    const NUMBER: &str = "4711";
    for predict in [true, false] {
        let mut parser = Parser::with_config(Config::new().predict(predict));
        for (parent, vocabulary, name, row) in PLACES {
            let (attributes, content, expected) = match row.content() {
                Content::Children | Content::Operation(_) => continue, // the parents of others
                Content::Event(kind) => ("", "", kind.name().strip_suffix("Event").unwrap()),
                Content::Text | Content::Token | Content::NamedText => ("", TEXT, TEXT),
                Content::Int => ("", NUMBER, NUMBER),
                Content::Boolean => ("", "true", "more_events: Some(true)"),
                Content::Id => (" Id='PROBE'", "", TEXT),
                Content::Version => (" Version='PROBE'", "", TEXT),
            };
            let body = body(*parent, element(*vocabulary, name, attributes, content));
            let message = parser.parse(body.as_bytes());
            let message = message.unwrap_or_else(|error| panic!("{error}: {body}"));
            let shown = format!("{message:?}");
            assert!(shown.contains(expected), "{shown} for {body}");
            assert_eq!(parser.stats().elements_skipped, 0, "{body}");
        }
    }
}

#[test]
fn kinds_of_events_have_the_names_of_their_elements() {
    let mut kinds = HashSet::new();
    for (_, _, name, element) in PLACES {
        if let Content::Event(kind) = element.content() {
            assert_eq!(kind.name(), *name);
            kinds.insert(kind);
        }
    }
    assert_eq!(kinds, HashSet::from(EventKind::KNOWN));
}

#[test]
fn operations_have_the_names_of_their_elements() {
    let mut operations = HashSet::new();
    for (_, _, name, element) in PLACES {
        if let Content::Operation(operation) = element.content() {
            assert_eq!(operation.name(), *name);
            operations.insert(operation);
        }
    }
    let all = [
        Operation::SendNotification,
        Operation::GetEvents,
        Operation::GetStreamingEvents,
        Operation::Fault,
    ];
    assert_eq!(operations, HashSet::from(all));
}

/// The names that the fast path spells are names of the table, and the elements are predicted. It need not know them all.
#[test]
fn the_fast_path_predicts_names_of_the_table() {
    const SOURCE: &str = include_str!("../engine/child_matcher.rs");
    let literals = SOURCE.split('"').skip(1).step_by(2);
    let mut names: HashSet<&str> = literals
        .filter_map(|text| text.strip_suffix('>').or(text.strip_suffix(" Id=")))
        .filter(|name| name.starts_with(char::is_uppercase))
        .collect();
    names.extend(EventKind::KNOWN.map(EventKind::name));
    let mut parser = Parser::new();
    for (parent, vocabulary, name, row) in PLACES {
        if !matches!(parent, Element::Notification | Element::Event) || !names.remove(name) {
            continue;
        }
        let (attributes, content) = match row.content() {
            Content::Token => ("", "text"),
            Content::Int => ("", "7"),
            Content::Boolean => ("", "false"),
            Content::Id => (" Id=\"a\"", ""),
            _ => ("", ""),
        };
        let body = body(*parent, element(*vocabulary, name, attributes, content));
        for _ in 0..2 {
            parser.parse(body.as_bytes()).unwrap();
            assert_eq!(parser.stats().prediction_misses, 0, "{body}");
        }
    }
    assert!(parser.stats().head_hits > 0);
    assert_eq!(names, HashSet::new(), "not in the table");
}

#[cfg(feature = "serde")]
#[test]
fn the_keys_of_json_are_the_names_of_the_table() {
    let mut parser = Parser::new();
    for (parent, vocabulary, name, row) in PLACES {
        let attributes = match (parent, row.content()) {
            (Element::Notification | Element::Event, Content::Event(_)) => continue,
            (Element::Notification | Element::Event, Content::Id) => " Id='a'",
            (Element::Notification | Element::Event, _) => "",
            _ => continue,
        };
        let body = body(*parent, element(*vocabulary, name, attributes, "1"));
        let body = match attributes {
            "" => body,
            _ => body.replace(">1<", "><"),
        };
        let message = parser.parse(body.as_bytes()).unwrap();
        let json = serde_json::to_string(&message).unwrap();
        let key = match *name {
            "TimeStamp" => "timestamp".into(),
            _ => snake_case(name),
        };
        assert!(json.contains(&format!("\"{key}\":")), "{key} in {json}");
        assert!(
            !json.contains(&format!("\"{key}\":null")),
            "{key} in {json}"
        );
    }
}

#[cfg(feature = "serde")]
fn snake_case(name: &str) -> String {
    let mut key = String::new();
    for (at, c) in name.char_indices() {
        if c.is_ascii_uppercase() && at > 0 {
            key.push('_');
        }
        key.push(c.to_ascii_lowercase());
    }
    key
}
