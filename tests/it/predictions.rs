//! Predicted children of a Notification are read by the fast path, and all others by the general path.

use crate::support::bodies::MESSAGES;
use crate::support::differential::{
    EVENT, ParserPair, SUBSCRIPTION, head_hits, push_body, push_body_without_id,
};
use crate::support::sequence::KERNELS;
use crate::support::server::{PUSH, Server, TYPES};
use ews_notifications::{ErrorKind, EventKind, Kernel};

#[test]
#[cfg(target_arch = "aarch64")]
fn a_parser_uses_neon_on_aarch64() {
    assert_eq!(ews_notifications::Parser::new().kernel(), Kernel::Neon);
}

#[test]
fn every_kernel_reads_the_same() {
    for kernel in KERNELS {
        let mut parsers = ParserPair::with(|config| config.kernel = kernel);
        let body = push_body(&EVENT.repeat(3));
        assert_eq!(head_hits(&mut parsers, [&body, &body]), [0, 1]);
        if kernel == Some(Kernel::Scalar) {
            assert_eq!(parsers.parser.kernel(), Kernel::Scalar);
        }
    }
}

#[test]
fn the_limit_of_events_holds_for_predicted_events_at_its_position() {
    let mut parsers = ParserPair::with(|config| config.limits.events = 2);
    assert_eq!(
        head_hits(
            &mut parsers,
            [&push_body(EVENT), &push_body(&EVENT.repeat(2))]
        ),
        [0, 1]
    );
    let body = push_body(&EVENT.repeat(3));
    let (kind, rest) = parsers.read(&body).error_at(&body).unwrap();
    assert_eq!(kind, ErrorKind::EventLimit);
    assert_eq!(
        rest,
        &push_body(EVENT)[push_body("").find("</m:Not").unwrap() + 1..]
    );
}

#[test]
fn the_limit_of_depth_holds_for_a_predicted_id() {
    let event = "<t:StatusEvent><t:ItemId Id=\"i\" ChangeKey=\"k\" /></t:StatusEvent>";
    for (depth, expected) in [(7, Some(ErrorKind::DepthLimit)), (8, None)] {
        let mut parsers = ParserPair::with(|config| config.limits.depth = depth);
        assert_eq!(
            head_hits(&mut parsers, [&push_body(""), &push_body("")]),
            [0, 1]
        );
        let outcome = parsers.read(push_body(event));
        assert_eq!(outcome.error.map(|error| error.kind()), expected);
    }
}

#[test]
fn the_limit_of_attributes_holds_for_a_predicted_id() {
    let body = |children: &str| {
        let (m, t) = (MESSAGES, TYPES);
        format!(
            "<SendNotification xmlns='{m}'><ResponseMessages><SendNotificationResponseMessage>\
             <Notification xmlns='{t}'><SubscriptionId>i</SubscriptionId>{children}</Notification>\
             </SendNotificationResponseMessage></ResponseMessages></SendNotification>"
        )
    };
    let event = "<StatusEvent><ItemId Id=\"i\" ChangeKey=\"k\" /></StatusEvent>";
    for (attributes, expected) in [(1, Some(ErrorKind::AttributeLimit)), (2, None)] {
        let mut parsers = ParserPair::with(|config| config.limits.attributes = attributes);
        assert_eq!(head_hits(&mut parsers, [&body(""), &body("")]), [0, 1]);
        let outcome = parsers.read(body(event));
        assert_eq!(outcome.error.map(|error| error.kind()), expected);
    }
}

#[test]
fn events_as_servers_write_are_predicted() {
    let leaf = |name: &str, text: &str| format!("<t:{name}>{text}</t:{name}>");
    let id = |name: &str| format!("<t:{name} Id=\"i\" ChangeKey=\"k\" />");
    let begin = leaf("Watermark", "w") + &leaf("TimeStamp", "2026-03-02T10:00:00Z");
    let mut parsers = ParserPair::warm();
    for old in ["OldItemId", "OldFolderId"] {
        let children = [
            id(&old["Old".len()..]),
            id("ParentFolderId"),
            id(old),
            id("OldParentFolderId"),
            leaf("UnreadCount", "12"),
        ];
        for most in 0..=children.len() {
            let event = leaf("MovedEvent", &(begin.clone() + &children[..most].concat()));
            let outcome = parsers.read(push_body(&event));
            assert_eq!((outcome.error, outcome.misses), (None, 0), "{event}");
        }
    }
}

