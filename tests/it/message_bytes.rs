//! Owned messages: the same message on every thread, in every clone, and as often as one looks.

use std::sync::{Barrier, mpsc};
use std::thread;

use crate::support::fixtures::{self, Fixture};
use crate::support::json;
use bytes::Bytes;
use ews_notifications::{Config, MessageBytes, Parser};

/// Compiles for what may be sent, shared and kept without end.
const fn is_free<T: Send + Sync + 'static>() {}
const _: () = is_free::<MessageBytes>();

fn owned(fixture: Fixture) -> MessageBytes {
    MessageBytes::new(Bytes::from(fixture.body))
}

#[test]
fn is_read_by_two_threads_at_once() {
    let messages: Vec<MessageBytes> = fixtures::accepted().into_iter().map(owned).collect();
    let mut parser = Parser::new();
    let mut texts = |messages: &[MessageBytes]| -> Vec<serde_json::Value> {
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
fn goes_through_a_channel() {
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
        sender.send(owned(fixture)).unwrap();
    }
    drop(sender);
    assert_eq!(worker.join().unwrap(), expected);
}

#[test]
fn a_clone_shares_the_body() {
    let message = owned(fixtures::accepted().remove(0));
    let clone = message.clone();
    assert_eq!(clone, message);
    assert_eq!(clone.body.as_ptr(), message.body.as_ptr());
    assert_eq!(message.offset, 0);
}

/// Nothing is checked before the first look, and each look says the same.
#[test]
fn what_is_refused_is_refused_when_it_is_looked_at() {
    let mut parser = Parser::new();
    for fixture in fixtures::refused() {
        let expected = Parser::new().parse(&fixture.body).unwrap_err();
        let message = owned(fixture);
        for _ in 0..2 {
            assert_eq!(message.parse(&mut parser), Err(expected));
        }
    }
}

/// What is read depends on the parser, and not on what another one has said.
#[test]
fn a_stricter_parser_refuses_what_another_has_read() {
    let message = owned(fixtures::accepted().remove(0));
    assert!(message.parse(&mut Parser::new()).is_ok());
    let mut config = Config::default();
    config.limits.body_bytes = message.body.len() - 1;
    assert!(message.parse(&mut Parser::with_config(config)).is_err());
}
