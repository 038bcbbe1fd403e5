//! Instructions to read each corpus. `benches/instructions.py` runs this under callgrind.
//!
//! Without callgrind it counts nothing, but asserts the sums of all contestants on the named corpora, or on all. A line
//! on standard output announces each count.
#![allow(clippy::print_stdout, reason = "a bench prints")]

mod contestants;
mod corpus;
mod counting;

use ews_notifications::Parser;

fn main() {
    println!("kernel {:?}", Parser::new().kernel());
    for corpus in counting::corpora() {
        for (name, mut run) in contestants::all(&corpus) {
            counting::count(&corpus, name, counting::ROUNDS, || run(&corpus.bodies));
        }
    }
}
