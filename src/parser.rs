//! The [`Parser`]: the memory and the learned state that outlive a message.

mod retention;

use core::fmt;

use bumpalo::Bump;

use self::retention::Retention;
use crate::config::{Config, Kernel};
use crate::engine::{self, Heads, MessageBuilder, Scratch, Session};
use crate::error::{Description, Error};
use crate::model::Message;
use crate::scan::Dispatch;
use crate::schema;
use crate::stats::Stats;
use crate::xml::{self, Buffers};

/// Turns bodies into messages, one after another, and reuses its memory for each.
///
/// Keep one per worker thread. After three messages of some size, messages up to that size are parsed without allocation,
/// until that [memory is released](Self::retained_bytes). The first message of another server may allocate for its
/// [head](Config::head_bytes). A pool is optional: a new parser for each message costs less
/// than a microsecond more.
///
/// A message borrows from the body *and* from the parser, because text with references is decoded into the parser's
/// arena. So only one message can exist at a time. What must outlive it is copied, or its body is
/// [kept](crate#keep-a-message):
///
/// ```
/// # let body = b"<SendNotification xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'/>";
/// let mut parser = ews_notifications::Parser::new();
/// let message = parser.parse(body)?;
/// assert!(message.responses.is_empty());
/// let next = parser.parse(body)?; // `message` cannot be used from here on
/// # let _ = next;
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Using it all the same does not compile:
///
/// ```compile_fail,E0499
/// # let body = b"<SendNotification xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'/>";
/// let mut parser = ews_notifications::Parser::new();
/// let message = parser.parse(body)?;
/// let next = parser.parse(body)?;
/// assert_eq!(message, next);
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Nor does a message outlive its parser, although it may hold nothing but parts of the body:
///
/// ```compile_fail,E0716
/// # let body = b"<SendNotification xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'/>";
/// let message = ews_notifications::Parser::new().parse(body)?;
/// println!("{message:?}");
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Nor its body:
///
/// ```compile_fail,E0597
/// let mut parser = ews_notifications::Parser::new();
/// let message = {
///     let body = vec![b' '; 100];
///     parser.parse(&body)
/// };
/// println!("{message:?}");
/// ```
///
/// In an async function, a parser from a pool may be held over an `await`, and its message with it. A
/// thread-local parser may not: copy what you need out of the `with_borrow_mut` closure.
///
/// # Memory
///
/// A parser with default limits holds at most 16 MiB, plus five times the longest of the last 64 bodies, also while it
/// parses. Memory that an unusually large message needed is released: see [`retained_bytes`](Self::retained_bytes).
/// Learned heads are part of the 16 MiB. [`Config::head_bytes`] limits them, by default to 256 KiB. With other limits,
/// memory is linear in the longest of these bodies.
pub struct Parser {
    config: Config,
    dispatch: Dispatch,
    arena: Bump,
    buffers: Buffers,
    scratch: Scratch,
    heads: Heads,
    stats: Stats,
    retention: Retention,
}

