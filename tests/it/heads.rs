//! Learned heads and tails: the bytes before and after the children of a Notification, compared with the next body.

use crate::support::differential::{
    EVENT, ParserPair, SUBSCRIPTION, body_of, head_hits, push_body, push_body_without_id,
};
use crate::support::invariance::{baseline, read_both, stats_between};
use crate::support::server::{LONGEST_HEAD, PUSH, Server};
use ews_notifications::{Config, ErrorKind, IllegalReferences, Item, Parser};

#[test]
fn an_empty_notification_teaches_nothing() {
    let mut parsers = ParserPair::new();
    let empty = push_body_without_id("").replacen(
        "<m:Notification></m:Notification>",
        "<m:Notification/>",
        1,
    );
    assert_eq!(head_hits(&mut parsers, [&empty, &empty]), [0, 0]);
    let error = parsers.read(&empty).error.unwrap();
    assert_eq!(error.kind(), ErrorKind::MissingSubscriptionId);
    // It does not match the start tag that ends a learned head either.
    assert_eq!(
        head_hits(&mut parsers, [&push_body(""), &push_body(""), &empty]),
        [0, 1, 0]
    );
}

#[test]
fn a_head_whose_message_fails_is_not_learned() {
    let mut parsers = ParserPair::new();
    let failing = push_body("<t:MoreEvents>maybe</t:MoreEvents>");
    assert_eq!(
        head_hits(&mut parsers, [&failing, &failing, &push_body("")]),
        [0, 0, 0]
    );
    assert_eq!(
        head_hits(&mut parsers, [&failing, &failing, &push_body("")]),
        [1, 1, 1]
    );
}

#[test]
fn a_head_is_not_learned_if_its_message_fails_after_the_root() {
    let mut parsers = ParserPair::new();
    let garbage = push_body("") + "x";
    let outcome = parsers.read(&garbage);
    assert_eq!(
        outcome.error_at(&garbage),
        Some((ErrorKind::TextOutsideRoot, "x"))
    );
    assert_eq!(parsers.read(push_body("") + "\n<!-- end -->").hits, 0);
    let outcome = parsers.read(&garbage);
    assert_eq!((outcome.hits, outcome.error.is_some()), (1, true));
}

#[test]
fn a_head_of_4_kib_is_learned_and_a_longer_one_not() {
    let server = Server::plain(&PUSH, "Exchange2010");
    for (length, expected) in [(LONGEST_HEAD, [0, 1]), (LONGEST_HEAD + 1, [0, 0])] {
        let comment = "x".repeat(length - server.head.len() - "<!---->".len());
        let body = push_body("").replacen("<soap11", &format!("<!--{comment}--><soap11"), 1);
        assert_eq!(
            head_hits(&mut ParserPair::new(), [&body, &body]),
            expected,
            "{length}"
        );
    }
}

#[test]
fn a_head_with_a_decoded_value_is_not_learned() {
    for (usually, here, is_learned) in [
        ("NoError", "&#78;oError", false),
        ("NoError", "No<!-- -->Error", false),
        ("NoError", "No<![CDATA[Error]]>", false),
        ("Exchange2010", "Exchange201&#48;", false),
        (
            "2006/types\" xmlns:m",
            "2006/types\" xmlns:x=\"urn:&#120;\" xmlns:m",
            true,
        ),
        ("2006/types\" /", "2006/type&#115;\" /", true),
        ("2006/types\" xmlns:m", "2006/type&#115;\" xmlns:m", true),
        // A value of a closed set is kept as that value.
        ("Success", "Succes&#115;", true),
    ] {
        let body = push_body(EVENT).replacen(usually, here, 1);
        assert!(body.contains(here), "{here}");
        let second = u64::from(is_learned);
        assert_eq!(
            head_hits(&mut ParserPair::new(), [&body, &body]),
            [0, second],
            "{here}"
        );
    }
}

