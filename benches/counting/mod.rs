//! Marks the code whose instructions callgrind counts.
#![allow(dead_code, reason = "each bench uses a part")]

use core::hint::black_box;

use crate::corpus::Corpus;

/// Rounds over a corpus before counting, so that a parser can learn, and rounds that are counted.
pub(crate) const ROUNDS: usize = 2;

/// Those of the corpora that the command line names, or all.
pub(crate) fn named(corpora: Vec<Corpus>) -> impl Iterator<Item = Corpus> {
    let names: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--")) // cargo's own
        .collect();
    let is_named =
        move |corpus: &Corpus| names.is_empty() || names.iter().any(|name| name == corpus.name);
    corpora.into_iter().filter(is_named)
}

/// Prints the line that announces a count, reads the corpus for warm-up, and reads it again to be counted.
pub(crate) fn count(
    corpus: &Corpus,
    contestant: &str,
    rounds: usize,
    mut read: impl FnMut() -> u64,
) {
    let messages = corpus.bodies.len();
    let bytes: usize = corpus.bodies.iter().map(Vec::len).sum();
    println!(
        "count {} {contestant} {rounds} {messages} {bytes}",
        corpus.name
    );
    for _ in 0..rounds {
        black_box(read());
    }
    counted(rounds, &mut read);
}

/// Callgrind finds this function by name, counts from entry to return, and writes a file at each return.
#[inline(never)]
fn counted(rounds: usize, read: &mut dyn FnMut() -> u64) {
    for _ in 0..rounds {
        black_box(read());
    }
}