#[test]
fn a_rebound_prefix_switches_predictions_off() {
    let rebound = "<t:NewMailEvent xmlns:t=\"urn:x\"><t:Watermark>w</t:Watermark></t:NewMailEvent>";
    let mut parsers = ParserPair::warm();
    let outcome = parsers.read(push_body(&format!("{EVENT}{rebound}{EVENT}")));
    // An event in another namespace is an event of an unknown kind.
    assert_eq!(
        (outcome.error, outcome.misses, outcome.skipped),
        (None, 1, [0, 0, 0])
    );
    let inside = "<t:NewMailEvent><t:Watermark xmlns:t=\"urn:x\">w</t:Watermark></t:NewMailEvent>";
    let outcome = parsers.read(push_body(&format!("{EVENT}{inside}{EVENT}")));
    assert_eq!(
        (outcome.error, outcome.misses, outcome.skipped),
        (None, 1, [1, 0, 0])
    );
}

#[test]
fn a_prefix_that_the_notification_rebinds_is_not_predicted() {
    let server = Server::plain(&PUSH, "Exchange2010");
    let rebound = "<m:Notification xmlns:t='urn:x' xmlns:u='";
    let head = server
        .head
        .replace("<m:Notification>", &format!("{rebound}{}'>", TYPES));
    let children = format!("{}{EVENT}", SUBSCRIPTION.replace("t:", "u:"));
    let body = format!("{head}{children}{}", server.tail);
    let mut parsers = ParserPair::warm();
    for hits in [0, 1] {
        let outcome = parsers.read(&body);
        assert_eq!((outcome.error, outcome.hits), (None, hits));
        assert_eq!(outcome.skipped, [0, 0, 0]);
    }
}

#[test]
fn a_second_notification_is_read_by_its_own_prefixes() {
    let mut parsers = ParserPair::warm();
    let name = "m:SendNotificationResponseMessage";
    for notification in ["<m:Notification xmlns:t='urn:x'>", "<m:Notification>"] {
        let children = format!(
            "{SUBSCRIPTION}{EVENT}</m:Notification></{name}><{name}>{notification}{SUBSCRIPTION}{EVENT}"
        );
        let outcome = parsers.read(push_body_without_id(&children));
        assert_eq!(outcome.hits, 1);
        assert_eq!(outcome.error.is_some(), notification.contains("urn:x"));
    }
}

#[test]
fn two_prefixes_of_the_same_namespace_are_both_predicted() {
    let server = Server::plain(&PUSH, "Exchange2010");
    let both = format!("<m:Notification xmlns:u='{}'>", TYPES);
    let head = server.head.replace("<m:Notification>", &both);
    let events = format!("{EVENT}{}", EVENT.replace("t:", "u:")).repeat(3);
    let body = format!("{head}{SUBSCRIPTION}{events}{}", server.tail);
    let outcome = ParserPair::new().read(body);
    assert_eq!((outcome.error, outcome.misses), (None, 0));
}

#[test]
fn a_prefix_of_fifteen_bytes_is_predicted_and_a_longer_one_is_not() {
    let id = "<t:ItemId Id=\"i\" ChangeKey=\"k\" />";
    let event = EVENT.replace("</t:NewMailEvent>", &format!("{id}</t:NewMailEvent>"));
    for (prefix, is_predicted) in [
        ("abcdefghijklmno:", true),
        ("abcdefghijklmnop:", false),
        ("", true),
    ] {
        let xmlns = match prefix.strip_suffix(':') {
            Some(prefix) => format!("xmlns:{prefix}="),
            None => "xmlns=".to_owned(),
        };
        let body = push_body(&event)
            .replace("xmlns:t=", &xmlns)
            .replace("<t:", &format!("<{prefix}"))
            .replace("</t:", &format!("</{prefix}"));
        let mut parsers = ParserPair::new();
        assert_eq!(parsers.read(&body).error, None);
        let outcome = parsers.read(&body);
        assert_eq!(
            (outcome.hits, outcome.misses == 0),
            (1, is_predicted),
            "{prefix}"
        );
    }
}

#[test]
fn an_element_that_begins_like_a_known_event_is_other() {
    let mut parsers = ParserPair::warm();
    for name in [
        "CreatedThing",
        "CreatedEvents",
        "CreatedEven",
        "Created",
        "NewMailEvent.x",
    ] {
        let body = push_body(&EVENT.replace("NewMailEvent", name));
        let outcome = parsers.read(&body);
        assert_eq!((outcome.error, outcome.misses), (None, 1), "{name}");
        let message = parsers.parser.parse(body.as_bytes()).unwrap();
        let event = message.responses[0].notifications[0].events[0];
        assert_eq!(event.kind, EventKind::Other);
        assert_eq!(event.other.map(|other| other.name), Some(name));
    }
}