#[test]
fn a_head_with_a_message_text_is_not_learned() {
    let text = "<m:MessageText>é</m:MessageText><m:ResponseCode>";
    let body = push_body(EVENT).replacen("<m:ResponseCode>", text, 1);
    assert_eq!(head_hits(&mut ParserPair::new(), [&body, &body]), [0, 0]);
}

#[test]
fn what_a_learned_head_skips_is_counted_in_every_message() {
    let mut parsers = ParserPair::with(|config| {
        config.illegal_references = IllegalReferences::Replace;
    });
    let skipped = "<x xmlns='' a='&#0;'/></soap11:Header>";
    let body = push_body(EVENT)
        .replacen("</soap11:Header>", skipped, 1)
        .replacen("ResponseClass", "a='1' ResponseClass", 1);
    let first = parsers.read(&body);
    let second = parsers.read(&body);
    assert_eq!((first.hits, second.hits), (0, 1));
    assert_eq!((first.skipped, second.skipped), ([1, 1, 1], [1, 1, 1]));
}

#[test]
fn the_least_recently_used_head_is_replaced() {
    let [a, b, c] =
        ["A", "B", "C"].map(|version| body_of(&Server::plain(&PUSH, version), SUBSCRIPTION));
    let mut parsers = ParserPair::with(|config| config.heads = 2);
    assert_eq!(head_hits(&mut parsers, [&a, &b, &a, &c]), [0, 0, 1, 0]);
    assert_eq!(head_hits(&mut parsers, [&a, &c, &b]), [1, 1, 0]);
    assert_eq!(head_hits(&mut parsers, [&c, &a]), [1, 0]);
    let mut parsers = ParserPair::with(|config| config.heads = 1);
    assert_eq!(
        head_hits(&mut parsers, [&a, &a, &b, &a, &a]),
        [0, 1, 0, 0, 1]
    );
}

#[test]
fn without_heads_none_is_learned() {
    let mut parsers = ParserPair::with(|config| config.heads = 0);
    assert_eq!(
        head_hits(&mut parsers, [&push_body(""), &push_body("")]),
        [0, 0]
    );
}

#[test]
fn forgotten_heads_are_read_again() {
    let mut parsers = ParserPair::warm();
    parsers.parser.forget();
    assert_eq!(
        head_hits(&mut parsers, [&push_body(""), &push_body("")]),
        [0, 1]
    );
}

#[test]
fn a_reader_that_is_dropped_half_way_learns_nothing_and_spoils_nothing() {
    let body = push_body(&EVENT.repeat(2));
    for times in 0..12 {
        let mut parsers = ParserPair::new();
        let mut reader = parsers.parser.reader(body.as_bytes()).unwrap();
        let mut items = (0..times).map_while(|_| reader.next().unwrap().map(is_end));
        // The text after the end of the Notification was read with it.
        let is_read = items.any(|is_end| is_end);
        assert_eq!(parsers.read(&body).hits, u64::from(is_read), "{times}");
        let mut reader = parsers.parser.reader(body.as_bytes()).unwrap();
        for _ in 0..times {
            reader.next().unwrap();
        }
        assert_eq!(parsers.read(&body).hits, 1);
    }

    fn is_end(item: Item<'_>) -> bool {
        item == Item::NotificationEnd
    }
}

#[test]
fn the_limit_of_the_body_comes_before_the_head() {
    let longest = push_body(EVENT).len();
    let mut parsers = ParserPair::with(|config| config.limits.body_bytes = longest);
    assert_eq!(
        head_hits(&mut parsers, [&push_body(""), &push_body(EVENT)]),
        [0, 1]
    );
    let outcome = parsers.read(push_body(EVENT) + " ");
    assert_eq!(outcome.error.unwrap().kind(), ErrorKind::BodyLimit);
    assert_eq!(outcome.hits, 0);
}

