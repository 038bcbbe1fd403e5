//! `Continuity` on notifications that are lost, repeated and overtaken.

use core::cell::RefCell;
use std::collections::HashSet;

use crate::support::choices::Choices;
use crate::support::history::{
    self, Fate, MAX_ID_LEN, MAX_WATERMARK_LEN, Said, Sent, SentEvent, Server, deliver_body,
    deliveries,
};
use ews_notifications::Delivery::{self, Duplicate, First, Fresh, Gap, OutOfOrder, Unknown};
use ews_notifications::{Continuity, Parser, SubscriptionId};
use futures_util::FutureExt as _;
use proptest::prelude::*;
use tokio::sync::mpsc;

const KEY: [u8; 16] = *b"0123456789abcdef";

const A: SubscriptionId<'_> = SubscriptionId::new("A");

fn continuity() -> Continuity {
    Continuity::with_key(KEY)
}

/// Notifications of one subscription: the beginning, the end, how each relates to the ones above it.
#[track_caller]
fn check(steps: &[(&str, &str, Delivery)]) {
    let mut continuity = continuity();
    for (previous, end, delivery) in steps {
        Sent::new("A", previous, end).expect(&mut continuity, *delivery);
    }
}

fn last(continuity: &Continuity) -> Option<&str> {
    continuity.last(A).map(|mark| mark.as_str())
}

#[test]
fn the_first_notification_of_a_subscription_is_first_until_it_is_committed() {
    let mut continuity = continuity();
    let sent = Sent::new("A", "0", "1");
    for _ in 0..3 {
        assert_eq!(sent.check(&continuity), First);
        assert_eq!((continuity.len(), last(&continuity)), (0, None));
    }
    sent.expect(&mut continuity, First);
    assert_eq!((continuity.len(), last(&continuity)), (1, Some("1")));
}

#[test]
fn a_notification_that_begins_at_the_last_end_is_fresh() {
    check(&[("0", "1", First), ("1", "2", Fresh), ("2", "3", Fresh)]);
}

#[test]
fn a_retry_is_a_duplicate_while_one_of_the_last_eight_ends_where_it_ends() {
    let ends: Vec<String> = (0..=12).map(|end| end.to_string()).collect();
    let step = |at: usize, delivery| (&*ends[at], &*ends[at + 1], delivery);
    let mut steps = vec![step(0, First), step(0, Duplicate)];
    steps.extend((1..8).flat_map(|at| {
        [
            step(at, Fresh),
            step(at, Duplicate),
            step(at - 1, Duplicate),
        ]
    }));
    steps.extend([step(0, Duplicate), step(8, Fresh), step(1, Duplicate)]);
    // The ninth end back is forgotten. Two notifications later both sides agree again.
    steps.extend([step(0, Gap), step(9, OutOfOrder), step(10, Fresh)]);
    check(&steps);
}

#[test]
fn an_overtaken_notification_is_out_of_order() {
    check(&[
        ("0", "1", First),
        ("2", "3", Gap),
        ("1", "2", OutOfOrder),
        ("1", "2", Duplicate),
        ("2", "3", Duplicate),
        ("3", "4", OutOfOrder),
        ("4", "5", Fresh),
    ]);
}

/// Otherwise every later notification would be out of order.
#[test]
fn a_retry_that_has_grown_is_continued_from() {
    check(&[
        ("0", "1", First),
        ("1", "2", Fresh),
        ("1", "3", OutOfOrder),
        ("3", "4", Fresh),
        ("1", "2", Duplicate),
    ]);
}

#[test]
fn a_retry_that_has_shrunk_is_out_of_order() {
    check(&[
        ("0", "1", First),
        ("1", "3", Fresh),
        ("1", "2", OutOfOrder),
        ("2", "3", Duplicate),
        ("3", "4", OutOfOrder),
        ("4", "5", Fresh),
    ]);
}

#[test]
fn a_heartbeat_that_repeats_the_last_end_is_fresh() {
    check(&[
        ("0", "1", First),
        ("1", "1", Fresh),
        ("1", "1", Fresh),
        ("1", "2", Fresh),
        ("1", "1", Duplicate),
        ("3", "3", Gap),
        ("3", "3", Fresh),
        ("3", "4", Fresh),
        ("5", "6", Gap),
    ]);
}

#[test]
fn watermarks_are_compared_whole_and_by_case() {
    check(&[
        ("0", "AB", First),
        ("A", "A", Gap),
        ("ABC", "ABC", Gap),
        ("abc", "abc", Gap),
        ("a bc", "d", Gap),
        ("0", "e", Gap),
    ]);
}

#[test]
fn batches_that_announce_more_chain() {
    let mut continuity = continuity();
    let batch = |at: usize| Sent {
        more: at < 9,
        ..Sent::with_events(
            "A",
            &(50 * at).to_string(),
            (1..=50)
                .map(|event| SentEvent::mail(Some(&(50 * at + event).to_string()), "item"))
                .collect(),
        )
    };
    for at in 0..10 {
        batch(at).expect(&mut continuity, if at == 0 { First } else { Fresh });
        batch(at).expect(&mut continuity, Duplicate);
    }
    batch(12).expect(&mut continuity, Gap);
}

#[test]
fn the_end_is_the_last_watermark_in_document_order() {
    let mut continuity = continuity();
    let sent = |previous, marks: &[Option<&str>]| {
        let events = marks.iter().map(|mark| SentEvent::mail(*mark, "item"));
        Sent::with_events("A", previous, events.collect())
    };
    sent("0", &[Some("9"), None, Some("1"), None, None]).expect(&mut continuity, First);
    assert_eq!(last(&continuity), Some("1"));
    sent("1", &[]).expect(&mut continuity, Fresh);
    sent("1", &[Some("3"), Some("2")]).expect(&mut continuity, Fresh);
    sent("3", &[]).expect(&mut continuity, Gap);
}

// Events of unknown kinds.

