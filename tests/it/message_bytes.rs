//! `MessageBytes`: each parse of the same bytes gives the same message, on every thread.

use std::sync::{Barrier, mpsc};
use std::thread;

use crate::support::fixtures::{self, Fixture};
use crate::support::json;
use bytes::Bytes;
use ews_notifications::{Config, MessageBytes, Parser};
use serde_json::Value;

/// Compiles only for types that may be sent, shared and kept.
const fn is_free<T: Send + Sync + 'static>() {}
const _: () = is_free::<MessageBytes>();

fn message_bytes(fixture: Fixture) -> MessageBytes {
    MessageBytes::new(Bytes::from(fixture.body))
}

#[test]
fn two_threads_parse_the_same_bytes_at_the_same_time() {
    let messages: Vec<MessageBytes> = fixtures::accepted()
        .into_iter()
        .map(message_bytes)
        .collect();
    let mut parser = Parser::new();
    let mut texts = |messages: &[MessageBytes]| -> Vec<Value> {
        let texts = messages.iter();
        let texts = texts.map(|message| json::of_message(&message.parse(&mut parser).unwrap()));
        texts.collect()
    };
    let expected = texts(&messages);
    assert_eq!(texts(&messages), expected, "a second time");

    let both_look = Barrier::new(2);
    let look = || {
        let mut parser = Parser::new();
        for (message, expected) in messages.iter().zip(&expected) {
            let message = message.parse(&mut parser).unwrap();
            // Each has a message in its hands that borrows from the body that the other one has.
            both_look.wait();
            assert_eq!(&json::of_message(&message), expected);
        }
    };
    thread::scope(|scope| {
        scope.spawn(look);
        scope.spawn(look);
    });
}

#[test]
fn a_thread_parses_bytes_from_a_channel() {
    let (sender, receiver) = mpsc::channel::<MessageBytes>();
    let worker = thread::spawn(move || {
        let mut parser = Parser::new();
        let messages = receiver.iter();
        messages
            .map(|message| json::of_message(&message.parse(&mut parser).unwrap()))
            .collect::<Vec<_>>()
    });
    let mut parser = Parser::new();
    let mut expected = Vec::new();
    for fixture in fixtures::accepted() {
        expected.push(json::of_message(&parser.parse(&fixture.body).unwrap()));
        sender.send(message_bytes(fixture)).unwrap();
    }
    drop(sender);
    assert_eq!(worker.join().unwrap(), expected);
}

#[test]
fn a_clone_shares_the_body() {
    let message = message_bytes(fixtures::accepted().remove(0));
    let clone = message.clone();
    assert_eq!(clone, message);
    assert_eq!(clone.body.as_ptr(), message.body.as_ptr());
    assert_eq!(message.offset, 0);
}

/// `new` checks nothing, and each parse returns the same error.
#[test]
fn a_refused_body_is_refused_by_parse_and_not_by_new() {
    let mut parser = Parser::new();
    for fixture in fixtures::refused() {
        let expected = Parser::new().parse(&fixture.body).unwrap_err();
        let message = message_bytes(fixture);
        for _ in 0..2 {
            assert_eq!(message.parse(&mut parser), Err(expected));
        }
    }
}

/// The result depends on the parser of this parse, and not on an earlier parser.
#[test]
fn a_stricter_parser_refuses_bytes_that_another_parser_has_accepted() {
    let message = message_bytes(fixtures::accepted().remove(0));
    assert!(message.parse(&mut Parser::new()).is_ok());
    let mut config = Config::default();
    config.limits.body_bytes = message.body.len() - 1;
    assert!(message.parse(&mut Parser::with_config(config)).is_err());
}
