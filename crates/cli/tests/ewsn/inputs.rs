//! The files that are read for a path, and their order.

use crate::{NEW_MAIL, UNREAD, command, ewsn, folder, notification, push, rows, run, values};

#[test]
fn the_files_of_a_folder_are_sorted_by_name() {
    let body = push(NEW_MAIL);
    let files = [
        "in/b.xml",
        "in/a/z.xml",
        "in/a/B.XmL",
        "in/b.xml.gz",
        "in/c/deep/er/x.xml",
        "in/e.HTTP",
        "in/a.txt",
        "in/a.gz",
        "in/xml",
        "in/d.xml.bak",
    ];
    let folder = folder(files.map(|file| (file, &*body)));
    let run = ewsn(&folder, &["inspect", "--format", "ndjson", "in/"]);
    let expected = [
        "in/a/B.XmL",
        "in/a/z.xml",
        "in/b.xml",
        "in/b.xml.gz",
        "in/c/deep/er/x.xml",
        "in/e.HTTP",
    ];
    assert_eq!(values(&run, "/file"), expected);
    let skipped = "in/: 4 files skipped: from a folder only *.xml, *.xml.gz and *.http are read; name them to read them\n";
    assert!(run.stderr.starts_with(skipped), "{}", run.stderr);
    assert_eq!(run.status, 0);
}

#[test]
fn a_misspelled_command_is_named() {
    let folder = folder([]);
    let run = ewsn(&folder, &["inspct", "x"]);
    let report = "inspct: no such file; did you mean the command `inspect`?\n";
    assert!(run.stderr.starts_with(report), "{}", run.stderr);
    let run = ewsn(&folder, &["mail.xml"]);
    assert!(!run.stderr.contains("command"), "{}", run.stderr);
}

#[test]
fn paths_keep_their_order_and_need_no_extension() {
    let body = push(NEW_MAIL);
    let folder = folder(["z.bin", "a", "in/m.xml"].map(|file| (file, &*body)));
    let run = ewsn(
        &folder,
        &[
            "inspect", "--format", "ndjson", "z.bin", "in", "./a", "z.bin",
        ],
    );
    assert_eq!(values(&run, "/file"), ["z.bin", "in/m.xml", "./a", "z.bin"]);
}

#[test]
fn a_hyphen_is_standard_input() {
    let body = push(NEW_MAIL);
    let folder = folder([("a", &*body)]);
    let command = command(folder.path(), &["inspect", "--format=ndjson", "a", "-"]);
    let run = run(command, notification("<t:StatusEvent/>").as_bytes());
    assert_eq!(values(&run, "/file"), ["a", "stdin"]);
    assert_eq!(values(&run, "/event/kind"), ["NewMailEvent", "StatusEvent"]);
    assert_eq!((run.stderr.as_str(), run.status), ("", 0));
}

#[test]
fn standard_input_is_read_without_a_file() {
    let body = push(NEW_MAIL);
    let folder = folder([("a", &*body)]);
    for arguments in [&["--json"][..], &["inspect", "--json"]] {
        let run = run(command(folder.path(), arguments), body.as_bytes());
        assert_eq!(values(&run, "/file"), ["stdin"]);
        assert_eq!(values(&run, "/event/kind"), ["NewMailEvent"]);
        // A file is not a pipe, and is read all the same.
        let mut command = command(folder.path(), arguments);
        command.stdin(std::fs::File::open(folder.path().join("a")).unwrap());
        let output = command.output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), run.stdout);
    }
}

#[test]
fn a_file_is_inspected_without_a_command() {
    let folder = folder([("a", &*push(NEW_MAIL)), ("follow", &*push(UNREAD))]);
    let inspected = ewsn(&folder, &["inspect", "--json", "a", "./follow"]);
    assert_eq!(values(&inspected, "/file"), ["a", "./follow"]);
    assert_eq!(ewsn(&folder, &["--json", "a", "./follow"]), inspected);
    assert_eq!(ewsn(&folder, &["a", "./follow", "--json"]), inspected);
}

#[test]
fn a_folder_without_xml_fails() {
    let folder = folder([("empty/a.txt", "")]);
    let run = ewsn(&folder, &["--json", "empty"]);
    assert_eq!(values(&run, "/error/code"), ["io"]);
    assert_eq!(run.status, 1);
}

#[cfg(unix)]
#[test]
fn follows_links_to_files_and_not_to_folders() {
    use std::os::unix::fs::symlink;

    let folder = folder([("in/a.xml", &*push(NEW_MAIL)), ("real", &*push(NEW_MAIL))]);
    symlink("../real", folder.path().join("in/b.xml")).unwrap();
    symlink(".", folder.path().join("in/c")).unwrap();
    symlink(".", folder.path().join("in/d.xml")).unwrap();
    symlink("../gone", folder.path().join("in/e.xml")).unwrap();
    let run = ewsn(&folder, &["inspect", "--format", "ndjson", "in"]);
    assert_eq!(values(&run, "/file"), ["in/a.xml", "in/b.xml", "in/e.xml"]);
    // A dangling link is reported, since its body is missing.
    assert_eq!(rows(&run)[2]["error"]["code"], "io");
    let report = run.stderr.lines().last().unwrap();
    assert!(report.starts_with("in/e.xml: "), "{}", run.stderr);
    assert_eq!((run.stderr.lines().count(), run.status), (2, 1));
}
