//! What a [`Parser`](crate::Parser) accepts, the limits and the one leniency there is, and by which of
//! its ways it reads.
//!
//! Plain data. Nothing here reads a body.

/// How a [`Parser`](crate::Parser) or a [`Tokenizer`](crate::xml::Tokenizer) reads.
///
/// It is fixed when the parser is built. Start from the default and change fields:
///
/// ```
/// use ews_notifications::{Config, Parser};
///
/// let mut config = Config::default();
/// config.limits.body_bytes = 1 << 20;
/// let parser = Parser::with_config(config);
/// # let _ = parser;
/// ```
///
/// `kernel`, `predict` and `heads` are for tests, benchmarks and measurements: they change how fast a
/// body is read, never what is read or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Config {
    /// The most that one body may ask for. Default: [`Limits::default`].
    pub limits: Limits,

    /// What happens to a reference to a character that XML 1.0 forbids, such as `&#xB;`. Default:
    /// [`IllegalReferences::Refuse`], which leads to
    /// [`ErrorKind::IllegalReference`](crate::ErrorKind::IllegalReference).
    pub illegal_references: IllegalReferences,

    /// The vector instructions to read with. Default: `None`, the best that the machine has. One that
    /// it does not have is read as `None`; [`Parser::kernel`](crate::Parser::kernel) tells.
    pub kernel: Option<Kernel>,

    /// Whether a [`Parser`](crate::Parser) compares a message with the tags that servers write, in the
    /// order in which they write them, before it reads it as any XML. Default: `true`.
    pub predict: bool,

    /// How many heads a [`Parser`](crate::Parser) remembers. What a server writes up to the first
    /// Notification is nearly the same in all its messages, and need not be read again unless something
    /// behind it is not as predicted, so it is of use only with [`predict`](Self::predict). A message without
    /// Notification, such as the heartbeat of a stream, is remembered whole. One for each
    /// server, or group of servers of one build, that posts to the same parser. 0 turns learning off. Default:
    /// 8, so that a stray message does not push out the head of one of a few servers. At most 8 KiB of the
    /// bodies and some state are kept for each.
    pub heads: u8,
}

impl Config {
    /// Default of [`Config::heads`].
    pub const HEADS: u8 = 8;
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            illegal_references: IllegalReferences::default(),
            kernel: None,
            predict: true,
            heads: Self::HEADS,
        }
    }
}

/// A kernel: the instructions by which bytes are looked at several at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// Any machine: a byte at a time.
    Scalar,
    /// x86-64: 16 bytes at a time.
    Sse2,
    /// x86-64 with AVX2, BMI1 and BMI2: 32 bytes at a time. Without the feature `std` it is not
    /// detected, and is there only where the crate is compiled for it.
    Avx2,
}

/// What to do with a reference to a character that XML 1.0 forbids (production `[2] Char`).
///
/// Exchange is known to write such references, for example `&#x0;` or `&#xB;`, into message texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IllegalReferences {
    /// The body is malformed: [`ErrorKind::IllegalReference`](crate::ErrorKind::IllegalReference).
    #[default]
    Refuse,
    /// The reference reads as U+FFFD and is counted in
    /// [`Stats::references_replaced`](crate::Stats::references_replaced).
    Replace,
}

/// The most that one body may ask for.
///
/// Each limit is the largest value that is accepted; one more is an error of
/// [`ErrorClass::Limit`](crate::ErrorClass::Limit). Whatever the limits, a body of 4 GiB or more is
/// refused, because positions in it are kept in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the whole body. Checked before the first byte is read. Default: 16 MiB. Past it:
    /// [`ErrorKind::BodyLimit`](crate::ErrorKind::BodyLimit). A web framework reads the body before, up to a limit of
    /// its own that is often lower: set it to the same.
    pub body_bytes: usize,

    /// Elements open at once, the root included. Default: 64. Past it:
    /// [`ErrorKind::DepthLimit`](crate::ErrorKind::DepthLimit).
    pub depth: usize,

    /// Attributes of one start tag, namespace declarations included. Default: 256. Past it:
    /// [`ErrorKind::AttributeLimit`](crate::ErrorKind::AttributeLimit).
    pub attributes: usize,

    /// Namespace declarations in scope at once (bindings of a prefix or the default). Default: 128. Past it:
    /// [`ErrorKind::BindingLimit`](crate::ErrorKind::BindingLimit).
    pub bindings: usize,

    /// Events of one message. Its responses are held to the same number, and so are its notifications, and
    /// its values, those of MessageXml and ErrorSubscriptionIds.
    /// Default: 10,000. Past it: [`ErrorKind::EventLimit`](crate::ErrorKind::EventLimit).
    pub events: usize,

    /// Bytes of one name, its prefix included. Default: 1,024. Past it:
    /// [`ErrorKind::NameLimit`](crate::ErrorKind::NameLimit).
    pub name_bytes: usize,
}

impl Limits {
    /// Default of [`Limits::body_bytes`].
    pub const BODY_BYTES: usize = 16 << 20;
    /// Default of [`Limits::depth`].
    pub const DEPTH: usize = 64;
    /// Default of [`Limits::attributes`].
    pub const ATTRIBUTES: usize = 256;
    /// Default of [`Limits::bindings`].
    pub const BINDINGS: usize = 128;
    /// Default of [`Limits::events`].
    pub const EVENTS: usize = 10_000;
    /// Default of [`Limits::name_bytes`].
    pub const NAME_BYTES: usize = 1_024;

    /// No limit but the 4 GiB that positions can name. For tools that read trusted files; time stays
    /// linear in the body, memory does too.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self {
            body_bytes: usize::MAX,
            depth: usize::MAX,
            attributes: usize::MAX,
            bindings: usize::MAX,
            events: usize::MAX,
            name_bytes: usize::MAX,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: Self::BODY_BYTES,
            depth: Self::DEPTH,
            attributes: Self::ATTRIBUTES,
            bindings: Self::BINDINGS,
            events: Self::EVENTS,
            name_bytes: Self::NAME_BYTES,
        }
    }
}
