//! The output format `ndjson`, compared byte for byte.

use std::io::{BufRead as _, BufReader, Read as _};

use serde_json::json;

use crate::{
    ERROR, MOVED_FOLDER, NEW_MAIL, UNREAD, command, connection, envelope, ewsn, folder,
    notification, push, rows, values,
};

const NDJSON: [&str; 3] = ["inspect", "--format", "ndjson"];

#[test]
fn an_event_is_a_row() {
    let body = push(&[NEW_MAIL, MOVED_FOLDER].concat());
    let run = ewsn(
        &folder([("push.xml", &*body)]),
        &[&NDJSON[..], &["push.xml"]].concat(),
    );
    let common = concat!(
        r#"{"file":"push.xml","envelope":1,"offset":0,"partial":false,"operation":"SendNotification","server_version":"Exchange2013","fault_code":null,"fault_subcode":null,"fault_string":null,"#,
        r#""response_class":"Success","response_code":"NoError","message_text":null,"#,
        r#""message_xml":{},"back_off_ms":null,"#,
        r#""connection_status":null,"error_subscription_ids":[],"#,
        r#""subscription_id":"SUBSCRIPTIONxONE","previous_watermark":"WATERMARKxBEFORE","#,
        r#""more_events":false,"delivery":"first","event":"#,
    );
    let new_mail = concat!(
        r#"{"kind":"NewMailEvent","watermark":"WATERMARKxMAIL","#,
        r#""timestamp":"2031-02-03T04:05:06Z","#,
        r#""item_id":{"id":"AAMkAGxITEMxOFxTHExMAILxAAA=","change_key":"KEYxMAIL"},"#,
        r#""folder_id":null,"#,
        r#""parent_folder_id":{"id":"AAMkAGxFOLDERxINBOXxAAA=","change_key":null},"#,
        r#""old_item_id":null,"old_folder_id":null,"old_parent_folder_id":null,"#,
        r#""unread_count":null,"other":null},"error":null}"#,
    );
    let moved = concat!(
        r#"{"kind":"MovedEvent","watermark":"WATERMARKxMOVE","#,
        r#""timestamp":"2031-02-03T04:05:07Z","item_id":null,"#,
        r#""folder_id":{"id":"AAMkAGxFOLDERxNEWxAAA=","change_key":"KEYxNEW"},"#,
        r#""parent_folder_id":{"id":"AAMkAGxFOLDERxROOTxAAA=","change_key":"KEYxROOT"},"#,
        r#""old_item_id":null,"#,
        r#""old_folder_id":{"id":"AAMkAGxFOLDERxOLDxAAA=","change_key":"KEYxOLD"},"#,
        r#""old_parent_folder_id":{"id":"AAMkAGxFOLDERxBINxAAA=","change_key":"KEYxBIN"},"#,
        r#""unread_count":null,"other":null},"error":null}"#,
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
        r#"{"file":"e.xml","envelope":1,"offset":0,"partial":false,"operation":"SendNotification","server_version":"Exchange2013","fault_code":null,"fault_subcode":null,"fault_string":null,"#,
        r#""response_class":"Error","response_code":"ErrorReadEventsFailed","#,
        r#""message_text":"구독의 \"이벤트\" & 검색","#,
        r#""message_xml":{"SubscriptionId":"SUBSCRIPTIONxTWO"},"back_off_ms":null,"connection_status":null,"#,
        r#""error_subscription_ids":[],"subscription_id":"SUBSCRIPTIONxTWO","#,
        r#""previous_watermark":null,"more_events":null,"delivery":null,"event":null,"error":null}"#,
        "\n",
    );
    assert_eq!(run.stdout, expected);
    assert_eq!((run.stderr.as_str(), run.status), ("", 3));
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
fn a_message_without_responses_is_a_row() {
    let run = ewsn(
        &folder([("a", &*envelope(""))]),
        &[&NDJSON[..], &["a"]].concat(),
    );
    assert_eq!(values(&run, "/operation"), ["SendNotification"]);
    assert_eq!(values(&run, "/response_class"), ["null"]);
    assert_eq!((run.stderr.as_str(), run.status), ("", 0));
}

#[test]
fn rows_have_the_number_and_the_offset_of_their_envelope() {
    let envelopes = [
        connection("OK"),
        notification(&[NEW_MAIL, UNREAD].concat()),
        connection("Closed"),
    ];
    let second = envelopes[0].len() + 2;
    let third = second + envelopes[1].len() + 2;
    let run = ewsn(&folder([("a", &*envelopes.join("\r\n"))]), &["--json", "a"]);
    assert_eq!(values(&run, "/envelope"), ["1", "2", "2", "3"]);
    let offsets = [0, second, second, third].map(|offset| offset.to_string());
    assert_eq!(values(&run, "/offset"), offsets);
}

#[test]
fn message_xml_is_an_object() {
    let detail = r#"<t:Value Name="BackOffMilliseconds"> 297749
</t:Value><t:Value>none</t:Value><t:Value Name="A">1</t:Value><t:Value Name="A">2</t:Value>"#;
    let error = ERROR.replace("<m:MessageXml>", &format!("<m:MessageXml>{detail}"));
    let run = ewsn(&folder([("a", &*envelope(&error))]), &["--json", "a"]);
    let message_xml = &rows(&run)[0]["message_xml"];
    assert_eq!(message_xml["SubscriptionId"], "SUBSCRIPTIONxTWO");
    assert_eq!(
        (&message_xml["A"], &message_xml[""]),
        (&json!("1"), &json!("none"))
    );
    assert_eq!(values(&run, "/back_off_ms"), ["297749"]);
}

/// Of several files: their notifications are checked in the order of the files.
#[test]
fn rows_have_the_delivery_of_their_notification() {
    let marked = |previous: &str, mark: &str| {
        let body = push(NEW_MAIL).replace("WATERMARKxMAIL", mark);
        body.replace("WATERMARKxBEFORE", previous)
    };
    let bodies = [
        marked("A", "B"),
        marked("B", "C"),
        marked("A", "B"),
        marked("C", "D"),
        marked("X", "Y"),
        marked("C", "D2"),
        notification(NEW_MAIL),
    ];
    let bodies = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| (format!("{at}.xml"), body));
    let bodies: Vec<_> = bodies.collect();
    let folder = folder(bodies.iter().map(|(file, body)| (&**file, &***body)));
    let run = ewsn(&folder, &["--json", "."]);
    let deliveries = [
        "first",
        "fresh",
        "duplicate",
        "fresh",
        "gap",
        "out_of_order",
        "unknown",
    ];
    assert_eq!(values(&run, "/delivery"), deliveries);
    let reports = "\
./2.xml: duplicate notification (subscription SUBSCRIPTIONxONE)
./4.xml: events are missing before this notification (subscription SUBSCRIPTIONxONE)
hint: is a file missing, or are the names not in order of time (files are read by name)? If neither, synchronize the mailbox
./5.xml: notification out of order (subscription SUBSCRIPTIONxONE)
";
    assert_eq!((run.stderr.as_str(), run.status), (reports, 0));
    let table = ewsn(&folder, &["."]);
    let totals = "7 notifications, 7 events, 1 gap, 1 duplicate, 1 out of order\n";
    assert!(table.stdout.contains(totals), "{}", table.stdout);
    assert_eq!(table.stderr, reports);
    let wide = ewsn(&folder, &["--wide", "."]).stderr;
    let gap = "before this notification (subscription SUBSCRIPTIONxONE); PreviousWatermark is X, expected D\n";
    assert!(wide.contains(gap), "{wide}");
    assert!(wide.contains(
        "duplicate notification (subscription SUBSCRIPTIONxONE); PreviousWatermark is A\n"
    ));
}

#[test]
fn skipped_elements_are_reported_for_each_file() {
    let header = "<x:New xmlns:x='urn:x'><x:A/></x:New></soap:Header>";
    let extended = push(NEW_MAIL).replace("</soap:Header>", header);
    let two = connection("OK").replace(
        "<m:ResponseCode>",
        "<x:New xmlns:x='urn:x'/><m:ResponseCode>",
    );
    let folder = folder([
        ("a", &*extended),
        ("b", &*push(UNREAD)),
        ("c", &*two.repeat(2)),
    ]);
    let run = ewsn(&folder, &["--json", "a", "b", "c"]);
    let skipped = |file: &str| {
        run.stderr
            .lines()
            .find(|line| line.starts_with(file) && line.contains("ignored"))
    };
    assert_eq!(
        skipped("a"),
        Some("a: 1 unknown element ignored; no event is affected")
    );
    assert_eq!(skipped("b"), None);
    assert_eq!(
        skipped("c"),
        Some("c: 2 unknown elements ignored; no event is affected")
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
    assert!(first.ends_with("}\n"), "{first}");
    assert_eq!(
        (stderr.as_str(), child.wait().unwrap().code()),
        ("", Some(0))
    );
}
