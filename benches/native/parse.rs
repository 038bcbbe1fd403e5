//! Time to read each corpus: this crate, two C++ parsers, and a floor, in one run.
//!
//! Groups and names are those of `benches/parse.rs`, which times the Rust parsers.

#[path = "../contestants/mod.rs"]
mod contestants;
#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../timing/mod.rs"]
mod timing;

use core::ffi::CStr;
use std::ffi::CString;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};

use contestants::Contestant;
use corpus::Corpus;

fn main() {
    let mut criterion = timing::criterion();
    for corpus in corpus::all() {
        parse(&mut criterion, &corpus);
    }
    criterion.final_summary();
}

fn parse(criterion: &mut Criterion, corpus: &Corpus) {
    let mut contestants = contestants::all(corpus);
    let expected = without_space(corpus, &mut contestants);
    let bodies = corpus.bodies.iter().map(|body| CString::new(body.clone()));
    let bodies: Vec<_> = bodies.map(|body| body.expect("no byte is zero")).collect();

    let mut group = timing::group(criterion, corpus);
    for contestant in &mut contestants {
        if ["ews-notifications", "memchr-count"].contains(&contestant.name) {
            group.bench_function(contestant.name, |bencher| {
                bencher.iter(|| (contestant.run)(&corpus.bodies));
            });
        }
    }
    let pugixml = |body: &CStr| native::pugixml(body.to_bytes());
    walk(&mut group, "pugixml", &bodies, expected, pugixml);
    walk(&mut group, "rapidxml", &bodies, expected, native::rapidxml);
    group.finish();
}

fn walk(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    bodies: &[CString],
    expected: u64,
    read: impl Fn(&CStr) -> Option<u64>,
) {
    let all = || -> Option<u64> { bodies.iter().map(|body| read(body)).sum() };
    assert_eq!(all(), Some(expected), "{name}");
    group.bench_function(name, |bencher| bencher.iter(all));
}

/// What xmlparser counts if there is no white space between elements, of which neither of the two
/// makes a node. In the corpora it stands at the beginning of lines.
fn without_space(corpus: &Corpus, contestants: &mut [Contestant]) -> u64 {
    let compact = corpus.bodies.iter().map(|body| {
        let lines = body.split(|&byte| byte == b'\n');
        lines.flat_map(<[u8]>::trim_ascii_start).copied().collect()
    });
    let compact: Vec<_> = compact.collect();
    let mut all = contestants.iter_mut();
    let xmlparser = all.find(|contestant| contestant.name == "xmlparser");
    (xmlparser.expect("it is among the contestants").run)(&compact)
}