/// A notification of mails (`mail 2`), StatusEvents (`status 2`) and events of unknown kinds, whose watermark is read
/// (`marked 2`) or not (`other 2`).
fn mixed(previous: &str, events: &[&str]) -> Sent {
    let event = |event: &&str| {
        let (kind, watermark) = event.split_once(' ').unwrap();
        match kind {
            "mail" => SentEvent::mail(Some(watermark), event),
            "status" => SentEvent::status(Some(watermark)),
            "marked" => SentEvent::marked_other(Some(watermark), event),
            _ => SentEvent::other(Some(watermark), event),
        }
    };
    Sent::with_events("A", previous, events.iter().map(event).collect())
}

const UNKNOWN_END: [&[&str]; 5] = [
    &["other 3"],
    &["mail 3", "other 4"],
    &["other 3", "status 2"],
    &["other 2", "other 2"],
    &["marked 2"],
];

#[test]
fn after_an_unknown_end_the_next_is_unknown_and_the_chain_continues() {
    for events in UNKNOWN_END {
        for next in ["2", "3", "4", "9"] {
            let mut continuity = continuity();
            Sent::new("A", "1", "2").expect(&mut continuity, First);
            mixed("2", events).expect(&mut continuity, Fresh);
            mixed("2", events).expect(&mut continuity, Duplicate);
            Sent::new("A", "1", "2").expect(&mut continuity, Duplicate);
            Sent::new("A", next, "10").expect(&mut continuity, Unknown);
            Sent::new("A", "10", "11").expect(&mut continuity, Fresh);
            mixed("2", events).expect(&mut continuity, Duplicate);
            Sent::new("A", next, "10").expect(&mut continuity, Duplicate);
            // It may begin at the unknown end.
            Sent::new("A", "5", "6").expect(&mut continuity, Unknown);
            Sent::new("A", "10", "12").expect(&mut continuity, OutOfOrder);
        }
    }
}

#[test]
fn a_heartbeat_after_an_unknown_end_shows_the_place() {
    for place in ["2", "3", "4"] {
        let mut continuity = continuity();
        Sent::new("A", "1", "2").expect(&mut continuity, First);
        mixed("2", &["other 3"]).expect(&mut continuity, Fresh);
        Sent::new("A", place, place).expect(&mut continuity, Unknown);
        Sent::new("A", place, place).expect(&mut continuity, Fresh);
        Sent::new("A", place, "5").expect(&mut continuity, Fresh);
    }
}

#[test]
fn a_gap_before_an_unknown_end_is_a_gap() {
    let mut continuity = continuity();
    Sent::new("A", "1", "2").expect(&mut continuity, First);
    mixed("7", &["other 8"]).expect(&mut continuity, Gap);
}

#[test]
fn gaps_are_found_again_once_eight_ends_are_known() {
    let mut continuity = continuity();
    mixed("0", &["other 1"]).expect(&mut continuity, First);
    let step = |at: usize| Sent::new("A", &at.to_string(), &(at + 1).to_string());
    step(1).expect(&mut continuity, Unknown);
    for at in 2..8 {
        step(at).expect(&mut continuity, Fresh);
        assert_eq!(step(50).check(&continuity), Unknown, "{at}");
    }
    step(8).expect(&mut continuity, Fresh);
    step(50).expect(&mut continuity, Gap);
}

#[test]
fn an_event_of_an_unknown_kind_before_the_last_watermark_changes_nothing() {
    let mut continuity = continuity();
    mixed("0", &["other 1", "mail 2"]).expect(&mut continuity, First);
    mixed("2", &["other 3", "status 4"]).expect(&mut continuity, Fresh);
    mixed("0", &["other 1", "mail 2"]).expect(&mut continuity, Duplicate);
    mixed("5", &["mail 6"]).expect(&mut continuity, Gap);
}

#[test]
fn an_event_of_an_unknown_kind_ends_at_its_watermark() {
    let mut continuity = continuity();
    mixed("0", &["mail 1", "marked 2"]).expect(&mut continuity, First);
    assert_eq!(last(&continuity), Some("2"));
    mixed("2", &["marked 3"]).expect(&mut continuity, Fresh);
    mixed("2", &["marked 3"]).expect(&mut continuity, Duplicate);
    mixed("4", &["marked 5"]).expect(&mut continuity, Gap);
    mixed("5", &["other 6", "marked 7"]).expect(&mut continuity, Fresh);
    mixed("7", &["mail 8"]).expect(&mut continuity, Fresh);
}

/// The watermark to resubscribe from: some events come again, and none is lost.
#[test]
fn after_an_unknown_end_the_last_watermark_is_the_last_known_one() {
    let mut continuity = continuity();
    for (previous, events, expected) in [
        ("0", &["other 1"][..], "0"),
        ("1", &["mail 2", "other 3"], "2"),
        ("3", &["other 4", "status 3"], "3"),
        ("4", &["other 5", "mail 6"], "6"),
    ] {
        mixed(previous, events).deliver(&mut continuity);
        assert_eq!(last(&continuity), Some(expected), "{events:?}");
    }
}

#[test]
fn events_of_unknown_kinds_do_not_show_that_a_server_does_not_chain() {
    for events in UNKNOWN_END {
        let mut continuity = continuity();
        mixed("2", events).expect(&mut continuity, First);
        Sent::new("A", "4", "5").expect(&mut continuity, Unknown);
        Sent::new("A", "5", "6").expect(&mut continuity, Fresh);
    }
    // A mail at the beginning shows it.
    let mut continuity = continuity();
    mixed("2", &["other 2", "mail 2"]).expect(&mut continuity, First);
    Sent::new("A", "2", "5").expect(&mut continuity, Unknown);
    Sent::new("A", "5", "6").expect(&mut continuity, Unknown);
}

#[test]
fn a_mail_that_a_heartbeat_overtook_is_not_a_duplicate() {
    let mut continuity = continuity();
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    Sent::new("A", "2", "2").expect(&mut continuity, Gap);
    Sent::new("A", "1", "2").expect(&mut continuity, OutOfOrder);
    Sent::new("A", "1", "2").expect(&mut continuity, Duplicate);
    Sent::new("A", "2", "3").expect(&mut continuity, Fresh);
    Sent::new("A", "2", "2").expect(&mut continuity, Duplicate);
}

