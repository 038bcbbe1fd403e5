//! Time to read each corpus: this crate, other parsers, and two floors.
//!
//! One iteration reads every message of a corpus once, in a fixed order. Times mean something as ratios
//! within one run; run on a quiet machine, with the default flags.

mod contestants;
mod corpus;

use core::time::Duration;

use criterion::{Criterion, Throughput};

fn main() {
    // Short for one bench, since there are 77; long enough for a median to within a per cent.
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1500))
        .nresamples(5_000)
        .without_plots()
        .configure_from_args();
    for corpus in corpus::all() {
        parse(&mut criterion, &corpus);
    }
    criterion.final_summary();
}

fn parse(criterion: &mut Criterion, corpus: &corpus::Corpus) {
    let bytes: usize = corpus.bodies.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group(format!("parse/{}", corpus.name));
    group.throughput(Throughput::Bytes(bytes as u64));
    for mut contestant in contestants::all(corpus) {
        group.bench_function(contestant.name, |bencher| {
            bencher.iter(|| (contestant.run)(&corpus.bodies));
        });
    }
    group.finish();
}
