//! `Parser::parse_partial`: what is kept of a body that is not good to its end.

use ews_notifications::{Config, Kernel, Message, Notification, Parser};

use crate::support::fixtures;

/// Offsets after the end tags with this local name, found by comparing text.
fn ends_of(body: &str, local: &str) -> Vec<usize> {
    let is_end = |at: usize| {
        body[..at]
            .rsplit('<')
            .next()
            .is_some_and(|tag| tag.starts_with('/'))
    };
    body.match_indices(&format!("{local}>"))
        .filter(|(at, _)| is_end(*at) && body[..*at].ends_with(['/', ':']))
        .map(|(at, found)| at + found.len())
        .collect()
}

/// A push that any cut leaves readable by eye: no comments, no CDATA, ids before events.
const BODY: &str = include_str!("../data/push/every-kind.xml");

fn only<'a>(message: &Message<'a>) -> Option<&'a Notification<'a>> {
    message.notifications().next()
}

/// Parsers that read by the general path alone, and by all that there is, cold and warm.
fn parsers() -> [Parser; 3] {
    let mut plain = Config::default();
    plain.predict = false;
    plain.head_bytes = 0;
    plain.kernel = Some(Kernel::Scalar);
    let mut warm = Parser::new();
    for _ in 0..8 {
        warm.parse(BODY.as_bytes()).unwrap();
    }
    [Parser::with_config(plain), Parser::new(), warm]
}

#[test]
fn an_event_counts_once_its_end_tag_is_read() {
    let mut parser = Parser::new();
    let whole = parser.parse(BODY.as_bytes()).unwrap();
    let whole_events = only(&whole).unwrap().events;
    let mut ends: Vec<usize> = { whole_events.iter() }
        .flat_map(|event| ends_of(BODY, event.kind.name()))
        .collect();
    ends.sort_unstable();
    ends.dedup();
    assert_eq!(ends.len(), whole_events.len());
    let id_end = ends_of(BODY, "SubscriptionId")[0];

    for mut parser in parsers() {
        for cut in 0..BODY.len() {
            let partial = parser.parse_partial(&BODY.as_bytes()[..cut]);
            let events = ends.iter().filter(|end| **end <= cut).count();
            let found = partial.message.as_ref().and_then(only);
            match found {
                None => assert!(cut < id_end, "cut at {cut}"),
                Some(notification) => {
                    assert!(cut >= id_end, "cut at {cut}");
                    assert_eq!(notification.events, &whole_events[..events], "cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn there_is_a_message_once_the_operation_is_known() {
    let operation = BODY.find("SendNotification").unwrap();
    let operation_end = operation + BODY[operation..].find('>').unwrap() + 1;
    for mut parser in parsers() {
        for cut in 0..BODY.len() {
            let partial = parser.parse_partial(&BODY.as_bytes()[..cut]);
            assert_eq!(
                partial.message.is_some(),
                cut >= operation_end,
                "cut at {cut}"
            );
        }
    }
}

#[test]
fn a_notification_without_its_id_is_left_out_with_its_events() {
    let id = "<t:SubscriptionId>";
    let start = BODY.find(id).unwrap();
    let end = ends_of(BODY, "SubscriptionId")[0];
    let body = format!("{}{}", &BODY[..start], &BODY[end..]);
    for mut parser in parsers() {
        let partial = parser.parse_partial(body.as_bytes());
        assert!(partial.error.is_some());
        assert_eq!(partial.message.unwrap().notifications().count(), 0);
    }
}

#[test]
fn a_good_body_is_whole() {
    let mut parser = Parser::new();
    let mut second = Parser::new();
    for fixture in fixtures::accepted() {
        let partial = parser.parse_partial(&fixture.body);
        assert_eq!(partial.error, None);
        assert_eq!(partial.message, second.parse(&fixture.body).ok());
    }
}

#[test]
fn a_body_over_the_limit_is_not_read() {
    let mut config = Config::default();
    config.limits.body_bytes = BODY.len() - 1;
    let mut parser = Parser::with_config(config);
    let partial = parser.parse_partial(BODY.as_bytes());
    assert_eq!(partial.message, None);
    assert!(partial.error.is_some());
}

#[test]
fn a_defect_after_the_last_element_costs_nothing_of_the_message() {
    let mut second = Parser::new();
    let whole = second.parse(BODY.as_bytes()).unwrap();
    for mut parser in parsers() {
        let body = format!("{BODY}<again/>");
        let partial = parser.parse_partial(body.as_bytes());
        assert!(partial.error.is_some());
        assert_eq!(partial.message.unwrap(), whole);
    }
}
