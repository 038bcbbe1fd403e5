//! The C++ parsers as contestants: each walks over the whole tree that it made of a body.

use core::ffi::CStr;
use std::ffi::CString;

use crate::contestants::peers;
use crate::corpus::Corpus;

/// One way to read a corpus.
pub(crate) struct Walk {
    pub(crate) name: &'static str,
    /// Reads all bodies once, and gives the sum; none if one of them does not parse.
    pub(crate) run: Box<dyn FnMut() -> Option<u64>>,
}

/// Both, ready for this corpus: each has read it, and arrived at the sum that it should.
///
/// # Panics
///
/// If one has not.
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
    /// The bodies are copied, since RapidXML wants a zero byte after each.
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

/// What xmlparser counts if there is no white space between elements, of which neither of the two
/// makes a node. In the corpora it stands at the beginning of lines.
fn without_space(corpus: &Corpus) -> u64 {
    let compact = corpus.bodies.iter().map(|body| {
        let lines = body.split(|&byte| byte == b'\n');
        lines.flat_map(<[u8]>::trim_ascii_start).copied().collect()
    });
    let compact: Vec<Vec<u8>> = compact.collect();
    let sums = compact.iter().map(|body| peers::xmlparser(body));
    sums.sum()
}