#[test]
fn subscriptions_are_independent() {
    let mut continuity = continuity();
    for id in ["A", "a", "AA", "A A"] {
        Sent::new(id, "0", "1").expect(&mut continuity, First);
    }
    for id in ["A", "a", "AA", "A A"] {
        Sent::new(id, "1", "2").expect(&mut continuity, Fresh);
    }
    assert_eq!(continuity.len(), 4);
}

#[test]
fn a_notification_without_previous_watermark_is_unknown_and_changes_nothing() {
    let mut continuity = continuity();
    let stream = Sent {
        previous: None,
        ..Sent::new("A", "", "1")
    };
    stream.expect(&mut continuity, Unknown);
    assert!(continuity.is_empty());
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    stream.expect(&mut continuity, Unknown);
    assert_eq!(last(&continuity), Some("1"));
    Sent::new("A", "1", "2").expect(&mut continuity, Fresh);
}

#[test]
fn a_check_without_commit_leaves_no_trace() {
    let mut continuity = continuity();
    Sent::new("A", "-1", "0").expect(&mut continuity, First);
    Sent::new("A", "0", "1").expect(&mut continuity, Fresh);
    for (previous, end, delivery) in [
        ("1", "2", Fresh),
        ("5", "6", Gap),
        ("0", "4", OutOfOrder),
        ("0", "1", Duplicate),
    ] {
        for _ in 0..2 {
            assert_eq!(Sent::new("A", previous, end).check(&continuity), delivery);
        }
    }
    assert_eq!(last(&continuity), Some("1"));
}

/// Three pushes, for which the client gives up once while the channel to the store is full. Returns what was stored.
fn stored_after_a_timeout(commits_first: bool) -> Vec<String> {
    let continuity = RefCell::new(continuity());
    let (store, mut stored) = mpsc::channel(1);
    let handler = async |sent: &Sent| {
        let body = sent.body();
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes()).unwrap();
        let notification = message.notifications().next().unwrap();
        if continuity.borrow().check(notification) == Duplicate {
            return;
        }
        if commits_first {
            continuity.borrow_mut().commit(notification);
        }
        store.send(sent.end().unwrap().clone()).await.unwrap();
        continuity.borrow_mut().commit(notification);
    };
    let sent =
        [("0", "1"), ("1", "2"), ("2", "3")].map(|(previous, end)| Sent::new("A", previous, end));
    let mut all = Vec::new();
    for sent in &sent {
        // Polled once, and dropped where it waits.
        let _ = handler(sent).now_or_never();
    }
    for sent in &sent {
        all.extend(stored.try_recv());
        handler(sent).now_or_never().expect("there is room");
    }
    all.extend(stored.try_recv());
    all
}

/// The first half shows that this test would notice the loss.
#[test]
fn a_dropped_handler_loses_events_if_it_commits_before_the_store_and_none_if_it_commits_after() {
    assert_eq!(stored_after_a_timeout(true), ["1"]);
    assert_eq!(stored_after_a_timeout(false), ["1", "2", "3"]);
}

/// Why the steps from check to commit must not overlap.
#[test]
fn a_push_that_is_checked_twice_before_its_commit_is_new_twice_and_committed_once() {
    let mut continuity = continuity();
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    let sent = Sent::new("A", "1", "2");
    assert_eq!(
        [sent.check(&continuity), sent.check(&continuity)],
        [Fresh, Fresh]
    );
    sent.parsed(|arrived| continuity.commit(arrived));
    assert_eq!(sent.check(&continuity), Duplicate);
    sent.parsed(|arrived| continuity.commit(arrived));
    Sent::new("A", "2", "3").expect(&mut continuity, Fresh);
}

#[test]
fn the_watermark_to_resubscribe_from_is_the_end_of_the_last_commit() {
    let mut continuity = continuity();
    for (previous, end, delivery) in [
        ("0", "1", First),
        ("1", "1", Fresh),
        ("1", "2", Fresh),
        ("0", "1", Duplicate),
        ("5", "6", Gap),
        ("2", "4", OutOfOrder),
    ] {
        let before = last(&continuity).map(String::from);
        Sent::new("A", previous, end).expect(&mut continuity, delivery);
        let expected = if delivery == Duplicate {
            before
        } else {
            Some(end.into())
        };
        assert_eq!(last(&continuity).map(String::from), expected);
    }
    assert_eq!(continuity.last(SubscriptionId::new("a")), None);
}

// Servers that do not chain.

/// A push of a server whose events all have the PreviousWatermark of their batch: CreatedEvents of these items.
fn batch_push(watermark: &str, items: &[&str]) -> String {
    let events = items.iter().map(|item| {
        format!(
            "<t:CreatedEvent><t:Watermark>{watermark}</t:Watermark><t:TimeStamp>2026-01-02T03:04:05Z</t:TimeStamp>\
             <t:ItemId Id=\"{item}\"/><t:ParentFolderId Id=\"f1\"/></t:CreatedEvent>"
        )
    });
    let events: String = events.collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\" \
         xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\"><soap:Header>\
         <t:ServerVersionInfo MajorVersion=\"15\" MinorVersion=\"1\" Version=\"Exchange2016\"></t:ServerVersionInfo>\
         </soap:Header><soap:Body><m:SendNotification><m:ResponseMessages>\
         <m:SendNotificationResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode>\
         <m:Notification><t:SubscriptionId>A</t:SubscriptionId><t:PreviousWatermark>{watermark}</t:PreviousWatermark>\
         <t:MoreEvents>false</t:MoreEvents>{events}</m:Notification></m:SendNotificationResponseMessage>\
         </m:ResponseMessages></m:SendNotification></soap:Body></soap:Envelope>"
    )
}

#[test]
fn a_server_that_does_not_chain_has_duplicates_and_no_gaps() {
    let mut continuity = continuity();
    // The next batch begins at a watermark that was never sent.
    let first = batch_push("n0041", &["m1", "m1", "m2"]);
    let second = batch_push("n0044", &["m3"]);
    for (body, delivery) in [
        (&first, First),
        (&first, Duplicate),
        (&second, Unknown),
        (&second, Duplicate),
        (&first, Duplicate),
    ] {
        assert_eq!(deliver_body(&mut continuity, body), delivery, "{body}");
    }
    assert_eq!(last(&continuity), Some("n0044"));
}

