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

/// A contestant by name, after one pass over the corpus with the right sum.
pub(crate) type Checked = (&'static str, Run);

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

/// All contestants that read messages.
///
/// # Panics
///
/// If a contestant's sum is wrong. The same goes for the other functions.
pub(crate) fn all(corpus: &Corpus) -> Vec<Checked> {
    let all = of_messages(corpus).into_iter();
    all.map(|contestant| contestant.checked(corpus)).collect()
}

/// Those of them that have these names.
pub(crate) fn some(corpus: &Corpus, names: &[&str]) -> Vec<Checked> {
    let some = of_messages(corpus).into_iter();
    let some = some.filter(|contestant| names.contains(&contestant.name));
    some.map(|contestant| contestant.checked(corpus)).collect()
}

/// The contestants that read any XML.
pub(crate) fn tokenizers(corpus: &Corpus) -> Vec<Checked> {
    let peers = bounds_and_peers().into_iter();
    let mut all: Vec<_> = peers.map(|contestant| contestant.checked(corpus)).collect();
    all.push(tokens(corpus));
    all
}

/// The tokenizer of this crate.
pub(crate) fn tokens(corpus: &Corpus) -> Checked {
    let ours = Contestant::new("ews-notifications", Sum::ResolvedAsWritten, ours::tokens());
    ours.checked(corpus)
}

/// This crate on a corpus of its own, beside contestants on another.
pub(crate) fn ours_on(name: &'static str, corpus: Corpus) -> Checked {
    let ours = Contestant::new(name, Sum::Message, ours::warm(&corpus));
    let (name, mut run) = ours.checked(&corpus);
    (name, Box::new(move |_| run(&corpus.bodies)))
}

fn of_messages(corpus: &Corpus) -> Vec<Contestant> {
    let mut all = bounds_and_peers();
    all.extend([
        Contestant::new("ews-notifications", Sum::Message, ours::warm(corpus)),
        Contestant::new("ews-notifications-cold", Sum::Message, ours::cold(corpus)),
        Contestant::new(
            "ews-notifications-scalar",
            Sum::Message,
            ours::scalar(corpus),
        ),
        Contestant::new("simdxml", Sum::AsWrittenWithMargin, peers::simdxml),
    ]);
    all
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

    fn checked(mut self, corpus: &Corpus) -> Checked {
        let sums = corpus.bodies.iter().map(|body| self.sum.of(body));
        let expected: u64 = sums.sum();
        let found = (self.run)(&corpus.bodies);
        assert_eq!(found, expected, "{} on {}", self.name, corpus.name);
        (self.name, self.run)
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
                let root = after_declaration(body).trim_ascii();
                peers::roxmltree(body) + (root.len() - normalized(root)) as u64
            }
            Self::ResolvedAsWrittenWithMargin => Self::ResolvedAsWritten.of(body) + margin(body),
            Self::Tags => body.iter().filter(|&&byte| byte == b'<').count() as u64,
            Self::Bytes => body.len() as u64,
        }
    }
}

/// White space outside the root element.
fn margin(body: &[u8]) -> u64 {
    let rest = after_declaration(body);
    (rest.len() - rest.trim_ascii().len()) as u64
}

fn after_declaration(body: &[u8]) -> &str {
    let body = str::from_utf8(body).expect("the body is UTF-8");
    match body.split_once("?>") {
        Some((_, rest)) if body.starts_with("<?xml") => rest,
        _ => body,
    }
}

/// The length of a text, or of the markup of an element, with line ends normalized and references replaced. In the
/// corpora a CR is before an LF, and references are to predefined entities and to characters.
pub(crate) fn normalized(text: &str) -> usize {
    let references = text.split('&').skip(1).map(|rest| {
        let name = rest.split(';').next().unwrap_or_default();
        let number = match name.strip_prefix("#x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => name
                .strip_prefix('#')
                .and_then(|digits| digits.parse().ok()),
        };
        let character = number.and_then(char::from_u32);
        "&;".len() + name.len() - character.map_or(1, char::len_utf8)
    });
    text.len() - text.matches('\r').count() - references.sum::<usize>()
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
