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
FILE     EVENT            TIME                  SUBSCR.          ID               PARENT          UNREAD  WATERMARK
./1.xml  NewMail          2031-02-03T04:05:06Z  SUBSCR…TIONxONE  AAMkAG…AILxAAA=  AAMkAG…OXxAAA=          WATERMARKxMAIL
./1.xml  Modified folder  2031-02-03T04:05:08Z  SUBSCR…TIONxONE  AAMkAG…BOXxAAA=  AAMkAG…OTxAAA=       7  WATERMARKxREAD
./2.xml  Error            ErrorReadEventsFailed (SUBSCRIPTIONxTWO) 구독의 \"이벤트\" & 검색
./3.xml  no events                              SUBSCR…TIONxONE
./4.xml  Moved folder     2031-02-03T04:05:07Z  SUBSCR…TIONxONE  AAMkAG…NEWxAAA=  AAMkAG…OTxAAA=          WATERMARKxMOVE
./4.xml  NewMail          2031-02-03T04:05:06Z  SUBSCR…TIONxONE  AAMkAG…AILxAAA=  AAMkAG…OXxAAA=          WATERMARKxMAIL

5 files, 1 failed, 4 responses, 3 notifications, 4 events
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

#[test]
fn lines_after_the_sample_keep_the_width() {
    let long = "x".repeat(300);
    let wide = NEW_MAIL
        .replace("WATERMARKxMAIL", &long)
        .replace("2031-02-03T04:05:06Z", &long);
    let unknown = format!("<t:{long}Event/>");
    let text = format!("<m:MessageText>{}</m:MessageText>", "알림 ".repeat(100));
    let error = ERROR.replace("<m:ResponseCode>", &format!("{text}<m:ResponseCode>"));
    let error = error.replacen(
        r#"<m:MessageText>구독의 "이벤트" &amp; 검색</m:MessageText>"#,
        "",
        1,
    );
    let folder = folder([
        ("1", &*push(&NEW_MAIL.repeat(300))),
        ("2", &*push(&[wide, unknown].concat())),
        ("3", &*envelope(&error)),
    ]);
    let run = ewsn(&folder, &["inspect", "1", "2", "3"]);
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(rows.len(), 1 + 303 + 3, "{}", run.stdout);
    for row in &rows {
        // Korean characters take two cells each.
        let cells = row
            .chars()
            .map(|c| if ('가'..='힣').contains(&c) { 2 } else { 1 });
        assert!(cells.sum::<usize>() <= 120, "{row}");
    }
    // The sample has only NewMail events. Wider cells after it are shortened.
    let time = "NewMail          xxxxxx…xxxxxxxxxxxxx  SUBSCR";
    assert!(rows[301].contains(time), "{}", rows[301]);
    assert!(rows[302].contains("xxxxxx…xxxxxxxx  "), "{}", rows[302]);
    assert!(rows[303].ends_with('…'), "{}", rows[303]);
    assert_eq!(
        rows[305],
        "3 files, 3 responses, 2 notifications, 302 events"
    );
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
        coloured.contains("\u{1b}[31mDeleted\u{1b}[0m"),
        "{coloured:?}"
    );
    assert!(
        coloured.contains("\u{1b}[32mNewMail\u{1b}[0m"),
        "{coloured:?}"
    );
    let json = with(
        &[("CLICOLOR_FORCE", "1")],
        &["inspect", "--format", "ndjson", "a"],
    );
    assert!(!json.contains('\u{1b}'), "{json:?}");
}

#[test]
fn rows_contain_no_characters_that_control_a_terminal() {
    // XML 1.0 allows both: the 8-bit form of ESC [, and the override of the direction of text.
    let event = NEW_MAIL.replace("AAMkAGx", "A\u{9b}31m\u{202e}\n");
    let run = ewsn(&folder([("a", &*push(&event))]), &["inspect", "a"]);
    let printed = run.stdout.replace('\n', "");
    assert!(printed.contains("A\u{fffd}31m\u{fffd}…"), "{printed:?}");
    assert!(!printed.contains(['\u{9b}', '\u{202e}']), "{printed:?}");
}

#[test]
fn prints_version_and_help() {
    let folder = folder([]);
    let version = ewsn(&folder, &["--version"]).stdout;
    assert_eq!(version, format!("ewsn {}\n", env!("CARGO_PKG_VERSION")));
    let help = ewsn(&folder, &["inspect", "--help"]);
    assert!(
        help.stdout.contains("ewsn inspect captured/"),
        "{}",
        help.stdout
    );
    assert_eq!(help.status, 0);
}