#[test]
fn a_server_shows_that_it_does_not_chain_after_a_heartbeat() {
    let mut continuity = continuity();
    Sent::new("A", "1", "1").expect(&mut continuity, First);
    Sent::batch("A", "3", &["m1"]).expect(&mut continuity, Unknown);
    Sent::batch("A", "3", &["m1"]).expect(&mut continuity, Duplicate);
}

#[test]
fn a_subscription_stays_without_chain_until_it_is_forgotten() {
    let mut continuity = continuity();
    Sent::batch("A", "1", &["m1"]).expect(&mut continuity, First);
    for at in 2..40 {
        let (previous, end) = (at.to_string(), (at + 1).to_string());
        Sent::new("A", &previous, &end).expect(&mut continuity, Unknown);
        Sent::new("A", &previous, &end).expect(&mut continuity, Duplicate);
    }
    assert!(continuity.forget(A));
    Sent::new("A", "40", "41").expect(&mut continuity, First);
    Sent::new("A", "41", "42").expect(&mut continuity, Fresh);
}

#[test]
fn another_subscription_of_the_same_server_keeps_its_chain() {
    let mut continuity = continuity();
    Sent::new("B", "0", "1").expect(&mut continuity, First);
    Sent::batch("A", "1", &["m1"]).expect(&mut continuity, First);
    Sent::new("B", "1", "2").expect(&mut continuity, Fresh);
}

#[test]
fn the_content_of_the_last_eight_is_known_and_no_more() {
    let mut continuity = continuity();
    let batch = |at: usize| Sent::batch("A", &at.to_string(), &["same"]);
    for at in 0..9 {
        batch(at).expect(&mut continuity, if at == 0 { First } else { Unknown });
    }
    // A duplicate does not become the latest.
    for at in 1..9 {
        batch(at).expect(&mut continuity, Duplicate);
    }
    batch(9).expect(&mut continuity, Unknown);
    batch(1).expect(&mut continuity, Unknown);
}

/// From before the server showed that it does not chain.
#[test]
fn content_is_remembered_while_the_server_chains() {
    let mut continuity = continuity();
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    Sent::new("A", "1", "2").expect(&mut continuity, Fresh);
    Sent::batch("A", "7", &["m1"]).expect(&mut continuity, Unknown);
    Sent::new("A", "0", "1").expect(&mut continuity, Duplicate);
    // The same range with another content: an end decides nothing any more.
    Sent::batch("A", "1", &["m1"]).expect(&mut continuity, Unknown);
}

#[test]
fn a_heartbeat_is_never_a_duplicate_by_its_content() {
    let mut continuity = continuity();
    Sent::new("A", "1", "1").expect(&mut continuity, First);
    Sent::batch("A", "1", &["m1"]).expect(&mut continuity, Unknown);
    let heartbeats = [
        Sent::new("A", "1", "1"),
        Sent::with_events("A", "1", vec![SentEvent::status(Some("2")); 2]),
        Sent::with_events("A", "1", Vec::new()),
    ];
    for _ in 0..10 {
        for heartbeat in &heartbeats {
            heartbeat.expect(&mut continuity, Unknown);
        }
    }
    // And it does not push out what can be one.
    Sent::batch("A", "1", &["m1"]).expect(&mut continuity, Duplicate);
}

/// Each pair differs in one thing that an event can say, or in where one text ends and the next one begins.
#[test]
fn content_is_every_field_of_every_event() {
    let events = |events: &str| {
        let mark = "<t:Watermark>1</t:Watermark>";
        let events = events.replace("MARK", mark);
        let head =
            "<t:SubscriptionId>A</t:SubscriptionId><t:PreviousWatermark>1</t:PreviousWatermark>";
        crate::support::differential::push_body_without_id(&format!("{head}{events}"))
    };
    let of = |children: &str| events(&format!("<t:MovedEvent>MARK{children}</t:MovedEvent>"));
    let bodies = [
        of(""),
        events("<t:MovedEvent></t:MovedEvent>"),
        events("<t:CopiedEvent>MARK</t:CopiedEvent>"),
        events("<t:MovedEvent>MARK</t:MovedEvent><t:StatusEvent/>"),
        events("<t:StatusEvent/><t:MovedEvent>MARK</t:MovedEvent>"),
        events("<t:MovedEvent>MARK</t:MovedEvent><t:MovedEvent>MARK</t:MovedEvent>"),
        events("<t:MovedEvent>MARK</t:MovedEvent><t:XEvent/>"),
        events("<t:MovedEvent>MARK</t:MovedEvent><t:XEvent></t:XEvent>"),
        events("<t:MovedEvent>MARK</t:MovedEvent><t:XEvent a=''/>"),
        events("<t:MovedEvent>MARK</t:MovedEvent><t:YEvent/>"),
        of("<t:TimeStamp>2026-06-11T18:20:00Z</t:TimeStamp>"),
        of("<t:TimeStamp>2026-06-11T18:20:01Z</t:TimeStamp>"),
        of("<t:ItemId Id='ab'/>"),
        of("<t:ItemId Id='ab' ChangeKey=''/>"),
        of("<t:ItemId Id='a' ChangeKey='b'/>"),
        of("<t:FolderId Id='a' ChangeKey='b'/>"),
        of("<t:ParentFolderId Id='a' ChangeKey='b'/>"),
        of("<t:OldItemId Id='a' ChangeKey='b'/>"),
        of("<t:OldFolderId Id='a' ChangeKey='b'/>"),
        of("<t:OldParentFolderId Id='a' ChangeKey='b'/>"),
        of("<t:OldParentFolderId Id='a' ChangeKey='c'/>"),
        of("<t:UnreadCount>0</t:UnreadCount>"),
        of("<t:UnreadCount>-1</t:UnreadCount>"),
        of("<t:UnreadCount>256</t:UnreadCount>"),
        of("<t:FolderId Id='a'/><t:ParentFolderId Id='b'/>"),
        of("<t:FolderId Id='ab'/>"),
        of("<t:FolderId Id='b'/><t:ParentFolderId Id='a'/>"),
    ];
    for (at, known) in bodies.iter().enumerate() {
        let (mut parser, mut continuity) = (Parser::new(), continuity());
        let message = parser.parse(known.as_bytes()).unwrap();
        continuity.commit(message.notifications().next().unwrap());
        for (other, body) in bodies.iter().enumerate() {
            let message = parser.parse(body.as_bytes()).unwrap();
            let notification = message.notifications().next().unwrap();
            let expected = if other == at { Duplicate } else { Unknown };
            assert_eq!(continuity.check(notification), expected, "{known}\n{body}");
        }
    }
}

