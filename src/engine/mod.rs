//! The engine: reads a body into a message.
//!
//! The fast path (`fast_path`) compares the body with what servers write. What surrounds the children of a
//! Notification is compared with learned heads and tails (`heads`), or tag by tag (`head_matcher`); the children
//! are compared by `child_matcher`. `tags` has the tags of both. At the first deviation the general path
//! (`general_path`, `event`, `value`) takes over. It applies the grammar of `schema` to the tokens of `xml`, and
//! decides alone what an element means and what is an error. Both paths write into one `builder`.
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

/// Reads a body, whose length has been checked, into `builder`. `buffers` know the namespaces of `schema`. After an error, `builder` has all that was read
/// before it.
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
    read_rest(fast_path, buffers, arena, builder)
}

#[inline(never)]
fn read_rest<'a>(
    fast_path: FastPath<'_, 'a>,
    buffers: &mut Buffers,
    arena: &'a Bump,
    builder: &mut MessageBuilder<'a>,
) -> Result<(), Error> {
    GeneralPath::after(fast_path, buffers, arena, builder)?.read()
}

/// The state that a parser lends to one parse.
pub(crate) struct Session<'s> {
    pub(crate) scratch: &'s mut Scratch,
    pub(crate) heads: &'s mut Heads,
    pub(crate) stats: &'s mut Stats,
    pub(crate) config: &'s Config,
    pub(crate) dispatch: Dispatch,
}

/// State that is kept from one body to the next: memory, and how servers write (prefixes, lengths of values).
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
