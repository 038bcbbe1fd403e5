//! Nothing is read behind the end of a body: bodies cut at every byte, each in memory of just its size.
//!
//! What every kernel makes of them has to be the same. That none of them looks behind the end is seen when this
//! is run under AddressSanitizer, as CI does.

use crate::support::{fixtures, invariance, sequence};
use ews_notifications::{Config, Parser};

/// Parsers that know this body by heart, one for each kernel.
fn knowing(body: &[u8]) -> Vec<Parser> {
    let parsers = sequence::KERNELS.iter().map(|kernel| {
        let mut config = Config::default();
        config.kernel = *kernel;
        invariance::warmed(config, body)
    });
    parsers.collect()
}

#[test]
fn bodies_are_cut_at_every_byte() {
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

/// The length of a value is expected to be that of the last one, here with the body ending anywhere within.
#[test]
fn values_are_not_expected_behind_the_end() {
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