#[test]
fn content_includes_the_previous_watermark_and_not_more_events() {
    let mut continuity = continuity();
    let batch = |previous: &str| Sent {
        previous: Some(previous.into()),
        ..Sent::batch("A", "1", &["m1"])
    };
    batch("1").expect(&mut continuity, First);
    batch("2").expect(&mut continuity, Unknown);
    let more = Sent {
        more: true,
        ..batch("1")
    };
    more.expect(&mut continuity, Duplicate);
}

// Long texts.

fn text(length: usize, end: &str) -> String {
    "é".repeat((length - end.len()) / 2) + end
}

/// An answer to GetEvents of a server whose watermarks contain the subscription id, which contains all folder ids.
fn long_pull(id: &str, from: usize, to: usize) -> String {
    let mark = |at: usize| format!("wm1.{}.{at}.checksum", text(668, id));
    let (previous, end) = (mark(from), mark(to));
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" \
         xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"><s:Body><m:GetEventsResponse>\
         <m:ResponseMessages><m:GetEventsResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode>\
         <m:Notification><t:SubscriptionId>{id}</t:SubscriptionId><t:PreviousWatermark>{previous}</t:PreviousWatermark>\
         <t:MoreEvents>true</t:MoreEvents><t:CreatedEvent><t:Watermark>{end}</t:Watermark>\
         <t:TimeStamp>2026-01-02T03:04:05Z</t:TimeStamp><t:ItemId Id=\"m{to}\" ChangeKey=\"c{to}\"/>\
         <t:ParentFolderId Id=\"f1\" ChangeKey=\"k1\"/></t:CreatedEvent></m:Notification></m:GetEventsResponseMessage>\
         </m:ResponseMessages></m:GetEventsResponse></s:Body></s:Envelope>"
    )
}

#[test]
fn long_watermarks_are_tracked_and_the_last_one_is_kept_whole() {
    let mut continuity = continuity();
    let id = text(470, "id");
    for (from, to, delivery) in [
        (100, 101, First),
        (101, 102, Fresh),
        (101, 102, Duplicate),
        (103, 104, Gap),
        (102, 103, OutOfOrder),
    ] {
        let body = long_pull(&id, from, to);
        assert_eq!(
            deliver_body(&mut continuity, &body),
            delivery,
            "{from} to {to}"
        );
    }
    let last = continuity.last(SubscriptionId::new(&id)).unwrap().as_str();
    assert_eq!(last.len(), 685);
    assert!(last.ends_with(".103.checksum"), "{last}");
}

#[test]
fn a_watermark_of_more_than_4_kib_is_tracked_and_not_kept_whole() {
    let (most, over) = (
        text(MAX_WATERMARK_LEN, "AB"),
        text(MAX_WATERMARK_LEN + 1, "A"),
    );
    assert_eq!([most.len(), over.len()], [4_096, 4_097]);
    let mut continuity = continuity();
    Sent::new("A", "0", &most).expect(&mut continuity, First);
    assert_eq!(last(&continuity), Some(&*most));
    Sent::new("A", &most, &over).expect(&mut continuity, Fresh);
    assert_eq!(last(&continuity), None);
    Sent::new("A", &most, &over).expect(&mut continuity, Duplicate);
    Sent::new("A", &over, &over).expect(&mut continuity, Fresh);
    Sent::new("A", &over, "2").expect(&mut continuity, Fresh);
    assert_eq!(last(&continuity), Some("2"));
}

#[test]
fn a_subscription_id_of_more_than_4_kib_is_unknown_and_the_others_are_tracked() {
    let (most, over) = (text(MAX_ID_LEN, "AB"), text(MAX_ID_LEN + 1, "A"));
    let mut continuity = continuity();
    for _ in 0..2 {
        Sent::new(&over, "0", "1").expect(&mut continuity, Unknown);
    }
    assert!(continuity.is_empty());
    Sent::new(&most, "0", "1").expect(&mut continuity, First);
    Sent::new(&over, "1", "2").expect(&mut continuity, Unknown);
    Sent::new(&most, "1", "2").expect(&mut continuity, Fresh);
}

// Capacity.

/// The subscriptions that are still known after these were committed.
#[track_caller]
fn known(capacity: usize, committed: &str) -> String {
    let mut continuity = continuity().with_capacity(capacity);
    for id in committed.chars() {
        Sent::new(&id.to_string(), "0", "0").deliver(&mut continuity);
    }
    let len = continuity.len();
    let forget = |id: &char| continuity.forget(SubscriptionId::new(&id.to_string()));
    let known: String = ('A'..='Z').filter(forget).collect();
    assert_eq!((continuity.len(), known.len()), (0, len));
    known
}