#[test]
fn a_value_that_is_not_of_its_type_is_refused_at_its_position() {
    let mut parsers = ParserPair::warm();
    for (children, kind) in [
        (
            "<t:MoreEvents>maybe</t:MoreEvents>",
            ErrorKind::InvalidBoolean,
        ),
        (
            "<t:StatusEvent><t:UnreadCount>2147483648</t:UnreadCount></t:StatusEvent>",
            ErrorKind::InvalidInt,
        ),
        (
            "<t:StatusEvent><t:UnreadCount></t:UnreadCount></t:StatusEvent>",
            ErrorKind::InvalidInt,
        ),
    ] {
        let error = parsers.read(push_body(children)).error.unwrap();
        assert_eq!(error.kind(), kind, "{children}");
    }
}

/// Once a prefix recurs, the end of a tag and the start of the next are compared in one piece.
#[test]
fn a_piece_in_the_wrong_place_is_refused() {
    let rest = "<t:MoreEvents>false</t:MoreEvents>";
    let watermark = format!("<t:PreviousWatermark>w</t:PreviousWatermark>{rest}");
    let mut parsers = ParserPair::new();
    for _ in 0..8 {
        let usual = push_body(&format!("{watermark}{EVENT}"));
        assert_eq!(parsers.read(usual).error, None);
    }
    for children in [
        format!("</t:SubscriptionId>{watermark}"),
        format!("{SUBSCRIPTION}</t:PreviousWatermark>{rest}"),
        format!(
            "{SUBSCRIPTION}{}",
            EVENT.replace("</t:NewMailEvent>", "</t:StatusEvent>")
        ),
    ] {
        let error = parsers.read(push_body_without_id(&children)).error.unwrap();
        assert_eq!(error.kind(), ErrorKind::EndTagMismatch, "{children}");
    }
}

/// Two prefixes of the types namespace: the start tag has one that is too long to be predicted, the end tag the usual one.
#[test]
fn an_event_does_not_end_with_another_prefix() {
    let types = "http://schemas.microsoft.com/exchange/services/2006/types";
    let mut parsers = ParserPair::warm();
    for prefix in ["a-prefix-of-more-than-sixteen-bytes", "é", "aé", "T"] {
        let event = format!("<{prefix}:StatusEvent xmlns:{prefix}=\"{types}\"></t:StatusEvent>");
        let bound_outside = push_body(&event.replace(&format!(" xmlns:{prefix}=\"{types}\""), ""))
            .replace(
                "<m:Notification>",
                &format!("<m:Notification xmlns:{prefix}=\"{types}\">"),
            );
        for body in [push_body(&event), bound_outside] {
            assert!(body.contains(&format!("xmlns:{prefix}=")), "{body}");
            let error = parsers.read(body).error.unwrap();
            assert_eq!(error.kind(), ErrorKind::EndTagMismatch, "{prefix}");
        }
    }
}

#[test]
fn an_id_that_does_not_end_is_refused_at_its_position() {
    let mut parsers = ParserPair::warm();
    for (inside, kind) in [
        ("<", ErrorKind::Name),
        ("<t:UnreadCount/>", ErrorKind::ElementInLeaf),
        ("</t:FolderId>", ErrorKind::EndTagMismatch),
        ("", ErrorKind::EndTagMismatch),
    ] {
        let id = format!("<t:ItemId Id=\"i\" ChangeKey=\"k\">{inside}");
        let event = EVENT.replace("</t:NewMailEvent>", &format!("{id}</t:NewMailEvent>"));
        let error = parsers.read(push_body(&event)).error.unwrap();
        assert_eq!(error.kind(), kind, "{inside}");
    }
}

#[test]
fn after_sixteen_failures_in_a_row_the_rest_of_a_message_is_not_predicted() {
    let other = "<t:StatusEvent/>";
    let mut parsers = ParserPair::warm();
    for (children, misses) in [
        (other.repeat(40), 16),
        ("<t:StatusEvent></t:StatusEvent >".repeat(40), 16),
        ([EVENT, other].concat().repeat(40), 40),
        ([&other.repeat(15), EVENT].concat().repeat(2), 30),
    ] {
        let outcome = parsers.read(push_body(&children));
        assert_eq!((outcome.error, outcome.misses), (None, misses));
    }
}

#[test]
fn a_message_that_fails_in_an_event_leaves_no_trace() {
    let mut parsers = ParserPair::warm();
    let failing = push_body(&format!(
        "{EVENT}<t:MovedEvent><t:Watermark>w</t:Watermark><t:OldItemId Id=\"i\" /><"
    ));
    for body in [
        &push_body(EVENT),
        &failing,
        &push_body(""),
        &failing,
        &push_body(EVENT),
    ] {
        assert_eq!(parsers.read(body).hits, 1);
    }
}

#[test]
fn without_predictions_nothing_is_learned_or_mispredicted() {
    let mut parsers = ParserPair::with(|config| config.predict = false);
    for _ in 0..2 {
        let outcome = parsers.read(push_body("<t:StatusEvent/>"));
        assert_eq!((outcome.error, outcome.hits, outcome.misses), (None, 0, 0));
    }
}
