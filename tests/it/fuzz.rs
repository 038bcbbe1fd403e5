//! Replays the committed corpus of the fuzz targets, on a stable compiler.

#[path = "../../fuzz/src/oracles/mod.rs"]
#[allow(unreachable_pub, reason = "in its own crate it is reached")]
mod oracles;

use std::fs;
use std::path::Path;

/// Runs the oracle on every file of the target's corpus. A finding panics and shows the bytes.
fn replay(target: &str, oracle: fn(&[u8]), at_least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut inputs = 0;
    for entry in fs::read_dir(folder).unwrap() {
        oracle(&fs::read(entry.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs >= at_least, "{inputs} inputs for {target}");
}

#[test]
fn tokens() {
    replay("tokens", oracles::tokens, 50);
}

#[test]
fn parse() {
    replay("parse", oracles::parse, 50);
}

#[test]
fn invariance() {
    replay("invariance", oracles::invariance, 50);
}

#[test]
fn mutate() {
    replay("mutate", oracles::mutate, 50);
}

#[test]
fn frame() {
    replay("frame", oracles::frame, 50);
}

#[test]
fn continuity() {
    replay("continuity", oracles::continuity, 50);
}

#[test]
fn time() {
    replay("time", oracles::time, 50);
}