#[test]
fn a_subscription_stays_until_more_than_the_capacity_are_committed_after_it() {
    // C, the last of its generation, has the least time: with three after it all are known, with four it is not.
    assert_eq!(known(3, "ABCDEF"), "ABCDEF");
    assert_eq!(known(3, "ABCDEFG"), "DEFG");
    // A commit moves it to the recent generation, which may become the older one at the same time.
    assert_eq!(known(3, "ABCDAEF"), "ADEF");
    assert_eq!(known(3, "ABCDEFA"), "ADEF");
    assert_eq!(known(3, "ABCDEFAGHI"), "AGHI");
    // Within the recent one it does not move.
    assert_eq!(known(3, "ABABABCABC"), "ABC");
    for capacity in [0, 1] {
        assert_eq!(known(capacity, "AAABB"), "AB");
        // The recent generation is empty after B is forgotten, so C does not need the older one to go.
        let mut continuity = continuity().with_capacity(capacity);
        for id in ["A", "B"] {
            Sent::new(id, "0", "0").expect(&mut continuity, First);
        }
        assert!(continuity.forget(SubscriptionId::new("B")));
        Sent::new("C", "0", "0").expect(&mut continuity, First);
        assert!(continuity.forget(A), "with capacity {capacity}");
        assert_eq!(known(capacity, "ABC"), "BC");
    }
    assert_eq!(known(usize::MAX, "ABC"), "ABC");
}

#[test]
fn a_check_keeps_no_subscription_from_being_forgotten() {
    let mut continuity = continuity().with_capacity(1);
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    Sent::new("B", "0", "1").expect(&mut continuity, First);
    assert_eq!(Sent::new("A", "1", "2").check(&continuity), Fresh);
    Sent::new("C", "0", "1").expect(&mut continuity, First);
    Sent::new("A", "1", "2").expect(&mut continuity, First);
}

#[test]
fn the_commit_of_a_duplicate_moves_its_subscription_to_the_recent_generation() {
    let mut continuity = continuity().with_capacity(1);
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    Sent::new("B", "0", "1").expect(&mut continuity, First);
    Sent::new("A", "0", "1").expect(&mut continuity, Duplicate); // B becomes the older one
    Sent::new("C", "0", "1").expect(&mut continuity, First);
    assert_eq!(Sent::new("A", "1", "2").check(&continuity), Fresh);
    assert_eq!(Sent::new("B", "1", "2").check(&continuity), First);
}

#[test]
fn the_default_capacity_is_4096() {
    let mut continuity = continuity();
    assert_eq!(Continuity::CAPACITY, 4_096);
    for id in 0..3 * Continuity::CAPACITY {
        Sent::new(&id.to_string(), "0", "1").expect(&mut continuity, First);
    }
    assert_eq!(continuity.len(), 2 * Continuity::CAPACITY);
    let oldest = Continuity::CAPACITY.to_string();
    Sent::new(&oldest, "1", "2").expect(&mut continuity, Fresh);
}

#[test]
fn a_forgotten_subscription_is_first() {
    let mut continuity = continuity().with_capacity(1);
    assert!(!continuity.forget(A));
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    Sent::new("A", "1", "2").expect(&mut continuity, Fresh);
    assert!(continuity.forget(A));
    assert!(!continuity.forget(A));
    Sent::new("A", "1", "2").expect(&mut continuity, First);
    Sent::new("B", "1", "2").expect(&mut continuity, First); // A is in the older generation
    assert!(continuity.forget(A));
    assert!(!continuity.forget(A));
    assert_eq!(continuity.len(), 1);
    Sent::new("A", "2", "3").expect(&mut continuity, First);
}

// Export and restore.

#[test]
fn a_restored_subscription_continues_under_another_key() {
    let mut before = continuity();
    for id in ["A", "B"] {
        Sent::new(id, "0", "1").expect(&mut before, First);
        Sent::new(id, "1", "2").expect(&mut before, Fresh);
    }
    Sent::batch("B", "7", &["m1"]).expect(&mut before, Unknown);
    assert_eq!(before.export(SubscriptionId::new("C")), None);
    let mut after = Continuity::with_key([7; 16]);
    for id in ["A", "B"] {
        let state = before.export(SubscriptionId::new(id)).unwrap();
        assert_eq!(state.subscription_id().as_str(), id);
        assert_eq!(after.restore(state.clone()), Ok(()));
        assert!(after.export(SubscriptionId::new(id)) == Some(state));
    }
    assert_eq!(last(&after), Some("2"));
    for id in ["A", "B"] {
        Sent::new(id, "0", "1").expect(&mut after, Duplicate);
    }
    Sent::new("A", "2", "3").expect(&mut after, Fresh);
    Sent::batch("B", "7", &["m1"]).expect(&mut after, Duplicate);
    Sent::new("B", "2", "3").expect(&mut after, Unknown);
}

#[test]
fn restore_replaces_the_subscription_and_counts_as_commit() {
    let mut continuity = continuity().with_capacity(1);
    Sent::new("A", "0", "1").expect(&mut continuity, First);
    let state = continuity.export(A).unwrap();
    Sent::new("A", "1", "2").expect(&mut continuity, Fresh);
    Sent::new("B", "0", "1").expect(&mut continuity, First);
    assert_eq!(continuity.restore(state), Ok(())); // from the older generation, and B into it
    assert_eq!((continuity.len(), last(&continuity)), (2, Some("1")));
    Sent::new("B", "1", "2").expect(&mut continuity, Fresh);
    Sent::new("A", "1", "2").expect(&mut continuity, Fresh);
}

#[test]
fn a_restored_subscription_is_counted_once() {
    let mut continuity = continuity().with_capacity(3);
    for id in ["A", "B", "C", "D"] {
        Sent::new(id, "0", "1").expect(&mut continuity, First);
    }
    for _ in 0..2 {
        let state = continuity.export(A).unwrap();
        assert_eq!(continuity.restore(state), Ok(()));
        assert_eq!(continuity.len(), 4);
    }
    assert!(continuity.forget(A));
    assert_eq!(last(&continuity), None);
}

#[cfg(feature = "serde")]
mod json {
    use ews_notifications::{RestoreError, SubscriptionState};

    use super::*;

    /// The state after 0→1, 1→2 and these.
    fn exported(more: &[Sent]) -> String {
        let mut continuity = continuity();
        Sent::new("A", "0", "1").expect(&mut continuity, First);
        Sent::new("A", "1", "2").expect(&mut continuity, Fresh);
        for sent in more {
            sent.expect(&mut continuity, Fresh);
        }
        serde_json::to_string(&continuity.export(A).unwrap()).unwrap()
    }

