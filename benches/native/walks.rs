//! The C++ parsers as contestants: each parses a body into a tree and walks over it.

use core::ffi::CStr;
use std::ffi::CString;

use crate::contestants::peers;
use crate::corpus::Corpus;

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
    let mut walks = [
        Walk::new("pugixml", corpus, pugixml),
        Walk::new("rapidxml", corpus, native::rapidxml),
    ];
    let expected = without_space(corpus);
    for walk in &mut walks {
        assert_eq!((walk.run)(), Some(expected), "{}", walk.name);
    }
    walks
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

/// The sum of xmlparser without white space between elements: neither C++ parser makes a node of it. In the corpora
/// this white space is at the start of lines.
fn without_space(corpus: &Corpus) -> u64 {
    let compact = corpus.bodies.iter().map(|body| {
        let lines = body.split(|&byte| byte == b'\n');
        lines.flat_map(<[u8]>::trim_ascii_start).copied().collect()
    });
    let compact: Vec<Vec<u8>> = compact.collect();
    let sums = compact.iter().map(|body| peers::xmlparser(body));
    sums.sum()
}
