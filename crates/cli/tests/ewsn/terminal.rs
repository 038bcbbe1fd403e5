//! Output to a terminal: headings, hidden columns, and lines that fit.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use pty_process::Size;
use pty_process::blocking::{Command, open};

use crate::{ERROR, NEW_MAIL, UNREAD, connection, envelope, folder, push};

/// What `ewsn` writes to a terminal of this width, with both streams in their order.
fn screen(folder: &Path, columns: u16, arguments: &[&str]) -> String {
    let (mut terminal, other_end) = open().unwrap();
    terminal.resize(Size::new(24, columns)).unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_ewsn"));
    let command = command.args(arguments).current_dir(folder);
    let command = command.env("TERM", "xterm").env("NO_COLOR", "1");
    let mut child = command.spawn(other_end).unwrap();
    let mut screen = Vec::new();
    // Linux reports an error at the end.
    let _ = terminal.read_to_end(&mut screen);
    child.wait().unwrap();
    String::from_utf8(screen).unwrap().replace("\r\n", "\n")
}

/// Ids that differ only in the middle, as those of one mailbox do.
fn alike(number: usize) -> String {
    format!("AAMkAG{}{number:03}{}kQ==", "x".repeat(60), "y".repeat(60))
}

/// The events have different items and watermarks.
fn events_alike(count: usize) -> String {
    let event = |number| {
        let event = NEW_MAIL.replace("WATERMARKxMAIL", &alike(number + 500));
        event.replace("AAMkAGxITEMxOFxTHExMAILxAAA=", &alike(number))
    };
    (0..count).map(event).collect()
}

/// Korean characters take two cells each, U+0301 none.
fn width(line: &str) -> usize {
    let cells = line.chars().map(|c| match c {
        '\u{301}' => 0,
        '가'..='힣' => 2,
        _ => 1,
    });
    cells.sum()
}

#[test]
fn a_heading_names_the_file_and_a_line_the_hidden_columns() {
    let folder = folder([
        ("1.xml", &*push(&[NEW_MAIL, UNREAD].concat())),
        ("2.xml", &*envelope(ERROR)),
    ]);
    let expected = "\
hidden: SUBSCR., PARENT, WATERMARK (--wide shows all)
EVENT            TIME                  ID             UNREAD

./1.xml:
NewMail          2031-02-03T04:05:06Z  AAMkAG…LxAAA=
Modified folder  2031-02-03T04:05:08Z  AAMkAG…XxAAA=       7

./2.xml:
Error            ErrorReadEventsFailed 구독의 \"이벤트\" &
                 검색 (SUBSCRIPTIONxTWO)

2 files, 2 messages, 1 notification, 2 events,
  1 server error
1 Modified, 1 NewMail
";
    assert_eq!(screen(folder.path(), 60, &["."]), expected);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let long = "x".repeat(300);
    let wide = NEW_MAIL
        .replace("WATERMARKxMAIL", &long)
        .replace("2031-02-03T04:05:06Z", &"알림e\u{301}".repeat(30));
    let unknown = format!("<t:{long}Event/>");
    let error = ERROR.replace("구독의", &"알림 ".repeat(100));
    let bad = push(&format!("<b>{}&oops;{long}</b>", "구독".repeat(90)));
    let folder = folder([
        ("1.xml", &*push(&NEW_MAIL.repeat(300))),
        (
            &*format!("{}/2.xml", &long[..200]),
            &push(&[&*wide, &unknown].concat()),
        ),
        ("3.xml", &*envelope(&error)),
        ("4.xml", &*bad),
        ("5.xml", &*[&*connection("OK"), "<p:c/>"].concat()),
        ("6.xml", ""),
    ]);
    for columns in [20, 40, 60, 80, 160, 400] {
        let screen = screen(folder.path(), columns, &["--partial", "."]);
        for line in screen.lines() {
            assert!(width(line) <= usize::from(columns), "{columns}: {line}");
        }
        let rows = screen.lines().filter(|line| line.starts_with("NewMail "));
        assert_eq!(rows.count(), 301);
        assert!(screen.contains("\n./1.xml:\n") && screen.contains("…"));
    }
}

#[test]
fn wide_shows_all_columns_with_complete_values() {
    let folder = folder([("1.xml", &*push(NEW_MAIL))]);
    let screen = screen(folder.path(), 60, &["--wide", "1.xml"]);
    let row = "NewMail  2031-02-03T04:05:06Z  SUBSCRIPTIONxONE  AAMkAGxITEMxOFxTHExMAILxAAA=  \
               AAMkAGxFOLDERxINBOXxAAA=          WATERMARKxMAIL\n";
    assert!(screen.contains(row), "{screen}");
    assert!(!screen.contains("hidden"), "{screen}");
}

