//! Time to parse pushes of 50 events that deviate from the canonical form in every event. Beside it, the time to parse the
//! canonical pushes, and the time of bare walks of two other parsers.
//!
//! One iteration reads every message once. Compare times within one run only, on a quiet machine, with the default flags.

mod contestants;
mod corpus;
mod timing;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in corpus::deviations::all() {
        let names = ["ews-notifications", "xmlparser", "quick-xml"];
        let mut contestants = contestants::some(&corpus, &names);
        contestants.push(contestants::ours_on("canonical", corpus::push_50()));
        timing::compare(&mut criterion, "deviations", &corpus, contestants);
    }
    criterion.final_summary();
}
