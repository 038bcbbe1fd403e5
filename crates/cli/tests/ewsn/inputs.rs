//! The files that are read for a path, and their order.

use crate::{NEW_MAIL, command, ewsn, folder, push, run, values};

#[test]
fn the_files_of_a_folder_are_sorted_by_name() {
    let body = push(NEW_MAIL);
    let files = [
        "in/b.xml",
        "in/a/z.xml",
        "in/a/B.XmL",
        "in/c/deep/er/x.xml",
        "in/a.txt",
        "in/xml",
        "in/d.xml.bak",
    ];
    let folder = folder(files.map(|file| (file, &*body)));
    let run = ewsn(&folder, &["inspect", "--format", "ndjson", "in/"]);
    let expected = ["in/a/B.XmL", "in/a/z.xml", "in/b.xml", "in/c/deep/er/x.xml"];
    assert_eq!(values(&run, "/file"), expected);
    assert_eq!((run.stderr.as_str(), run.status), ("", 0));
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
    let run = run(command, push("<t:StatusEvent/>").as_bytes());
    assert_eq!(values(&run, "/file"), ["a", "-"]);
    assert_eq!(values(&run, "/event/kind"), ["NewMailEvent", "StatusEvent"]);
    assert_eq!((run.stderr.as_str(), run.status), ("", 0));
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
    assert_eq!(values(&run, "/file"), ["in/a.xml", "in/b.xml"]);
    // A dangling link is reported, since its body is missing.
    assert!(run.stderr.starts_with("in/e.xml: "), "{}", run.stderr);
    assert_eq!((run.stderr.lines().count(), run.status), (1, 1));
}
