//! The output format `table`: rows, totals, widths and colours.

use crate::{ERROR, MOVED_FOLDER, NEW_MAIL, UNREAD, command, envelope, ewsn, folder, push, run};

#[test]
fn shows_a_row_for_each_event_and_totals() {
    let folder = folder([
        ("1.xml", &*push(&[NEW_MAIL, UNREAD].concat())),
        ("2.xml", &*envelope(ERROR)),
        ("3.xml", &*push("")),
        ("4.xml", &*push(&[MOVED_FOLDER, NEW_MAIL].concat())),
        ("5.xml", "<a>"),
    ]);
    let run = ewsn(&folder, &["inspect", "."]);
    let expected = "\
FILE     EVENT            TIME                  SUBSCR.           ID                            PARENT                    UNREAD  WATERMARK
./1.xml  NewMail          2031-02-03T04:05:06Z  SUBSCRIPTIONxONE  AAMkAGxITEMxOFxTHExMAILxAAA=  AAMkAGxFOLDERxINBOXxAAA=          WATERMARKxMAIL
./1.xml  Modified folder  2031-02-03T04:05:08Z  SUBSCRIPTIONxONE  AAMkAGxFOLDERxINBOXxAAA=      AAMkAGxFOLDERxROOTxAAA=        7  WATERMARKxREAD
./2.xml  Error            ErrorReadEventsFailed 구독의 \"이벤트\" & 검색 (SUBSCRIPTIONxTWO)
./3.xml  no events                              SUBSCRIPTIONxONE
./4.xml  Moved folder     2031-02-03T04:05:07Z  SUBSCRIPTIONxONE  AAMkAGxFOLDERxNEWxAAA=        AAMkAGxFOLDERxROOTxAAA=           WATERMARKxMOVE
./4.xml  NewMail          2031-02-03T04:05:06Z  SUBSCRIPTIONxONE  AAMkAGxITEMxOFxTHExMAILxAAA=  AAMkAGxFOLDERxINBOXxAAA=          WATERMARKxMAIL

5 files, 1 failed, 4 messages, 3 notifications, 4 events, 1 server error, 1 gap
1 Modified, 1 Moved, 2 NewMail
";
    assert_eq!(run.stdout, expected);
    assert_eq!(run.status, 1);
}

#[test]
fn without_rows_there_are_totals_and_no_titles() {
    let run = ewsn(&folder([("a", "")]), &["inspect", "a"]);
    assert_eq!(
        run.stdout,
        "1 file, 1 failed, 0 responses, 0 notifications, 0 events\n"
    );
}

