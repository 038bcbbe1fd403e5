//! The contestants that read the corpora: two lower bounds, this crate in three configurations, and other parsers.
//!
//! All benches share this module, so that each of them measures the same code.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a contestant that fails must not be timed"
)]
#![allow(dead_code, reason = "each bench uses a part")]

pub(crate) mod ours;
pub(crate) mod peers;

use crate::corpus::Corpus;

/// Reads all bodies of a corpus once, in order, and returns the sum of the contestant.
type Run = Box<dyn FnMut(&[Vec<u8>]) -> u64>;

/// One way to read a corpus.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
    sum: Sum,
}

/// The quantity that a contestant adds up.
#[derive(Clone, Copy)]
enum Sum {
    /// The texts of a message, see [`ours`].
    Message,
    /// Names as written, see [`peers`].
    AsWritten,
    /// The same, and white space outside the root element.
    AsWrittenWithMargin,
    /// Resolved names, see [`peers`].
    Resolved,
    /// The same, and white space outside the root element.
    ResolvedWithMargin,
    /// The number of `<`.
    Tags,
    /// The length of the body.
    Bytes,
}

/// All contestants, each after one pass over the corpus.
///
/// # Panics
///
/// If a contestant's sum is wrong.
pub(crate) fn all(corpus: &Corpus) -> Vec<Contestant> {
    let mut contestants = vec![
        Contestant::new("memchr-count", Sum::Tags, memchr_count),
        Contestant::new("simdutf8", Sum::Bytes, simdutf8),
        Contestant::new("ews-notifications", Sum::Message, ours::warm(corpus)),
        Contestant::new("ews-notifications-cold", Sum::Message, ours::cold(corpus)),
        Contestant::new(
            "ews-notifications-scalar",
            Sum::Message,
            ours::scalar(corpus),
        ),
        Contestant::new("xmlparser", Sum::AsWritten, peers::xmlparser),
        Contestant::new("quick-xml", Sum::AsWrittenWithMargin, peers::quick_xml),
        Contestant::new("quick-xml-ns", Sum::ResolvedWithMargin, peers::quick_xml_ns),
        Contestant::new("uppsala", Sum::Resolved, peers::uppsala),
        Contestant::new("roxmltree", Sum::Resolved, peers::roxmltree),
        Contestant::new("simdxml", Sum::AsWrittenWithMargin, peers::simdxml),
    ];
    for contestant in &mut contestants {
        let sums = corpus.bodies.iter().map(|body| contestant.sum.of(body));
        let expected: u64 = sums.sum();
        let found = (contestant.run)(&corpus.bodies);
        let (name, corpus) = (contestant.name, corpus.name);
        assert_eq!(found, expected, "{name} on {corpus}");
    }
    contestants
}

impl Contestant {
    /// The loop over the bodies is compiled for each contestant, so that its parser can be inlined.
    fn new(name: &'static str, sum: Sum, mut read: impl FnMut(&[u8]) -> u64 + 'static) -> Self {
        let run = move |bodies: &[Vec<u8>]| bodies.iter().map(|body| read(body)).sum();
        Self {
            name,
            run: Box::new(run),
            sum,
        }
    }
}

impl Sum {
    /// The expected sum of a body. Ours is computed from the tree of roxmltree. xmlparser and roxmltree are the
    /// references for the other parsers.
    fn of(self, body: &[u8]) -> u64 {
        match self {
            Self::Message => ours::expected(body),
            Self::AsWritten => peers::xmlparser(body),
            Self::AsWrittenWithMargin => peers::xmlparser(body) + margin(body),
            Self::Resolved => peers::roxmltree(body),
            Self::ResolvedWithMargin => peers::roxmltree(body) + margin(body),
            Self::Tags => body.iter().filter(|&&byte| byte == b'<').count() as u64,
            Self::Bytes => body.len() as u64,
        }
    }
}

/// White space between the XML declaration and the root element; the corpora have none after it.
fn margin(body: &[u8]) -> u64 {
    let after_declaration = body.split(|&byte| byte == b'>').nth(1).unwrap_or_default();
    let is_space = |byte: &&u8| byte.is_ascii_whitespace();
    match body.starts_with(b"<?xml") {
        true => after_declaration.iter().take_while(is_space).count() as u64,
        false => 0,
    }
}

/// A lower bound: counts every `<`.
fn memchr_count(body: &[u8]) -> u64 {
    memchr::memchr_iter(b'<', body).count() as u64
}

/// A lower bound: validates UTF-8.
fn simdutf8(body: &[u8]) -> u64 {
    let text = simdutf8::basic::from_utf8(body).expect("the body is UTF-8");
    text.len() as u64
}
