//! Instructions to read each corpus, of the two C++ parsers. See `benches/instructions.rs`.
#![allow(dead_code, reason = "of the Rust parsers, only sums are needed")]

#[path = "../contestants/mod.rs"]
mod contestants;
#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../counting/mod.rs"]
mod counting;
mod walks;

fn main() {
    for corpus in counting::corpora() {
        for mut walk in walks::all(&corpus) {
            counting::count(&corpus, walk.name, counting::ROUNDS, || {
                (walk.run)().unwrap_or(0)
            });
        }
    }
}
