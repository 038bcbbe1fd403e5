//! Instructions of the two C++ parsers to read each corpus. See `benches/instructions.rs`.
#![allow(dead_code, reason = "only the sums of the Rust parsers are used")]

#[path = "../contestants/mod.rs"]
mod contestants;
#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../counting/mod.rs"]
mod counting;
mod walks;

fn main() {
    for corpus in counting::named(corpus::all()) {
        for mut walk in walks::all(&corpus) {
            counting::count(&corpus, walk.name, counting::ROUNDS, || {
                (walk.run)().unwrap_or(0)
            });
        }
    }
}