#[test]
fn a_wide_terminal_hides_nothing() {
    let folder = folder([("1.xml", &*push(NEW_MAIL))]);
    let screen = screen(folder.path(), 160, &["1.xml"]);
    assert!(screen.starts_with("EVENT "), "{screen}");
    assert!(screen.contains(" WATERMARKxMAIL\n"), "{screen}");
}

#[test]
fn a_report_is_below_the_rows_of_its_file() {
    let stream = connection("OK");
    let stream = [&*stream, &stream.replace("NoError", "<p:c/>")].concat();
    let folder = folder([
        ("1.xml", &*push(NEW_MAIL)),
        ("2.xml", &*stream),
        ("3.xml", &*push(UNREAD)),
    ]);
    let screen = screen(folder.path(), 80, &["."]);
    let order = [
        "./1.xml:\n",
        "./2.xml:\n",
        "./2.xml: envelope 2, byte ",
        "./3.xml:\n",
        "./3.xml: events are",
    ];
    let places = order.map(|text| screen.find(text).expect(text));
    assert!(places.is_sorted(), "{screen}");
}

#[test]
fn needs_a_file_if_standard_input_is_a_terminal() {
    let folder = folder([]);
    for arguments in [&[][..], &["inspect"], &["follow"], &["follow", "-"]] {
        let screen = screen(folder.path(), 100, arguments);
        let error = "error: no file is named, and standard input is a terminal\n";
        assert!(screen.starts_with(error), "{screen}");
        assert!(screen.contains("Usage: "), "{screen}");
    }
}

#[test]
fn different_identifiers_never_look_the_same() {
    const COUNT: usize = 300;
    let body = push(&events_alike(COUNT)).replace("SUBSCRIPTIONxONE", &alike(999));
    let folder = folder([
        ("a", &*body),
        ("b", &*body.replace(&alike(999), &alike(998))),
    ]);
    for columns in [60, 80, 160] {
        let screen = screen(folder.path(), columns, &["a", "b"]);
        let rows: Vec<Vec<&str>> = screen
            .lines()
            .filter(|line| line.starts_with("NewMail "))
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(rows.len(), 2 * COUNT);
        let titles = screen.lines().find(|line| line.starts_with("EVENT "));
        let titles: Vec<&str> = titles.unwrap().split_whitespace().collect();
        // The items of both files are the same, their subscriptions are not.
        for (title, count) in [("ID", COUNT), ("SUBSCR.", 2), ("WATERMARK", COUNT)] {
            let Some(mut column) = titles.iter().position(|other| *other == title) else {
                assert!(columns < 160, "{title}");
                continue;
            };
            // UNREAD has no value.
            column -= usize::from(title == "WATERMARK");
            let ids: BTreeSet<&str> = rows.iter().map(|row| row[column]).collect();
            assert_eq!(ids.len(), count, "{title} {columns}");
        }
    }
}

#[test]
fn identifiers_use_the_width_that_other_columns_leave() {
    let folder = folder([("a", &*push(NEW_MAIL))]);
    let row = |columns| {
        screen(folder.path(), columns, &["a"])
            .lines()
            .nth(3)
            .unwrap()
            .to_owned()
    };
    // UNREAD has no value, so it has no column.
    let all = "NewMail  2031-02-03T04:05:06Z  SUBSCRIPTIONxONE  AAMkAGxITEMxOFxTHExMAILxAAA=  \
               AAMkAGxFOLDERxINBOXxAAA=  WATERMARKxMAIL";
    assert_eq!(row(width(all) as u16), all);
    assert_eq!(row(300), all);
    assert!(
        row(100).contains("  SUBSCRIPTIONxONE  AAMkAG…"),
        "{}",
        row(100)
    );
}

#[test]
fn times_are_cut_after_the_seconds() {
    let exact = NEW_MAIL.replace("05:06Z", "05:06.1234567Z");
    let folder = folder([("a", &*push(&exact))]);
    let screen = screen(folder.path(), 60, &["a"]);
    assert!(
        screen.contains("\nNewMail  2031-02-03T04:05:06Z  "),
        "{screen}"
    );
}

#[test]
fn heartbeats_are_only_in_the_status_line() {
    let stream = [connection("OK"), connection("OK"), connection("Closed")];
    let folder = folder([("a", &*stream.concat())]);
    let followed = screen(folder.path(), 80, &["follow", "a"]);
    assert!(!followed.contains("\nheartbeat"), "{followed}");
    assert!(
        followed.contains("a: 3 envelopes, 0 events\n"),
        "{followed}"
    );
    let inspected = screen(folder.path(), 80, &["a"]);
    let heartbeats = inspected.lines().filter(|line| *line == "heartbeat");
    assert_eq!(heartbeats.count(), 2, "{inspected}");
}
