//! Streams in files: sequences of envelopes, defects in them, and bodies that are not streams.

use std::path::Path;

use crate::{NEW_MAIL, UNREAD, connection, ewsn, folder, notification, push, rows, values};

const NDJSON: [&str; 3] = ["inspect", "--format", "ndjson"];

#[test]
fn shows_the_events_of_all_envelopes() {
    let envelopes = [
        connection("OK"),
        notification(&[NEW_MAIL, UNREAD].concat()),
        push(NEW_MAIL),
        connection("Closed"),
    ];
    for between in ["", "\n\n", "\u{FEFF}", " \u{FEFF}\r\n"] {
        let stream = envelopes.join(between);
        let folder = folder([("a", &*stream), ("b", &*push(UNREAD))]);
        let run = ewsn(&folder, &[&NDJSON[..], &["a", "b"]].concat());
        assert_eq!(values(&run, "/file"), ["a", "a", "a", "a", "a", "b"]);
        let statuses = ["OK", "null", "null", "null", "Closed", "null"];
        assert_eq!(values(&run, "/connection_status"), statuses);
        assert_eq!(run.status, 0);
    }
    let table = ewsn(&folder([("a", &*envelopes.concat())]), &["inspect", "a"]);
    let totals =
        "\n\n1 file, 1 message, 3 responses, 2 notifications, 3 events\n1 Modified, 2 NewMail\n";
    assert!(table.stdout.ends_with(totals), "{}", table.stdout);
}

#[test]
fn reads_a_stream_up_to_the_first_malformed_envelope() {
    let third = connection("OK").replace("</m:ResponseCode>", "</m:ResponseCode><p:c/>");
    let envelopes = [connection("OK"), notification(NEW_MAIL), third];
    let good = [connection("OK"), connection("Closed")].concat();
    let stream = [envelopes.join("\n"), good.clone()].concat();
    let byte = stream.find("p:c").unwrap();
    let folder = folder([("1.xml", &*stream), ("2.xml", &*good)]);
    let run = ewsn(&folder, &[&NDJSON[..], &["1.xml", "2.xml"]].concat());
    let files = ["1.xml", "1.xml", "1.xml", "2.xml", "2.xml"];
    assert_eq!(values(&run, "/file"), files);
    let statuses = ["OK", "null", "null", "OK", "Closed"];
    assert_eq!(values(&run, "/connection_status"), statuses);
    // Nothing of the third envelope is shown.
    assert_eq!(values(&run, "/response_code")[2], "null");
    assert_eq!(rows(&run)[2]["error"]["code"], "unbound_prefix");
    let report: Vec<&str> = run.stderr.lines().collect();
    let message = "the prefix `p` of `p:c` is not declared; expected `xmlns:p=\"…\"` in this element or one around it";
    assert_eq!(
        report[0],
        format!("1.xml: envelope 3, byte {byte}: {message}")
    );
    let caret = report[2].find('^').unwrap();
    let before = report[1].chars().skip(caret).collect::<String>();
    assert!(before.starts_with("p:c"), "{}", run.stderr);
    assert!(report[3].starts_with("hint: "), "{}", run.stderr);
    assert_eq!((report.len(), run.status), (4, 1));

    let table = ewsn(&folder, &["inspect", "1.xml", "2.xml"]);
    let totals = "2 files, 1 failed, 4 responses, 1 notification, 1 event\n1 NewMail\n";
    assert!(table.stdout.ends_with(totals), "{}", table.stdout);
}

#[test]
fn reports_defects_between_envelopes_and_at_the_end() {
    let two = connection("OK").repeat(2);
    for (stream, at, message) in [
        (
            [&two, "text", &*connection("OK")].concat(),
            two.len(),
            "text before the envelope: `text`; expected nothing but white space and comments",
        ),
        (
            [&two, &connection("OK")[..50]].concat(),
            two.len() + 50,
            "the stream ends inside the start tag of `Envelope`; expected the rest of the envelope",
        ),
        (
            [&two, "<!DOCTYPE a>"].concat(),
            two.len(),
            "document type declaration (DOCTYPE): `<!DOCTYPE a`; expected XML without it",
        ),
    ] {
        let folder = folder([("a", &*stream)]);
        let run = ewsn(&folder, &[&NDJSON[..], &["a"]].concat());
        assert_eq!(values(&run, "/connection_status"), ["OK", "OK", "null"]);
        let report = format!("a: envelope 3, byte {at}: {message}\n");
        assert!(run.stderr.starts_with(&report), "{}", run.stderr);
        assert_eq!((run.stderr.lines().count(), run.status), (4, 1));
    }
}

#[test]
fn partial_shows_the_events_before_a_defect_in_an_envelope() {
    let good = connection("OK");
    let events = notification(&[NEW_MAIL, UNREAD].concat());
    let cut = &events[..events.find("</t:ModifiedEvent>").unwrap()];
    let undeclared = events.replace("<t:UnreadCount>", "<p:c/><t:UnreadCount>");
    let doctype = events.replace("<t:UnreadCount>", "<!DOCTYPE a><t:UnreadCount>");
    for defect in [cut, &undeclared, &doctype] {
        let stream = [&good, defect].concat();
        let folder = folder([("a", &*stream)]);
        let whole = ewsn(&folder, &["--json", "a"]);
        assert_eq!(values(&whole, "/connection_status"), ["OK", "null"]);
        assert_eq!(values(&whole, "/event"), ["null", "null"]);
        let run = ewsn(&folder, &["--json", "--partial", "a"]);
        assert_eq!(values(&run, "/connection_status"), ["OK", "null", "null"]);
        assert_eq!(rows(&run)[1]["event"]["kind"], "NewMailEvent");
        assert_eq!(values(&run, "/partial"), ["false", "true", "false"]);
        assert_eq!(values(&run, "/envelope"), ["1", "2", "2"]);
        assert_eq!(run.stderr, whole.stderr);
        let report = "a: envelope 2, byte ";
        assert!(run.stderr.starts_with(report), "{}", run.stderr);
        // The cut one has a note and no excerpt.
        assert!(
            matches!(run.stderr.lines().count(), 3 | 4),
            "{}",
            run.stderr
        );
        assert_eq!(run.status, 1);
    }
}

