//! Streams of envelopes through one parser: heartbeats that are learned whole, and several Notifications in one
//! envelope.

use crate::support::differential::{
    EVENT, Outcome, ParserPair, SUBSCRIPTION, body_of, head_bytes, head_hits,
};
use crate::support::server::{LONGEST_HEAD, PULL, STREAM, Server, TYPES};
use ews_notifications::ErrorKind;

/// The end of a Notification and the start of the next.
const NEXT: &str = "</m:Notification><m:Notification>";
const NEW_MAIL: &str =
    "<t:NewMailEvent><t:ItemId Id=\"AAMk\" ChangeKey=\"DwAA\" /></t:NewMailEvent>";
const FAULT: &str = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>";

fn server() -> Server {
    Server::plain(&STREAM, "V2017_07_11")
}

/// An envelope without Notification, with this after the ResponseCode.
fn quiet(said: &str) -> String {
    String::from_utf8(server().without_notification(said).bytes()).unwrap()
}

fn heartbeat() -> String {
    quiet("<m:ConnectionStatus>OK</m:ConnectionStatus>")
}

/// An envelope with Notifications that have these children.
fn events(notifications: &[&str]) -> String {
    body_of(&server(), &notifications.join(NEXT))
}

fn notification(id: &str) -> String {
    format!("<t:SubscriptionId>{id}</t:SubscriptionId>{NEW_MAIL}")
}

/// A parser that has learned heartbeats, and envelopes with one Notification.
fn warm() -> ParserPair {
    let mut parsers = ParserPair::new();
    let usual = [heartbeat(), events(&[&notification("a")])];
    for body in usual.iter().cycle().take(8) {
        assert_eq!(parsers.read(body).error, None);
    }
    parsers
}

/// The general path is not used: head and tail are learned, and children predicted.
fn is_foreseen(outcome: &Outcome) -> bool {
    outcome.error.is_none() && (outcome.hits, outcome.tail_hits, outcome.misses) == (1, 1, 0)
}

#[test]
fn a_heartbeat_is_learned_whole_and_so_is_the_end_of_a_stream() {
    let closed = quiet("<m:ConnectionStatus>Closed</m:ConnectionStatus>");
    let bodies = [heartbeat(), closed, quiet("<m:Notifications />"), quiet("")];
    let bodies = bodies.each_ref().map(String::as_str);
    let mut parsers = ParserPair::new();
    assert_eq!(head_hits(&mut parsers, bodies), [0; 4]);
    assert_eq!(head_hits(&mut parsers, bodies), [1; 4]);
}

#[test]
fn a_heartbeat_followed_by_anything_is_not_matched_whole() {
    let mut parsers = warm();
    for (behind, error) in [
        ("\n", None),
        ("<!-- -->", None),
        ("<?p?>", None),
        ("x", Some((ErrorKind::TextOutsideRoot, "x"))),
        ("\0", Some((ErrorKind::IllegalChar, "\0"))),
        ("</a>", Some((ErrorKind::EndTagMismatch, "a>"))),
        (FAULT, Some((ErrorKind::SecondRoot, &FAULT[1..]))),
    ] {
        let body = heartbeat() + behind;
        let outcome = parsers.read(&body);
        assert_eq!(outcome.hits, 0, "{behind}");
        assert_eq!(outcome.error_at(&body), error, "{behind}");
        assert_eq!(parsers.read(heartbeat()).hits, 1);
    }
    let outcome = parsers.read(heartbeat() + &heartbeat());
    let error = outcome.error.unwrap();
    assert_eq!(error.kind(), ErrorKind::SecondRoot);
    assert_eq!(error.offset(), heartbeat().len() + 1);
}

#[test]
fn a_heartbeat_that_is_cut_or_changed_is_not_matched_whole() {
    let mut parsers = warm();
    let body = heartbeat().into_bytes();
    for at in 0..body.len() {
        let outcome = parsers.read(&body[..at]);
        assert!(outcome.error.is_some() && outcome.hits == 0, "{at}");
        for byte in *b"<>/\"'&: ]!-tm0\n\r\0\x80" {
            let mut changed = body.clone();
            changed[at] = byte;
            let is_changed = changed != body;
            assert_eq!(parsers.read(&changed).hits, u64::from(!is_changed));
            // A change that is accepted is learned. After many of them all are forgotten.
            let again = [(); 2].map(|()| parsers.read(&body).hits);
            assert!(matches!(again, [_, 1]), "{at}");
        }
    }
}

