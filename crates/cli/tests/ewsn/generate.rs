//! The commands `completions` and `man`.

use std::fs;

use crate::{ewsn, folder};

#[test]
fn completions_have_all_commands_and_the_names_of_folders() {
    let folder = folder([]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = ewsn(&folder, &["completions", shell]);
        for word in [
            "subscribe-push",
            "follow",
            "msgfolderroot",
            "FreeBusyChanged",
        ] {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
        assert_eq!((&*run.stderr, run.status), ("", 0));
    }
}

#[test]
fn man_writes_a_page_for_each_command() {
    let folder = folder([]);
    let run = ewsn(&folder, &["man", "share/man1"]);
    assert_eq!((&*run.stdout, &*run.stderr, run.status), ("", "", 0));
    for (name, text) in [
        ("ewsn", "ewsn\\-follow(1)"),
        ("ewsn-follow", "\\-\\-timeout"),
        ("ewsn-request-subscribe-push", "\\-\\-status\\-frequency"),
    ] {
        let path = folder.path().join(format!("share/man1/{name}.1"));
        let page = fs::read_to_string(path).unwrap();
        assert!(page.contains(&format!(".TH {name} 1")), "{page}");
        assert!(page.contains(text), "{page}");
    }
}

#[test]
fn man_reports_a_folder_that_cannot_be_written() {
    let folder = folder([("taken", "")]);
    let run = ewsn(&folder, &["man", "taken"]);
    assert!(run.stderr.starts_with("ewsn: taken: "), "{}", run.stderr);
    assert_eq!(run.status, 1);
}

/// A man page on 80 columns wraps longer lines.
#[test]
fn examples_in_the_help_have_at_most_71_columns() {
    for command in ["follow", "request", "completions", "man"] {
        let help = ewsn(&folder([]), &[command, "--help"]).stdout;
        let (_, options) = help.split_once("Print help").unwrap();
        let long = options.lines().find(|line| line.len() > 71);
        assert_eq!(long, None);
    }
}
