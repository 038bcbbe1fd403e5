//! The engine: reads a body into a message.
//!
//! A *head* is everything up to the children of the first Notification. A *tail* is everything after its last child.
//! A server writes nearly the same head and tail each time, so they are learned.
//!
//! There are two paths to the same result:
//!
//! - The fast path (`fast_path`) compares the body with what servers write. The head and the tail are compared with
//!   learned ones (`heads`), or tag by tag (`head_matcher`). The children are compared by `child_matcher`. Both matchers
//!   compare with the tags in `tags`.
//! - The general path (`general_path`, `event`, `value`) takes over at the first deviation. It applies the grammar of
//!   `schema` to the tokens of `xml`, and returns to `child_matcher` after the child that deviates. No other module
//!   decides what an element means or what is an error.
//!
//! Both paths write into one `builder`.
//!
//! May use `schema`, `xml`, `scan`, the model and the configuration. Knows nothing of the parser, which lends it a
//! [`Session`] for each body.

mod builder;
mod child_matcher;
mod event;
mod event_names;
mod fast_path;
mod general_path;
mod head_matcher;
mod heads;
mod tags;
mod value;

use alloc::vec::Vec;

use bumpalo::Bump;

pub(crate) use self::builder::MessageBuilder;
use self::child_matcher::Lengths;
use self::fast_path::FastPath;
use self::general_path::{GeneralPath, OpenElement};
pub(crate) use self::heads::Heads;
use self::tags::{KnownTags, ResponseTemplate};
use crate::config::Config;
use crate::error::Error;
use crate::scan::Dispatch;
use crate::stats::Stats;
use crate::xml::Buffers;

/// Reads a body into `builder`. After an error, `builder` has everything that was read before the error.
///
/// The length of the body must have been checked, and `buffers` made with the namespaces of `schema`.
#[inline(always)]
pub(crate) fn read<'a>(
    body: &'a [u8],
    session: Session<'_>,
    buffers: &mut Buffers,
    arena: &'a Bump,
    builder: &mut MessageBuilder<'a>,
) -> Result<(), Error> {
    let mut fast_path = FastPath::begin(body, session);
    if fast_path.read(arena, builder) {
        return Ok(());
    }
    GeneralPath::resume(fast_path, buffers, arena, builder)?.read()
}

/// The state that a parser lends to one parse.
pub(crate) struct Session<'s> {
    pub(crate) scratch: &'s mut Scratch,
    pub(crate) heads: &'s mut Heads,
    pub(crate) stats: &'s mut Stats,
    pub(crate) config: &'s Config,
    pub(crate) dispatch: Dispatch,
}

/// State that is kept from one body to the next: working memory, and what predictions need of earlier bodies (prefixes
/// and lengths of values).
#[derive(Default)]
pub(crate) struct Scratch {
    open: Vec<OpenElement>,
    lengths: Lengths,
    tags: KnownTags,
    response_template: ResponseTemplate,
}

impl Scratch {
    /// Bytes on the heap.
    pub(crate) fn retained_bytes(&self) -> usize {
        self.open.capacity() * size_of::<OpenElement>()
    }
}