/// The tag of the second envelope may be incomplete or malformed.
#[test]
fn a_file_with_a_second_envelope_is_a_stream() {
    for second in [
        "<Envelope",
        "<Envelope ",
        "<s:Envelope xmlns:s='",
        "<!-- c --><Envelope>",
        "\u{FEFF}<?xml version='1.0'?>\n<Envelope/>",
        "<s:Envelope/>",
        "<Envelope></Body>",
    ] {
        let folder = folder([("a", &*[&push(NEW_MAIL), second].concat())]);
        let run = ewsn(&folder, &[&NDJSON[..], &["a"]].concat());
        assert_eq!(rows(&run)[0]["event"]["kind"], "NewMailEvent", "{second}");
        assert_eq!(values(&run, "/envelope"), ["1", "2"]);
        let report = &run.stderr;
        assert!(report.starts_with("a: envelope 2, byte "), "{report}");
        assert_eq!(run.status, 1);
    }
}

#[test]
fn anything_else_after_a_body_is_a_defect_of_the_body() {
    for (tail, column, message) in [
        (
            "x",
            1,
            "text after the end of the envelope: `x`; expected nothing but white space and comments",
        ),
        (
            "<x/>",
            2,
            "a second root element: `x`; expected the end of the body",
        ),
        (
            "<Env",
            2,
            "a second root element: `Env`; expected the end of the body",
        ),
        (
            "<Body><Envelope/></Body>",
            2,
            "a second root element: `Body`; expected the end of the body",
        ),
        (
            "<?xml version='1.0'?>",
            3,
            "XML declaration after the start of the body; expected it at the first byte, or not at all",
        ),
        (
            "\u{FEFF}",
            1,
            "text after the end of the envelope: U+FEFF; expected nothing but white space and comments",
        ),
        (
            "<!-- <Envelope/>",
            17,
            "the body ends inside a comment; expected the rest of the envelope",
        ),
    ] {
        let folder = folder([("a", &*[&push(NEW_MAIL), tail].concat())]);
        let run = ewsn(&folder, &[&NDJSON[..], &["a"]].concat());
        assert_eq!(values(&run, "/event"), ["null"], "{tail}");
        let report = run.stderr.lines().next().unwrap();
        let line = push(NEW_MAIL).lines().count() + 1;
        assert_eq!(report, format!("a:{line}:{column}: {message}"));
    }
    let body = [&push(NEW_MAIL), "<!-- <Envelope/> --><?p <Envelope/>?>\n"].concat();
    let run = ewsn(&folder([("a", &*body)]), &[&NDJSON[..], &["a"]].concat());
    assert_eq!(values(&run, "/event/kind"), ["NewMailEvent"]);
    assert_eq!((run.stderr.as_str(), run.status), ("", 0));
}

/// The bodies that the library refuses, each with its error.
#[test]
fn reports_the_error_of_the_library_for_a_refused_body() {
    let refused = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/refused");
    let folder = folder([]);
    let run = ewsn(
        &folder,
        &[&NDJSON[..], &[refused.to_str().unwrap()]].concat(),
    );
    assert_eq!(run.status, 1);
    let reports = run.stderr.lines();
    let reports = reports.filter_map(|line| line.split_once(".xml:"));
    let mut count = 0;
    for (file, message) in reports {
        let expected = std::fs::read_to_string(format!("{file}.error")).unwrap();
        // The note and the hint have lines of their own.
        let expected = expected.lines().nth(1).unwrap();
        assert!(expected.starts_with(message), "{file}: {message}");
        count += 1;
    }
    assert!(count > 50, "{count}");
}

#[test]
fn a_stream_may_be_longer_than_16_mib() {
    const LIMIT: usize = 16 << 20;
    let heartbeat = connection("OK");
    let count = LIMIT / heartbeat.len() + 1_000;
    let stream = [&heartbeat.repeat(count), "<p:c/>"].concat();
    let run = ewsn(&folder([("a", &*stream)]), &[&NDJSON[..], &["a"]].concat());
    assert_eq!(run.stdout.lines().count(), count + 1);
    let place = format!(
        "a: envelope {}, byte {}: ",
        count + 1,
        heartbeat.len() * count + 1
    );
    assert!(run.stderr.starts_with(&place), "{}", run.stderr);
    assert_eq!(run.status, 1);
}

/// Wherever the limit of a body is, in the first envelope or in the tag of the second.
#[test]
fn a_limit_does_not_hide_the_second_envelope() {
    let heartbeat = connection("OK");
    let folder = folder([("a", &*heartbeat.repeat(3))]);
    for limit in heartbeat.len()..heartbeat.len() + 12 {
        let run = ewsn(
            &folder,
            &["--json", "--limit-bytes", &limit.to_string(), "a"],
        );
        assert_eq!(values(&run, "/envelope"), ["1", "2", "3"]);
    }
}
