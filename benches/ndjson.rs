//! Time from a body to its lines of JSON, as `ewsn --format ndjson` prints them, and the time of parsing alone.
//!
//! One iteration reads every message of a corpus once. Compare times within one run only, on a quiet machine, with the
//! default flags.
#![allow(
    clippy::expect_used,
    reason = "a contestant that fails must not be timed"
)]

mod corpus;
#[path = "../crates/cli/src/ndjson.rs"]
mod ndjson;
mod timing;

use core::hint::black_box;

use ews_notifications::{Message, Parser};

fn main() {
    let mut criterion = timing::criterion();
    for corpus in [corpus::push_50(), corpus::mixed(), corpus::stream_14()] {
        let name = format!("ndjson/{}", corpus.name);
        let mut group = timing::group(&mut criterion, &name, &corpus);
        let mut parser = Parser::new();
        let mut read = |lines: &mut Vec<u8>, write: fn(&Message<'_>, &mut Vec<u8>)| {
            lines.clear();
            for body in &corpus.bodies {
                let message = parser.parse(body).expect("the body is a message");
                write(black_box(&message), lines);
            }
            lines.len()
        };
        let write = |message: &Message<'_>, lines: &mut Vec<u8>| {
            ndjson::write("-", message, lines).expect("memory takes all lines");
        };
        let mut lines = Vec::new();
        read(&mut lines, write);
        assert!(lines.ends_with(b"}\n"));
        group.bench_function("parsing", |bencher| {
            bencher.iter(|| read(&mut lines, |_, _| {}));
        });
        group.bench_function("parsing-and-writing", |bencher| {
            bencher.iter(|| read(&mut lines, write));
        });
        group.finish();
    }
    criterion.final_summary();
}