    fn restored(json: &str) -> Option<Result<(), RestoreError>> {
        let state: SubscriptionState = serde_json::from_str(json).ok()?;
        let mut continuity = continuity();
        let restored = continuity.restore(state);
        assert_eq!(continuity.is_empty(), restored.is_err());
        Some(restored)
    }

    /// Version 1, to the byte: other releases must read it, on any machine. The hashes were computed with another
    /// implementation of SipHash-2-4-128.
    #[test]
    fn the_exported_form_is_stable() {
        let latest_two = concat!(
            r#"{"end":"24f85bb8f1bc4ee6ef0c4fe8e0c493a5","content":"3ddad1b8f4fc33010267bc88d8e0a318"},"#,
            r#"{"end":"c98daa4edc792af5dbd00f7a7e4c4d62","content":"3b11fffe5afee345f4a3a9d4e0d0198a"}],"#,
        );
        let head = concat!(
            r#"{"version":1,"subscription_id":"A","key":"30313233343536373839616263646566","#,
            r#""chains":true,"last_watermark":"2","notifications":["#,
        );
        let chained = format!(
            "{head}{latest_two}{}",
            r#""checksum":"2ceab64baa746f3dd4b95bd6ce1ea5de"}"#
        );
        assert_eq!(exported(&[]), chained);
        assert_eq!(restored(&chained), Some(Ok(())));
        // Its end is unknown.
        let other = Sent::with_events("A", "2", vec![SentEvent::other(Some("3"), "x")]);
        let of_other = r#"{"end":null,"content":"04684c9a075288e89b11d4a2476c658a"},"#;
        let with_other = format!(
            "{head}{of_other}{latest_two}{}",
            r#""checksum":"c403bfb02b2fb8269ab3b2d25af8287f"}"#
        );
        assert_eq!(exported(&[other]), with_other);
        assert_eq!(restored(&with_other), Some(Ok(())));
    }

    /// A state of a server that does not chain, and one after a watermark of more than 4 KiB. The hashes are of the same
    /// origin.
    #[test]
    fn the_exported_form_of_unusual_states_is_stable() {
        let latest_two = concat!(
            r#"{"end":"24f85bb8f1bc4ee6ef0c4fe8e0c493a5","content":"3ddad1b8f4fc33010267bc88d8e0a318"},"#,
            r#"{"end":"c98daa4edc792af5dbd00f7a7e4c4d62","content":"3b11fffe5afee345f4a3a9d4e0d0198a"}],"#,
        );
        let long = "w".repeat(MAX_WATERMARK_LEN + 1);
        for (sent, delivery, head, hashes) in [
            (
                Sent::batch("A", "7", &["m1"]),
                Unknown,
                r#""chains":false,"last_watermark":"7""#,
                [
                    r#"{"end":"e4ff0f236fd2269fefa954a2c9073bf1","content":"d835b89fec5f07205fd38d4ea922b6de"},"#,
                    r#""checksum":"851f3f5a191da793654d63adc237f05f"}"#,
                ],
            ),
            (
                Sent::new("A", "2", &long),
                Fresh,
                r#""chains":true,"last_watermark":null"#,
                [
                    r#"{"end":"cdda75355f186945cf727feb5a87429d","content":"0acc42119dc037bca92b794ebcba5942"},"#,
                    r#""checksum":"23315e2fafbc1fe1ad9871c2900b6f82"}"#,
                ],
            ),
        ] {
            let [latest, checksum] = hashes;
            let expected = format!(
                "{}{head},\"notifications\":[{latest}{latest_two}{checksum}",
                r#"{"version":1,"subscription_id":"A","key":"30313233343536373839616263646566","#
            );
            let mut before = continuity();
            Sent::new("A", "0", "1").expect(&mut before, First);
            Sent::new("A", "1", "2").expect(&mut before, Fresh);
            sent.expect(&mut before, delivery);
            let json = serde_json::to_string(&before.export(A).unwrap()).unwrap();
            assert_eq!(json, expected);
            assert_eq!(restored(&json), Some(Ok(())));
        }
    }

    #[test]
    fn an_exported_state_takes_at_most_900_bytes_beside_its_texts() {
        let mut continuity = continuity();
        for at in 0..8 {
            let (previous, end) = (at.to_string(), (at + 1).to_string());
            Sent::new("A", &previous, &end).deliver(&mut continuity);
        }
        let json = serde_json::to_string(&continuity.export(A).unwrap()).unwrap();
        // The id and the watermark have one byte each, and `false` is one byte longer than `true`.
        assert!(json.len() - 2 < 900, "{}", json.len());
    }

    #[test]
    fn a_state_of_another_version_is_refused() {
        let json = exported(&[]).replacen("\"version\":1", "\"version\":2", 1);
        assert_eq!(restored(&json), Some(Err(RestoreError::Version(2))));
        assert_eq!(
            RestoreError::Version(2).to_string(),
            "subscription state has version 2, expected 1: another release of this crate exported it"
        );
    }

    #[test]
    fn a_damaged_state_is_refused() {
        let json = exported(&[]);
        for at in 0..json.len() {
            assert_eq!(restored(&json[..at]), None, "{at} bytes of {json}");
            for bit in 0..7 {
                let mut damaged = json.clone().into_bytes();
                damaged[at] ^= 1 << bit;
                let damaged = String::from_utf8(damaged).unwrap();
                assert_ne!(restored(&damaged), Some(Ok(())), "{damaged}");
            }
        }
        assert_eq!(
            RestoreError::Damaged.to_string(),
            "subscription state is damaged: its checksum, the length of a text or the number of its \
             notifications is wrong"
        );
    }
}

#[test]
fn delivery_has_stable_names() {
    let all = [First, Fresh, Duplicate, OutOfOrder, Gap, Unknown];
    let names = all.map(|delivery| delivery.to_string());
    let expected = [
        "first",
        "fresh",
        "duplicate",
        "out_of_order",
        "gap",
        "unknown",
    ];
    assert_eq!(names, expected);
    assert_eq!(all.map(Delivery::name), expected);
    assert_eq!(format!("{Gap:>5}"), "  gap");
}