#[test]
fn an_envelope_without_notification_is_learned_if_all_its_values_can_be_kept() {
    for (said, is_learned) in [
        // A value of a closed set is kept as that value.
        ("<m:ConnectionStatus>O&#75;</m:ConnectionStatus>", true),
        ("<m:ConnectionStatus>ok</m:ConnectionStatus>", false),
        ("<m:ConnectionStatus/>", false),
        ("<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>", true),
        (
            "<m:ErrorSubscriptionIds><m:SubscriptionId>i</m:SubscriptionId></m:ErrorSubscriptionIds>",
            false,
        ),
        (
            "<m:MessageXml><t:Value Name='BackOffMilliseconds'>1</t:Value></m:MessageXml>",
            true,
        ),
        // A second response.
        (
            "</m:GetStreamingEventsResponseMessage><m:GetStreamingEventsResponseMessage>",
            false,
        ),
    ] {
        let body = quiet(said);
        let mut parsers = ParserPair::new();
        let expected = [0, u64::from(is_learned)];
        assert_eq!(head_hits(&mut parsers, [&body, &body]), expected, "{said}");
        assert_eq!(parsers.read(&body).error, None, "{said}");
    }
}

#[test]
fn a_whole_body_of_4_kib_is_learned_and_a_longer_one_not() {
    for (length, expected) in [(LONGEST_HEAD, [0, 1]), (LONGEST_HEAD + 1, [0, 0])] {
        let space = " ".repeat(length - heartbeat().len());
        let body = heartbeat() + &space;
        assert_eq!(head_hits(&mut ParserPair::new(), [&body, &body]), expected);
    }
}

#[test]
fn a_fault_is_read_each_time_and_pushes_no_head_out() {
    let limit = head_bytes(&[&heartbeat()]);
    let mut parsers = ParserPair::with(|config| config.head_bytes = limit);
    let bodies = [&heartbeat(), FAULT, FAULT, &heartbeat()];
    assert_eq!(head_hits(&mut parsers, bodies), [0, 0, 0, 1]);
}

#[test]
fn heartbeats_and_events_have_a_head_each() {
    let bodies = [heartbeat(), events(&[SUBSCRIPTION])];
    let [quiet, loud] = bodies.each_ref().map(String::as_str);
    for (limit, expected) in [
        (head_bytes(&[quiet, loud]), [0, 0, 1, 1]),
        (head_bytes(&[quiet]), [0, 0, 1, 0]),
    ] {
        let mut parsers = ParserPair::with(|config| config.head_bytes = limit);
        let bodies = [quiet, loud, quiet, loud];
        assert_eq!(head_hits(&mut parsers, bodies), expected, "{limit}");
    }
}

#[test]
fn any_number_of_notifications_is_predicted_after_the_first() {
    let mut parsers = warm();
    let first = notification("a");
    for others in ["", "b", "a", "aa", "bcdefg"] {
        let others = others.chars().map(|id| notification(&id.to_string()));
        let notifications: Vec<_> = [first.clone()].into_iter().chain(others).collect();
        let notifications: Vec<_> = notifications.iter().map(String::as_str).collect();
        let body = events(&notifications);
        let outcome = parsers.read(&body);
        assert!(is_foreseen(&outcome), "{outcome:?} {body}");
        // Indented envelopes too.
        let outcome = warm().read(body.replace("</m:Notification><", "\n</m:Notification>\r\n<"));
        assert_eq!((outcome.error, outcome.misses), (None, 0));
    }
}

#[test]
fn the_first_body_may_have_several_notifications() {
    let mut parsers = ParserPair::new();
    let body = events(&[&notification("a"), &notification("b")]);
    assert_eq!(parsers.read(&body).hits, 0);
    for body in [&body, &events(&[&notification("c")])] {
        let outcome = parsers.read(body);
        assert!(is_foreseen(&outcome), "{outcome:?} {body}");
    }
}

#[test]
fn a_notification_without_subscription_id_is_refused_at_its_position() {
    let has = notification("a");
    for without in ["", NEW_MAIL, "\n", "<t:MoreEvents>true</t:MoreEvents>"] {
        for at in 0..4 {
            let mut notifications = [has.as_str(); 4];
            notifications[at] = without;
            let body = events(&notifications);
            let outcome = warm().read(&body);
            let (kind, rest) = outcome.error_at(&body).unwrap();
            assert_eq!(kind, ErrorKind::MissingSubscriptionId);
            let place = rest.strip_prefix("m:Notification>").unwrap();
            let left = place.matches("<m:Notification>").count();
            assert!(place.starts_with(&format!("{without}</")) && left == 3 - at);
        }
    }
}