#[test]
fn shows_a_warning_before_its_events() {
    let body = push(NEW_MAIL).replace(r#""Success""#, r#""Warning""#);
    let run = ewsn(&folder([("a", &*body)]), &["inspect", "a"]);
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert!(rows[1].starts_with("a     Warning"), "{}", run.stdout);
    assert!(rows[2].starts_with("a     NewMail"), "{}", run.stdout);
}

/// Rows are aligned with those before them, not with all.
#[test]
fn values_are_complete_without_a_terminal() {
    let long = "x".repeat(300);
    let wide = NEW_MAIL
        .replace("WATERMARKxMAIL", &long)
        .replace("2031-02-03T04:05:06Z", &long)
        .replace("ExMAIL", &long);
    let text = "알림 ".repeat(100);
    let error = ERROR.replace("구독의", &text);
    let folder = folder([
        ("1", &*push(&NEW_MAIL.repeat(300))),
        ("2", &*push(&wide)),
        ("3", &*envelope(&error)),
    ]);
    let run = ewsn(&folder, &["1", "2", "3"]);
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(rows[301].matches(&long).count(), 3, "{}", rows[301]);
    assert!(rows[302].contains(&text), "{}", rows[302]);
    assert!(!run.stdout.contains('…'), "{}", run.stdout);
}

#[test]
fn a_very_long_value_does_not_widen_its_column() {
    let long = push(NEW_MAIL).replace("SUBSCRIPTIONxONE", &"x".repeat(100_000));
    let folder = folder([
        ("1", &*push(NEW_MAIL)),
        ("2", &*long),
        ("3", &*push(UNREAD)),
    ]);
    let run = ewsn(&folder, &["1", "2", "3"]);
    let lengths: Vec<usize> = run.stdout.lines().map(str::len).collect();
    assert!(lengths[1] < 1_000 && lengths[2] > 100_000 && lengths[3] < 1_000);
}

#[test]
fn an_event_of_an_item_and_a_folder_shows_both() {
    let both = NEW_MAIL.replace(
        "<t:ParentFolderId",
        r#"<t:FolderId Id="FOLDER"/><t:ParentFolderId"#,
    );
    let run = ewsn(&folder([("a", &*push(&both))]), &["a"]);
    let row = run.stdout.lines().nth(1).unwrap();
    assert!(row.contains(" NewMail+folder "), "{row}");
    assert!(
        row.contains(" item AAMkAGxITEMxOFxTHExMAILxAAA=, folder FOLDER "),
        "{row}"
    );
}

#[test]
fn a_message_without_responses_is_a_row() {
    let run = ewsn(&folder([("a", &*envelope(""))]), &["a"]);
    assert_eq!(run.stdout.lines().nth(1), Some("a     no responses"));
}

#[test]
fn colours_only_tables_on_terminals() {
    let body = push(&[NEW_MAIL, "<t:DeletedEvent/>"].concat());
    let folder = folder([("a", &*body)]);
    let with = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command(folder.path(), arguments);
        command.envs(variables.iter().copied());
        run(command, b"").stdout
    };
    let plain = with(&[], &["inspect", "a"]);
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let coloured = with(&[("CLICOLOR_FORCE", "1")], &["inspect", "a"]);
    assert!(
        coloured.contains("\u{1b}[1mDeleted\u{1b}[0m"),
        "{coloured:?}"
    );
    assert!(
        coloured.contains("\u{1b}[32mNewMail\u{1b}[0m"),
        "{coloured:?}"
    );
    assert_eq!(with(&[], &["--color", "always", "a"]), coloured);
    let never = &["--color", "never", "a"];
    assert_eq!(with(&[("CLICOLOR_FORCE", "1")], never), plain);
    let json = with(&[], &["--color", "always", "--json", "a"]);
    assert!(!json.contains('\u{1b}'), "{json:?}");
}

#[test]
fn rows_contain_no_characters_that_control_a_terminal() {
    // XML 1.0 allows all: the 8-bit form of ESC [, the override of the direction of text, and ends of lines.
    let event = NEW_MAIL.replace("AAMkAGx", "A\u{9b}31m\u{202e}\n");
    let event = event.replace("WATERMARKx", "W\u{2028}\u{2029}");
    let run = ewsn(&folder([("a", &*push(&event))]), &["inspect", "a"]);
    let printed = run.stdout.replace('\n', "");
    assert!(printed.contains("A\u{fffd}31m\u{fffd} ITEM"), "{printed:?}");
    assert!(printed.contains("  W  MAIL"), "{printed:?}");
    let controls = ['\u{9b}', '\u{202e}', '\u{2028}', '\u{2029}'];
    assert!(!printed.contains(controls), "{printed:?}");
}

#[test]
fn prints_version_and_help() {
    let folder = folder([]);
    let version = ewsn(&folder, &["--version"]).stdout;
    assert_eq!(version, format!("ewsn {}\n", env!("CARGO_PKG_VERSION")));
    let help = ewsn(&folder, &["inspect", "--help"]);
    for text in ["ewsn captured/", "\n  0  ", "\n  1  ", "\n  2  ", "\n  3  "] {
        assert!(help.stdout.contains(text), "{}", help.stdout);
    }
    assert_eq!(help.status, 0);
    let help = ewsn(&folder, &["--help"]).stdout;
    assert!(help.contains("\n  3  "), "{help}");
}
