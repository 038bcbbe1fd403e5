//! Files that fail: the rows before the defect, standard error, the exit status, and the other files.

use std::fs::{self, File};

use serde_json::json;

use crate::{
    ERROR, NEW_MAIL, Run, UNREAD, command, connection, envelope, ewsn, folder, push, rows, run,
    values,
};

/// A body with an undeclared prefix in line 2, after Korean text.
const BAD: &str = r#"<SendNotification xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">
<b>구독</b><p:c/>
</SendNotification>"#;

/// Without `--partial`, such a body has one row, that of its error.
#[test]
fn partial_shows_the_events_before_the_cut_of_a_body() {
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
        let folder = folder([("a", body)]);
        let run = ewsn(&folder, &["--json", "a"]);
        assert_eq!(values(&run, "/error/code"), ["unclosed_element"]);
        assert_eq!(values(&run, "/event"), ["null"]);

        let run = ewsn(&folder, &["--json", "--partial", "a"]);
        let (partial, failed) = rows(&run)
            .split_last()
            .map(|(last, rows)| (rows.to_vec(), last.clone()))
            .unwrap();
        assert_eq!(failed["error"]["code"], "unclosed_element");
        assert_eq!(
            (&failed["partial"], &failed["event"]),
            (&json!(false), &json!(null))
        );
        let shown: Vec<_> = partial
            .iter()
            .filter_map(|row| row["event"]["kind"].as_str())
            .collect();
        assert_eq!(
            (shown.as_slice(), partial.len()),
            (kinds, kinds.len().max(1))
        );
        for row in partial {
            assert_eq!(row["subscription_id"], "SUBSCRIPTIONxONE");
            // A later retry must not be a duplicate of something that was never whole.
            assert_eq!(
                (&row["partial"], &row["delivery"]),
                (&json!(true), &json!(null))
            );
        }
        let (line, last) = (body.lines().count(), body.lines().last().unwrap());
        let (line, column) = match body.ends_with('\n') {
            true => (line + 1, 1),
            false => (line, last.len() + 1),
        };
        let message = "the body ends inside `";
        let report = run.stderr.lines().next().unwrap();
        let start = format!("a:{line}:{column}: {message}");
        assert!(report.starts_with(&start), "{report}");
        assert_eq!(run.status, 1);
    }
}

#[test]
fn marks_the_events_before_a_defect_in_a_table() {
    let body = push(&[NEW_MAIL, "&oops;"].concat());
    let folder = folder([("a", &*body)]);
    let totals = "1 file, 1 failed, 0 responses, 0 notifications, 0 events\n";
    assert_eq!(ewsn(&folder, &["inspect", "a"]).stdout, totals);
    let run = ewsn(&folder, &["inspect", "--partial", "a"]);
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert!(rows[1].starts_with("a     ~NewMail  "), "{}", run.stdout);
    assert_eq!(
        rows[3..],
        [
            totals.trim(),
            "~ before a defect, so not final and not counted: 1 event"
        ]
    );
    let report = "a:17:18: reference to an undefined entity: `&oops;`; ";
    assert!(run.stderr.starts_with(report), "{}", run.stderr);
    assert_eq!(run.status, 1);
}

#[test]
fn a_body_without_an_operation_before_its_defect_has_the_row_of_its_error() {
    let body = push(NEW_MAIL);
    let header = &body[..body.find("<m:SendNotification>").unwrap()];
    for body in ["", "text", header, "<!DOCTYPE a>"] {
        let run = ewsn(&folder([("a", body)]), &["--json", "--partial", "a"]);
        assert_eq!(values(&run, "/operation"), ["null"], "{body}");
        assert_eq!(values(&run, "/partial"), ["false"]);
        assert_eq!(run.status, 1);
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
    assert_eq!(values(&run, "/file"), ["a.xml", "b.xml", "c.xml"]);
    let codes = ["null", "unbound_prefix", "null"];
    let error = |row: &serde_json::Value| row["error"]["code"].to_string().replace('"', "");
    assert_eq!(rows(&run).iter().map(error).collect::<Vec<_>>(), codes);
    let report: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(report.len(), 5, "{}", run.stderr);
    assert!(report[0].starts_with("b.xml:2:11: "), "{}", run.stderr);
    assert!(
        report[4].starts_with("c.xml: duplicate notification"),
        "{}",
        run.stderr
    );
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
        let expected = "bad.xml:2:11: the prefix `p` of `p:c` is not declared; expected \
                        `xmlns:p=\"…\"` in this element or one around it\n\
                        <b>구독</b><p:c/>\n            ^\n\
                        hint: the start of the message, which declares its prefixes";
        assert!(run.stderr.starts_with(expected), "{}", run.stderr);
        assert_eq!(run.status, 1);
    }
}

