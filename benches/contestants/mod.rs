//! The contestants that read the corpora: two lower bounds, this crate, and other parsers.
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
pub(crate) type Run = Box<dyn FnMut(&[Vec<u8>]) -> u64>;

/// One way to read a corpus.
struct Contestant {
    name: &'static str,
    run: Run,
    sum: Sum,
}

/// The quantity that a contestant adds up.
#[derive(Clone, Copy)]
enum Sum {
    /// The texts of a message, see [`ours`].
    Message,
    /// Names, values and texts as written, see [`peers`].
    AsWritten,
    /// The same, and white space outside the root element.
    AsWrittenWithMargin,
    /// Resolved names, values and texts, see [`peers`].
    Resolved,
    /// Resolved names, and values and texts as written.
    ResolvedAsWritten,
    /// The same, and white space outside the root element.
    ResolvedAsWrittenWithMargin,
    /// The number of `<`.
    Tags,
    /// The length of the body.
    Bytes,
}

/// All contestants that read messages, each after one pass over the corpus.
///
/// # Panics
///
/// If a contestant's sum is wrong.
pub(crate) fn all(corpus: &Corpus) -> Vec<(&'static str, Run)> {
    let mut contestants = bounds_and_peers();
    contestants.extend([
        Contestant::new("ews-notifications", Sum::Message, ours::warm(corpus)),
        Contestant::new("ews-notifications-cold", Sum::Message, ours::cold(corpus)),
        Contestant::new(
            "ews-notifications-scalar",
            Sum::Message,
            ours::scalar(corpus),
        ),
        Contestant::new("simdxml", Sum::AsWrittenWithMargin, peers::simdxml),
    ]);
    checked(contestants, corpus)
}

/// The contestants that read any XML: the peers, and the tokenizer of this crate.
///
/// # Panics
///
/// If a contestant's sum is wrong.
pub(crate) fn tokenizers(corpus: &Corpus) -> Vec<(&'static str, Run)> {
    let mut contestants = bounds_and_peers();
    let tokenizer = Contestant::new("ews-notifications", Sum::ResolvedAsWritten, ours::tokens());
    contestants.push(tokenizer);
    checked(contestants, corpus)
}

/// This crate and bare walks of two peers.
///
/// # Panics
///
/// If a contestant's sum is wrong.
pub(crate) fn typed_and_walks(corpus: &Corpus) -> Vec<(&'static str, Run)> {
    let contestants = vec![
        Contestant::new("ews-notifications", Sum::Message, ours::warm(corpus)),
        Contestant::new("xmlparser", Sum::AsWritten, peers::xmlparser),
        Contestant::new("quick-xml", Sum::AsWrittenWithMargin, peers::quick_xml),
    ];
    checked(contestants, corpus)
}

fn bounds_and_peers() -> Vec<Contestant> {
    vec![
        Contestant::new("memchr-count", Sum::Tags, memchr_count),
        Contestant::new("simdutf8", Sum::Bytes, simdutf8),
        Contestant::new("xmlparser", Sum::AsWritten, peers::xmlparser),
        Contestant::new("quick-xml", Sum::AsWrittenWithMargin, peers::quick_xml),
        Contestant::new(
            "quick-xml-ns",
            Sum::ResolvedAsWrittenWithMargin,
            peers::quick_xml_ns,
        ),
        Contestant::new("uppsala", Sum::Resolved, peers::uppsala),
        Contestant::new("roxmltree", Sum::Resolved, peers::roxmltree),
    ]
}

fn checked(mut contestants: Vec<Contestant>, corpus: &Corpus) -> Vec<(&'static str, Run)> {
    for contestant in &mut contestants {
        let sums = corpus.bodies.iter().map(|body| contestant.sum.of(body));
        let expected: u64 = sums.sum();
        let found = (contestant.run)(&corpus.bodies);
        let (name, corpus) = (contestant.name, corpus.name);
        assert_eq!(found, expected, "{name} on {corpus}");
    }
    let named = contestants.into_iter();
    named.map(|one| (one.name, one.run)).collect()
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
            Self::AsWrittenWithMargin => Self::AsWritten.of(body) + margin(body),
            Self::Resolved => peers::roxmltree(body),
            Self::ResolvedAsWritten => {
                let excess = peers::xmlparser(body) - peers::xmlparser_normalized(body);
                peers::roxmltree(body) + excess
            }
            Self::ResolvedAsWrittenWithMargin => Self::ResolvedAsWritten.of(body) + margin(body),
            Self::Tags => body.iter().filter(|&&byte| byte == b'<').count() as u64,
            Self::Bytes => body.len() as u64,
        }
    }
}

/// White space between the XML declaration and the root element, and at the end.
fn margin(body: &[u8]) -> u64 {
    let after_declaration = match body.split(|&byte| byte == b'>').nth(1) {
        Some(after) if body.starts_with(b"<?xml") => after,
        _ => &[],
    };
    let is_space = |byte: &&u8| byte.is_ascii_whitespace();
    let start = after_declaration.iter().take_while(is_space).count();
    (start + body.len() - body.trim_ascii_end().len()) as u64
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
