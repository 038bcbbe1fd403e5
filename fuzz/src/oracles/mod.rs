//! The oracles: one function for each fuzz target. It panics if a rule does not hold for the bytes.
//!
//! A fuzz target only calls its oracle. `tests/it/fuzz.rs` runs the oracles over the committed corpus on a stable
//! compiler. Generators and comparisons are shared with the tests (`tests/support`).

mod continuity;
mod tokens;

use crate::support::choices::Choices;
use crate::support::sequence::{self, Sequence};
use crate::support::{comparison, dialect, fixtures, framing, invariance, json};
use ews_notifications::{Error, Message, Parser, Timestamp, TimestampError};

pub use continuity::continuity;
pub use tokens::tokens;

/// The typed layer against the reference. By the first byte, the rest makes a body in some dialect, whose message is
/// known, or is a body.
pub fn parse(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let mut parser = Parser::new();
    let made = (first % 2 == 0).then(|| dialect::body(rest));
    let body = made.as_ref().map_or(rest, |(body, _)| body.as_bytes());
    let found = parser.parse(body);
    if let Some((body, expected)) = &made {
        let said = found.map(|message| json::of_message(&message));
        assert_eq!(said.as_ref(), Ok(expected), "{body}");
    }
    comparison::check_reader(body, Parser::new().reader(body), found);
    check_meaning(body, found);
}

/// [`comparison::check`], unless the reference is misled by its parser.
fn check_meaning(body: &[u8], found: Result<Message<'_>, Error>) {
    if str::from_utf8(body).is_ok_and(|text| text.contains(":xmlns") || text.contains("<xml:")) {
        // roxmltree takes an attribute with such a name for a default namespace declaration, and does not know the
        // prefix of such an element.
        return;
    }
    let _ = comparison::check(body, found);
}

/// A framer against the tokenizer, and against itself with other pieces and kernels. By the first byte, the rest makes
/// a stream, or is one.
pub fn frame(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let mut choices = Choices::new(rest);
    if first % 2 == 0 {
        let stream = framing::stream(&mut choices);
        framing::check(&stream, &mut choices);
    } else {
        framing::check(rest, &mut choices);
    }
}

/// Earlier bodies, predictions, the kernel and the alignment of a body change no result.
pub fn invariance(data: &[u8]) {
    invariance::check(&Sequence::from_choices(data));
}

/// An accepted body with bytes changed, removed, inserted or repeated, or with the end of another body. A parser that
/// has learned the accepted body, or is about to, agrees with the baseline and the reference.
pub fn mutate(data: &[u8]) {
    let mut choices = Choices::new(data);
    let good = fixture(&mut choices);
    let mut body = good.to_vec();
    for _ in 0..=choices.below(4) {
        mutate_once(&mut choices, &mut body);
    }
    let mut config = ews_notifications::Config::default();
    config.kernel = choices.one_of(&sequence::KERNELS);
    let mut knowing = Parser::with_config(config);
    // The first reading learns, and the second uses what was learned.
    for _ in 0..2 - choices.below(3) {
        assert!(knowing.parse(good).is_ok());
    }
    let mut plain = Parser::with_config(invariance::baseline(&config));
    let before = knowing.stats();
    let found = plain.parse(&body);
    assert_eq!(knowing.parse(&body), found);
    check_meaning(&body, found);
    let counted = invariance::stats_between(before, knowing.stats());
    let expected = invariance::message_counters(plain.stats());
    assert_eq!(invariance::message_counters(counted), expected);
    // The changed body leaves no trace.
    assert_eq!(knowing.parse(good), plain.parse(good));
}

/// A body that is accepted.
fn fixture(choices: &mut Choices<'_>) -> &'static [u8] {
    use std::sync::LazyLock;
    static GOOD: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        fixtures::accepted()
            .into_iter()
            .map(|fixture| fixture.body)
            .collect()
    });
    &GOOD[choices.below(GOOD.len())]
}

