//! Time of single messages of the mixed corpus: median, high quantiles, and the first message after a start.
//!
//! Prints a line of JSON for each case: quantiles in nanoseconds, and the length of the message at each quantile. The
//! work is nearly the same in every round, so a warm message that takes much longer than at its best was interrupted.
//! Every case includes the time to read the clock, which is also a case of its own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first error"
)]

mod corpus;

use core::hint::black_box;
use std::time::Instant;

use ews_notifications::Parser;

/// Rounds over the corpus for warm-up, and rounds that count.
const WARM_UP: usize = 200;
const ROUNDS: usize = 2_000;

/// Nanoseconds, and the length of the message.
type Sample = (u128, usize);

fn main() {
    let bodies = corpus::mixed().bodies;

    // This case has to come first: caches are cold and no branch is predicted.
    let very_first = read(&mut Parser::new(), &bodies[0]);
    report("first of the process", vec![very_first]);

    let firsts = (0..40).flat_map(|_| &bodies);
    let firsts = firsts.map(|body| read(&mut Parser::new(), body));
    report("first of a parser", firsts.collect());

    let mut parser = Parser::new();
    for body in (0..WARM_UP).flat_map(|_| &bodies) {
        read(&mut parser, body);
    }
    let warm = (0..ROUNDS).flat_map(|_| &bodies);
    let warm: Vec<_> = warm.map(|body| read(&mut parser, body)).collect();
    let at_their_best = (0..bodies.len()).filter_map(|body| {
        let rounds = warm.iter().skip(body).step_by(bodies.len());
        rounds.min().copied()
    });
    report("warm, each message at its best", at_their_best.collect());
    report("warm", warm);

    let clock = (0..100_000).map(|_| (Instant::now().elapsed().as_nanos(), 0));
    report("the clock alone", clock.collect());
}

fn read(parser: &mut Parser, body: &[u8]) -> Sample {
    let clock = Instant::now();
    black_box(parser.parse(black_box(body)).expect("the body is a push"));
    (clock.elapsed().as_nanos(), body.len())
}

fn report(case: &str, mut samples: Vec<Sample>) {
    samples.sort_unstable();
    let quantile = |per_mille: usize| {
        let (nanoseconds, bytes) = samples[(samples.len() - 1) * per_mille / 1_000];
        format!(r#"{{"ns":{nanoseconds},"bytes":{bytes}}}"#)
    };
    let [p50, p99, p99_9, worst] = [500, 990, 999, 1_000].map(quantile);
    let count = samples.len();
    println!(
        r#"{{"case":"{case}","samples":{count},"p50":{p50},"p99":{p99},"p99.9":{p99_9},"worst":{worst}}}"#
    );
}
