//! The command `follow`: when rows are printed, silences, reports, and exit statuses.

use core::time::Duration;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout};
use std::thread;

use crate::{
    NEW_MAIL, Run, UNREAD, command, connection, ewsn, folder, notification, push, rows, run,
    streamed, values,
};

const NDJSON: [&str; 3] = ["follow", "--format", "ndjson"];

/// Follows a stream that has arrived completely.
fn follow(arguments: &[&str], stream: &str) -> Run {
    run(command(Path::new("."), arguments), stream.as_bytes())
}

#[test]
fn prints_the_same_rows_as_inspect() {
    let stream = [
        connection("OK"),
        notification(&[NEW_MAIL, UNREAD].concat()),
        connection("Closed"),
    ];
    let stream = stream.join("\r\n");
    let followed = follow(&NDJSON, &stream);
    let inspected = follow(&["inspect", "--format", "ndjson", "-"], &stream);
    assert_eq!(followed.stdout, inspected.stdout);
    assert_eq!(values(&followed, "/file").len(), 4);
    assert_eq!(
        followed.stderr,
        "stdin: the server closed the connection\nstdin: 3 envelopes, 2 events\n"
    );
    assert_eq!(followed.status, 0);
}

#[test]
fn the_table_has_fixed_widths_and_no_totals() {
    let stream = [
        connection("OK"),
        notification(&[NEW_MAIL, UNREAD].concat()),
        connection("Closed"),
    ];
    let run = follow(&["follow"], &stream.concat());
    let expected = "\
FILE        EVENT            TIME                  SUBSCR.              ID                   PARENT               UNREAD  WATERMARK
stdin       heartbeat
stdin       NewMail          2031-02-03T04:05:06Z  SUBSCRIPTIONxONE     AAMkAGxITEMxOFxTHExMAILxAAA=  AAMkAGxFOLDERxINBOXxAAA=          WATERMARKxMAIL
stdin       Modified folder  2031-02-03T04:05:08Z  SUBSCRIPTIONxONE     AAMkAGxFOLDERxINBOXxAAA=      AAMkAGxFOLDERxROOTxAAA=        7  WATERMARKxREAD
stdin       Success          NoError connection Closed
";
    assert_eq!(run.stdout, expected);
}