fn mutate_once(choices: &mut Choices<'_>, body: &mut Vec<u8>) {
    if body.is_empty() {
        return;
    }
    let at = choices.position(body.len());
    let any = choices.below(256) as u8;
    let byte = choices.one_of(&[
        any, b'<', b'>', b'/', b'"', b'\'', b'&', b';', b':', b'=', b' ', b']', b'!', b'-', b'?',
        b'\r', b'\n', 0, 0x80, 0xC3, 0xEF,
    ]);
    match choices.below(7) {
        0 => body[at] = byte,
        1 => body.insert(at, byte),
        2 => drop(body.remove(at)),
        3 => {
            let end = (at + 1 + choices.position(200)).min(body.len());
            drop(body.drain(at..end));
        }
        4 => {
            let end = (at + 1 + choices.position(200)).min(body.len());
            let doubled = body[at..end].to_vec();
            drop(body.splice(at..at, doubled));
        }
        5 => {
            let other = fixture(choices);
            let from = choices.position(other.len());
            body.truncate(at);
            body.extend_from_slice(&other[from..]);
        }
        _ => {
            let other = fixture(choices);
            let from = choices.position(other.len());
            let end = (from + 1 + choices.position(300)).min(other.len());
            drop(body.splice(at..at, other[from..end].iter().copied()));
        }
    }
}

/// The conversion of `xs:dateTime` against an independent date library. The bytes make a text of digits and signs, so
/// that many are a time or nearly one.
pub fn time(data: &[u8]) {
    const PLAIN: &[u8; 20] = b"2026-03-02T10:00:00Z";
    const SIGNS: &[u8; 16] = b"0123456789-:TZ.+";
    let mut text = String::from_utf8(PLAIN.to_vec()).unwrap();
    for pair in data.chunks_exact(2) {
        let at = usize::from(pair[0]) % (text.len() + 1);
        let sign = char::from(SIGNS[usize::from(pair[1]) % 16]);
        match pair[1] / 16 % 4 {
            0 => text.insert(at, sign),
            1 if at < text.len() => drop(text.remove(at)),
            _ if at < text.len() => text.replace_range(at..=at, sign.encode_utf8(&mut [0; 4])),
            _ => text.push(sign),
        }
    }
    let found = Timestamp::new(&text).to_unix();
    let expected = jiff_time(&text);
    match (found, expected) {
        (Ok(time), Some(expected)) => {
            let found = (time.seconds, time.nanoseconds);
            assert_eq!(found, expected, "{text}");
        }
        // Out of the library's range, or a form of `xs:dateTime` that it does not accept.
        (Ok(_), None) => assert!(is_beyond(&text), "{text}"),
        // A form that the library accepts and `xs:dateTime` does not have.
        (Err(error), Some(_)) => assert!(is_laxer(&text, error), "{text}: {error}"),
        (Err(_), None) => {}
    }
}

fn jiff_time(text: &str) -> Option<(i64, u32)> {
    let time: jiff::Timestamp = text.parse().ok()?;
    let (seconds, nanoseconds) = (time.as_second(), time.subsec_nanosecond());
    // The library's fraction has the sign of the instant. Ours counts from the second before.
    Some(match nanoseconds {
        ..0 => (seconds - 1, (nanoseconds + 1_000_000_000) as u32),
        _ => (seconds, nanoseconds as u32),
    })
}

/// Years of more than four digits or before the year 0, 24:00:00, more than nine digits of a fraction.
fn is_beyond(text: &str) -> bool {
    let date = text.strip_prefix('-').unwrap_or(text);
    let year = date.split('-').next().unwrap_or_default();
    let fraction = text.split('.').nth(1).unwrap_or_default();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    date.len() < text.len()
        || year.len() > 4
        || text.contains("T24:00:00")
        || digits > 9
        || year == "9999"
}

/// Leap seconds and offsets over 14 hours, and forms that `xs:dateTime` does not have: without seconds, without minutes
/// of the offset, or without separators.
fn is_laxer(text: &str, error: TimestampError) -> bool {
    match error {
        TimestampError::Range => {
            let seconds = text.split(['T']).nth(1).and_then(|time| time.get(6..8));
            let offset = text.rsplit(['+', '-']).next().unwrap_or_default();
            seconds == Some("60") || !text.ends_with('Z') && offset > "14:00"
        }
        _ => !has_form(text),
    }
}

/// Whether the text has the form of `xs:dateTime`, with an offset.
fn has_form(text: &str) -> bool {
    let form = text.replace(|char: char| char.is_ascii_digit(), "0");
    let form = form.strip_prefix('-').unwrap_or(&form);
    let behind_year = form.trim_start_matches('0');
    let year = form.len() - behind_year.len();
    let is_padded = text.trim_start_matches('-').starts_with('0');
    let Some(rest) = behind_year.strip_prefix("-00-00T00:00:00") else {
        return false;
    };
    let rest = match rest.strip_prefix(".0") {
        Some(fraction) => fraction.trim_start_matches('0'),
        None => rest,
    };
    (year == 4 || year > 4 && !is_padded) && matches!(rest, "Z" | "+00:00" | "-00:00")
}
