//! The C++ parsers as contestants: each parses a body into a tree and walks over it. pugixml normalizes line ends and
//! replaces references.

use core::ffi::CStr;
use std::ffi::CString;

use crate::contestants::{self, peers};
use crate::corpus::Corpus;
use xmlparser::{Token, Tokenizer};

/// One way to read a corpus.
pub(crate) struct Walk {
    pub(crate) name: &'static str,
    /// Reads all bodies once, and returns the sum. `None` if one of them does not parse.
    pub(crate) run: Box<dyn FnMut() -> Option<u64>>,
}

/// Both parsers, each after one pass over the corpus.
///
/// # Panics
///
/// If a sum is wrong.
pub(crate) fn all(corpus: &Corpus) -> [Walk; 2] {
    let pugixml = |body: &CStr| native::pugixml(body.to_bytes());
    let normalized = sum(corpus, contestants::normalized);
    let as_written = sum(corpus, str::len);
    let mut walks = [
        (Walk::new("pugixml", corpus, pugixml), normalized),
        (Walk::new("rapidxml", corpus, native::rapidxml), as_written),
    ];
    for (walk, expected) in &mut walks {
        assert_eq!((walk.run)(), Some(*expected), "{}", walk.name);
    }
    walks.map(|(walk, _)| walk)
}

impl Walk {
    /// Copies the bodies, because RapidXML needs a zero byte after each.
    fn new(
        name: &'static str,
        corpus: &Corpus,
        read: impl Fn(&CStr) -> Option<u64> + 'static,
    ) -> Self {
        let bodies = corpus.bodies.iter().map(|body| CString::new(body.clone()));
        let bodies: Vec<_> = bodies.map(|body| body.expect("no byte is zero")).collect();
        let run = move || bodies.iter().map(|body| read(body)).sum();
        Self {
            name,
            run: Box::new(run),
        }
    }
}

/// The lengths of all names as written, and these lengths of values and texts. Neither parser makes a node of white space
/// alone.
fn sum(corpus: &Corpus, length: fn(&str) -> usize) -> u64 {
    let mut sum = 0;
    for body in &corpus.bodies {
        let body = str::from_utf8(body).expect("the body is UTF-8");
        for token in Tokenizer::from(body) {
            sum += match token.expect("the body is well-formed") {
                Token::ElementStart { prefix, local, .. } => peers::written(&prefix, &local),
                Token::Attribute {
                    prefix,
                    local,
                    value,
                    ..
                } => peers::written(&prefix, &local) + length(&value),
                Token::Text { text } | Token::Cdata { text, .. }
                    if !text.trim_ascii().is_empty() =>
                {
                    length(&text)
                }
                _ => 0,
            };
        }
    }
    sum as u64
}
