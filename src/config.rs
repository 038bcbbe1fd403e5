//! The configuration of a parser: its limits, what it accepts, and which fast paths it uses.
//!
//! Plain data that is fixed when a parser is made.

/// Declares a chainable setter for each field.
macro_rules! setters {
    ($type:ident { $($field:ident: $value:ty,)+ }) => {
        impl $type {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
                #[must_use]
                pub const fn $field(mut self, $field: $value) -> Self {
                    self.$field = $field;
                    self
                }
            )+
        }
    };
}

/// The configuration of a [`Parser`](crate::Parser) or a [`Tokenizer`](crate::xml::Tokenizer).
///
/// Start from [`Config::new`] and set what differs. Each field has a setter of its name, which is `const` and returns the
/// changed configuration:
///
/// ```
/// use ews_notifications::{Config, IllegalReferences, Limits, Parser};
///
/// const CONFIG: Config = Config::new()
///     .limits(Limits::new().body_bytes(1 << 20).events(100))
///     .illegal_references(IllegalReferences::Replace);
/// let parser = Parser::with_config(CONFIG);
/// # let _ = parser;
/// ```
///
/// `kernel`, `predict` and `head_bytes` are for tests, benchmarks and measurements: they change how fast a
/// body is parsed, but neither the message nor the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Config {
    /// The limits of one body. Default: [`Limits::new`].
    pub limits: Limits,

    /// How to treat a reference to a character that XML 1.0 forbids, such as `&#xB;`. Default:
    /// [`IllegalReferences::Refuse`].
    pub illegal_references: IllegalReferences,

    /// The vector instructions to use. Default: `None`, the best ones of the machine. A kernel that the machine does not
    /// have is treated as `None`; [`Parser::kernel`](crate::Parser::kernel) returns the one in use.
    pub kernel: Option<Kernel>,

    /// Whether a [`Parser`](crate::Parser) first compares a message with the tags that servers write, in the order in which
    /// they write them. The general path parses the rest from the first difference on. Default: `true`.
    pub predict: bool,

    /// The most memory of a [`Parser`](crate::Parser) for learned heads, in bytes; 0 turns learning off. Default:
    /// 256 KiB.
    ///
    /// A head is the part of a message before the first Notification. It is nearly the same in all messages of one
    /// server, so a learned head is compared and not parsed again. A message without Notification, such as the heartbeat
    /// of a stream, is learned whole. An error is learned except for the text of its MessageXml, if that is one Value.
    /// Learning needs [`predict`](Self::predict).
    ///
    /// A head takes 1 to 1.5 KiB, and at most 9 KiB. A parser needs one head for each build of the servers that push to it,
    /// and two for each build that streams. A look-up compares one head, however many there are. At the limit no head is
    /// added, and the learned ones continue to match. After eight times as many misses as there are heads, all are
    /// forgotten, and heads are learned again from the next messages.
    pub head_bytes: usize,
}

impl Config {
    /// Default of [`Config::head_bytes`]. Enough for 200 builds of servers that push, or 80 that stream.
    pub const HEAD_BYTES: usize = 256 << 10;

    /// The default configuration.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            limits: Limits::new(),
            illegal_references: IllegalReferences::Refuse,
            kernel: None,
            predict: true,
            head_bytes: Self::HEAD_BYTES,
        }
    }
}

setters! {
    Config {
        limits: Limits,
        illegal_references: IllegalReferences,
        kernel: Option<Kernel>,
        predict: bool,
        head_bytes: usize,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// A set of vector instructions, with which a parser examines several bytes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// Any machine: a byte at a time.
    Scalar,
    /// x86-64: 16 bytes at a time.
    Sse2,
    /// x86-64 with AVX2, BMI1 and BMI2: 32 bytes at a time. Without the feature `std` it is not
    /// detected, and is available only if the crate is compiled for such a machine.
    Avx2,
    /// aarch64: 16 bytes at a time. Not available on big-endian machines, nor on targets that turn NEON off, such as
    /// `aarch64-unknown-none-softfloat`.
    Neon,
}

/// How to treat a reference to a character that XML 1.0 forbids (production `[2] Char`).
///
/// Exchange is known to write such references into message texts, for example `&#x0;` or `&#xB;`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IllegalReferences {
    /// The body is malformed: [`ErrorKind::IllegalReference`](crate::ErrorKind::IllegalReference).
    #[default]
    Refuse,
    /// The reference is replaced by U+FFFD and counted in
    /// [`Stats::references_replaced`](crate::Stats::references_replaced).
    Replace,
}

