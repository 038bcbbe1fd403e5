//! Time to read each corpus: this crate, two C++ parsers, and a lower bound, in one run.
//!
//! Groups and names are those of `benches/parse.rs`, which times the Rust parsers.

#[path = "../contestants/mod.rs"]
mod contestants;
#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../timing/mod.rs"]
mod timing;
mod walks;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in corpus::all() {
        let mut group = timing::group(&mut criterion, &format!("parse/{}", corpus.name), &corpus);
        for mut contestant in contestants::all(&corpus) {
            if ["ews-notifications", "memchr-count"].contains(&contestant.name) {
                group.bench_function(contestant.name, |bencher| {
                    bencher.iter(|| (contestant.run)(&corpus.bodies));
                });
            }
        }
        for mut walk in walks::all(&corpus) {
            group.bench_function(walk.name, |bencher| bencher.iter(|| (walk.run)()));
        }
        group.finish();
    }
    criterion.final_summary();
}
