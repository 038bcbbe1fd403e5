//! Who reads the corpora: two floors that nobody gets below, this crate in four ways, and its peers.
//!
//! Apart from the benches, so that each of them measures the same code.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a contestant that fails must not be timed"
)]
#![allow(dead_code, reason = "each bench uses a part")]

pub(crate) mod ours;
pub(crate) mod peers;

use crate::corpus::Corpus;

/// Reads all bodies of a corpus once, in their order, and gives the sum over what it read.
type Run = Box<dyn FnMut(&[Vec<u8>]) -> u64>;

/// One way to read a corpus.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
    sum: Sum,
}

/// What a contestant adds up.
#[derive(Clone, Copy)]
enum Sum {
    /// The texts of a message, see [`ours`].
    Message,
    /// What is written, see [`peers`].
    Written,
    /// The same, and white space outside the root element, which is no part of a document's text.
    WrittenWithMargin,
    /// What is meant, see [`peers`].
    Meant,
    /// The same, and white space outside the root element.
    MeantWithMargin,
    /// Start and end tags, and whatever else begins with `<`.
    Tags,
    Bytes,
}

/// All contestants, ready for this corpus: each has read it, and arrived at the sum that it should.
///
/// # Panics
///
/// If one has not.
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
        Contestant::new("xmlparser", Sum::Written, peers::xmlparser),
        Contestant::new("quick-xml", Sum::WrittenWithMargin, peers::quick_xml),
        Contestant::new("quick-xml-ns", Sum::MeantWithMargin, peers::quick_xml_ns),
        Contestant::new("uppsala", Sum::Meant, peers::uppsala),
        Contestant::new("roxmltree", Sum::Meant, peers::roxmltree),
        Contestant::new("simdxml", Sum::WrittenWithMargin, peers::simdxml),
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
    /// The loop over the bodies is compiled for each contestant, so that nothing stands between it
    /// and its parser.
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
    /// What it has to be, found in another way: ours from the tree of a peer, the peers' from the one
    /// among them that is taken for the reference.
    fn of(self, body: &[u8]) -> u64 {
        match self {
            Self::Message => ours::expected(body),
            Self::Written => peers::xmlparser(body),
            Self::WrittenWithMargin => peers::xmlparser(body) + margin(body),
            Self::Meant => peers::roxmltree(body),
            Self::MeantWithMargin => peers::roxmltree(body) + margin(body),
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

/// A floor: finds every `<`.
fn memchr_count(body: &[u8]) -> u64 {
    memchr::memchr_iter(b'<', body).count() as u64
}

/// A floor: checks UTF-8.
fn simdutf8(body: &[u8]) -> u64 {
    let text = simdutf8::basic::from_utf8(body).expect("the body is UTF-8");
    text.len() as u64
}
