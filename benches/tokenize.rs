//! Time to read any XML: the tokenizer of this crate, other parsers, and two lower bounds.
//!
//! One iteration reads every document of a corpus once, in a fixed order. Compare times within one run only, on a quiet
//! machine, with the default flags.

mod contestants;
mod corpus;
mod timing;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in corpus::documents::all() {
        let contestants = contestants::tokenizers(&corpus);
        timing::compare(&mut criterion, "tokenize", &corpus, contestants);
    }
    criterion.final_summary();
}
