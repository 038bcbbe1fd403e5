//! Documents agree with the source: named files and functions exist, and limits, bounds, the number of error kinds and the
//! Rust version match. Measured figures are written by `benches/report.py` and `benches/score.py`.

use std::fs;
use std::path::PathBuf;

use ews_notifications::{Config, Continuity, Limits};

const DOCUMENTS: [&str; 9] = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/diagnoses.md",
    "examples/cpp/README.md",
    "fuzz/README.md",
    "tests/coverage.md",
    "tests/mutants.md",
];

/// Folders that paths in documents begin with.
const FOLDERS: [&str; 8] = [
    ".ci/",
    "benches/",
    "crates/",
    "docs/",
    "examples/",
    "fuzz/",
    "src/",
    "tests/",
];

#[test]
fn named_files_exist() {
    let mut named = 0;
    for document in DOCUMENTS {
        let text = read(document);
        let is_path = |span: &&str| FOLDERS.iter().any(|folder| span.starts_with(folder));
        for path in code_spans(&text).filter(is_path) {
            named += 1;
            // `fuzz/run 25` is a command, and `tests/data/**.xml` is a pattern.
            let path = path.split(' ').next().unwrap_or_default();
            let path = path.split('*').next().unwrap_or_default();
            assert!(root().join(path).exists(), "{document} names {path}");
        }
    }
    assert!(named > 50, "{named} paths: does the search work?");
}

/// Links are relative to the folder of their document. A fragment is the anchor of a heading.
#[test]
fn link_targets_exist() {
    let mut links = 0;
    for document in DOCUMENTS {
        let text = read(document);
        for link in link_targets(&text).filter(|link| !link.contains("://")) {
            links += 1;
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => root().join(document),
                path => root().join(document).with_file_name(path),
            };
            assert!(target.exists(), "{document} links to {link}");
            if !fragment.is_empty() {
                let text = fs::read_to_string(&target).expect("a document");
                let mut anchors = text.lines().filter_map(anchor);
                assert!(
                    anchors.any(|anchor| anchor == fragment),
                    "{document} links to {link}"
                );
            }
        }
    }
    assert!(links > 5, "{links} links: does the search work?");
}

/// The anchor that Markdown renderers give a heading.
fn anchor(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
}

/// Files named without their folder, as in the walk of a body through the files.
#[test]
fn files_named_without_folder_exist() {
    let files = files();
    let mut named = 0;
    for document in DOCUMENTS.iter().chain(&["src/lib.rs", "src/layers.svg"]) {
        let text = read(document);
        let words = text.split(|c: char| !(c.is_alphanumeric() || "_-./".contains(c)));
        for word in words.filter(|word| word.len() > ".rs".len() && word.ends_with(".rs")) {
            if word == "docs.rs" || word.starts_with("//") {
                continue; // a site
            }
            named += 1;
            let is_it = |file: &PathBuf| file.ends_with(word.trim_start_matches("./"));
            assert!(files.iter().any(is_it), "{document} names {word}");
        }
    }
    assert!(named > 80, "{named} files: does the search work?");
}

/// `Owner::function`, and constants, variants and fields: one file has both names.
#[test]
fn named_functions_exist() {
    let files = files();
    let sources: Vec<_> = { files.iter() }
        .filter(|file| {
            file.starts_with(root().join("src")) && file.extension() == Some("rs".as_ref())
        })
        .map(|file| fs::read_to_string(file).expect("a source"))
        .collect();
    let mut named = 0;
    for document in DOCUMENTS {
        let text = read(document);
        for span in code_spans(&text).filter(|span| !span.contains(['/', ' ', '(', '{'])) {
            let Some((owner, name)) = span.rsplit_once("::") else {
                continue;
            };
            named += 1;
            let owner = owner.rsplit("::").next().unwrap_or_default();
            let is_module = owner.starts_with(char::is_lowercase);
            let is_there = sources.iter().any(|source| {
                (is_module || words(source).any(|word| word == owner)) && declares(source, name)
            });
            assert!(is_there, "{document} names {span}");
        }
    }
    assert!(named > 60, "{named} names: does the search work?");
}

/// Whether a source has an item, a variant or a field of this name.
fn declares(source: &str, name: &str) -> bool {
    const KEYWORDS: [&str; 7] = ["fn", "struct", "enum", "const", "trait", "type", "mod"];
    let words: Vec<_> = words(source).collect();
    let is_item = words
        .windows(2)
        .any(|pair| pair[1] == name && KEYWORDS.contains(&pair[0]));
    let begins_a_line = |line: &str| {
        let rest = line
            .trim_start()
            .trim_start_matches("pub ")
            .strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with([':', ',', '(']))
    };
    is_item || source.lines().any(begins_a_line)
}

#[test]
fn the_readme_states_the_default_limits() {
    let readme = read("README.md");
    let says = |start: &str, value: &str| {
        let line = readme.lines().find(|line| line.starts_with(start));
        let line = line.unwrap_or_else(|| panic!("no line begins with {start:?}"));
        assert!(line.ends_with(&format!("| {value} |")), "{line}");
    };
    let limits = Limits::default();
    says(
        "| `body_bytes`: bytes of a body",
        &format!("{} MiB", limits.body_bytes >> 20),
    );
    says(
        "| `depth`: nesting depth of elements",
        &limits.depth.to_string(),
    );
    says(
        "| `attributes`: attributes of an element",
        &limits.attributes.to_string(),
    );
    says(
        "| `bindings`: namespace declarations",
        &limits.bindings.to_string(),
    );
    says("| `events`: events of a message", &thousands(limits.events));
    says(
        "| `name_bytes`: bytes of a name",
        &thousands(limits.name_bytes),
    );
    assert_eq!(Config::default().limits, limits);
}

#[test]
fn the_minimum_rust_version_is_the_same_everywhere() {
    let version = |manifest: &str| {
        let text = read(manifest);
        let line = text.lines().find(|line| line.starts_with("rust-version"));
        line.unwrap_or_else(|| panic!("{manifest} has none"))
            .to_owned()
    };
    let ours = version("Cargo.toml");
    for crate_of_ours in ["crates/cli", "examples/cpp"] {
        assert_eq!(version(&format!("{crate_of_ours}/Cargo.toml")), ours);
    }
    let number = ours.rsplit('=').next().unwrap_or_default().trim();
    let number = number.trim_matches('"');
    assert!(read("README.md").contains(&format!("Rust {number} or later.")));
    assert!(read("CONTRIBUTING.md").contains(&format!("Rust {number} is required")));
}

#[test]
fn the_threat_model_states_the_memory_of_continuity() {
    /// Of one subscription, in KiB. `tests/memory.rs` tests it.
    const SUBSCRIPTION: usize = 9;
    let text = read("SECURITY.md").replace('\n', " ");
    let most = 2 * Continuity::CAPACITY;
    let bound = format!(
        "{} by default, so at most {} MiB",
        thousands(most),
        (most * SUBSCRIPTION) >> 10
    );
    assert!(text.contains(&format!("at most {SUBSCRIPTION} KiB for each subscription")));
    assert!(text.contains(&bound), "{bound}");
}

fn thousands(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    }
}

/// The text between backticks, outside of code blocks.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2))
}

/// The targets of links and images.
fn link_targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| !word.is_empty())
}

/// All files of the folders that documents may name.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<_> = FOLDERS.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true if path.ends_with("target") => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).expect(document)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
