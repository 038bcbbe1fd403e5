//! Time to cut a stream into its envelopes, to parse the envelopes, to do both, and a lower bound.
//!
//! One iteration takes a whole stream, in chunks of the length in the group's name. Compare times within one run only,
//! on a quiet machine, with the default flags.
#![allow(
    clippy::expect_used,
    reason = "a contestant that fails must not be timed"
)]

mod contestants;
mod corpus;
mod timing;

use contestants::ours;
use ews_notifications::frame::Framer;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in [corpus::stream_14(), corpus::stream_heartbeat()] {
        let stream = corpus.bodies.concat();
        for (length, name) in [
            (4 << 10, "4-KiB"),
            (16 << 10, "16-KiB"),
            (stream.len(), "whole"),
        ] {
            let mut parse = ours::warm(&corpus);
            let mut lower_bound = || memchr::memchr_iter(b'<', &stream).count() as u64;
            let mut framing = || framed(&stream, length, |body| body.len() as u64);
            assert_eq!(framing(), stream.len() as u64);
            let mut parsing = || corpus.bodies.iter().map(|body| parse(body)).sum::<u64>();
            let sum = parsing();
            let mut parse = ours::warm(&corpus);
            let mut both = || framed(&stream, length, &mut parse);
            assert_eq!(both(), sum);

            let mut group = timing::group(
                &mut criterion,
                &format!("frame/{}/{name}", corpus.name),
                &corpus,
            );
            let contestants: [(_, &mut dyn FnMut() -> u64); 4] = [
                ("memchr-count", &mut lower_bound),
                ("framing", &mut framing),
                ("parsing", &mut parsing),
                ("framing-and-parsing", &mut both),
            ];
            for (name, run) in contestants {
                group.bench_function(name, |bencher| bencher.iter(&mut *run));
            }
            group.finish();
        }
    }
    criterion.final_summary();
}

/// The sum of `read` over the envelopes of a stream, which arrives in chunks of this length.
fn framed(stream: &[u8], length: usize, mut read: impl FnMut(&[u8]) -> u64) -> u64 {
    let mut framer = Framer::new();
    let mut sum = 0;
    for mut chunk in stream.chunks(length) {
        while let Some(envelope) = framer.next(&mut chunk).expect("the stream is well-formed") {
            sum += read(envelope.body);
        }
    }
    framer.finish().expect("the stream ends between envelopes");
    sum
}
