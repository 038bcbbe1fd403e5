//! Learned heads and tails: the bytes before and after the children of a Notification, compared with the next body.

use crate::support::differential::{
    EVENT, ParserPair, SUBSCRIPTION, body_of, head_bytes, head_hits, push_body,
    push_body_without_id,
};
use crate::support::server::{LONGEST_HEAD, PULL, PUSH, STREAM, Server};
use ews_notifications::{Config, ErrorKind, IllegalReferences, Parser};

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
fn at_the_limit_learned_heads_stay() {
    let [a, b, c] =
        ["A", "B", "C"].map(|version| body_of(&Server::plain(&PUSH, version), SUBSCRIPTION));
    let limit = head_bytes(&[&a, &b]);
    let mut parsers = ParserPair::with(|config| config.head_bytes = limit);
    assert_eq!(head_hits(&mut parsers, [&a, &b, &c]), [0, 0, 0]);
    assert_eq!(head_hits(&mut parsers, [&a, &b, &c]), [1, 1, 0]);
    let mut parsers = ParserPair::with(|config| config.head_bytes = limit - 1);
    assert_eq!(head_hits(&mut parsers, [&a, &b, &a, &b]), [0, 0, 1, 0]);
}

/// Eight misses for each head, and one more.
#[test]
fn heads_are_forgotten_after_many_misses_and_learned_again() {
    let [a, b, c] =
        ["A", "B", "C"].map(|version| body_of(&Server::plain(&PUSH, version), SUBSCRIPTION));
    let limit = head_bytes(&[&a, &b]);
    let mut parsers = ParserPair::with(|config| config.head_bytes = limit);
    assert_eq!(head_hits(&mut parsers, [&a, &b]), [0, 0]);
    for _ in 0..16 {
        assert_eq!(head_hits(&mut parsers, [&a, &c]), [1, 0]);
    }
    assert_eq!(head_hits(&mut parsers, [&b, &c]), [1, 0]);
    assert_eq!(head_hits(&mut parsers, [&a, &c, &a, &c]), [0, 0, 1, 1]);
}

/// Bodies of servers that differ in their builds, the first child of the Notification being the SubscriptionId. Heartbeats
/// and errors, too.
fn builds(count: usize) -> [(&'static str, Vec<String>); 5] {
    let numbered = |body: String, number: &str, unit: usize| -> Vec<String> {
        assert!(body.contains(number), "{body}");
        let build = |at: usize| number.replace(char::is_numeric, "") + &(unit * at).to_string();
        let bodies = (0..count).map(|at| body.replacen(number, &build(at), 1));
        bodies.collect()
    };
    let of = |operation| body_of(&Server::plain(operation, "Exchange2010"), SUBSCRIPTION);
    let heartbeat = include_str!("../data/stream/heartbeat.xml").to_owned();
    let error = include_str!("../data/push/error.xml").to_owned();
    [
        ("pushes", numbered(of(&PUSH), "Exchange2010", 1)),
        ("pulls", numbered(of(&PULL), "MajorBuildNumber=\"247", 37)),
        ("frames", numbered(of(&STREAM), "MinorBuildNumber=\"5", 1)),
        (
            "heartbeats",
            numbered(heartbeat, "MajorBuildNumber=\"1544", 37),
        ),
        ("errors", numbered(error, "Exchange2007", 1)),
    ]
}

fn hits(parser: &mut Parser, bodies: impl IntoIterator<Item = impl AsRef<str>>) -> u64 {
    let before = parser.stats();
    for body in bodies {
        parser.parse(body.as_ref().as_bytes()).unwrap();
    }
    parser.stats().since(before).head_hits
}

#[test]
fn any_message_of_64_builds_is_known_after_the_first() {
    for (kind, bodies) in builds(64) {
        let mut parser = Parser::new();
        assert_eq!(hits(&mut parser, &bodies), 0, "{kind}");
        for _ in 0..3 {
            assert_eq!(hits(&mut parser, &bodies), 64, "{kind}");
        }
    }
}

/// So many heads match as are kept, and a few less while they are learned again.
#[test]
fn of_twice_as_many_builds_as_fit_more_than_two_in_five_messages_are_known() {
    for (kind, bodies) in builds(128) {
        let half: Vec<_> = bodies.iter().take(64).map(String::as_str).collect();
        let mut parser = Parser::with_config(Config::default().head_bytes(head_bytes(&half)));
        let mut random = 1_u32;
        let mut any = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            &bodies[random as usize >> 16 & 127]
        };
        let in_turn = hits(&mut parser, (0..100).flat_map(|_| &bodies));
        let at_random = hits(&mut parser, (0..12_800).map(|_| any()));
        for hits in [in_turn, at_random] {
            assert!((5_120..=6_500).contains(&hits), "{hits} of 12800 {kind}");
        }
    }
}

