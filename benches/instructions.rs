//! Instructions to read each corpus. `benches/instructions.py` runs this under callgrind.
//!
//! Without callgrind it counts nothing, but asserts the sums of all contestants on the named corpora, or on all. A line
//! on standard output announces each count.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first error"
)]

mod contestants;
mod corpus;
mod counting;

use corpus::Corpus;
use ews_notifications::Parser;
use ews_notifications::frame::Framer;

fn main() {
    println!("kernel {:?}", Parser::new().kernel());
    for corpus in counting::named(corpus::all()) {
        for (name, mut run) in contestants::all(&corpus) {
            count(&corpus, name, || run(&corpus.bodies));
        }
        match corpus.name {
            "stream-14" | "stream-heartbeat" => count(&corpus, "ews-notifications-framing", || {
                let mut framer = Framer::new();
                corpus
                    .bodies
                    .iter()
                    .map(|body| framed(&mut framer, body))
                    .sum()
            }),
            "push-1" => {
                let mut parser = Parser::new();
                count(&corpus, "ews-notifications-refusing", || {
                    corpus
                        .bodies
                        .iter()
                        .map(|body| refused(&mut parser, body))
                        .sum()
                });
            }
            _ => {}
        }
    }
    for corpus in counting::named(corpus::documents::all()) {
        let (name, mut run) = contestants::tokens(&corpus);
        count(&corpus, name, || run(&corpus.bodies));
    }
}

fn count(corpus: &Corpus, contestant: &str, read: impl FnMut() -> u64) {
    counting::count(corpus, contestant, counting::ROUNDS, read);
}

/// Cuts an envelope, which arrives alone, out of a stream.
fn framed(framer: &mut Framer, body: &[u8]) -> u64 {
    let envelope = framer.next(&mut &*body).expect("the stream is well-formed");
    envelope.map_or(0, |envelope| envelope.body.len() as u64)
}

/// Refuses the first half of a body, and describes the error.
fn refused(parser: &mut Parser, body: &[u8]) -> u64 {
    let (half, _) = body.split_at(body.len() / 2);
    match parser.parse(half) {
        Ok(_) => panic!("half of a body is no message"),
        Err(error) => error.describe(half).to_string().len() as u64,
    }
}
