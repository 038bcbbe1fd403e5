//! Compares a parser that has read other bodies, predicts and learns with a baseline: a fresh parser that neither
//! predicts nor learns and looks at one byte at a time.
//!
//! Panics at a difference.

use core::ops::AddAssign;

use ews_notifications::{Config, Error, Item, Kernel, Message, Parser, Stats};

use super::sequence::{How, Sequence};

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
    plain.heads = 0;
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
        let read = match step.how {
            How::Parse => parse_both(&mut parser, &mut fresh, body),
            How::Reader => read_both(&mut parser, &mut fresh, body, usize::MAX),
            How::ReaderUntil(end) => read_both(&mut parser, &mut fresh, body, end),
        };
        let stats = stats_between(before, parser.stats());
        if read.is_past_head {
            assert_eq!(
                message_counters(stats),
                message_counters(fresh.stats()),
                "body {at}"
            );
        }
        shares.messages += 1;
        shares.heads_predicted += stats.heads_predicted;
        shares.head_hits += stats.head_hits;
        shares.tail_hits += stats.tail_hits;
        if read.is_whole && read.error.is_none() {
            shares.good += 1;
            shares.children += read.children;
            shares.misses += stats.prediction_misses;
            match read.notifications {
                0 => {
                    shares.whole += 1;
                    shares.whole_hits += stats.head_hits;
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

/// The result of both parsers.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) error: Option<Error>,
    /// Whether all has been read.
    is_whole: bool,
    /// Whether the head is behind, or the reading ended within: a learned head is counted as a whole.
    is_past_head: bool,
    pub(crate) children: u64,
    notifications: u64,
}

pub(crate) fn parse_both(parser: &mut Parser, fresh: &mut Parser, body: &[u8]) -> Read {
    let (message, expected) = (parser.parse(body), fresh.parse(body));
    assert_eq!(&message, &expected);
    let children = |message: &Message<'_>| {
        let children = message.notifications().map(|one| {
            1 + usize::from(one.previous_watermark.is_some())
                + usize::from(one.more_events.is_some())
                + one.events.len()
        });
        children.sum::<usize>() as u64
    };
    Read {
        error: message.err(),
        is_whole: true,
        is_past_head: true,
        children: message.as_ref().map_or(0, children),
        notifications: message.map_or(0, |message| message.notifications().count() as u64),
    }
}

/// Asks both readers until the end, an error or the last time.
pub(crate) fn read_both(
    parser: &mut Parser,
    fresh: &mut Parser,
    body: &[u8],
    times: usize,
) -> Read {
    let mut read = Read::default();
    let (reader, expected) = (parser.reader(body), fresh.reader(body));
    let (mut reader, mut expected) = match (reader, expected) {
        (Ok(reader), Ok(expected)) => (reader, expected),
        (reader, expected) => {
            read.error = expected.err();
            assert_eq!(reader.err(), read.error);
            return read;
        }
    };
    for _ in 0..times {
        let (item, expected_item) = (reader.next(), expected.next());
        assert_eq!(item, expected_item);
        match item {
            Ok(Some(Item::Notification)) => {
                read.is_past_head = true;
                read.notifications += 1;
            }
            Ok(Some(
                Item::SubscriptionId(_)
                | Item::PreviousWatermark(_)
                | Item::MoreEvents(_)
                | Item::Event(_),
            )) => read.children += 1,
            Ok(Some(_)) => {}
            Ok(None) => {
                read.is_whole = true;
                read.is_past_head = true;
                assert_eq!(reader.next(), Ok(None));
                break;
            }
            Err(error) => {
                read.error = Some(error);
                read.is_past_head = true;
                assert_eq!(reader.next(), Err(error));
                break;
            }
        }
    }
    read
}
