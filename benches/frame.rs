//! Time to cut a stream into its envelopes, to parse the envelopes, to do both, and a lower bound. Beside them, the time of
//! other parsers to read envelopes that are cut already.
//!
//! One iteration takes a whole stream. The name of the group says in which chunks the stream arrives. Compare times
//! within one run only, on a quiet machine, with the default flags.
#![allow(
    clippy::expect_used,
    reason = "a contestant that fails must not be timed"
)]

mod contestants;
mod corpus;
mod timing;

use contestants::ours;
use ews_notifications::frame::Framer;

/// The walks, which get the envelopes without framing.
const PEERS: [&str; 5] = [
    "memchr-count",
    "xmlparser",
    "quick-xml",
    "quick-xml-ns",
    "simdxml",
];

fn main() {
    let mut criterion = timing::criterion();
    for corpus in [corpus::stream_14(), corpus::stream_heartbeat()] {
        let stream = corpus.bodies.concat();
        let chunks: [(_, Vec<&[u8]>); 3] = [
            (
                "envelopes",
                corpus.bodies.iter().map(Vec::as_slice).collect(),
            ),
            ("4-KiB", stream.chunks(4 << 10).collect()),
            ("16-KiB", stream.chunks(16 << 10).collect()),
        ];
        for (name, chunks) in chunks {
            let mut parse = ours::warm(&corpus);
            let mut parsing = || corpus.bodies.iter().map(|body| parse(body)).sum::<u64>();
            let sum = parsing();
            let mut framing = || framed(&chunks, |body| body.len() as u64);
            assert_eq!(framing(), stream.len() as u64);
            let mut parse = ours::warm(&corpus);
            let mut both = || framed(&chunks, &mut parse);
            assert_eq!(both(), sum);

            let name = format!("frame/{}/{name}", corpus.name);
            let mut group = timing::group(&mut criterion, &name, &corpus);
            let ours: [(_, &mut dyn FnMut() -> u64); 3] = [
                ("framing", &mut framing),
                ("parsing", &mut parsing),
                ("framing-and-parsing", &mut both),
            ];
            for (name, run) in ours {
                group.bench_function(name, |bencher| bencher.iter(&mut *run));
            }
            for (name, mut run) in contestants::some(&corpus, &PEERS) {
                group.bench_function(name, |bencher| bencher.iter(|| run(&corpus.bodies)));
            }
            group.finish();
        }
    }
    criterion.final_summary();
}

/// The sum of `read` over the envelopes of a stream, which arrives in these chunks.
fn framed(chunks: &[&[u8]], mut read: impl FnMut(&[u8]) -> u64) -> u64 {
    let mut framer = Framer::new();
    let mut sum = 0;
    for &(mut chunk) in chunks {
        while let Some(envelope) = framer.next(&mut chunk).expect("the stream is well-formed") {
            sum += read(envelope.body);
        }
    }
    framer.finish().expect("the stream ends between envelopes");
    sum
}
