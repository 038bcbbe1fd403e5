//! Instructions to read expensive bodies, and bodies four times as large. `benches/instructions.py growth` runs this
//! under callgrind. Without callgrind it counts nothing.
#![allow(clippy::print_stdout, reason = "a bench prints")]

mod corpus;
mod counting;
mod shapes;

use ews_notifications::{Config, Limits, Parser};

use crate::corpus::Corpus;

/// Units of the smaller body. The larger has four times as many.
const UNITS: usize = 4_000;

fn main() {
    println!("kernel {:?}", Parser::new().kernel());
    for (name, shape) in shapes::ALL {
        for (contestant, units) in [("once", UNITS), ("four-times", 4 * UNITS)] {
            let bodies = vec![shape(units).into_bytes()];
            let corpus = Corpus { name, bodies };
            let mut config = Config::default();
            config.limits = Limits::unlimited();
            let mut parser = Parser::with_config(config);
            counting::count(&corpus, contestant, counting::ROUNDS, || {
                let read = corpus.bodies.iter().map(|body| parser.parse(body).is_ok());
                read.map(u64::from).sum()
            });
        }
    }
}
