//! Settings of criterion for all benches of times.
#![allow(dead_code, reason = "each bench uses a part")]

use core::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};

use crate::corpus::Corpus;

/// Short measurements. All contestants of a corpus are timed within seconds of each other, so that a slower phase of
/// the machine affects them alike, and a whole bench takes about a minute. `benches/report.py` makes several passes.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .nresamples(5_000)
        .without_plots()
        .configure_from_args()
}

/// A group for a corpus. One iteration reads every message once.
pub(crate) fn group<'c>(
    criterion: &'c mut Criterion,
    name: &str,
    corpus: &Corpus,
) -> BenchmarkGroup<'c, WallTime> {
    let bytes: usize = corpus.bodies.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::ElementsAndBytes {
        elements: corpus.bodies.len() as u64,
        bytes: bytes as u64,
    });
    group
}

/// Times the contestants of a corpus. Each is a name, and what reads all bodies once.
pub(crate) fn compare<R: FnMut(&[Vec<u8>]) -> u64>(
    criterion: &mut Criterion,
    bench: &str,
    corpus: &Corpus,
    contestants: impl IntoIterator<Item = (&'static str, R)>,
) {
    let name = format!("{bench}/{}", corpus.name);
    let mut group = group(criterion, &name, corpus);
    for (name, mut run) in contestants {
        group.bench_function(name, |bencher| bencher.iter(|| run(&corpus.bodies)));
    }
    group.finish();
}
