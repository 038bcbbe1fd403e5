//! Settings of criterion for all benches of times.

use core::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};

use crate::corpus::Corpus;

/// Short measurements. All contestants of a corpus are timed within seconds of each other, so that a slower phase of
/// the machine affects them alike, and a whole bench takes less than a minute. `benches/report.py` makes several passes.
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
    group.throughput(Throughput::Bytes(bytes as u64));
    group
}