#[test]
fn the_limit_of_responses_counts_the_one_that_begins_in_the_head() {
    let mut parsers = ParserPair::with(|config| config.limits.events = 1);
    assert_eq!(
        head_hits(&mut parsers, [&push_body(""), &push_body("")]),
        [0, 1]
    );
    let second = "<m:SendNotificationResponseMessage/></m:ResponseMessages>";
    let outcome = parsers.read(push_body("").replacen("</m:ResponseMessages>", second, 1));
    assert_eq!(outcome.hits, 1);
    assert_eq!(outcome.error.unwrap().kind(), ErrorKind::EventLimit);
}

#[test]
fn a_repeated_subscription_id_after_a_learned_head_is_refused_at_its_position() {
    let again = "<t:SubscriptionId>again</t:SubscriptionId>";
    for between in ["", EVENT, "\n"] {
        let body = push_body(&format!("{between}{again}"));
        let outcome = ParserPair::warm().read(&body);
        assert_eq!(outcome.hits, 1);
        let error = (
            ErrorKind::RepeatedElement,
            &body[body.find(again).unwrap() + 1..],
        );
        assert_eq!(outcome.error_at(&body), Some(error));
    }
}

#[test]
fn a_tail_does_not_hide_a_missing_subscription_id() {
    for children in ["", EVENT, "\n", "<t:MoreEvents>true</t:MoreEvents>"] {
        let body = push_body_without_id(children);
        let outcome = ParserPair::warm().read(&body);
        assert_eq!(outcome.hits, 1);
        let error = outcome.error.unwrap();
        assert_eq!(error.kind(), ErrorKind::MissingSubscriptionId);
        assert!(body[error.offset()..].starts_with("m:Notification>"));
    }
}

#[test]
fn a_tail_does_not_match_within_an_event() {
    // The rest of the body equals the tail, but an event is open.
    for open in [
        "<t:NewMailEvent>",
        "<t:NewMailEvent><t:Watermark>w</t:Watermark>",
        "<t:X>",
    ] {
        let body = push_body(&format!("{EVENT}{open}"));
        let outcome = ParserPair::warm().read(&body);
        assert_eq!(
            outcome.error.unwrap().kind(),
            ErrorKind::EndTagMismatch,
            "{open}"
        );
    }
}

#[test]
fn a_tail_follows_whatever_child_comes_last() {
    for (last, misses) in [
        (EVENT, 0),
        ("<t:StatusEvent/>", 1),
        ("<t:ChannelEvent><t:a/></t:ChannelEvent>", 1),
        ("<x xmlns='urn:x'>text</x>", 1),
        ("<t:x xmlns:t='urn:x'/>", 1),
    ] {
        let mut parsers = ParserPair::warm();
        let outcome = parsers.read(push_body(last));
        assert_eq!(
            (outcome.error, outcome.hits, outcome.misses),
            (None, 1, misses),
            "{last}"
        );
    }
}

#[test]
fn another_tail_than_the_learned_one_is_read_and_learned() {
    let mut parsers = ParserPair::warm();
    let body = push_body(EVENT);
    let (before, tail) = body.split_at(body.find("</m:Notification>").unwrap());
    let spaced = format!("{before}{}\n", tail.replace("</", "\n</"));
    let commented =
        push_body(EVENT).replacen("</m:Notification>", "<!-- c --></m:Notification>", 1);
    for (body, tail_hits) in [
        (&spaced, 0),
        (&spaced, 1),
        (&commented, 0),
        (&push_body(EVENT), 0),
        (&spaced, 0),
        (&spaced, 1),
    ] {
        let outcome = parsers.read(body);
        assert_eq!((outcome.error, outcome.hits, outcome.misses), (None, 1, 0));
        assert_eq!(outcome.tail_hits, tail_hits);
    }
}

