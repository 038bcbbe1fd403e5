//! Compares a parser that has read other bodies, predicts and learns with a baseline: a fresh parser that neither
//! predicts nor learns and looks at one byte at a time.
//!
//! Panics at a difference.

use core::ops::AddAssign;

use ews_notifications::{Config, Error, Kernel, Message, Notification, Parser, Stats};

use super::sequence::Sequence;

/// The counts between two states of one parser.
pub(crate) fn stats_between(before: Stats, after: Stats) -> Stats {
    let mut counted = after;
    counted.elements_skipped -= before.elements_skipped;
    counted.attributes_skipped -= before.attributes_skipped;
    counted.references_replaced -= before.references_replaced;
    counted.prediction_misses -= before.prediction_misses;
    counted.heads_predicted -= before.heads_predicted;
    counted.head_hits -= before.head_hits;
    counted.tail_hits -= before.tail_hits;
    counted
}

/// The counts that depend on the message alone, not on how it was read.
pub(crate) fn message_counters(stats: Stats) -> [u64; 3] {
    [
        stats.elements_skipped,
        stats.attributes_skipped,
        stats.references_replaced,
    ]
}

/// The configuration of the baseline: without predictions, heads and vector instructions.
pub(crate) fn baseline(config: &Config) -> Config {
    let mut plain = *config;
    plain.kernel = Some(Kernel::Scalar);
    plain.predict = false;
    plain.head_bytes = 0;
    plain
}

/// A parser that has learned this body.
pub(crate) fn warmed(config: Config, body: &[u8]) -> Parser {
    let mut parser = Parser::with_config(config);
    let is_good = parser.parse(body).is_ok();
    for _ in 1..8 {
        assert_eq!(parser.parse(body).is_ok(), is_good);
    }
    parser
}

/// How often the fast paths were taken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shares {
    pub(crate) messages: u64,
    pub(crate) heads_predicted: u64,
    pub(crate) head_hits: u64,
    pub(crate) tail_hits: u64,
    /// Messages that were accepted.
    pub(crate) good: u64,
    /// Children of the Notifications in accepted messages.
    pub(crate) children: u64,
    pub(crate) misses: u64,
    /// Accepted messages without Notification, and those of them that were known whole.
    pub(crate) whole: u64,
    pub(crate) whole_hits: u64,
    /// Messages without Notification that were known but for the text of a Value.
    pub(crate) value_hits: u64,
    /// Accepted messages with several Notifications, and those of them whose head and tail were known.
    pub(crate) several: u64,
    pub(crate) several_hits: u64,
}

impl AddAssign for Shares {
    fn add_assign(&mut self, more: Self) {
        self.messages += more.messages;
        self.heads_predicted += more.heads_predicted;
        self.head_hits += more.head_hits;
        self.tail_hits += more.tail_hits;
        self.good += more.good;
        self.children += more.children;
        self.misses += more.misses;
        self.whole += more.whole;
        self.whole_hits += more.whole_hits;
        self.value_hits += more.value_hits;
        self.several += more.several;
        self.several_hits += more.several_hits;
    }
}

/// Reads all bodies with one parser, and each with a baseline of its own. Bodies have every alignment in memory.
pub(crate) fn check(sequence: &Sequence) -> Shares {
    let mut parser = Parser::with_config(sequence.config);
    let mut shares = Shares::default();
    for (at, step) in sequence.steps.iter().enumerate() {
        let mut fresh = Parser::with_config(baseline(&sequence.config));
        if step.forget {
            parser.forget();
        }
        let before = parser.stats();
        // The alignment depends on the lengths alone, so a finding can be reproduced.
        let shift = (at + step.body.len()) % 64;
        let mut shifted = Vec::with_capacity(shift + step.body.len());
        shifted.resize(shift, b' ');
        shifted.extend_from_slice(&step.body);
        let body = &shifted[shift..];
        let read = match step.is_partial {
            false => parse_both(&mut parser, &mut fresh, body),
            true => parse_both_partially(&mut parser, &mut fresh, body),
        };
        let stats = stats_between(before, parser.stats());
        assert_eq!(
            message_counters(stats),
            message_counters(fresh.stats()),
            "body {at}"
        );
        shares.messages += 1;
        shares.heads_predicted += stats.heads_predicted;
        shares.head_hits += stats.head_hits;
        shares.tail_hits += stats.tail_hits;
        if read.error.is_none() {
            shares.good += 1;
            shares.children += read.children;
            shares.misses += stats.prediction_misses;
            match read.notifications {
                0 => {
                    shares.whole += 1;
                    shares.whole_hits += stats.head_hits;
                    shares.value_hits += stats.tail_hits;
                }
                1 => {}
                _ => {
                    shares.several += 1;
                    shares.several_hits += stats.head_hits & stats.tail_hits;
                }
            }
        }
    }
    shares
}

/// What both parsers found.
pub(crate) struct Read {
    pub(crate) error: Option<Error>,
    pub(crate) children: u64,
    notifications: u64,
}

impl Read {
    fn of(error: Option<Error>, message: Option<Message<'_>>) -> Self {
        let children = |notification: &Notification<'_>| {
            1 + usize::from(notification.previous_watermark.is_some())
                + usize::from(notification.more_events.is_some())
                + notification.events.len()
        };
        let notifications = || { message.iter() }.flat_map(Message::notifications);
        Self {
            error,
            children: notifications().map(children).sum::<usize>() as u64,
            notifications: notifications().count() as u64,
        }
    }
}

/// Both parsers give the same message or the same error.
pub(crate) fn parse_both(parser: &mut Parser, fresh: &mut Parser, body: &[u8]) -> Read {
    let (message, expected) = (parser.parse(body), fresh.parse(body));
    assert_eq!(&message, &expected);
    Read::of(message.err(), message.ok())
}

/// Both parsers give the same part of a message and the same error.
fn parse_both_partially(parser: &mut Parser, fresh: &mut Parser, body: &[u8]) -> Read {
    let (partial, expected) = (parser.parse_partial(body), fresh.parse_partial(body));
    assert_eq!(&partial, &expected);
    Read::of(partial.error, partial.message)
}
