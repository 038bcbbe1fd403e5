//! Time to read each corpus: this crate, two C++ parsers, and a lower bound, in one run.
//!
//! Groups and names are those of `benches/parse.rs` and `benches/tokenize.rs`, which time the Rust parsers.

#[path = "../contestants/mod.rs"]
mod contestants;
#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../timing/mod.rs"]
mod timing;
mod walks;

fn main() {
    let mut criterion = timing::criterion();
    let parsing = corpus::all().into_iter().map(|corpus| {
        let contestants = contestants::all(&corpus);
        ("parse", corpus, contestants)
    });
    let tokenizing = corpus::documents::all().into_iter().map(|corpus| {
        let contestants = contestants::tokenizers(&corpus);
        ("tokenize", corpus, contestants)
    });
    for (bench, corpus, mut contestants) in parsing.chain(tokenizing) {
        contestants.retain(|(name, _)| ["ews-notifications", "memchr-count"].contains(name));
        let walks = walks::all(&corpus).map(|mut walk| {
            let run: contestants::Run = Box::new(move |_| (walk.run)().unwrap_or(0));
            (walk.name, run)
        });
        contestants.extend(walks);
        timing::compare(&mut criterion, bench, &corpus, contestants);
    }
    criterion.final_summary();
}