#[test]
fn children_repeat_in_one_notification_and_not_in_two() {
    for child in [
        "<t:SubscriptionId>i</t:SubscriptionId>",
        "<t:PreviousWatermark>w</t:PreviousWatermark>",
        "<t:MoreEvents>false</t:MoreEvents>",
    ] {
        let once = match child.starts_with("<t:SubscriptionId>") {
            true => format!("{child}{NEW_MAIL}"),
            false => format!("{SUBSCRIPTION}{child}{NEW_MAIL}"),
        };
        let outcome = warm().read(events(&[&once, &once, &once]));
        assert!(is_foreseen(&outcome), "{outcome:?}");
        let twice = once.clone() + child;
        let body = events(&[&once, &twice, &once]);
        let (kind, rest) = warm().read(&body).error_at(&body).unwrap();
        let place = &body[body.find(&twice).unwrap() + once.len() + 1..];
        assert_eq!((kind, rest), (ErrorKind::RepeatedElement, place));
    }
}

#[test]
fn a_pull_has_one_notification() {
    let one = body_of(&Server::plain(&PULL, "Exchange2010"), &notification("a"));
    let two = one.replacen("</m:Notification>", &format!("{NEXT}</m:Notification>"), 1);
    let mut parsers = ParserPair::new();
    assert_eq!(head_hits(&mut parsers, [&one, &one, &two]), [0, 1, 1]);
    let (kind, rest) = parsers.read(&two).error_at(&two).unwrap();
    assert_eq!(kind, ErrorKind::RepeatedElement);
    assert!(rest.starts_with("m:Notification></m:Notification></m:GetEventsResponseMessage>"));
}

#[test]
fn a_notification_with_another_tag_is_read_by_its_own() {
    let skipped = |elements, attributes| [elements, attributes, 0];
    let first = notification("a");
    for (start, children, counted) in [
        ("<m:Notification >", first.clone(), skipped(0, 0)),
        ("<m:Notification a='1'>", first.clone(), skipped(0, 1)),
        (
            &format!("<m:Notification xmlns:u='{TYPES}'>"),
            first.replace("t:", "u:"),
            skipped(0, 0),
        ),
        // Its events are in another namespace.
        (
            &format!("<m:Notification xmlns:t='urn:x' xmlns:u='{TYPES}'>"),
            format!("{}{NEW_MAIL}", SUBSCRIPTION.replace("t:", "u:")),
            skipped(0, 0),
        ),
    ] {
        let body = events(&[&first, "", &first]);
        let second = format!("{start}{children}</m:Notification>");
        let body = body.replacen("<m:Notification></m:Notification>", &second, 1);
        for mut parsers in [ParserPair::new(), warm()] {
            let outcome = parsers.read(&body);
            assert_eq!((outcome.error, outcome.skipped), (None, counted), "{start}");
            let outcome = parsers.read(events(&[&first, &first]));
            assert!(is_foreseen(&outcome), "{start}");
        }
    }
}

#[test]
fn declarations_of_the_first_notification_end_with_it() {
    let start = format!("<m:Notification xmlns:t='urn:x' xmlns:u='{TYPES}'>");
    let in_t = notification("a");
    let in_u = in_t.replace("t:", "u:");
    let two = |second: &str| events(&[&in_u, second]).replacen("<m:Notification>", &start, 1);
    let mut parsers = ParserPair::new();
    assert_eq!(parsers.read(two(&in_t)).error, None);
    for _ in 0..4 {
        let outcome = parsers.read(two(&in_t));
        assert_eq!((outcome.error, outcome.hits), (None, 1));
        assert_eq!(outcome.skipped, [0; 3]);
        let unbound = two(&in_u);
        let (kind, rest) = parsers.read(&unbound).error_at(&unbound).unwrap();
        let second = &unbound[unbound.rfind("u:SubscriptionId>a").unwrap()..];
        assert_eq!((kind, rest), (ErrorKind::UnboundPrefix, second));
    }
}

#[test]
fn declarations_of_a_later_notification_do_not_reach_the_first() {
    let in_t = notification("a");
    let in_u = in_t.replace("t:", "u:");
    let start =
        format!("{NEXT}<m:Notification xmlns:u='{TYPES}'>").replacen("<m:Notification>", "", 1);
    let two = events(&[&format!("{in_t}{start}{in_u}")]);
    let unbound = events(&[&in_u]);
    for mut parsers in [ParserPair::new(), warm()] {
        for _ in 0..4 {
            assert_eq!(parsers.read(&two).error, None);
            let (kind, rest) = parsers.read(&unbound).error_at(&unbound).unwrap();
            assert_eq!(kind, ErrorKind::UnboundPrefix);
            assert!(rest.starts_with("u:SubscriptionId>"));
        }
    }
}