#[test]
fn a_report_follows_the_rows_of_earlier_files() {
    let good = push(NEW_MAIL);
    let other = push(UNREAD);
    let folder = folder([("1.xml", &*good), ("2.xml", BAD), ("3.xml", &*other)]);
    // Both streams go to one file, as on a terminal.
    let lines = |format| {
        let both = File::create(folder.path().join("both")).unwrap();
        let files = ["./1.xml", "./2.xml", "./3.xml"];
        let arguments = [&["inspect", "--format", format], &files[..]].concat();
        let mut command = command(folder.path(), &arguments);
        command.stdout(both.try_clone().unwrap()).stderr(both);
        assert_eq!(command.status().unwrap().code(), Some(1));
        let both = fs::read_to_string(folder.path().join("both")).unwrap();
        both.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let json = lines("ndjson");
    assert_eq!(json.len(), 9, "{json:?}");
    assert!(json[0].starts_with(r#"{"file":"./1.xml""#), "{json:?}");
    assert!(json[1].starts_with(r#"{"file":"./2.xml""#), "{json:?}");
    assert!(json[2].starts_with("./2.xml:2:11: "), "{json:?}");
    assert!(json[6].starts_with(r#"{"file":"./3.xml""#), "{json:?}");
    assert!(
        json[7].starts_with("./3.xml: events are missing before"),
        "{json:?}"
    );
    // The widths of the columns depend on all rows.
    let table = lines("table");
    assert!(table[1].starts_with("./1.xml  NewMail"), "{table:?}");
    assert!(table[2].starts_with("./2.xml:2:11: "), "{table:?}");
    assert!(table[6].starts_with("./3.xml  Modified"), "{table:?}");
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
            "empty: no file named *.xml, *.xml.gz and *.http in this folder"
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
    assert_eq!(values(&refused, "/error/code"), ["body_limit"]);
    assert_eq!(refused.status, 1);
    let report: Vec<&str> = refused.stderr.lines().collect();
    assert!(
        report[0].starts_with("large.xml:1:1: a body of more than 16 MiB;"),
        "{report:?}"
    );
    let hint = "hint: --limit-bytes sets a higher limit, and --no-limits removes it";
    assert_eq!(report.last(), Some(&hint));

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
    assert_eq!(values(&refused, "/error/code"), ["body_limit"]);
    assert_eq!(refused.status, 1);
}

#[test]
fn options_change_the_limits() {
    let two = push(&[NEW_MAIL, UNREAD].concat());
    let length = two.len().to_string();
    let below = (two.len() - 1).to_string();
    let deep = push(&format!(
        "<t:XEvent>{}{}</t:XEvent>",
        "<a>".repeat(64),
        "</a>".repeat(64)
    ));
    let folder = folder([("two", &*two), ("deep", &*deep)]);
    for (options, file, code) in [
        (&["--limit-events", "2"][..], "two", None),
        (&["--limit-events", "1"], "two", Some("event_limit")),
        (&["--limit-bytes", &length], "two", None),
        (&["--limit-bytes", &below], "two", Some("body_limit")),
        (&[], "deep", Some("depth_limit")),
        (&["--no-limits"], "deep", None),
    ] {
        let run = ewsn(&folder, &[&["--json", file], options].concat());
        let error = rows(&run).pop().unwrap()["error"]["code"].clone();
        assert_eq!(error.as_str(), code, "{options:?}");
        assert_eq!(run.status, i32::from(code.is_some()));
    }
    let refused = ewsn(&folder, &["--limit-events", "1", "two"]).stderr;
    assert!(
        refused.contains("expected at most 1 (--limit-events)"),
        "{refused}"
    );
    let refused = ewsn(&folder, &["--limit-bytes", "100", "two"]).stderr;
    assert!(
        refused.contains("expected at most 100 (--limit-bytes)"),
        "{refused}"
    );
    for (size, status) in [
        ("1KiB", 1),
        ("2 KiB", 0),
        ("1MiB", 0),
        ("16MB", 2),
        ("", 2),
        ("99999999999GiB", 2),
    ] {
        let run = ewsn(&folder, &["--json", "--limit-bytes", size, "two"]);
        assert_eq!(run.status, status, "{size}");
        let is_explained = run.stderr.contains("expected a number of bytes, such as");
        assert_eq!(is_explained, status == 2, "{}", run.stderr);
    }
    let run = ewsn(&folder, &["--no-limits", "--limit-events", "1", "two"]);
    assert_eq!(run.status, 2);
}

#[test]
fn replaces_illegal_references_if_asked() {
    let body = envelope(ERROR).replace("&amp;", "&#x0;&#xB;");
    let folder = folder([("a", &*body)]);
    let refused = ewsn(&folder, &["--json", "a"]);
    assert_eq!(values(&refused, "/error/code"), ["illegal_reference"]);
    let hint = "--replace-illegal-references replaces it by U+FFFD";
    assert_eq!(values(&refused, "/error/hint"), [hint]);
    let run = ewsn(&folder, &["--json", "--replace-illegal-references", "a"]);
    assert_eq!(
        values(&run, "/message_text"),
        ["구독의 \"이벤트\" \u{fffd}\u{fffd} 검색"]
    );
    assert_eq!(run.stderr, "a: 2 illegal references replaced by U+FFFD\n");
    assert_eq!(run.status, 3);
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
    for arguments in [
        &["inspect", "--format", "csv", "a"][..],
        &["--limit-events", "many", "a"],
        // Arguments of a command before its name would have no effect.
        &["--partial", "inspect", "a"],
        &["--limit-bytes", "1", "follow"],
    ] {
        let run = ewsn(&folder([]), arguments);
        assert_eq!((run.stdout.as_str(), run.status), ("", 2), "{arguments:?}");
    }
}

#[test]
fn a_server_error_exits_with_3_and_a_failure_with_1() {
    let error = envelope(ERROR);
    let fault = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>\
         <faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>";
    let folder = folder([
        ("good", &*push(NEW_MAIL)),
        ("error", &*error),
        ("fault", fault),
        ("bad", BAD),
    ]);
    for (files, status, totals) in [
        (
            &["good"][..],
            0,
            "1 file, 1 message, 1 notification, 1 event\n",
        ),
        (
            &["error", "good"],
            3,
            "2 files, 2 messages, 1 notification, 1 event, 1 server error\n",
        ),
        (
            &["fault"],
            3,
            "1 file, 0 responses, 0 notifications, 0 events, 1 fault\n",
        ),
        (
            &["bad", "fault"],
            1,
            "2 files, 1 failed, 0 responses, 0 notifications, 0 events, 1 fault\n",
        ),
    ] {
        let run = ewsn(&folder, files);
        assert_eq!(run.status, status, "{files:?}");
        assert!(run.stdout.contains(totals), "{}", run.stdout);
    }
}

#[test]
fn the_row_of_a_failure_has_the_place_and_no_other_value() {
    let good = connection("OK");
    let stream = [&*good, "\n", &good.replace("NoError", "<p:c/>")].concat();
    let folder = folder([("bad.xml", BAD), ("stream", &*stream)]);
    let run = ewsn(&folder, &["--json", "bad.xml", "gone", "stream"]);
    let rows = rows(&run);
    let offset = stream.find("<p:c/>").unwrap() + 1;
    let column = offset - good.len();
    let bad = BAD.find("p:c").unwrap();
    let expected = [
        (
            0,
            json!(1),
            json!(0),
            json!(["unbound_prefix", "malformed", bad, 2, 11]),
        ),
        (
            1,
            json!(null),
            json!(null),
            json!(["io", "io", null, null, null]),
        ),
        (
            3,
            json!(2),
            json!(good.len() + 1),
            json!(["unbound_prefix", "malformed", offset, 1, column]),
        ),
    ];
    for (row, envelope, offset, values) in expected {
        let row = rows[row].as_object().unwrap();
        let error = &row["error"];
        let found = ["code", "class", "offset", "line", "column"].map(|key| error[key].clone());
        assert_eq!(json!(found), values);
        assert!(
            error["message"].is_string() && error["hint"].is_string() == envelope.is_number(),
            "{error}"
        );
        assert_eq!((&row["envelope"], &row["offset"]), (&envelope, &offset));
        for (key, value) in row {
            let is_place = ["file", "envelope", "offset", "error"].contains(&key.as_str());
            let is_empty = [json!(null), json!(false), json!([]), json!({})].contains(value);
            assert!(is_place || is_empty, "{key}: {value}");
        }
        let keys =
            |row: &serde_json::Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&rows[2]), row.keys().cloned().collect::<Vec<_>>());
    }
}

#[test]
fn an_empty_line_separates_failures_of_several_lines() {
    let folder = folder([("a", BAD), ("b", BAD), ("c", "")]);
    let run = ewsn(&folder, &["gone", "a", "b", "c", "gone"]);
    let starts: Vec<&str> = run
        .stderr
        .lines()
        .map(|line| line.get(..4).unwrap_or(line))
        .collect();
    let failure = ["a:2:", "<b>\u{ad6c}\u{b3c5}", "    ", "hint"];
    assert_eq!(starts.len(), 1 + 4 + 1 + 4 + 1 + 2 + 1, "{}", run.stderr);
    assert!(starts[1] == failure[0] && starts[5].is_empty() && starts[10].is_empty());
    // An empty body has no excerpt.
    assert!(
        starts[11].starts_with("c:1:") && starts[12] == "hint",
        "{}",
        run.stderr
    );
}

#[test]
fn reports_are_coloured_where_tables_are() {
    let gap = push(UNREAD);
    let folder = folder([("a", &*push(NEW_MAIL)), ("b", &*gap), ("c", BAD)]);
    let files = ["a", "b", "c"];
    let run = ewsn(&folder, &[&["--color", "always"], &files[..]].concat());
    for text in [
        "\u{1b}[33mb: events are missing before",
        "\u{1b}[36mhint:\u{1b}[0m is a file missing",
        "\u{1b}[1m\u{1b}[31mc:2:11\u{1b}[0m: the prefix",
    ] {
        assert!(run.stderr.contains(text), "{text:?} {:?}", run.stderr);
    }
    let plain = ewsn(&folder, &files).stderr;
    assert!(
        plain.contains("synchronize the mailbox\n\nc:2:11: "),
        "{plain}"
    );
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
}

#[test]
fn the_answer_to_subscribe_is_recognized() {
    let answer = |content: &str| {
        envelope("").replace(
            "<m:SendNotification><m:ResponseMessages>",
            &format!("<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage>{content}</m:SubscribeResponseMessage>"),
        ).replace("</m:SendNotification>", "</m:SubscribeResponse>")
    };
    let id = "<m:SubscriptionId>Jg+/==</m:SubscriptionId>";
    for (content, hint) in [
        (
            id.to_owned(),
            "this is the answer to Subscribe: the id is `Jg+/==`; next: `ewsn request get-streaming-events 'Jg+/=='`",
        ),
        (
            format!("{id}<m:Watermark>AQ==</m:Watermark>"),
            "this is the answer to Subscribe: the id is `Jg+/==`; next for a pull: `ewsn request get-events 'Jg+/==' 'AQ=='`",
        ),
        (
            "<m:MessageText>Busy &amp; so on</m:MessageText><m:ResponseCode>ErrorServerBusy</m:ResponseCode>".to_owned(),
            "this is the answer to Subscribe, an error: ErrorServerBusy Busy & so on",
        ),
    ] {
        let answer = answer(&content);
        for command in ["inspect", "follow"] {
            let folder = folder([("a", &*answer)]);
            let run = ewsn(&folder, &[command, "--json", "a"]);
            assert_eq!(values(&run, "/error/hint"), [hint]);
            assert_eq!(run.status, 1);
        }
    }
    // Nothing that a shell would run is proposed.
    let quoted = answer("<m:SubscriptionId>';a;'</m:SubscriptionId>");
    let run = ewsn(&folder([("a", &*quoted)]), &["a"]);
    assert!(!run.stderr.contains("';a;'`"), "{}", run.stderr);
}

#[test]
fn server_errors_come_with_advice() {
    let with = |code: &str, value: &str| {
        let value = format!("<m:MessageXml>{value}</m:MessageXml>");
        let error = ERROR.replace("ErrorReadEventsFailed", code);
        let (start, rest) = error.split_once("<m:MessageXml>").unwrap();
        let (_, end) = rest.split_once("</m:MessageXml>").unwrap();
        envelope(&[start, &*value, end].concat())
    };
    let wait = "<t:Value Name='BackOffMilliseconds'>297749</t:Value>";
    for (code, value, advice) in [
        (
            "ErrorServerBusy",
            wait,
            "wait 298 s before the next request",
        ),
        ("ErrorServerBusy", "", "wait before the next request"),
        (
            "ErrorInvalidSubscription",
            "",
            "subscribe again, then synchronize",
        ),
        (
            "ErrorSubscriptionNotFound",
            "",
            "subscribe again, then synchronize",
        ),
        (
            "ErrorInvalidWatermark",
            "",
            "subscribe without a watermark, then synchronize",
        ),
    ] {
        let run = ewsn(&folder([("a", &*with(code, value))]), &["a"]);
        let report = format!("a: the server reports {code}: {advice}\n");
        assert_eq!((&*run.stderr, run.status), (&*report, 3));
    }
    let run = ewsn(&folder([("a", &*with("ErrorOther", ""))]), &["a"]);
    assert_eq!((&*run.stderr, run.status), ("", 3));
}