/// The limits of one body.
///
/// Each limit is the largest value that is accepted; one more is an error of
/// [`ErrorClass::Limit`](crate::ErrorClass::Limit). A body of 4 GiB or more is always refused, because positions are
/// stored in 32 bits. Each field has a setter of its name, see [`Config`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the whole body, checked before the first byte is read. Default: 16 MiB. Above it:
    /// [`ErrorKind::BodyLimit`](crate::ErrorKind::BodyLimit). A web framework reads the body first, up to a limit of
    /// its own that is often lower. Set both to the same value.
    pub body_bytes: usize,

    /// Open elements, including the root. Default: 64. Above it:
    /// [`ErrorKind::DepthLimit`](crate::ErrorKind::DepthLimit).
    pub depth: usize,

    /// Attributes of one start tag, including namespace declarations. Default: 256. Above it:
    /// [`ErrorKind::AttributeLimit`](crate::ErrorKind::AttributeLimit).
    pub attributes: usize,

    /// Namespace declarations in scope, of prefixes and of the default namespace. Default: 128. Above it:
    /// [`ErrorKind::BindingLimit`](crate::ErrorKind::BindingLimit).
    pub bindings: usize,

    /// Events of one message. The same number limits its responses, its notifications, its header blocks in
    /// [`must_understand`](crate::Message::must_understand), and the values of its MessageXml and ErrorSubscriptionIds.
    /// Default: 10,000. Above it: [`ErrorKind::EventLimit`](crate::ErrorKind::EventLimit).
    pub events: usize,

    /// Bytes of one name, including its prefix, and of the name of the namespace of an unknown event or a listed header
    /// block. Default: 1,024. Above it: [`ErrorKind::NameLimit`](crate::ErrorKind::NameLimit).
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

    /// The default limits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            body_bytes: Self::BODY_BYTES,
            depth: Self::DEPTH,
            attributes: Self::ATTRIBUTES,
            bindings: Self::BINDINGS,
            events: Self::EVENTS,
            name_bytes: Self::NAME_BYTES,
        }
    }

    /// No limits except the 4 GiB of a body. For tools that parse trusted files: time and memory stay linear in the
    /// length of the body.
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

setters! {
    Limits {
        body_bytes: usize,
        depth: usize,
        attributes: usize,
        bindings: usize,
        events: usize,
        name_bytes: usize,
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, IllegalReferences, Kernel, Limits};

    #[test]
    fn each_setter_changes_its_own_field_only() {
        const LIMITS: Limits = Limits::new()
            .body_bytes(1)
            .depth(2)
            .attributes(3)
            .bindings(4)
            .events(5)
            .name_bytes(6);
        const CONFIG: Config = Config::new()
            .limits(LIMITS)
            .illegal_references(IllegalReferences::Replace)
            .kernel(Some(Kernel::Scalar))
            .predict(false)
            .head_bytes(7);
        let limits = Limits {
            body_bytes: 1,
            depth: 2,
            attributes: 3,
            bindings: 4,
            events: 5,
            name_bytes: 6,
        };
        let config = Config {
            limits,
            illegal_references: IllegalReferences::Replace,
            kernel: Some(Kernel::Scalar),
            predict: false,
            head_bytes: 7,
        };
        assert_eq!(CONFIG, config);
    }

    #[test]
    fn new_is_the_default() {
        assert_eq!(Config::new(), Config::default());
        assert_eq!(Limits::new(), Limits::default());
        assert_eq!(Config::new().limits, Limits::new());
    }
}
