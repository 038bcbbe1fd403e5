//! The output format `ndjson`, compared byte for byte.

use std::io::{BufRead as _, BufReader, Read as _};

use crate::{ERROR, MOVED_FOLDER, NEW_MAIL, UNREAD, command, envelope, ewsn, folder, push, values};

const NDJSON: [&str; 3] = ["inspect", "--format", "ndjson"];

#[test]
fn an_event_is_a_row() {
    let body = push(&[NEW_MAIL, MOVED_FOLDER].concat());
    let run = ewsn(
        &folder([("push.xml", &*body)]),
        &[&NDJSON[..], &["push.xml"]].concat(),
    );
    let common = concat!(
        r#"{"file":"push.xml","operation":"SendNotification","server_version":"Exchange2013","fault_code":null,"fault_string":null,"#,
        r#""response_class":"Success","response_code":"NoError","message_text":null,"#,
        r#""connection_status":null,"error_subscription_ids":[],"#,
        r#""subscription_id":"SUBSCRIPTIONxONE","previous_watermark":"WATERMARKxBEFORE","#,
        r#""more_events":false,"event":"#,
    );
    let new_mail = concat!(
        r#"{"kind":"NewMailEvent","watermark":"WATERMARKxMAIL","#,
        r#""timestamp":"2031-02-03T04:05:06Z","#,
        r#""item_id":{"id":"AAMkAGxITEMxOFxTHExMAILxAAA=","change_key":"KEYxMAIL"},"#,
        r#""folder_id":null,"#,
        r#""parent_folder_id":{"id":"AAMkAGxFOLDERxINBOXxAAA=","change_key":null},"#,
        r#""old_item_id":null,"old_folder_id":null,"old_parent_folder_id":null,"#,
        r#""unread_count":null,"other":null}}"#,
    );
    let moved = concat!(
        r#"{"kind":"MovedEvent","watermark":"WATERMARKxMOVE","#,
        r#""timestamp":"2031-02-03T04:05:07Z","item_id":null,"#,
        r#""folder_id":{"id":"AAMkAGxFOLDERxNEWxAAA=","change_key":"KEYxNEW"},"#,
        r#""parent_folder_id":{"id":"AAMkAGxFOLDERxROOTxAAA=","change_key":"KEYxROOT"},"#,
        r#""old_item_id":null,"#,
        r#""old_folder_id":{"id":"AAMkAGxFOLDERxOLDxAAA=","change_key":"KEYxOLD"},"#,
        r#""old_parent_folder_id":{"id":"AAMkAGxFOLDERxBINxAAA=","change_key":"KEYxBIN"},"#,
        r#""unread_count":null,"other":null}}"#,
    );
    let expected = format!("{common}{new_mail}\n{common}{moved}\n");
    assert_eq!(keys_with_values(&run.stdout), keys_with_values(&expected));
    assert_eq!((run.stderr.as_str(), run.status), ("", 0));
}

#[test]
fn rows_have_unread_counts_and_old_ids() {
    let copied = r#"<t:CopiedEvent><t:ItemId Id="NEW"/><t:OldItemId Id="OLD" ChangeKey="K"/></t:CopiedEvent>"#;
    let body = push(&[UNREAD, copied, "<t:StatusEvent/>"].concat());
    let run = ewsn(&folder([("a", &*body)]), &[&NDJSON[..], &["a"]].concat());
    assert_eq!(values(&run, "/event/unread_count"), ["7", "null", "null"]);
    assert_eq!(
        values(&run, "/event/old_item_id"),
        ["null", r#"{"id":"OLD","change_key":"K"}"#, "null"].map(normal)
    );
    assert_eq!(
        values(&run, "/event/kind"),
        ["ModifiedEvent", "CopiedEvent", "StatusEvent"]
    );
}

/// The parts of rows that are not null, so that a new key changes no test.
fn keys_with_values(rows: &str) -> Vec<&str> {
    { rows.split(',') }
        .filter(|part| !part.contains(":null"))
        .collect()
}

/// The same JSON with its keys in a fixed order.
fn normal(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    value.to_string()
}

#[test]
fn an_error_response_is_a_row_without_event() {
    let run = ewsn(
        &folder([("e.xml", &*envelope(ERROR))]),
        &[&NDJSON[..], &["e.xml"]].concat(),
    );
    let expected = concat!(
        r#"{"file":"e.xml","operation":"SendNotification","server_version":"Exchange2013","fault_code":null,"fault_string":null,"#,
        r#""response_class":"Error","response_code":"ErrorReadEventsFailed","#,
        r#""message_text":"구독의 \"이벤트\" & 검색","connection_status":null,"#,
        r#""error_subscription_ids":[],"subscription_id":"SUBSCRIPTIONxTWO","#,
        r#""previous_watermark":null,"more_events":null,"event":null}"#,
        "\n",
    );
    assert_eq!(run.stdout, expected);
    assert_eq!((run.stderr.as_str(), run.status), ("", 0));
}

#[test]
fn a_notification_without_events_is_a_row() {
    let run = ewsn(
        &folder([("a", &*push(""))]),
        &[&NDJSON[..], &["a"]].concat(),
    );
    assert_eq!(values(&run, "/event"), ["null"]);
    assert_eq!(values(&run, "/previous_watermark"), ["WATERMARKxBEFORE"]);
    assert_eq!(values(&run, "/more_events"), ["false"]);
}

#[test]
fn a_row_has_no_values_of_the_row_before() {
    let response = |notification: &str| {
        format!(
            "<m:SendNotificationResponseMessage><m:Notification>{notification}</m:Notification>\
             </m:SendNotificationResponseMessage>"
        )
    };
    let full = "<t:SubscriptionId>ONE</t:SubscriptionId>\
                <t:PreviousWatermark>W</t:PreviousWatermark><t:MoreEvents>true</t:MoreEvents>";
    let full = response(&[full, NEW_MAIL].concat());
    let bare = response("<t:SubscriptionId>THREE</t:SubscriptionId>");
    let responses = [full, bare, ERROR.to_owned()].concat();
    let run = ewsn(
        &folder([("a", &*envelope(&responses))]),
        &[&NDJSON[..], &["a"]].concat(),
    );
    assert_eq!(
        values(&run, "/subscription_id"),
        ["ONE", "THREE", "SUBSCRIPTIONxTWO"]
    );
    assert_eq!(values(&run, "/previous_watermark"), ["W", "null", "null"]);
    assert_eq!(values(&run, "/more_events"), ["true", "null", "null"]);
    assert_eq!(values(&run, "/response_class"), ["null", "null", "Error"]);
    let kinds = values(&run, "/event");
    assert_eq!(
        [kinds[0] == "null", kinds[1] == "null", kinds[2] == "null"],
        [false, true, true]
    );
}

#[test]
fn a_message_without_responses_has_no_row() {
    let run = ewsn(
        &folder([("a", &*envelope(""))]),
        &[&NDJSON[..], &["a"]].concat(),
    );
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str(), run.status),
        ("", "", 0)
    );
}

#[test]
fn exits_with_0_when_the_reader_stops_early() {
    // More than any pipe buffers.
    let body = push(&NEW_MAIL.repeat(9_000));
    let folder = folder([("a", &*body)]);
    let mut child = command(folder.path(), &[&NDJSON[..], &["a"; 5]].concat())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    drop(stdout);
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert!(first.ends_with("}}\n"), "{first}");
    assert_eq!(
        (stderr.as_str(), child.wait().unwrap().code()),
        ("", Some(0))
    );
}