/// A run whose input is written in pieces.
struct Followed {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Followed {
    fn new(arguments: &[&str]) -> Self {
        let mut child = command(Path::new("."), arguments).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    fn write(&mut self, piece: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(piece.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Waits until it exits by itself. Its input stays open.
    fn end(mut self) -> (String, Option<i32>) {
        let mut stderr = String::new();
        let mut reports = self.child.stderr.take().unwrap();
        reports.read_to_string(&mut stderr).unwrap();
        (stderr, self.child.wait().unwrap().code())
    }
}

/// Each row is read before the next envelope is written. A row that is held back blocks this test.
#[test]
fn prints_rows_as_soon_as_their_envelope_ends() {
    let mut table = Followed::new(&["follow"]);
    let mut ndjson = Followed::new(&NDJSON);
    table.write(&connection("OK"));
    assert!(table.line().starts_with("FILE "));
    assert!(table.line().contains(" heartbeat"));
    for kind in ["Created", "Deleted", "Copied"] {
        let event = NEW_MAIL.replace("NewMail", kind);
        let envelope = notification(&event);
        for piece in envelope.as_bytes().chunks(100) {
            let piece = str::from_utf8(piece).unwrap();
            table.write(piece);
            ndjson.write(piece);
        }
        assert!(table.line().contains(&format!(" {kind} ")));
        let kind = format!(r#""kind":"{kind}Event""#);
        let line = ndjson.line();
        assert!(line.contains(&kind) && line.ends_with("}\n"), "{line}");
    }
    ndjson.write(&connection("Closed")[..300]);
    drop(ndjson.child.stdin.take());
    assert!(ndjson.line().contains(r#""code":"unfinished_envelope""#));
    assert_eq!(ndjson.line(), "");
    assert_eq!(ndjson.child.wait().unwrap().code(), Some(1));
    table.write(&connection("Closed"));
    drop(table.child.stdin.take());
    assert!(table.line().contains(" Success "));
    assert_eq!(table.line(), "");
    assert_eq!(table.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_exit_status_depends_on_the_end_of_the_stream() {
    let heartbeat = connection("OK");
    let error = streamed(
        "Error",
        "<m:ResponseCode>ErrorServerBusy</m:ResponseCode><m:ConnectionStatus>Closed</m:ConnectionStatus>",
    );
    let unknown = streamed(
        "Warning",
        "<m:ErrorSubscriptionIds><m:SubscriptionId>ONE</m:SubscriptionId></m:ErrorSubscriptionIds>",
    );
    let fault = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>\
         <faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>";
    let closed = "stdin: the server closed the connection";
    let ended =
        "stdin: the input ended without ConnectionStatus Closed; the connection may have been lost";
    let cut = heartbeat.len() * 2 - 1;
    let cut_report = format!(
        "stdin: envelope 2, byte {cut}: the stream ends inside an end tag in `Envelope`; expected more, up to `</Envelope>`"
    );
    for (stream, rows, status, reports) in [
        (
            [&heartbeat, &*connection("Closed")].concat(),
            2,
            0,
            vec![closed, "stdin: 2 envelopes, 0 events"],
        ),
        (
            heartbeat.clone(),
            1,
            1,
            vec![ended, "stdin: 1 envelope, 0 events"],
        ),
        (
            String::new(),
            0,
            1,
            vec![
                "stdin: nothing arrived; the request may have failed",
                "stdin: 0 envelopes, 0 events",
            ],
        ),
        // Two connections, one after the other.
        (
            [&connection("Closed"), &*heartbeat].concat(),
            2,
            1,
            vec![ended, "stdin: 2 envelopes, 0 events"],
        ),
        // The second row is that of the error.
        (
            heartbeat.repeat(2)[..cut].to_owned(),
            2,
            1,
            vec![&*cut_report, "stdin: 1 envelope, 0 events"],
        ),
        (
            [&error, &*connection("Closed")].concat(),
            2,
            3,
            vec![
                "stdin: envelope 1: the server reports ErrorServerBusy: wait before the next request",
                closed,
                "stdin: 2 envelopes, 0 events",
            ],
        ),
        // The error is not the last envelope.
        (
            [&error, &*heartbeat].concat(),
            2,
            3,
            vec![
                "stdin: envelope 1: the server reports ErrorServerBusy: wait before the next request",
                ended,
                "stdin: 2 envelopes, 0 events",
            ],
        ),
        (
            [&heartbeat, &*unknown].concat(),
            2,
            3,
            vec![
                "stdin: envelope 2: the server reports an error",
                "stdin: the response ended after the error",
                "stdin: 2 envelopes, 0 events",
            ],
        ),
        (
            fault.to_owned(),
            1,
            3,
            vec![
                "stdin: envelope 1: the server reports s:Client",
                "stdin: the response ended after the error",
                "stdin: 1 envelope, 0 events",
            ],
        ),
    ] {
        let run = follow(&NDJSON, &stream);
        // Without excerpts and carets.
        let lines = run
            .stderr
            .lines()
            .filter(|line| line.starts_with("stdin: "));
        assert_eq!(lines.collect::<Vec<_>>(), reports);
        assert_eq!((run.stdout.lines().count(), run.status), (rows, status));
    }
}

#[test]
fn shows_nothing_of_a_malformed_envelope_and_after_it() {
    let malformed = connection("OK").replace("NoError", "&nbsp;");
    let stream = [&connection("OK"), &malformed, &*connection("Closed")].concat();
    let byte = stream.find("&nbsp;").unwrap();
    let run = follow(&NDJSON, &stream);
    assert_eq!(values(&run, "/connection_status"), ["OK", "null"]);
    assert_eq!(rows(&run)[1]["error"]["code"], "undefined_entity");
    let message = "reference to an undefined entity: `&nbsp;`; expected `&amp;`, `&lt;`, `&gt;`, \
                   `&apos;` or `&quot;`";
    let reports: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(
        reports[0],
        format!("stdin: envelope 2, byte {byte}: {message}")
    );
    assert!(reports[3].starts_with("hint: "), "{reports:?}");
    assert_eq!(reports[4..], ["stdin: 1 envelope, 0 events"]);
    assert_eq!(run.status, 1);
}

/// Exchange does not stream watermarks. Other servers do.
#[test]
fn reports_gaps() {
    let marked = |previous: &str, mark: &str| {
        let previous = format!("<t:PreviousWatermark>{previous}</t:PreviousWatermark>");
        notification(&[&previous, &*NEW_MAIL.replace("WATERMARKxMAIL", mark)].concat())
    };
    let stream = [
        marked("A", "B"),
        marked("B", "C"),
        marked("X\u{9b}", "Y"),
        connection("Closed"),
    ];
    let run = follow(&NDJSON, &stream.concat());
    let missing = "stdin: envelope 3: events are missing before this notification (subscription SUBSCRIPTIONxONE)\n\
                   hint: synchronize the mailbox";
    let closed = "stdin: the server closed the connection";
    let counts = "stdin: 4 envelopes, 3 events, 1 gap";
    assert_eq!(run.stderr, [missing, closed, counts, ""].join("\n"));
    assert_eq!(run.status, 0);
}

#[test]
fn exits_with_0_when_the_reader_stops_early() {
    let mut followed = Followed::new(&NDJSON);
    let mut stdin = followed.child.stdin.take().unwrap();
    let envelope = connection("OK");
    stdin.write_all(envelope.as_bytes()).unwrap();
    assert!(followed.line().ends_with("}\n"));
    drop(followed.stdout);
    // Until it has exited.
    while stdin.write_all(envelope.as_bytes()).is_ok() {}
    let mut stderr = String::new();
    let mut reports = followed.child.stderr.take().unwrap();
    reports.read_to_string(&mut stderr).unwrap();
    let status = followed.child.wait().unwrap().code();
    assert_eq!((stderr.as_str(), status), ("", Some(0)));
}

/// The input is there before the program starts, so only the program can be slow on a busy machine.
#[test]
fn timeout_ends_a_silence_with_status_4() {
    let (stdin, mut writer) = std::io::pipe().unwrap();
    let stream = [&connection("OK"), &connection("Closed")[..300]].concat();
    writer.write_all(stream.as_bytes()).unwrap();
    let arguments = ["follow", "--timeout", "1", "--heartbeat", "0.1"];
    let mut command = command(Path::new("."), &arguments);
    let output = command.stdin(stdin).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let reports: Vec<&str> = stderr.lines().collect();
    assert!(reports[0].ends_with(" UTC: no data for 00:00:00"));
    assert_eq!(reports[1], "stdin: nothing arrived for 1 s");
    let counts = "stdin: 1 envelope, 0 events, ";
    assert!(reports[2].starts_with(counts), "{stderr}");
    assert!(reports[2].contains(" silence"), "{stderr}");
    assert_eq!((reports.len(), output.status.code()), (3, Some(4)));
}

#[test]
fn timeout_without_any_data_says_that_nothing_arrived() {
    let (stderr, status) = Followed::new(&["follow", "--timeout", "0.2"]).end();
    let expected = "warning: --timeout 0.2 is not longer than the time between heartbeats, 45 s: \
                    it ends a stream without events, too\n\
                    stdin: nothing arrived for 0.2 s\nstdin: 0 envelopes, 0 events\n";
    assert_eq!((&*stderr, status), (expected, Some(4)));
}

/// The wait of a second is ten times as long as what is a silence, for a busy machine.
#[test]
fn the_end_has_the_silences() {
    let mut followed = Followed::new(&["follow", "--heartbeat", "0.05"]);
    followed.write(&connection("OK"));
    assert!(followed.line().starts_with("FILE "));
    assert!(followed.line().contains(" heartbeat"));
    thread::sleep(Duration::from_secs(1));
    followed.write(&connection("Closed"));
    drop(followed.child.stdin.take());
    let (stderr, status) = followed.end();
    let counts = "\nstdin: 2 envelopes, 0 events, ";
    assert!(
        stderr.contains(counts) && stderr.contains(" silence"),
        "{stderr}"
    );
    // There is no status line. Each line has the time of day.
    let lines: Vec<&str> = stderr.lines().collect();
    let began = lines
        .iter()
        .position(|line| line.contains(" UTC: no data for "));
    let ended = lines
        .iter()
        .position(|line| line.contains(" UTC: data again, after "));
    assert!(began.unwrap() < ended.unwrap(), "{stderr}");
    assert_eq!(status, Some(0));
}

#[test]
fn follows_a_file() {
    let folder = folder([("saved.xml", &*connection("Closed"))]);
    let run = ewsn(&folder, &["follow", "--format", "ndjson", "saved.xml"]);
    assert_eq!(values(&run, "/file"), ["saved.xml"]);
    let reports = "saved.xml: the server closed the connection\nsaved.xml: 1 envelope, 0 events\n";
    assert_eq!((&*run.stderr, run.status), (reports, 0));

    let run = ewsn(&folder, &["follow", "missing.xml"]);
    assert!(run.stderr.starts_with("missing.xml: "), "{}", run.stderr);
    assert_eq!((&*run.stdout, run.status), ("", 1));
}

/// Opening such a pipe blocks.
#[cfg(unix)]
#[test]
fn timeout_ends_the_wait_for_the_writer_of_a_named_pipe() {
    let folder = folder([]);
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(pipe).status();
    assert!(made.unwrap().success());
    let run = ewsn(&folder, &["follow", "--timeout", "0.2", "pipe"]);
    assert_eq!(run.status, 4, "{}", run.stderr);
}

#[test]
fn refuses_times_that_are_not_positive() {
    for time in ["0", "-1", "nan", "inf", "1e300", "1e-300", "", "1s"] {
        for option in ["--timeout", "--heartbeat"] {
            let run = follow(&["follow", &format!("{option}={time}")], "");
            assert_eq!(run.status, 2, "{option} {time}");
            assert!(run.stderr.contains("number of seconds"), "{}", run.stderr);
        }
    }
}

#[cfg(unix)] // a folder can be opened, but not read
#[test]
fn reports_an_input_that_cannot_be_read() {
    let mut command = command(Path::new("."), &NDJSON);
    command.stdin(std::fs::File::open(".").unwrap());
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("stdin: "), "{stderr}");
    assert_eq!((stderr.lines().count(), output.status.code()), (2, Some(1)));
}

#[test]
fn the_help_lists_every_exit_status() {
    let help = follow(&["follow", "--help"], "").stdout;
    for status in ["\n  0  ", "\n  1  ", "\n  2  ", "\n  3  ", "\n  4  "] {
        assert!(help.contains(status), "{help}");
    }
}

#[test]
fn follows_a_capture_with_the_limits_of_the_arguments() {
    let stream = [connection("OK"), connection("Closed")].concat();
    let response = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{stream}\r\n0\r\n\r\n",
        stream.len()
    );
    let run = follow(&NDJSON, &response);
    assert_eq!(values(&run, "/connection_status"), ["OK", "Closed"]);
    let note = "stdin: unwrapped from HTTP response 200, chunked\n";
    assert!(run.stderr.starts_with(note), "{}", run.stderr);
    assert_eq!(run.status, 0);

    let run = follow(&["follow", "--json", "--limit-bytes", "100"], &stream);
    assert_eq!(values(&run, "/error/code"), ["body_limit"]);
    assert_eq!(run.status, 1);
}

#[test]
fn rows_have_the_delivery_of_their_notification() {
    let stream = [notification(NEW_MAIL), connection("Closed")].concat();
    let run = follow(&NDJSON, &stream);
    assert_eq!(values(&run, "/delivery"), ["unknown", "null"]);
}

#[test]
fn pushes_are_not_a_stream() {
    for (pushes, count) in [(1, "1 push message"), (3, "3 push messages")] {
        let run = follow(&["follow"], &push(NEW_MAIL).repeat(pushes));
        let report = format!("stdin: this is not a stream but {count}: use `ewsn inspect`\n");
        assert!(run.stderr.contains(&report), "{}", run.stderr);
        assert_eq!(run.status, 1);
    }
}
