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
        let contestants = contestants::all(&corpus);
        timing::compare(&mut criterion, "parse", &corpus, contestants);
    }
    criterion.final_summary();
}
