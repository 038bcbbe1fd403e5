//! What servers, proxies and clients were seen to do, with invented data: each shape, and what this crate makes of it.
//!
//! The examples have their own tests of what a client does then (`tests/http`).

use ews_notifications::Delivery::{Duplicate, First, Fresh, Gap, Unknown};
use ews_notifications::frame::Framer;
use ews_notifications::{
    Config, Continuity, Delivery, ErrorKind, EventKind, IllegalReferences, Parser, Target,
};

use crate::support::bodies::{MESSAGES, SOAP_1_1, TYPES};
use crate::support::history;

/// An answer to a streaming request, as an emulator writes it, with these children of its Notifications.
fn emulator(notifications: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<s:Envelope xmlns:s=\"{SOAP_1_1}\" xmlns:m=\"{MESSAGES}\" \
         xmlns:t=\"{TYPES}\">\n  <s:Body><m:GetStreamingEventsResponse><m:ResponseMessages>\
         <m:GetStreamingEventsResponseMessageType ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode>\
         <m:Notifications>{notifications}</m:Notifications><m:ConnectionStatus>OK</m:ConnectionStatus>\
         </m:GetStreamingEventsResponseMessageType></m:ResponseMessages></m:GetStreamingEventsResponse></s:Body>\n\
         </s:Envelope>"
    )
}

/// A Notification with these watermarks of its events.
fn notification(previous: &str, watermarks: &[&str]) -> String {
    let events = watermarks.iter().zip(0..).map(|(watermark, at)| {
        format!(
            "<t:ModifiedEvent><t:Watermark>{watermark}</t:Watermark><t:TimeStamp>2026-06-11T18:2{at}:00Z</t:TimeStamp>\
             <t:ItemId Id=\"msg-{at}\"/></t:ModifiedEvent>"
        )
    });
    format!(
        "<m:Notification><t:SubscriptionId>4118f098</t:SubscriptionId><t:PreviousWatermark>{previous}</t:PreviousWatermark>\
         <t:MoreEvents>false</t:MoreEvents>{}</m:Notification>",
        events.collect::<String>()
    )
}

fn deliver(continuity: &mut Continuity, notification: &str) -> Delivery {
    history::deliver_body(continuity, &emulator(notification))
}

/// An HTTP library stopped undoing `Content-Encoding: gzip`, and clients showed hundreds of errors of XML.
#[test]
fn an_answer_that_is_still_compressed_is_called_so() {
    let body = b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03\xB3\xB1\xAF\xC8";
    let error = Parser::new().parse(body).unwrap_err();
    assert_eq!(error.offset(), 0);
    let message = error.describe(body).to_string();
    assert!(message.contains("gzip data"), "{message}");
    assert!(message.contains("`Content-Encoding`"), "{message}");
}

/// A single sign-on answered 200 with a page.
#[test]
fn a_sign_in_page_is_not_called_a_doctype() {
    let body = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body/></html>";
    let error = Parser::new().parse(body).unwrap_err();
    let message = error.describe(body).to_string();
    assert!(message.contains("HTML page: `Sign in`"), "{message}");
    assert!(!message.contains("DOCTYPE"), "{message}");
}

/// An emulator writes the `PreviousWatermark` of the batch into each event, and begins the next one elsewhere.
#[test]
fn a_server_that_repeats_the_watermark_of_the_batch_has_no_gap_and_its_retry_is_a_duplicate() {
    let mut continuity = Continuity::with_key(*b"0123456789abcdef");
    let batch = notification("n41", &["n41", "n41", "n41"]);
    assert_eq!(deliver(&mut continuity, &batch), First);
    assert_eq!(deliver(&mut continuity, &batch), Duplicate);
    let next = notification("n44", &["n44"]);
    assert_eq!(deliver(&mut continuity, &next), Unknown);
    assert_eq!(deliver(&mut continuity, &next), Duplicate);
    assert_eq!(deliver(&mut continuity, &batch), Duplicate);
}

