//! Time to parse pushes of 50 events that deviate in every event from the way in which Exchange writes them, beside bare
//! walks of two other parsers.
//!
//! One iteration reads every message once. Compare times within one run only, on a quiet machine, with the default flags.

mod contestants;
mod corpus;
mod timing;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in corpus::deviations::all() {
        let contestants = contestants::typed_and_walks(&corpus);
        timing::compare(&mut criterion, "deviations", &corpus, contestants);
    }
    criterion.final_summary();
}
