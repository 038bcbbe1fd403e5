//! A hundred megabytes: read in linear time with the limits lifted, refused unread without.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

use core::time::Duration;
use std::time::Instant;

use ews_notifications::{Config, ErrorKind, Limits, Parser};

#[test]
#[ignore = "takes a release build and a gigabyte of memory"]
fn a_hundred_megabytes_of_events() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/push/mail.xml");
    let body = std::fs::read_to_string(fixture).unwrap();
    let start = body.find("<t:CreatedEvent>").unwrap();
    let end = body.find("</m:Notification>").unwrap();
    let times = 100_000_000 / (end - start);
    let body = [
        &body[..start],
        &body[start..end].repeat(times),
        &body[end..],
    ]
    .concat();

    let clock = Instant::now();
    let error = Parser::new().parse(body.as_bytes()).unwrap_err();
    let refused = clock.elapsed();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::BodyLimit, 0));
    assert!(refused < Duration::from_millis(1), "{refused:?}");

    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut parser = Parser::with_config(config);
    let clock = Instant::now();
    let message = parser.parse(body.as_bytes()).unwrap();
    let read = clock.elapsed();
    assert_eq!(
        message.responses[0].notifications[0].events.len(),
        3 * times
    );
    eprintln!(
        "{} bytes refused in {refused:?}, read in {read:?}",
        body.len()
    );
    assert!(read < Duration::from_secs(2), "{read:?}");
}
