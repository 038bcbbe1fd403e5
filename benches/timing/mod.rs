//! How long each bench takes, and what its group is called.

use core::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};

use crate::corpus::Corpus;

/// Short for one bench, so that all contestants of a corpus are timed within seconds of each other: a
/// machine that is slower for a while is slower for all of them. `benches/report.py` makes several passes.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .nresamples(5_000)
        .without_plots()
        .configure_from_args()
}

/// A group of which one iteration reads every message of the corpus once.
pub(crate) fn group<'c>(
    criterion: &'c mut Criterion,
    name: &str,
    corpus: &Corpus,
) -> BenchmarkGroup<'c, WallTime> {
    let bytes: usize = corpus.bodies.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(bytes as u64));
    group
}
