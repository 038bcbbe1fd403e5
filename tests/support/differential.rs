//! Compares a parser that has read other bodies with a fresh one, body by body.

use ews_notifications::{Config, Error, ErrorKind, Parser};

use super::invariance::{baseline, message_counters, parse_both, stats_between};
use super::server::{PUSH, Server};

/// A parser, and the configuration of the fresh parsers that it is compared with.
pub(crate) struct ParserPair {
    pub(crate) parser: Parser,
    config: Config,
}

impl ParserPair {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        Self {
            parser: Parser::with_config(config),
            config,
        }
    }

    /// A pair whose parser has read a body of the plain server.
    pub(crate) fn warm() -> Self {
        let mut parsers = Self::new();
        assert_eq!(parsers.read(push_body("")).error, None);
        parsers
    }

    pub(crate) fn read(&mut self, body: impl AsRef<[u8]>) -> Outcome {
        let body = body.as_ref();
        let before = self.parser.stats();
        let mut fresh = Parser::with_config(baseline(&self.config));
        let read = parse_both(&mut self.parser, &mut fresh, body);
        let stats = stats_between(before, self.parser.stats());
        assert_eq!(message_counters(stats), message_counters(fresh.stats()));
        Outcome {
            error: read.error,
            hits: stats.head_hits,
            tail_hits: stats.tail_hits,
            misses: stats.prediction_misses,
            skipped: message_counters(stats),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) error: Option<Error>,
    pub(crate) hits: u64,
    pub(crate) tail_hits: u64,
    pub(crate) misses: u64,
    pub(crate) skipped: [u64; 3],
}

impl Outcome {
    /// The kind of the error, and the rest of the body from its position.
    pub(crate) fn error_at<'b>(&self, body: &'b str) -> Option<(ErrorKind, &'b str)> {
        let error = self.error?;
        Some((error.kind(), &body[error.offset()..]))
    }
}

pub(crate) const SUBSCRIPTION: &str = "<t:SubscriptionId>FgBtYngw</t:SubscriptionId>";
pub(crate) const EVENT: &str =
    "<t:NewMailEvent><t:Watermark>AQAAANd9</t:Watermark></t:NewMailEvent>";

/// A push of the plain server, with these children after the SubscriptionId.
pub(crate) fn push_body(children: &str) -> String {
    push_body_without_id(&format!("{SUBSCRIPTION}{children}"))
}

/// A push of the plain server, with only these children.
pub(crate) fn push_body_without_id(children: &str) -> String {
    body_of(&Server::plain(&PUSH, "Exchange2010"), children)
}

pub(crate) fn body_of(server: &Server, children: &str) -> String {
    format!("{}{children}{}", server.head, server.tail)
}

/// The memory for the heads of these bodies.
pub(crate) fn head_bytes(bodies: &[&str]) -> usize {
    let retained_bytes = |head_bytes| {
        let mut parser = Parser::with_config(Config::default().head_bytes(head_bytes));
        for body in bodies {
            parser.parse(body.as_bytes()).unwrap();
        }
        parser.retained_bytes()
    };
    retained_bytes(usize::MAX) - retained_bytes(0)
}

/// For each body, whether it began with a learned head.
pub(crate) fn head_hits<const N: usize>(parsers: &mut ParserPair, bodies: [&str; N]) -> [u64; N] {
    bodies.map(|body| parsers.read(body).hits)
}
