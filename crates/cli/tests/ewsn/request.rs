//! The command `request`: options become elements, and invalid ones are refused. The library tests the documents.

use crate::{Run, ewsn, folder};

fn request(arguments: &str) -> Run {
    let arguments = ["request"].into_iter().chain(arguments.split(' '));
    ewsn(&folder([]), &arguments.collect::<Vec<_>>())
}

/// The lines of the document from the header on, without indentation, end tags and parents of one line.
fn lines(run: &Run) -> Vec<&str> {
    assert_eq!((&*run.stderr, run.status), ("", 0));
    assert!(run.stdout.ends_with("</soap:Envelope>\n"), "{}", run.stdout);
    let lines = run.stdout.lines().map(str::trim_start);
    let is_value = |line: &&str| line.contains("=\"") || line.contains("</");
    lines
        .skip(2)
        .filter(|line| is_value(line) && !line.starts_with("</"))
        .collect()
}

#[test]
fn subscribe_push_has_its_options() {
    let run = request(
        "subscribe-push --url https://h/?a&b --folder inbox --folder calendar --mailbox a@b --folder-id AA== \
         --event newmail,MovedEvent --event Created --watermark WW== --status-frequency 5 \
         --server-version Exchange2016 --impersonate-sid S-1-5",
    );
    let expected = [
        r#"<t:RequestServerVersion Version="Exchange2016"/>"#,
        "<t:SID>S-1-5</t:SID>",
        r#"<t:DistinguishedFolderId Id="inbox">"#,
        "<t:EmailAddress>a@b</t:EmailAddress>",
        r#"<t:DistinguishedFolderId Id="calendar">"#,
        "<t:EmailAddress>a@b</t:EmailAddress>",
        r#"<t:FolderId Id="AA=="/>"#,
        "<t:EventType>NewMailEvent</t:EventType>",
        "<t:EventType>MovedEvent</t:EventType>",
        "<t:EventType>CreatedEvent</t:EventType>",
        "<t:Watermark>WW==</t:Watermark>",
        "<t:StatusFrequency>5</t:StatusFrequency>",
        "<t:URL>https://h/?a&amp;b</t:URL>",
    ];
    assert_eq!(lines(&run), expected);
}

#[test]
fn subscriptions_are_to_all_kinds_by_default() {
    let kinds = [
        "<t:EventType>CreatedEvent</t:EventType>",
        "<t:EventType>DeletedEvent</t:EventType>",
        "<t:EventType>ModifiedEvent</t:EventType>",
        "<t:EventType>MovedEvent</t:EventType>",
        "<t:EventType>CopiedEvent</t:EventType>",
        "<t:EventType>NewMailEvent</t:EventType>",
        "<t:EventType>FreeBusyChangedEvent</t:EventType>",
    ];
    let run = request("subscribe-streaming --all-folders");
    let parent = r#"<m:StreamingSubscriptionRequest SubscribeToAllFolders="true">"#;
    assert_eq!(lines(&run)[1..], [&[parent], &kinds[..]].concat());
    let run = request("subscribe-pull --all-folders --timeout 7 --watermark W --impersonate a@b");
    let start = [
        "<t:PrimarySmtpAddress>a@b</t:PrimarySmtpAddress>",
        r#"<m:PullSubscriptionRequest SubscribeToAllFolders="true">"#,
    ];
    let end = ["<t:Watermark>W</t:Watermark>", "<t:Timeout>7</t:Timeout>"];
    assert_eq!(lines(&run)[1..], [&start, &kinds[..], &end].concat());
}

#[test]
fn the_other_requests_have_ids() {
    let run = request("unsubscribe A --impersonate-principal a@b");
    let expected = [
        r#"<t:RequestServerVersion Version="Exchange2010_SP2"/>"#,
        "<t:PrincipalName>a@b</t:PrincipalName>",
        "<m:SubscriptionId>A</m:SubscriptionId>",
    ];
    assert_eq!(lines(&run), expected);
    let run = request("get-events A W");
    let expected = [
        "<m:SubscriptionId>A</m:SubscriptionId>",
        "<m:Watermark>W</m:Watermark>",
    ];
    assert_eq!(lines(&run)[1..], expected);
    let run = request("get-streaming-events A B");
    let expected = [
        "<t:SubscriptionId>A</t:SubscriptionId>",
        "<t:SubscriptionId>B</t:SubscriptionId>",
        "<m:ConnectionTimeout>30</m:ConnectionTimeout>",
    ];
    assert_eq!(lines(&run)[1..], expected);
}

#[test]
fn refuses_invalid_arguments() {
    for (arguments, reason) in [
        (
            "subscribe-streaming",
            "--folder <NAME>|--folder-id <ID>|--all-folders",
        ),
        (
            "subscribe-streaming --folder inbox --all-folders",
            "cannot be used with '--all-folders'",
        ),
        (
            "subscribe-streaming --folder-id A --all-folders",
            "cannot be used with '--all-folders'",
        ),
        (
            "subscribe-streaming --all-folders --mailbox a@b",
            "cannot be used with '--mailbox",
        ),
        (
            "subscribe-streaming --folder-id A --mailbox a@b",
            "not provided:\n  --folder <NAME>",
        ),
        (
            "subscribe-streaming --folder inbx",
            "a similar value exists: 'inbox'",
        ),
        (
            "subscribe-streaming --all-folders --event Status",
            "invalid value 'Status'",
        ),
        ("subscribe-push --all-folders", "--url <URL>"),
        (
            "subscribe-push --all-folders --url=",
            "the URL is not valid",
        ),
        (
            "subscribe-push --all-folders --url=h",
            "the URL is not valid",
        ),
        (
            "subscribe-push --all-folders --url=http://h --status-frequency 0",
            "0 is not in 1..=1440",
        ),
        (
            "subscribe-push --all-folders --url=http://h --status-frequency 1441",
            "1441 is not in 1..=1440",
        ),
        ("get-streaming-events A --timeout 31", "31 is not in 1..=30"),
        ("get-streaming-events", "<ID>..."),
        ("unsubscribe ", "SubscriptionId is empty"),
        (
            "unsubscribe \u{1}",
            "the character U+0001, which XML does not allow",
        ),
        (
            "unsubscribe A --impersonate a --impersonate-sid b",
            "cannot be used with",
        ),
    ] {
        let run = request(arguments);
        assert!(run.stderr.contains(reason), "{}", run.stderr);
        assert_eq!((&*run.stdout, run.status), ("", 2));
    }
}

/// They would have no effect.
#[test]
fn commands_without_rows_have_no_options_for_them() {
    let folder = folder([]);
    for command in ["request", "completions", "man"] {
        let help = ewsn(&folder, &[command, "--help"]).stdout;
        for option in ["--format", "--json", "--wide"] {
            assert!(!help.contains(option), "{help}");
        }
        assert!(help.contains("--color"), "{help}");
    }
}
