//! Time to read messages that are not hot: never seen before, evicted from the caches, or of many server builds.
//!
//! - `fresh`: each message is different from the last 65,535.
//! - `evicted`: before each message other code runs and 4 MiB of other data are touched. Each message is timed alone, so
//!   its time includes that of reading the clock.
//! - `heads`: messages of 1 to 64 server builds, in turn or at random. The peers read those of 64.
//!
//! Compare times within one run only, on a quiet machine, with the default flags.
#![allow(
    clippy::expect_used,
    reason = "a contestant that fails must not be timed"
)]

mod contestants;
mod corpus;
mod eviction;
mod timing;

use core::hint::black_box;
use core::slice;
use core::time::Duration;
use std::time::Instant;

use corpus::{Corpus, Order};
use criterion::Criterion;
use eviction::Eviction;

const NAMES: [&str; 7] = [
    "memchr-count",
    "ews-notifications",
    "ews-notifications-cold",
    "xmlparser",
    "quick-xml",
    "quick-xml-ns",
    "simdxml",
];
const PEERS: [&str; 4] = ["xmlparser", "quick-xml", "quick-xml-ns", "simdxml"];

fn main() {
    let mut criterion = timing::criterion();
    fresh(&mut criterion);
    evicted(&mut criterion);
    heads(&mut criterion);
    criterion.final_summary();
}

fn fresh(criterion: &mut Criterion) {
    for corpus in corpus::fresh() {
        let mut group = timing::group(criterion, &format!("fresh/{}", corpus.name), &corpus);
        group.sample_size(10);
        for (name, mut run) in contestants::some(&corpus, &NAMES) {
            group.bench_function(name, |bencher| bencher.iter(|| run(&corpus.bodies)));
        }
        group.finish();
    }
}

fn evicted(criterion: &mut Criterion) {
    let mut eviction = Eviction::new();
    for mut corpus in [corpus::heartbeat(), corpus::push_1(), corpus::mixed()] {
        corpus.bodies.truncate(64);
        let mut group = timing::group(criterion, &format!("evicted/{}", corpus.name), &corpus);
        group.sample_size(10);
        for (name, mut run) in contestants::some(&corpus, &NAMES) {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|iterations| {
                    let mut time = Duration::ZERO;
                    for body in (0..iterations).flat_map(|_| &corpus.bodies) {
                        eviction.evict();
                        let clock = Instant::now();
                        black_box(run(slice::from_ref(body)));
                        time += clock.elapsed();
                    }
                    time
                });
            });
        }
        group.finish();
    }
}

fn heads(criterion: &mut Criterion) {
    type OfBuilds = fn(usize, Order) -> Corpus;
    let groups: [(_, OfBuilds, _); 4] = [
        ("push-in-turn", corpus::pushes_of, Order::InTurn),
        ("push-at-random", corpus::pushes_of, Order::Random),
        (
            "stream-in-turn",
            corpus::stream_heartbeats_of,
            Order::InTurn,
        ),
        (
            "stream-at-random",
            corpus::stream_heartbeats_of,
            Order::Random,
        ),
    ];
    for (name, of_builds, order) in groups {
        let bodies = of_builds(64, order).bodies;
        let corpus = Corpus { name, bodies };
        let builds = [
            ("1", 1),
            ("4", 4),
            ("8", 8),
            ("9", 9),
            ("16", 16),
            ("64", 64),
        ];
        let ours = builds.map(|(name, count)| contestants::ours_on(name, of_builds(count, order)));
        let peers = contestants::some(&corpus, &PEERS);
        timing::compare(criterion, "heads", &corpus, ours.into_iter().chain(peers));
    }
}