/// Watermarks that contain the ids of all folders have several hundred bytes.
#[test]
fn long_watermarks_are_compared_like_short_ones() {
    let mark = |at: usize| format!("{}{at}", "b64folders".repeat(68));
    let mut continuity = Continuity::with_key(*b"0123456789abcdef");
    let of = |previous, end| notification(&mark(previous), &[&mark(end)]);
    assert_eq!(deliver(&mut continuity, &of(0, 1)), First);
    assert_eq!(deliver(&mut continuity, &of(1, 2)), Fresh);
    assert_eq!(deliver(&mut continuity, &of(1, 2)), Duplicate);
    assert_eq!(deliver(&mut continuity, &of(3, 4)), Gap);
}

/// An emulator writes both ids, one Notification for each event, and microseconds.
#[test]
fn an_event_may_have_an_item_and_a_folder() {
    let one = |at: usize| {
        notification("k7", &[]).replace(
            "</m:Notification>",
            &format!(
                "<t:NewMailEvent><t:Watermark>k8</t:Watermark><t:TimeStamp>2026-01-30T23:59:59.000412Z</t:TimeStamp>\
                 <t:FolderId Id=\"f-7\" ChangeKey=\"0\"/><t:ItemId Id=\"i-{at}\" ChangeKey=\"0\"/></t:NewMailEvent>\
                 </m:Notification>"
            ),
        )
    };
    let body = emulator(&(one(8) + &one(9)));
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let events: Vec<_> = message.notifications().flat_map(|one| one.events).collect();
    assert_eq!(events.len(), 2);
    for (event, item) in events.iter().zip(["i-8", "i-9"]) {
        assert_eq!(event.folder_id.unwrap().id, "f-7");
        assert!(matches!(event.target(), Some(Target::Item(id)) if id.id == item));
        let time = event.timestamp.unwrap().to_unix().unwrap();
        assert_eq!(time.nanoseconds, 412_000);
    }
}

/// A bridge sends one envelope without events, never `Closed`, and ends the response.
#[test]
fn a_response_may_end_between_envelopes_without_closed() {
    let body = emulator(&notification("k", &[]));
    let mut chunk = body.as_bytes();
    let mut framer = Framer::new();
    let envelope = framer.next(&mut chunk).unwrap().unwrap();
    let mut parser = Parser::new();
    let message = parser.parse(envelope.body).unwrap();
    assert_eq!(message.notifications().next().unwrap().events, []);
    assert_eq!(framer.next(&mut chunk).map(|more| more.is_none()), Ok(true));
    assert_eq!(framer.finish(), Ok(()));
}

/// One edit of a meeting makes up to eight events of the same item. A gateway makes one task of them.
#[test]
fn all_events_of_one_edit_are_kept_in_order() {
    let kinds = [
        "Created",
        "Modified",
        "Modified",
        "Modified",
        "FreeBusyChanged",
        "FreeBusyChanged",
        "Modified",
        "Modified",
    ];
    let events =
        kinds.map(|kind| format!("<t:{kind}Event><t:ItemId Id=\"meeting\"/></t:{kind}Event>"));
    let one = notification("k", &[]).replace(
        "</m:Notification>",
        &(events.concat() + "</m:Notification>"),
    );
    let body = emulator(&one);
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let found: Vec<EventKind> = { message.notifications().next().unwrap().events.iter() }
        .map(|event| event.kind)
        .collect();
    let expected = kinds.map(|kind| format!("{kind}Event").parse().unwrap());
    assert_eq!(found, expected);
}

/// Texts of people have characters beyond U+FFFF, which a server wrote as two references to surrogates.
#[test]
fn references_to_surrogates_are_refused_or_replaced() {
    let body = emulator("").replace(
        "<m:ResponseCode>",
        "<m:MessageText>Folder &#xD83D;&#xDE00; of &#xFFFE;team &#16;B</m:MessageText><m:ResponseCode>",
    );
    let error = Parser::new().parse(body.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IllegalReference);
    assert!(body[error.offset()..].starts_with("&#xD83D;"));
    let config = Config::new().illegal_references(IllegalReferences::Replace);
    let mut parser = Parser::with_config(config);
    let message = parser.parse(body.as_bytes()).unwrap();
    let text = message.responses[0].message_text;
    assert_eq!(
        text,
        Some("Folder \u{FFFD}\u{FFFD} of \u{FFFD}team \u{FFFD}B")
    );
    assert_eq!(parser.stats().references_replaced, 4);
}
