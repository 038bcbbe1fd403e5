//! What the documents say of the source is so: files and functions that they name are there, and figures that they
//! give are those of the code. Figures that were measured are written by `benches/report.py` and `benches/score.py`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it is wrong"
)]

use std::fs;
use std::path::{Path, PathBuf};

use ews_notifications::{Config, Limits};

const DOCUMENTS: [&str; 4] = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "fuzz/README.md",
];

/// Folders that paths in documents begin with.
const FOLDERS: [&str; 7] = [
    ".ci/",
    "benches/",
    "crates/",
    "examples/",
    "fuzz/",
    "src/",
    "tests/",
];

#[test]
fn files_that_are_named_are_there() {
    let mut named = 0;
    for document in DOCUMENTS {
        let text = read(document);
        let spans = code_spans(&text).chain(link_targets(&text));
        for path in spans.filter(|span| FOLDERS.iter().any(|folder| span.starts_with(folder))) {
            named += 1;
            // `fuzz/run 25` is a command, and `tests/data/**.xml` stands for many.
            let path = path.split(' ').next().unwrap_or_default();
            let path = path.split('*').next().unwrap_or_default();
            assert!(root().join(path).exists(), "{document} names {path}");
        }
    }
    assert!(named > 50, "{named} paths: are they looked for rightly?");
}

#[test]
fn files_that_the_crate_documentation_names_are_there() {
    let source = read("src/lib.rs");
    let files = code_spans(&source).filter(|span| span.ends_with(".rs"));
    let mut named = 0;
    for file in files {
        named += 1;
        let places = [root().join("src").join(file), root().join(file)];
        assert!(places.iter().any(|place| place.exists()), "{file}");
    }
    assert!(named > 10, "{named} files: are they looked for rightly?");
}

#[test]
fn functions_that_are_named_are_in_the_source() {
    let source = source(&root().join("src"));
    let mut named = 0;
    for document in DOCUMENTS {
        for span in code_spans(&read(document)).filter(|span| !span.contains(['/', ' ', '(', '{']))
        {
            let Some((owner, name)) = span.rsplit_once("::") else {
                continue;
            };
            named += 1;
            let owner = owner.rsplit("::").next().unwrap_or_default();
            let starts_of_items = [
                "fn ", "struct ", "enum ", "const ", "trait ", "type ", "mod ",
            ];
            let is_item = starts_of_items
                .iter()
                .any(|start| source.contains(&format!("{start}{name}")));
            let is_field_or_variant = source.contains(&format!("{name}:"))
                || source.contains(&format!("    {name},"))
                || source.contains(&format!("    {name}("));
            assert!(
                source.contains(owner) && (is_item || is_field_or_variant),
                "{document} names {span}"
            );
        }
    }
    assert!(named > 30, "{named} names: are they looked for rightly?");
}

#[test]
fn limits_are_as_the_readme_says() {
    let readme = read("README.md");
    let says = |start: &str, value: &str| {
        let line = readme.lines().find(|line| line.starts_with(start));
        let line = line.unwrap_or_else(|| panic!("no line begins with {start:?}"));
        assert!(line.ends_with(&format!("| {value} |")), "{line}");
    };
    let limits = Limits::default();
    says(
        "| bytes of a body",
        &format!("{} MiB", limits.body_bytes >> 20),
    );
    says("| open elements", &limits.depth.to_string());
    says("| attributes of an element", &limits.attributes.to_string());
    says("| namespace declarations", &limits.bindings.to_string());
    says("| events of a message", &thousands(limits.events));
    says("| bytes of a name", &thousands(limits.name_bytes));
    assert_eq!(Config::default().limits, limits);
}

#[test]
fn there_are_as_many_kinds_of_errors_as_the_readme_says() {
    assert!(read("README.md").contains("one of some fifty kinds"));
    let source = read("src/error.rs");
    let (_, kinds) = source
        .split_once("pub enum ErrorKind {")
        .expect("the kinds");
    let (kinds, _) = kinds.split_once("\n}").expect("an end");
    let is_kind = |line: &&str| line.trim_start().starts_with(char::is_uppercase);
    let count = kinds.lines().filter(is_kind).count();
    assert!((46..=54).contains(&count), "{count}");
}

#[test]
fn the_minimum_rust_version_is_the_same_everywhere() {
    let manifest = read("Cargo.toml");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .expect("a rust-version")
        .trim_matches('"');
    let says = format!("Rust {version} is asked for");
    assert!(read("README.md").contains(&says), "{says}");
}

fn thousands(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    }
}

/// What stands between backticks, outside of blocks of code.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2))
}

/// Where links and images go.
fn link_targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

/// All of the source below a folder.
fn source(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| match path.is_dir() {
            true => source(&path),
            false => fs::read_to_string(path).expect("text"),
        })
        .collect()
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).expect(document)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