#[test]
fn a_body_that_is_cut_anywhere_is_refused_at_its_end() {
    let body = push_body(EVENT);
    let mut parsers = ParserPair::warm();
    for end in 0..body.len() {
        let error = parsers.read(&body[..end]).error.unwrap();
        assert!(error.offset() <= end, "{end}");
    }
    assert_eq!(parsers.read(&body).hits, 1);
}

#[test]
fn a_body_with_any_one_byte_changed_reads_the_same() {
    let id = "<t:ItemId Id=\"AAMk\" ChangeKey=\"DwAA\" />";
    let event = format!("<t:ModifiedEvent>{id}<t:UnreadCount>3</t:UnreadCount></t:ModifiedEvent>");
    let body = push_body(&event).into_bytes();
    let mut parsers = ParserPair::warm();
    for at in body.len() - event.len() - 200..body.len() {
        for byte in *b"<>/\"'&: ]!-tm0\n\r\0\x80" {
            let mut changed = body.clone();
            changed[at] = byte;
            parsers.read(&changed);
        }
    }
    assert_eq!(parsers.read(&body).hits, 1);
}

#[test]
fn without_a_learned_tail_a_body_may_not_end_after_a_child() {
    // References in the tail are no white space, so the head is learned without a tail.
    let body = push_body(EVENT).replacen("</m:Notification>", "&#32;</m:Notification>", 1);
    let mut parsers = ParserPair::new();
    assert_eq!(head_hits(&mut parsers, [&body, &body]), [0, 1]);
    for next in [EVENT, "&#32;"] {
        let end = body.find(next).unwrap();
        let outcome = parsers.read(&body[..end]);
        let error = (ErrorKind::UnclosedElement, "");
        assert_eq!(outcome.error_at(&body[..end]), Some(error));
    }
}

#[test]
fn a_learned_tail_does_not_excuse_a_missing_end_tag() {
    let end = "</m:Notification>";
    let unknown = push_body(EVENT).replacen(end, &format!("{end}<x xmlns='urn:x'/>"), 1);
    let mut parsers = ParserPair::new();
    assert_eq!(head_hits(&mut parsers, [&unknown, &unknown]), [0, 1]);
    let unended = push_body(EVENT).replacen(end, "", 1);
    let error = parsers.read(&unended).error.unwrap();
    assert_eq!(error.kind(), ErrorKind::EndTagMismatch);
}

#[test]
fn the_tail_of_a_second_notification_is_not_that_of_the_first() {
    let name = "m:SendNotificationResponseMessage";
    let (start, end) = ("<m:Notification>", "</m:Notification>");
    let body = push_body(EVENT);
    let notification = &body[body.find(start).unwrap()..body.find(end).unwrap() + end.len()];
    let second = notification.replace("m:", "t:");
    let second = format!("</{name}><{name}>{second}</{name}>");
    let mut parsers = ParserPair::new();
    let both = body.replacen(&format!("</{name}>"), &second, 1);
    assert_eq!(head_hits(&mut parsers, [&both, &both]), [0, 1]);
    let error = { parsers.read(body.replacen(end, "</t:Notification>", 1)) }.error;
    assert_eq!(error.unwrap().kind(), ErrorKind::EndTagMismatch);
}

#[test]
fn a_tail_ends_the_notification_that_it_was_learned_with() {
    let name = "m:SendNotificationResponseMessage";
    let (start, end) = ("<m:Notification>", "</m:Notification>");
    let body = push_body(EVENT);
    let notification = &body[body.find(start).unwrap()..body.find(end).unwrap()];
    let second = format!("{end}</{name}><{name}>{}", notification.replace("m:", "t:"));
    let unended = body.replacen(end, &format!("{second}{end}"), 1);
    let mut parsers = ParserPair::new();
    assert_eq!(head_hits(&mut parsers, [&body, &body, &unended]), [0, 1, 1]);
    let error = parsers.read(&unended).error.unwrap();
    assert_eq!(error.kind(), ErrorKind::EndTagMismatch);
}

