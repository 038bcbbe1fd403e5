//! What cannot be read or is refused: standard error, exit status, and that the rest is unharmed.

use std::fs::{self, File};

use crate::{NEW_MAIL, Run, command, ewsn, folder, push, run, values};

/// A prefix that is not declared in line 2, behind Korean text.
const BAD: &str = r#"<SendNotification xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">
<b>구독</b><p:c/>
</SendNotification>"#;

#[test]
fn a_file_that_fails_leaves_the_others_alone() {
    let good = push(NEW_MAIL);
    // Half of this one is good; nothing of it may be printed.
    let truncated = &good[..good.len() - 80];
    let files = [("a.xml", &*good), ("b.xml", truncated), ("c.xml", &*good)];
    let run = ewsn(
        &folder(files),
        &["inspect", "--format", "ndjson", "a.xml", "b.xml", "c.xml"],
    );
    assert_eq!(values(&run, "/file"), ["a.xml", "c.xml"]);
    let report: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(report.len(), 3, "{}", run.stderr);
    assert!(report[0].starts_with("b.xml:19:29: "), "{}", run.stderr);
    assert_eq!(run.status, 1);
}

#[test]
fn the_caret_is_under_the_place() {
    for format in ["table", "ndjson"] {
        let run = ewsn(
            &folder([("bad.xml", BAD)]),
            &["inspect", "--format", format, "bad.xml"],
        );
        // The two Korean characters before it take two cells each.
        let expected = "bad.xml:2:11: undeclared namespace prefix: `p:c`; expected a declaration \
                        xmlns:prefix=\"...\" in scope\n\
                        <b>구독</b><p:c/>\n            ^\n";
        assert_eq!(run.stderr, expected);
        assert_eq!(run.status, 1);
    }
}

#[test]
fn a_failure_comes_after_the_rows_before_it() {
    let good = push(NEW_MAIL);
    let folder = folder([("1.xml", &*good), ("2.xml", BAD), ("3.xml", &*good)]);
    // Both streams into one file, as on a terminal.
    let both = File::create(folder.path().join("both")).unwrap();
    let mut command = command(folder.path(), &["inspect", "--format", "ndjson", "."]);
    command.stdout(both.try_clone().unwrap()).stderr(both);
    assert_eq!(command.status().unwrap().code(), Some(1));
    let both = fs::read_to_string(folder.path().join("both")).unwrap();
    let lines: Vec<&str> = both.lines().collect();
    assert_eq!(lines.len(), 5, "{both}");
    assert!(lines[0].starts_with(r#"{"file":"./1.xml""#), "{both}");
    assert!(lines[1].starts_with("./2.xml:2:11: "), "{both}");
    assert!(lines[4].starts_with(r#"{"file":"./3.xml""#), "{both}");
}

#[test]
fn paths_that_cannot_be_read() {
    let folder = folder([("good.xml", &*push(NEW_MAIL)), ("empty/readme.txt", "")]);
    for format in ["table", "ndjson"] {
        let arguments = [
            "inspect", "--format", format, "gone.xml", "empty", "good.xml",
        ];
        let run = ewsn(&folder, &arguments);
        let report: Vec<&str> = run.stderr.lines().collect();
        assert_eq!(report.len(), 2, "{}", run.stderr);
        assert!(report[0].starts_with("gone.xml: "), "{}", run.stderr);
        assert_eq!(
            report[1],
            "empty: no file with the extension xml in this folder"
        );
        assert!(run.stdout.contains("good.xml"), "{}", run.stdout);
        assert_eq!(run.status, 1);
    }
}

#[test]
fn the_largest_body_and_one_byte_more() {
    const LIMIT: usize = 16 << 20;
    let folder = folder([]);
    // A refused body is not read as far as its content, so it may be all zeros.
    let file = File::create(folder.path().join("large.xml")).unwrap();
    file.set_len(1 << 40).unwrap();
    let arguments = ["inspect", "--format", "ndjson", "large.xml"];
    let refused = ewsn(&folder, &arguments);
    assert_eq!((refused.stdout.as_str(), refused.status), ("", 1));
    let message = "large.xml:1:1: body longer than the limit; see Limits::body_bytes";
    assert_eq!(refused.stderr.lines().next(), Some(message));

    let mut body = push(NEW_MAIL).into_bytes();
    body.resize(LIMIT, b'\n');
    let stdin = |body: &[u8]| -> Run {
        run(
            command(folder.path(), &["inspect", "--format", "ndjson", "-"]),
            body,
        )
    };
    assert_eq!(values(&stdin(&body), "/event/kind"), ["NewMailEvent"]);
    body.push(b'\n');
    let refused = stdin(&body);
    assert_eq!((refused.stdout.as_str(), refused.status), ("", 1));
    assert!(
        refused
            .stderr
            .starts_with("-:1:1: body longer than the limit; see Limits::body_bytes\n")
    );
}

#[test]
fn nothing_from_a_body_or_a_path_steers_the_terminal() {
    let bad = "<a\u{9b}31m></a>\u{1b}]0;x\u{7}";
    let run = ewsn(&folder([("\u{1b}[31m.xml", bad)]), &["inspect", "."]);
    assert_eq!(run.status, 1);
    let printed = run.stderr.replace('\n', "");
    assert!(!printed.contains(char::is_control), "{printed:?}");
    assert!(printed.starts_with("./\u{fffd}[31m.xml:1:"), "{printed:?}");
}

#[test]
fn wrong_arguments_are_told_apart() {
    let run = ewsn(&folder([]), &["inspect"]);
    assert_eq!((run.stdout.as_str(), run.status), ("", 2));
    let run = ewsn(&folder([]), &["inspect", "--format", "csv", "a"]);
    assert_eq!((run.stdout.as_str(), run.status), ("", 2));
}