#[test]
fn any_text_of_an_error_is_read_after_its_learned_head() {
    let error = include_str!("../data/push/error.xml");
    let (head, rest) = error.split_once("FgBtYng").unwrap();
    let (_, tail) = rest.split_once("</t:Value>").unwrap();
    let body = |text: &str| format!("{head}{text}</t:Value>{tail}");
    let mut parsers = ParserPair::new();
    assert_eq!(
        head_hits(&mut parsers, [&body("AQ=="), &body("AQ==")]),
        [0, 1]
    );
    for (text, hits) in [
        ("", 1),
        (" FgBtYng\n", 1),
        ("a>b\"'", 1),
        ("é", 0),
        ("a]b", 0),
        ("&amp;", 0),
        ("a\rb", 0),
        ("<![CDATA[a]]>", 0),
        ("<!-- a -->b", 0),
        ("a</t:Value><t:Value>b", 0),
        ("a]]>", 0),
        ("a&", 0),
        ("a<x/>", 0),
        ("a\0", 0),
        ("a\u{FFFF}", 0),
    ] {
        assert_eq!(parsers.read(body(text)).hits, hits, "{text}");
        assert_eq!(parsers.read(body("b")).hits, 1, "{text}");
    }
    let commented = body("b<!-- -->");
    assert_eq!(
        head_hits(&mut parsers, [&commented, &commented, &body("b")]),
        [0, 1, 0]
    );
    for end in 0..error.len() {
        assert_eq!(parsers.read(&error.as_bytes()[..end]).hits, 0, "{end}");
    }
    for behind in ["\n", "x", "<!-- -->", "\0"] {
        assert_eq!(parsers.read(body("b") + behind).hits, 0, "{behind:?}");
    }
}

#[test]
fn what_follows_the_value_of_an_error_belongs_to_its_tail() {
    let error = include_str!("../data/push/error.xml");
    let end = "</m:MessageXml>";
    let with = |more: &str| error.replacen(end, &format!("{end}{more}"), 1);
    let mut parsers = ParserPair::with(|config| {
        config.illegal_references = IllegalReferences::Replace;
    });
    for more in [
        "",
        "<m:ConnectionStatus>Closed</m:ConnectionStatus>",
        "<m:ConnectionStatus>OK</m:ConnectionStatus>",
        "<x xmlns='' a='1'/>",
        "&#0;",
        "&#0;&#0;",
        "",
    ] {
        let body = with(more);
        assert_eq!(head_hits(&mut parsers, [&body, &body]), [0, 1], "{more}");
    }
}

#[test]
fn an_error_is_learned_if_it_has_at_most_one_value_that_is_plain_text() {
    let xml = "<m:MessageXml>";
    let id = "<t:Value Name=\"SubscriptionId\">";
    let error = include_str!("../data/push/error.xml");
    for (usual, here, is_learned) in [
        (id, "<t:Value>", true),
        (id, "<t:Value Name='SubscriptionId' >", true),
        (id, "<t:Value Name=\"Subscription&#73;d\">", false),
        (id, "<t:Value Name=\"SubscriptionId\" a=''>", true),
        (id, "<t:Value/><t:Value>", false),
        (id, "<t:Value Name=\"SubscriptionId\"><!-- -->", false),
        (id, "<t:Value Name=\"SubscriptionId\"><?p?>", false),
        (id, "<t:Value Name=\"SubscriptionId\"><![CDATA[]]>", false),
        ("jQ==<", "&amp;<", false),
        ("jQ==<", "é<", false),
        ("jQ==<", "]<", false),
        ("jQ==<", "jQ==<!-- --><", true),
        ("jQ==<", "jQ==<!-- -->a<", false),
        (
            "</m:MessageXml>",
            " <x xmlns='urn:x'/></m:MessageXml>",
            true,
        ),
        ("구독", "&#44396;독", false),
        (
            ">0</m:DescriptiveLinkKey>",
            ">&#48;</m:DescriptiveLinkKey>",
            true,
        ),
        (
            "</m:MessageXml>",
            "</m:MessageXml><m:ConnectionStatus>Closed</m:ConnectionStatus>",
            true,
        ),
        (
            xml,
            "<m:ErrorSubscriptionIds><m:SubscriptionId>i</m:SubscriptionId></m:ErrorSubscriptionIds><m:MessageXml>",
            false,
        ),
    ] {
        let body = error.replacen(usual, here, 1);
        assert!(body.contains(here), "{here}");
        let mut parsers = ParserPair::new();
        let expected = [0, u64::from(is_learned)];
        assert_eq!(head_hits(&mut parsers, [&body, &body]), expected, "{here}");
    }
    // A text that a head cannot take from the body again, because it comes after the Value.
    let text = "<m:MessageText>";
    let (before, rest) = error.split_once(text).unwrap();
    let (message, rest) = rest.split_once("</m:MessageText>").unwrap();
    let end = "</m:MessageXml>";
    let moved = format!("{before}{rest}").replacen(
        end,
        &format!("{end}{text}{message}</m:MessageText>"),
        1,
    );
    assert_eq!(head_hits(&mut ParserPair::new(), [&moved, &moved]), [0, 0]);
    let whole = error.replacen(xml, "<x>", 1).replacen(end, "</x>", 1);
    let whole = whole.replace("<x>", "<x xmlns=''>");
    assert_eq!(head_hits(&mut ParserPair::new(), [&whole, &whole]), [0, 1]);
}

#[test]
fn without_heads_none_is_learned() {
    let mut parsers = ParserPair::with(|config| config.head_bytes = 0);
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
        (&commented, 0), // and teaches what follows the comment
        (&push_body(EVENT), 1),
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
fn a_head_is_learned_whatever_the_order_of_its_header() {
    let version = "<t:RequestServerVersion";
    let info = r#"<t:ServerVersionInfo xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" MajorVersion="15" Version="V2017_07_11"/>"#;
    for place in [version, "</soap11:Header>"] {
        let body = push_body(EVENT).replacen(place, &format!("{info}{place}"), 1);
        assert!(body.contains(info));
        let mut parsers = ParserPair::new();
        assert_eq!(head_hits(&mut parsers, [&body, &body]), [0, 1]);
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
