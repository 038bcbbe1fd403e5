//! No kernel reads past the end of a body: bodies truncated at every byte, each in an allocation of its exact size.
//!
//! All kernels must give the same result. CI runs these tests under AddressSanitizer, which detects a read past the
//! end.

use crate::support::{fixtures, invariance, sequence};
use ews_notifications::{Config, Parser};

/// Parsers that have learned this body, one for each kernel.
fn knowing(body: &[u8]) -> Vec<Parser> {
    let parsers = sequence::KERNELS.iter().map(|kernel| {
        let mut config = Config::default();
        config.kernel = *kernel;
        invariance::warmed(config, body)
    });
    parsers.collect()
}

#[test]
fn kernels_agree_on_truncated_bodies() {
    let mut cuts = 0;
    for fixture in fixtures::accepted().into_iter().chain(fixtures::refused()) {
        let mut parsers = knowing(&fixture.body);
        for end in 0..=fixture.body.len().min(6_000) {
            let body: Box<[u8]> = fixture.body[..end].into();
            let mut outcomes = parsers.iter_mut().map(|parser| parser.parse(&body));
            let first = outcomes.next().unwrap();
            assert!(
                outcomes.all(|outcome| outcome == first),
                "{:?} {end}",
                fixture.path
            );
            cuts += 1;
        }
    }
    assert!(cuts > 50_000, "{cuts}");
}

/// A parser expects a value to be as long as the last one in its place. Here the body ends within that length.
#[test]
fn expected_lengths_do_not_read_past_the_end() {
    let fixture = fixtures::accepted()
        .into_iter()
        .find(|fixture| fixture.path.ends_with("push/mail.xml"))
        .unwrap();
    let body = String::from_utf8(fixture.body).unwrap();
    let mut parsers = knowing(body.as_bytes());
    for (at, _) in body.match_indices(['>', '"']) {
        for length in 0..70 {
            let cut = format!("{}{}", &body[..=at], "A".repeat(length));
            let cut: Box<[u8]> = cut.into_bytes().into();
            let is_whole = at + 1 == body.trim_end().len() && length == 0;
            for parser in &mut parsers {
                assert_eq!(parser.parse(&cut).is_ok(), is_whole, "{at} {length}");
            }
        }
    }
}