#[cfg(feature = "std")]
#[test]
fn keys_are_random() {
    let state = |mut continuity: Continuity| {
        Sent::new("A", "0", "1").expect(&mut continuity, First);
        continuity.export(A)
    };
    assert!(state(Continuity::new()) != state(Continuity::default()));
    assert!(state(continuity()) == state(continuity()));
}

#[test]
fn both_constructors_without_std_and_the_setter_are_const() {
    static ONE: Continuity = Continuity::with_key(KEY).with_capacity(2);
    assert!(ONE.is_empty());
}

// Properties.

/// Delivers what servers that chain have sent, except for one, and checks how each relates.
fn check_repeats(choices: &mut Choices<'_>, sent: &[Sent], mut lost: Option<usize>) {
    let mut continuity = continuity();
    let mut begun = HashSet::new();
    let is_lost = lost;
    for (at, again) in deliveries(choices, sent.len(), Fate::repeated) {
        let arrived = &sent[at];
        if Some(at) == is_lost {
            continue;
        }
        let is_after =
            |lost: &usize| *lost < at && sent[*lost].subscription == arrived.subscription;
        let is_first = begun.insert(&arrived.subscription);
        let id = SubscriptionId::new(&arrived.subscription);
        let last = continuity.last(id).map(|mark| mark.as_str().to_owned());
        let delivery = arrived.deliver(&mut continuity);
        if again {
            let is_still = delivery == Fresh && arrived.is_still();
            assert!(delivery == Duplicate || is_still, "{delivery}: {arrived:?}");
        } else if let Some(lost) = lost.take_if(|lost| is_after(lost)) {
            assert_eq!((delivery, &last), (Gap, &sent[lost].previous));
        } else {
            assert_eq!(
                delivery,
                if is_first { First } else { Fresh },
                "{arrived:?}"
            );
        }
    }
    assert_eq!(lost, None, "the lost one is not reported");
}

fn chaining(choices: &mut Choices<'_>, subscriptions: usize) -> Vec<Sent> {
    let servers = (0..subscriptions).map(|id| Server::new(&id.to_string(), true));
    history::sent(choices, servers.collect(), Said::marked)
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

proptest! {
    #[test]
    fn agrees_with_the_naive_model(choices in choices()) {
        history::check_model(&mut Choices::new(&choices));
    }

    #[test]
    fn an_answered_notification_is_stored_once_wherever_the_gateway_stops(choices in choices()) {
        history::check_gateway(&mut Choices::new(&choices));
    }

    #[test]
    fn a_repeated_event_of_an_unknown_kind_is_no_gap(choices in choices()) {
        let choices = &mut Choices::new(&choices);
        let mut sent = history::sent(choices, vec![Server::new("A", true)], Said::with_unknown_kinds);
        // An old heartbeat after an unknown end looks like a new one.
        sent.retain(|sent| !sent.is_still());
        let mut continuity = continuity();
        for (at, again) in deliveries(choices, sent.len(), Fate::repeated) {
            let arrived = &sent[at];
            let delivery = arrived.deliver(&mut continuity);
            let expected: &[Delivery] = match again {
                true => &[Duplicate],
                false => &[First, Fresh, Unknown],
            };
            assert!(expected.contains(&delivery), "{delivery}: {arrived:?}");
        }
    }

    /// Notifications are lost, repeated and overtaken, and the program restarts.
    #[test]
    fn a_server_that_does_not_chain_has_no_gaps_once_it_has_shown_it(choices in choices()) {
        let choices = &mut Choices::new(&choices);
        let sent = history::sent(choices, vec![Server::new("A", false)], Said::marked);
        let mut continuity = continuity();
        let (mut is_shown, mut committed) = (false, Vec::new());
        for (at, _) in deliveries(choices, sent.len(), Fate::any) {
            let arrived = &sent[at];
            if choices.once_in(4) && let Some(state) = continuity.export(A) {
                continuity = Continuity::with_key([choices.below(256) as u8; 16]);
                continuity.restore(state).unwrap();
            }
            let is_first = continuity.is_empty();
            let is_change = !arrived.is_heartbeat();
            is_shown |= is_change;
            let delivery = arrived.deliver(&mut continuity);
            // The last eight with a change. A heartbeat is never a duplicate there.
            let is_repeated = is_change && { committed.iter() }.rev().take(8).any(|old| *old == at);
            if is_change && !is_repeated {
                committed.push(at);
            }
            let expected = match is_repeated {
                _ if is_first => First,
                true => Duplicate,
                false => Unknown,
            };
            assert!(!is_shown || delivery == expected, "{delivery}: {arrived:?}");
        }
    }

    #[test]
    fn repeats_are_no_gap(choices in choices()) {
        let choices = &mut Choices::new(&choices);
        let sent = chaining(choices, 3);
        check_repeats(choices, &sent, None);
    }

    #[test]
    fn a_lost_one_is_a_gap_before_the_next(choices in choices(), lost: prop::sample::Index) {
        let choices = &mut Choices::new(&choices);
        let sent = chaining(choices, 3);
        let is_of = |at: usize, other: usize| sent[at].subscription == sent[other].subscription;
        // Where the server has moved on, between two of the same subscription.
        let may_be_lost = |lost: &usize| {
            !sent[*lost].is_still()
                && (0..*lost).any(|at| is_of(at, *lost))
                && (lost + 1..sent.len()).any(|at| is_of(at, *lost))
        };
        let may_be_lost: Vec<usize> = (0..sent.len()).filter(may_be_lost).collect();
        prop_assume!(!may_be_lost.is_empty());
        check_repeats(choices, &sent, Some(*lost.get(&may_be_lost)));
    }

    /// Whatever was lost, repeated and overtaken.
    #[test]
    fn both_sides_agree_again_at_the_second(choices in choices()) {
        let choices = &mut Choices::new(&choices);
        let sent = chaining(choices, 1);
        let mut continuity = continuity();
        for (at, _) in deliveries(choices, sent.len(), Fate::any) {
            sent[at].deliver(&mut continuity);
        }
        let end = sent.last().unwrap().end().unwrap();
        Sent::new("0", end, "then").deliver(&mut continuity);
        Sent::new("0", "then", "after").expect(&mut continuity, Fresh);
    }
}