#[test]
fn a_head_without_a_tail_does_not_use_the_tail_of_another() {
    let (end, start) = ("</m:Notification>", "<m:Notification>");
    let other = push_body(EVENT).replacen(start, "<t:Notification>", 1);
    let no_tail = other.replacen(end, "&#32;</t:Notification>", 1);
    let mut parsers = ParserPair::new();
    assert_eq!(
        head_hits(&mut parsers, [&push_body(EVENT), &no_tail]),
        [0, 0]
    );
    let outcome = parsers.read(&other);
    assert_eq!(outcome.hits, 1);
    assert_eq!(outcome.error.unwrap().kind(), ErrorKind::EndTagMismatch);
}

#[test]
fn items_of_a_head_come_in_the_order_of_the_body() {
    let version = "<t:RequestServerVersion";
    let info = r#"<t:ServerVersionInfo xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" MajorVersion="15" Version="V2017_07_11"/>"#;
    let end = "</soap11:Header>";
    for (body, is_learned) in [
        (
            push_body(EVENT).replacen(end, &format!("{info}{end}"), 1),
            true,
        ),
        (
            push_body(EVENT).replacen(version, &format!("{info}{version}"), 1),
            false,
        ),
    ] {
        assert!(body.contains(info));
        let mut parser = Parser::new();
        for hits in [0, u64::from(is_learned)] {
            let before = parser.stats();
            let mut fresh = Parser::with_config(baseline(&Config::default()));
            read_both(&mut parser, &mut fresh, body.as_bytes(), usize::MAX);
            assert_eq!(stats_between(before, parser.stats()).head_hits, hits);
        }
    }
}

#[test]
fn a_head_of_two_responses_is_read_each_time() {
    let start = "<m:SendNotificationResponseMessage";
    let first = format!(
        "{start}><m:ResponseCode>No</m:ResponseCode>{}>",
        start.replace('<', "</")
    );
    let body = push_body(EVENT).replacen(start, &format!("{first}{start}"), 1);
    let mut parsers = ParserPair::new();
    assert_eq!(head_hits(&mut parsers, [&body, &body]), [0, 0]);
    assert_eq!(parsers.read(&body).error, None);
}

#[test]
fn references_replaced_after_the_last_child_are_counted_in_every_message() {
    let mut parsers = ParserPair::with(|config| {
        config.illegal_references = IllegalReferences::Replace;
    });
    let body = push_body(EVENT).replacen("</m:Notification>", "&#0;</m:Notification>", 1);
    for hits in [0, 1, 1] {
        let outcome = parsers.read(&body);
        assert_eq!((outcome.hits, outcome.skipped), (hits, [0, 0, 1]));
    }
}

#[test]
fn references_replaced_after_a_response_are_counted_in_every_message() {
    let mut parsers = ParserPair::with(|config| {
        config.illegal_references = IllegalReferences::Replace;
    });
    let heartbeat = include_str!("../data/stream/heartbeat.xml");
    let body = heartbeat.replacen("</m:ResponseMessages>", "&#0;</m:ResponseMessages>", 1);
    for hits in [0, 1, 1] {
        let outcome = parsers.read(&body);
        assert_eq!((outcome.hits, outcome.skipped), (hits, [0, 0, 1]));
    }
}

#[test]
fn text_after_a_learned_tail_is_refused_at_its_position() {
    for (behind, rest, kind) in [
        ("x", "x", ErrorKind::TextOutsideRoot),
        ("<a/>", "a/>", ErrorKind::SecondRoot),
        ("\n</a>", "a>", ErrorKind::EndTagMismatch),
        ("<!-- -- -->", "-- -->", ErrorKind::CommentHyphens),
    ] {
        let body = push_body(EVENT) + behind;
        let outcome = ParserPair::warm().read(&body);
        assert_eq!(
            (outcome.hits, outcome.error_at(&body)),
            (1, Some((kind, rest)))
        );
    }
}