impl Parser {
    /// A parser with the default configuration. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A parser with this configuration. It does not change later.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            config,
            dispatch: Dispatch::new(config.kernel),
            arena: Bump::new(),
            buffers: Buffers::with_known_namespaces(schema::NAMESPACES),
            scratch: Scratch::default(),
            heads: Heads::default(),
            stats: Stats::default(),
            retention: Retention::default(),
        }
    }

    /// Parses a whole body.
    ///
    /// Time is linear in the body. [`parse_partial`](Self::parse_partial) also gives what was read before an error.
    ///
    /// # Errors
    ///
    /// [`Error`], if the body is not well-formed, has something that this crate refuses, exceeds a limit or is no
    /// notification message. A response that reports an error of the server is a message, and so is a SOAP fault.
    /// An error has no effect on later results.
    pub fn parse<'a>(&'a mut self, body: &'a [u8]) -> Result<Message<'a>, Error> {
        let (builder, end) = self.read(body);
        // Also after an error: lists that are dropped seem to have used nothing of the arena.
        let message = builder.finish();
        end.map(|()| message)
    }

    /// Reads a body up to its first error. Gives the message so far, and the error.
    ///
    /// Nothing in such a message is final: an element may follow that would have been refused, or that completes
    /// what was read. Use it to show or to rescue what can be read, not to acknowledge it. Costs as much as
    /// [`parse`](Self::parse), which gives the same message if there is no error, and otherwise the same error.
    ///
    /// ```
    /// let body = b"<SendNotification xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'>&oops;";
    /// let mut parser = ews_notifications::Parser::new();
    /// let partial = parser.parse_partial(body);
    /// assert!(partial.message.is_some_and(|message| message.responses.is_empty()));
    /// assert!(partial.error.is_some_and(|error| error.offset() == 87));
    /// ```
    pub fn parse_partial<'a>(&'a mut self, body: &'a [u8]) -> Partial<'a> {
        let (builder, end) = self.read(body);
        Partial {
            message: builder.finish_partial(),
            error: end.err(),
        }
    }

    /// [`Error::describe`] for an error of this parser: the description of an exceeded limit has its field of
    /// [`Limits`](crate::Limits) and its value.
    ///
    /// ```
    /// use ews_notifications::{Config, Limits, Parser};
    ///
    /// let mut parser = Parser::with_config(Config::new().limits(Limits::new().depth(1)));
    /// let body = b"<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body/></Envelope>";
    /// let error = parser.parse(body).unwrap_err();
    /// let description = parser.describe(error, body);
    /// assert_eq!(description.expected, "at most 1 (`Limits::depth`)");
    /// ```
    #[must_use]
    pub fn describe(&self, error: Error, body: &[u8]) -> Description {
        error.describe_with(body, &self.config.limits)
    }

    /// The SIMD instructions that the parser uses.
    #[must_use]
    pub const fn kernel(&self) -> Kernel {
        self.dispatch.kernel()
    }

    /// The counts of everything that the parser has parsed so far.
    #[must_use]
    pub const fn stats(&self) -> Stats {
        self.stats
    }

    /// The bytes that the parser holds on the heap.
    ///
    /// Every 32 messages it compares its arena with the bytes that those messages used in it, for lists and decoded texts. If
    /// the arena has more than 128 KiB, and more than three times what one of them used, it is released. The buffers of
    /// the tokenizer are released if they have more than 128 KiB. Within the default limits, only long namespace names
    /// with references need so much. So memory for an unusually large message is released within 64 messages. If large
    /// messages are rarer than that, each of them allocates.
    #[must_use]
    pub fn retained_bytes(&self) -> usize {
        self.arena.allocated_bytes_including_metadata()
            + self.buffers.retained_bytes()
            + self.scratch.retained_bytes()
            + self.heads.retained_bytes()
    }

    /// Releases all memory, and with it everything that was learned or decoded from earlier
    /// messages. The configuration and the [`stats`](Self::stats) stay.
    pub fn forget(&mut self) {
        self.release(0, 0);
        self.scratch = Scratch::default();
        self.heads = Heads::default();
        self.retention = Retention::default();
    }

    /// Releases the arena and the tokenizer's buffers if they hold more than so many bytes.
    #[cold]
    #[inline(never)]
    fn release(&mut self, arena: usize, buffers: usize) {
        if self.arena.allocated_bytes() > arena {
            self.arena = Bump::new();
        }
        if self.buffers.retained_bytes() > buffers {
            self.buffers = Buffers::with_known_namespaces(schema::NAMESPACES);
        }
    }

    /// Reads a body into a builder.
    #[inline(always)]
    fn read<'a>(&'a mut self, body: &'a [u8]) -> (MessageBuilder<'a>, Result<(), Error>) {
        let used = self.arena.allocated_bytes() - self.arena.chunk_capacity();
        self.arena.reset();
        if let Some(kept) = self.retention.note(used) {
            self.release(kept, Retention::ALWAYS_KEPT);
        }
        if let Err(error) = xml::check_length(body, &self.config) {
            return (MessageBuilder::new(&self.arena, 0, 0), Err(error));
        }
        let arena = &self.arena;
        let mut builder = MessageBuilder::new(arena, body.len(), self.config.limits.events);
        let session = Session {
            scratch: &mut self.scratch,
            heads: &mut self.heads,
            stats: &mut self.stats,
            config: &self.config,
            dispatch: self.dispatch,
        };
        let end = engine::read(body, session, &mut self.buffers, arena, &mut builder);
        (builder, end)
    }
}

/// Shows no byte of a body.
impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parser")
            .field("config", &self.config)
            .field("kernel", &self.kernel())
            .field("stats", &self.stats)
            .field("retained_bytes", &self.retained_bytes())
            .finish_non_exhaustive()
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::with_config(Config::default())
    }
}

/// A message up to the first error of its body, and that error. Made by [`Parser::parse_partial`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partial<'a> {
    /// The message as far as it was read; `None` until the operation is known. It has the events whose end tags were
    /// read. A notification without its SubscriptionId so far is left out, with its events.
    pub message: Option<Message<'a>>,
    /// The first error; `None` if the whole body was read.
    pub error: Option<Error>,
}
