//! Verdicts of this crate and other parsers on the documents of the W3C suite and those of `judges::documents`. Prints
//! JSON, which `benches/score.py` records.
//!
//! `XMLCONF` names the folder of the suite, see `tests/w3c`. Without it the suite is skipped.
//!
//! With the argument `growth`, each parser reads the bodies of `shapes` instead. `benches/score.py` runs that under
//! callgrind.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first error"
)]

mod corpus;
mod counting;
mod judges;
mod shapes;
#[path = "../tests/w3c/mod.rs"]
mod w3c;

use serde_json::{Value, json};

use crate::corpus::Corpus;
use crate::judges::{Judge, Verdict, documents};

fn main() {
    if std::env::args().any(|argument| argument == "growth") {
        return growth();
    }
    judges::silence_panics();
    let mut score = json!({
        "judges": judges::ALL.map(|judge| judge.name),
        "documents": documents::ALL.map(|document| json!({
            "rule": document.rule,
            "is_well_formed": document.is_well_formed,
            "verdicts": judges::ALL.map(|judge| format!("{:?}", judge.judge(document.text))),
        })).as_slice(),
    });
    if std::env::var_os("XMLCONF").is_some() {
        let [core, doctype] = ["no-doctype.tsv", "doctype.tsv"].map(suite);
        score["core"] = json!(core.len());
        score["doctype"] = json!(doctype.len());
        score["w3c"] = judges::ALL
            .map(|judge| {
                eprintln!("{} judges the W3C suite", judge.name);
                on_suite(&judge, &core, &doctype)
            })
            .into();
    } else {
        eprintln!("the W3C suite is skipped: XMLCONF does not name it, see tests/w3c");
    }
    println!("{score:#}");
}

/// A document of the suite, and whether it is well-formed in both senses.
type Case = (Vec<u8>, bool);

/// The documents in one file of the index. From the file without DOCTYPE, only those of class `core`.
fn suite(index: &str) -> Vec<Case> {
    let rows = w3c::index(index).into_iter();
    rows.filter(|row| row.get(2).is_none_or(|class| class == "core"))
        .map(|row| {
            let is_good = row.get(1).is_some_and(|verdict| verdict == "wf");
            (w3c::document(&row[0]), is_good)
        })
        .collect()
}

fn on_suite(judge: &Judge, core: &[Case], doctype: &[Case]) -> Value {
    let count = |cases: &[Case], is_counted: fn(Verdict, bool) -> bool| {
        let judged = cases
            .iter()
            .map(|(document, is_good)| is_counted(judge.judge(document), *is_good));
        judged.filter(|is_counted| *is_counted).count()
    };
    let is_right = |verdict, is_good: bool| match verdict {
        Verdict::Accepted => is_good,
        Verdict::Refused => !is_good,
        Verdict::Panicked => false,
    };
    let panics = |verdict, _| verdict == Verdict::Panicked;
    json!({
        "right": count(core, is_right),
        "panicked": count(core, panics),
        "doctype_refused": count(doctype, |verdict, _| verdict == Verdict::Refused),
        "doctype_panicked": count(doctype, panics),
    })
}

/// Units of the smaller body. The larger has four times as many. Some of the other parsers are quadratic, so there are
/// fewer than in `benches/growth.rs`.
const UNITS: usize = 200;

fn growth() {
    judges::silence_panics();
    for (name, shape) in shapes::ALL {
        for judge in judges::ALL {
            for (times, units) in [("once", UNITS), ("four-times", 4 * UNITS)] {
                let bodies = vec![shape(units).into_bytes()];
                let verdict = judge.judge(&bodies[0]);
                println!("verdict {name} {} {times} {verdict:?}", judge.name);
                let corpus = Corpus { name, bodies };
                let contestant = format!("{}/{times}", judge.name);
                counting::count(&corpus, &contestant, 1, || {
                    let verdicts = corpus.bodies.iter().map(|body| judge.judge(body));
                    verdicts.map(|verdict| verdict as u64).sum()
                });
            }
        }
    }
}
