//! Files that fail: the rows before the defect, standard error, the exit status, and the other files.

use std::fs::{self, File};

use crate::{NEW_MAIL, Run, UNREAD, command, ewsn, folder, push, run, values};

/// A body with an undeclared prefix in line 2, after Korean text.
const BAD: &str = r#"<SendNotification xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">
<b>구독</b><p:c/>
</SendNotification>"#;

#[test]
fn shows_the_events_before_the_cut_of_a_body() {
    let body = push(&[NEW_MAIL, UNREAD].concat());
    let new_mail = "NewMailEvent";
    for (cut, kinds) in [
        ("</m:SendNotification>", &[new_mail, "ModifiedEvent"][..]),
        ("</m:Notification>", &[new_mail, "ModifiedEvent"]),
        ("</t:ModifiedEvent>", &[new_mail]),
        ("<t:TimeStamp>2031-02-03T04:05:08Z", &[new_mail]),
        ("</t:NewMailEvent>", &[]),
    ] {
        let body = &body[..body.find(cut).unwrap()];
        let run = ewsn(
            &folder([("a", body)]),
            &["inspect", "--format", "ndjson", "a"],
        );
        if kinds.is_empty() {
            assert_eq!(values(&run, "/event"), ["null"]);
        } else {
            assert_eq!(values(&run, "/event/kind"), kinds);
        }
        let subscriptions = values(&run, "/subscription_id");
        assert!(subscriptions.iter().all(|id| id == "SUBSCRIPTIONxONE"));
        let (line, last) = (body.lines().count(), body.lines().last().unwrap());
        let (line, column) = match body.ends_with('\n') {
            true => (line + 1, 1),
            false => (line, last.len() + 1),
        };
        let message = "end of the body inside an element; it may have been cut off";
        let report = run.stderr.lines().next().unwrap();
        assert_eq!(report, format!("a:{line}:{column}: {message}"));
        assert_eq!(run.status, 1);
    }
}

#[test]
fn shows_the_events_before_a_defect_in_a_table() {
    let body = push(&[NEW_MAIL, "&oops;"].concat());
    let run = ewsn(&folder([("a", &*body)]), &["inspect", "a"]);
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert!(rows[1].starts_with("a     NewMail  "), "{}", run.stdout);
    let totals = "1 file, 1 failed, 1 response, 1 notification, 1 event";
    assert_eq!(rows[3], totals);
    let report = "a:17:18: reference to an undefined entity; ";
    assert!(run.stderr.starts_with(report), "{}", run.stderr);
    assert_eq!(run.status, 1);
}

#[test]
fn a_body_without_an_operation_before_its_defect_has_no_rows() {
    let body = push(NEW_MAIL);
    let header = &body[..body.find("<m:SendNotification>").unwrap()];
    for body in ["", "text", header, "<!DOCTYPE a>"] {
        let run = ewsn(
            &folder([("a", body)]),
            &["inspect", "--format", "ndjson", "a"],
        );
        assert_eq!((run.stdout.as_str(), run.status), ("", 1), "{body}");
    }
}

#[test]
fn a_file_that_fails_does_not_affect_the_others() {
    let good = push(NEW_MAIL);
    let files = [("a.xml", &*good), ("b.xml", BAD), ("c.xml", &*good)];
    let run = ewsn(
        &folder(files),
        &["inspect", "--format", "ndjson", "a.xml", "b.xml", "c.xml"],
    );
    assert_eq!(values(&run, "/file"), ["a.xml", "c.xml"]);
    let report: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(report.len(), 3, "{}", run.stderr);
    assert!(report[0].starts_with("b.xml:2:11: "), "{}", run.stderr);
    assert_eq!(run.status, 1);
}

#[test]
fn the_caret_is_under_the_defect() {
    for format in ["table", "ndjson"] {
        let run = ewsn(
            &folder([("bad.xml", BAD)]),
            &["inspect", "--format", format, "bad.xml"],
        );
        // The two Korean characters before the defect take two cells each.
        let expected = "bad.xml:2:11: undeclared namespace prefix: `p:c`; expected a declaration \
                        xmlns:prefix=\"...\" in scope\n\
                        <b>구독</b><p:c/>\n            ^\n";
        assert_eq!(run.stderr, expected);
        assert_eq!(run.status, 1);
    }
}

#[test]
fn a_report_follows_the_rows_of_earlier_files() {
    let good = push(NEW_MAIL);
    let folder = folder([("1.xml", &*good), ("2.xml", BAD), ("3.xml", &*good)]);
    // Both streams go to one file, as on a terminal.
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
fn reports_paths_that_cannot_be_read() {
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
fn refuses_a_body_longer_than_16_mib() {
    const LIMIT: usize = 16 << 20;
    let folder = folder([]);
    // The length is checked before the content, so the body may be all zeros.
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
fn reports_contain_no_characters_that_control_a_terminal() {
    let bad = "<a\u{9b}31m></a>\u{1b}]0;x\u{7}";
    let run = ewsn(&folder([("\u{1b}[31m.xml", bad)]), &["inspect", "."]);
    assert_eq!(run.status, 1);
    let printed = run.stderr.replace('\n', "");
    assert!(!printed.contains(char::is_control), "{printed:?}");
    assert!(printed.starts_with("./\u{fffd}[31m.xml:1:"), "{printed:?}");
}

#[test]
fn invalid_arguments_exit_with_2() {
    let run = ewsn(&folder([]), &["inspect"]);
    assert_eq!((run.stdout.as_str(), run.status), ("", 2));
    let run = ewsn(&folder([]), &["inspect", "--format", "csv", "a"]);
    assert_eq!((run.stdout.as_str(), run.status), ("", 2));
}
