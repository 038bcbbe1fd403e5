//! Time from a body to what a handler needs: typed events, events that own their text, and JSON. This crate, and a typed
//! consumer written by hand on quick-xml that fills the same model.
//!
//! One iteration reads every message of a corpus once. `ndjson` writes the lines that `ewsn --format ndjson` prints.
//! Compare times within one run only, on a quiet machine, with the default flags.
#![allow(
    clippy::expect_used,
    reason = "a contestant that fails must not be timed"
)]

mod consumer;
mod contestants;
mod corpus;
#[allow(dead_code, reason = "the messages of the corpora have no errors")]
#[path = "../crates/cli/src/ndjson.rs"]
mod ndjson;
mod timing;

use core::hint::black_box;
use std::borrow::Cow;

use contestants::Run;
use ews_notifications::{Message, Parser};
use serde::Serialize;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in [
        corpus::heartbeat(),
        corpus::push_50(),
        corpus::mixed(),
        corpus::stream_14(),
    ] {
        for body in &corpus.bodies {
            let mut parser = Parser::new();
            let ours = json(&parser.parse(body).expect("the body is a message"));
            assert_eq!(json(&consumer::read::<Cow<'_, str>>(body)), ours);
            assert_eq!(json(&consumer::read::<String>(body)), ours);
        }
        let contestants: [(_, Run); 7] = [
            (
                "ews-notifications",
                ours(|message, _| {
                    black_box(message);
                }),
            ),
            (
                "ews-notifications-owned",
                ours(|message, _| drop(black_box(message.into_owned()))),
            ),
            (
                "ews-notifications-json",
                ours(|message, out| write_json(message, out)),
            ),
            (
                "ews-notifications-ndjson",
                ours(|message, out| {
                    let place = ndjson::Place {
                        file: "-",
                        envelope: 1,
                        offset: 0,
                        is_partial: false,
                    };
                    ndjson::write(&place, message, &[], out).expect("memory takes all lines");
                }),
            ),
            (
                "quick-xml",
                theirs(|body, _| drop(black_box(consumer::read::<Cow<'_, str>>(body)))),
            ),
            (
                "quick-xml-owned",
                theirs(|body, _| drop(black_box(consumer::read::<String>(body)))),
            ),
            (
                "quick-xml-json",
                theirs(|body, out| write_json(&consumer::read::<Cow<'_, str>>(body), out)),
            ),
        ];
        timing::compare(&mut criterion, "handlers", &corpus, contestants);
    }
    criterion.final_summary();
}

fn ours(handle: impl Fn(&Message<'_>, &mut Vec<u8>) + 'static) -> Run {
    let mut parser = Parser::new();
    theirs(move |body, out| {
        handle(&parser.parse(body).expect("the body is a message"), out);
    })
}

/// Calls `handle` with each body and an empty buffer, which is used again.
fn theirs(mut handle: impl FnMut(&[u8], &mut Vec<u8>) + 'static) -> Run {
    let mut out = Vec::new();
    Box::new(move |bodies| {
        let lengths = bodies.iter().map(|body| {
            out.clear();
            handle(body, &mut out);
            out.len() as u64
        });
        lengths.sum()
    })
}

fn write_json(value: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("memory takes all of it");
}

fn json(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    write_json(value, &mut out);
    String::from_utf8(out).expect("JSON is UTF-8")
}
