//! Time to read each corpus: this crate, other parsers, and two lower bounds.
//!
//! One iteration reads every message of a corpus once, in a fixed order. Compare times within one run only, on a quiet
//! machine, with the default flags.

mod contestants;
mod corpus;
mod timing;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in corpus::all() {
        let mut group = timing::group(&mut criterion, &format!("parse/{}", corpus.name), &corpus);
        for mut contestant in contestants::all(&corpus) {
            group.bench_function(contestant.name, |bencher| {
                bencher.iter(|| (contestant.run)(&corpus.bodies));
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
