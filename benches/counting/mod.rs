//! What is counted, and how callgrind knows it.
#![allow(dead_code, reason = "each bench uses a part")]

use core::hint::black_box;

use crate::corpus::{self, Corpus};

/// How often a corpus is read before anything counts, and then with it, by what learns.
pub(crate) const ROUNDS: usize = 2;

/// The corpora that the command line names, or all.
pub(crate) fn corpora() -> impl Iterator<Item = Corpus> {
    let names: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--")) // cargo's own
        .collect();
    let is_named =
        move |corpus: &Corpus| names.is_empty() || names.iter().any(|name| name == corpus.name);
    corpus::all().into_iter().filter(is_named)
}

/// Announces a count, and has what is to be counted done.
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

/// Callgrind counts from entry to return, by the name of the function, and writes a file at each return.
#[inline(never)]
fn counted(rounds: usize, read: &mut dyn FnMut() -> u64) {
    for _ in 0..rounds {
        black_box(read());
    }
}