#[test]
fn the_tail_of_a_notification_with_another_tag_is_not_that_of_the_first() {
    let first = notification("a");
    let other = format!("</m:Notification><t:Notification>{first}</t:Notification>");
    let both = events(&[&first]).replacen("</m:Notification>", &other, 1);
    let wrong = events(&[&first]).replacen("</m:Notification>", "</t:Notification>", 1);
    for mut parsers in [ParserPair::new(), warm()] {
        for body in [&both, &both, &events(&[&first]), &both] {
            assert_eq!(parsers.read(body).error, None);
        }
        let (kind, rest) = parsers.read(&wrong).error_at(&wrong).unwrap();
        assert_eq!(kind, ErrorKind::EndTagMismatch);
        assert!(rest.starts_with("t:Notification></m:Notifications>"));
    }
}

#[test]
fn the_tail_of_another_list_is_not_that_of_the_first() {
    // The second response gives its list another prefix, and its Notification the prefix of the first.
    let name = "m:GetStreamingEventsResponseMessage";
    let list = format!("xmlns:n='{}'", crate::support::bodies::MESSAGES);
    let first = notification("a");
    let second = format!(
        "</m:Notification></m:Notifications></{name}><{name} {list}><n:Notifications>\
         <m:Notification>{first}</m:Notification></n:Notifications>"
    );
    let usual = "</m:Notification></m:Notifications>";
    let both = events(&[&first]).replacen(usual, &second, 1);
    let wrong = both.replacen(&second, "</m:Notification></n:Notifications>", 1);
    let mut parsers = ParserPair::new();
    for body in [&both, &both] {
        assert_eq!(parsers.read(body).error, None);
    }
    let (kind, rest) = parsers.read(&wrong).error_at(&wrong).unwrap();
    assert_eq!(kind, ErrorKind::EndTagMismatch);
    assert!(rest.starts_with("n:Notifications>"));
}

#[test]
fn a_body_that_is_cut_anywhere_teaches_nothing_and_spoils_nothing() {
    let [first, second] = ["a", "b"].map(notification);
    let odd = second.replace("Id=", " Id =");
    for body in [
        heartbeat(),
        events(&[&first, &second, &first]),
        events(&[&first, &odd, &second]),
    ] {
        for cut in 0..body.len() {
            let mut parsers = ParserPair::new();
            assert!(
                parsers
                    .parser
                    .parse_partial(&body.as_bytes()[..cut])
                    .error
                    .is_some()
            );
            assert_eq!(parsers.read(&body).hits, 0, "{cut}");
            assert!(
                parsers
                    .parser
                    .parse_partial(&body.as_bytes()[..cut])
                    .error
                    .is_some()
            );
            assert_eq!(parsers.read(&body).hits, 1, "{cut}");
        }
    }
}

#[test]
fn the_limit_of_depth_holds_in_every_notification() {
    for (depth, expected) in [(8, Some(ErrorKind::DepthLimit)), (9, None)] {
        let mut parsers = ParserPair::with(|config| config.limits.depth = depth);
        let flat = events(&[SUBSCRIPTION, SUBSCRIPTION]);
        assert_eq!(head_hits(&mut parsers, [&flat, &flat]), [0, 1]);
        let outcome = parsers.read(events(&[SUBSCRIPTION, SUBSCRIPTION, &notification("a")]));
        assert_eq!(outcome.error.map(|error| error.kind()), expected);
        assert_eq!(outcome.hits, 1);
    }
}

#[test]
fn the_limit_of_events_counts_those_of_all_notifications() {
    let two = format!("{SUBSCRIPTION}{EVENT}{EVENT}");
    for (limit, expected) in [(3, Some(ErrorKind::EventLimit)), (4, None)] {
        let mut parsers = ParserPair::with(|config| config.limits.events = limit);
        assert_eq!(
            head_hits(&mut parsers, [&events(&[&two]), &events(&[&two])]),
            [0, 1]
        );
        let body = events(&[&two, &two]);
        let outcome = parsers.read(&body);
        assert_eq!(outcome.hits, 1);
        let error = outcome.error_at(&body);
        assert_eq!(error.map(|(kind, _)| kind), expected);
        let last = body.rfind("t:NewMailEvent><t:Watermark>").unwrap();
        assert!(error.is_none_or(|(_, rest)| rest == &body[last..]));
    }
}

#[test]
fn several_notifications_that_are_cut_or_changed_anywhere_read_the_same() {
    let notifications = [notification("a"), notification("b"), notification("c")];
    let body = events(&notifications.each_ref().map(String::as_str));
    let mut parsers = warm();
    for at in body.find("<m:Notifications>").unwrap()..body.len() {
        assert!(parsers.read(&body[..at]).error.is_some(), "{at}");
        for byte in *b"<>/\"'&: ]!-tm0\n\r\0\x80" {
            let mut changed = body.clone().into_bytes();
            changed[at] = byte;
            parsers.read(&changed);
            changed.insert(at, body.as_bytes()[at]);
            parsers.read(&changed);
        }
    }
    // The tail that was learned last differs.
    parsers.read(&body);
    assert!(is_foreseen(&parsers.read(&body)));
}
