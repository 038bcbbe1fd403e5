//! What can be wrong with a body, where, and how to say it to the person who runs the gateway.
//!
//! An [`Error`] is a kind and a byte offset. Line, column and an excerpt are worked out from the body on request, by
//! [`Error::describe`].

use alloc::string::String;
use core::fmt;

/// Why a body was refused, and where. It holds no byte of the body, so it may be logged.
///
/// Every byte before [`offset`](Self::offset) has been read and is valid UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The class of the kind: short for `self.kind().class()`.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        self.kind.class()
    }

    /// The byte of the body at which it is wrong, from 0 to the body's length. What is wrong with a
    /// name (an element that may not stand there, an unbound prefix) is at the name's first byte;
    /// what is missing because the body ends is at its end.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Line, column and the text around the place, worked out from the body that was refused.
    ///
    /// Reads the body up to the offset and allocates: for the log, not for the hot path. The result
    /// shows some 80 characters of the body, so treat it as the body itself is treated. Another
    /// body gives another description, not a panic.
    ///
    /// ```
    /// use ews_notifications::Parser;
    ///
    /// let body = b"<Envelope>\n  <Body/>\n</Envelop>";
    /// let error = Parser::new().parse(body).unwrap_err();
    /// let place = error.describe(body);
    /// assert_eq!((place.line, place.column), (1, 2));
    /// assert_eq!(place.excerpt, "<Envelope>");
    /// eprintln!("{place}\n{}\n{:>2$}", place.excerpt, "^", place.caret + 1);
    /// ```
    #[must_use]
    pub fn describe(&self, body: &[u8]) -> Description {
        Description::new(self, body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for Error {}

/// As [`std::io::ErrorKind::InvalidData`], with the error as its source.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, error)
    }
}

/// The four reasons to refuse a body, for metrics and for the choice of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Not well-formed by XML 1.0 or Namespaces in XML 1.0: no conforming, namespace-aware parser takes it.
    Malformed,
    /// XML that this crate refuses on purpose: a DOCTYPE, an encoding other than UTF-8.
    Unsupported,
    /// More than a limit of [`Limits`](crate::Limits) allows.
    Limit,
    /// Well-formed XML that is no notification message, or one with a value outside its type.
    Schema,
}

/// In small letters, such as `malformed`.
impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit",
            Self::Schema => "schema",
        })
    }
}

/// What is wrong, one kind for each production or constraint that can be broken.
///
/// Numbers in brackets are productions of [XML 1.0, fifth edition](https://www.w3.org/TR/xml/);
/// NS stands for [Namespaces in XML 1.0](https://www.w3.org/TR/xml-names/), third edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    // Malformed: characters and encoding.
    /// Bytes that are no UTF-8 sequence (Unicode, table 3-7).
    InvalidUtf8,
    /// A character outside `[2] Char`, such as U+000B or U+FFFE.
    IllegalChar,

    // Malformed: the document.
    /// The body ends inside a tag, a comment, a CDATA section or another construct.
    UnexpectedEnd,
    /// The body ends while elements are open (`[39] element`).
    UnclosedElement,
    /// A stream ends inside an envelope. Of [`frame`](crate::frame) alone.
    UnfinishedEnvelope,
    /// No root element: an empty body, or nothing but comments (`[1] document`).
    NoRoot,
    /// A second element after the root element (`[1] document`).
    SecondRoot,
    /// Text, a CDATA section or a reference outside the root element (`[1] document`, `[27] Misc`).
    TextOutsideRoot,

    // Malformed: the XML declaration.
    /// The XML declaration does not have the form of `[23] XMLDecl`.
    Declaration,
    /// A version other than `1.` and digits (`[26] VersionNum`).
    DeclarationVersion,
    /// An encoding name outside `[81] EncName`.
    DeclarationEncoding,
    /// A standalone declaration other than `yes` or `no` (`[32] SDDecl`).
    DeclarationStandalone,
    /// A processing instruction named `xml` in any case: reserved, and an XML declaration stands
    /// only at the very start (`[17] PITarget`).
    ReservedTarget,

    // Malformed: markup other than tags.
    /// A processing instruction without a proper target, or with a colon in it (`[16] PI`, NS 7).
    ProcessingInstruction,
    /// `--` inside a comment, or `--->` at its end (`[15] Comment`).
    CommentHyphens,
    /// `<!` that opens neither a comment nor a CDATA section nor a DOCTYPE.
    Markup,
    /// `]]>` in character data (`[14] CharData`).
    CDataEnd,

    // Malformed: names and tags.
    /// No name where one must stand, or one that begins with a character outside `[4] NameStartChar`.
    Name,
    /// A colon at the start or the end of a name, or a second one (NS `[7] QName`).
    QName,
    /// Something other than an attribute, `>` or `/>` in a start tag (`[40] STag`, `[44] EmptyElemTag`).
    StartTag,
    /// Something other than white space and `>` after the name of an end tag (`[42] ETag`).
    EndTag,
    /// An end tag with another name than the start tag (WFC: Element Type Match).
    EndTagMismatch,
    /// An attribute without white space before it (`[40] STag`).
    AttributeSpace,
    /// An attribute name without `=` (`[41] Attribute`).
    AttributeEquals,
    /// An attribute value without quotes (`[10] AttValue`).
    AttributeQuote,
    /// `<` in an attribute value (WFC: No `<` in Attribute Values).
    AttributeLessThan,
    /// The same attribute twice, by expanded name (WFC: Unique Att Spec; NS 6.3).
    DuplicateAttribute,

    // Malformed: references.
    /// `&` that begins no reference, or a reference without `;` (`[66] CharRef`, `[68] EntityRef`).
    Reference,
    /// A reference to a character outside `[2] Char` (WFC: Legal Character).
    IllegalReference,
    /// A reference to an entity other than the five predefined ones (WFC: Entity Declared).
    UndefinedEntity,

    // Malformed: namespaces.
    /// A prefix without a declaration in scope (NSC: Prefix Declared).
    UnboundPrefix,
    /// `xmlns:p=""`: a prefix cannot be undeclared (NSC: No Prefix Undeclaring).
    PrefixUndeclaring,
    /// The prefix `xmlns` on an element or in a declaration, or `xml` bound to another namespace
    /// (NSC: Reserved Prefixes and Namespace Names).
    ReservedPrefix,
    /// The namespace of `xml` or `xmlns` bound to another prefix or made the default
    /// (NSC: Reserved Prefixes and Namespace Names).
    ReservedNamespace,

    // Unsupported.
    /// A document type declaration. Refused always: it is where entity expansion and external
    /// fetches come from, and no Exchange server writes one.
    Doctype,
    /// An encoding other than UTF-8, declared or seen from the first bytes.
    Encoding,

    // Limit.
    /// A body longer than [`Limits::body_bytes`](crate::Limits::body_bytes), refused unread.
    BodyLimit,
    /// More open elements than [`Limits::depth`](crate::Limits::depth).
    DepthLimit,
    /// More attributes in a tag than [`Limits::attributes`](crate::Limits::attributes).
    AttributeLimit,
    /// More namespace declarations in scope than [`Limits::bindings`](crate::Limits::bindings).
    BindingLimit,
    /// A name longer than [`Limits::name_bytes`](crate::Limits::name_bytes).
    NameLimit,
    /// More events, responses, notifications or values (of MessageXml and ErrorSubscriptionIds) than
    /// [`Limits::events`](crate::Limits::events).
    EventLimit,

    // Schema.
    /// The root is an `Envelope`, but in no SOAP namespace.
    EnvelopeNamespace,
    /// The operation is not in the namespace of EWS messages.
    OperationNamespace,
    /// Another operation than `SendNotification`, `GetEventsResponse` and `GetStreamingEventsResponse`, in a
    /// Body also than SOAP's `Fault`; as the root also than `Envelope`.
    UnexpectedOperation,
    /// The SOAP Envelope holds no Body in its own namespace.
    MissingBody,
    /// The SOAP Body holds no operation.
    MissingOperation,
    /// A single-valued element a second time; two readers could disagree on which one counts.
    RepeatedElement,
    /// An element inside one that holds text or nothing.
    ElementInLeaf,
    /// An item or folder id without its `Id` attribute.
    MissingId,
    /// A Notification without SubscriptionId.
    MissingSubscriptionId,
    /// Text outside `xs:boolean`: `true`, `false`, `1` or `0`.
    InvalidBoolean,
    /// Text outside `xs:int`: digits with an optional sign, from -2147483648 to 2147483647.
    InvalidInt,
}

impl ErrorKind {
    /// The class of the kind.
    #[must_use]
    pub const fn class(self) -> ErrorClass {
        self.details().0
    }

    /// The class, and the sentence that is shown to the operator.
    const fn details(self) -> (ErrorClass, &'static str) {
        use ErrorClass::{Limit, Malformed, Schema, Unsupported};
        match self {
            Self::InvalidUtf8 => (Malformed, "bytes that are not UTF-8"),
            Self::IllegalChar => (Malformed, "a character that XML does not allow"),
            Self::UnexpectedEnd => (Malformed, "the body ends in the middle of markup"),
            Self::UnclosedElement => (Malformed, "the body ends before its elements are closed"),
            Self::UnfinishedEnvelope => (Malformed, "the stream ends inside an envelope"),
            Self::NoRoot => (Malformed, "the body holds no element"),
            Self::SecondRoot => (Malformed, "a second root element"),
            Self::TextOutsideRoot => (Malformed, "text outside the root element"),
            Self::Declaration => (Malformed, "a malformed XML declaration"),
            Self::DeclarationVersion => (Malformed, "an XML version other than 1.x"),
            Self::DeclarationEncoding => (Malformed, "a malformed encoding name"),
            Self::DeclarationStandalone => (Malformed, "a standalone value other than yes or no"),
            Self::ReservedTarget => (
                Malformed,
                "an XML declaration that is not at the very start of the body",
            ),
            Self::ProcessingInstruction => (Malformed, "a malformed processing instruction"),
            Self::CommentHyphens => (Malformed, "two hyphens inside a comment"),
            Self::Markup => (Malformed, "<! that opens no comment or CDATA section"),
            Self::CDataEnd => (Malformed, "]]> in text"),
            Self::Name => (Malformed, "no valid name where one must stand"),
            Self::QName => (Malformed, "a misplaced colon in a name"),
            Self::StartTag => (
                Malformed,
                "something other than an attribute in a start tag",
            ),
            Self::EndTag => (
                Malformed,
                "something other than > after the name of an end tag",
            ),
            Self::EndTagMismatch => (Malformed, "an end tag that matches no start tag"),
            Self::AttributeSpace => (Malformed, "no white space before an attribute"),
            Self::AttributeEquals => (Malformed, "no = after the name of an attribute"),
            Self::AttributeQuote => (Malformed, "an attribute value without quotes"),
            Self::AttributeLessThan => (Malformed, "< in an attribute value"),
            Self::DuplicateAttribute => (Malformed, "an attribute that stands twice in its tag"),
            Self::Reference => (
                Malformed,
                "a malformed reference, or & not written as &amp;",
            ),
            Self::IllegalReference => (
                Malformed,
                "a reference to a character that XML does not allow",
            ),
            Self::UndefinedEntity => (Malformed, "a reference to an entity that is not defined"),
            Self::UnboundPrefix => (Malformed, "a namespace prefix that is not declared"),
            Self::PrefixUndeclaring => (Malformed, "a namespace prefix declared as empty"),
            Self::ReservedPrefix => (Malformed, "the prefix xml or xmlns used for something else"),
            Self::ReservedNamespace => (
                Malformed,
                "the namespace of xml or xmlns bound to another prefix",
            ),
            Self::Doctype => (Unsupported, "a DOCTYPE, which is refused always"),
            Self::Encoding => (Unsupported, "an encoding other than UTF-8"),
            Self::BodyLimit => (Limit, "the body is longer than the limit"),
            Self::DepthLimit => (Limit, "more open elements than the limit"),
            Self::AttributeLimit => (Limit, "more attributes in a tag than the limit"),
            Self::BindingLimit => (Limit, "more namespace declarations in scope than the limit"),
            Self::NameLimit => (Limit, "a name longer than the limit"),
            Self::EventLimit => (
                Limit,
                "more events, responses, notifications or values than the limit",
            ),
            Self::EnvelopeNamespace => (
                Schema,
                "an Envelope outside the SOAP namespaces http://schemas.xmlsoap.org/soap/envelope/ \
                 and http://www.w3.org/2003/05/soap-envelope",
            ),
            Self::OperationNamespace => (
                Schema,
                "an operation outside the namespace \
                 http://schemas.microsoft.com/exchange/services/2006/messages",
            ),
            Self::UnexpectedOperation => (
                Schema,
                "none of SendNotification, GetEventsResponse, GetStreamingEventsResponse and a SOAP fault",
            ),
            Self::MissingBody => (Schema, "an Envelope without a Body in its SOAP namespace"),
            Self::MissingOperation => (Schema, "a SOAP Body without an operation"),
            Self::RepeatedElement => (Schema, "an element that may stand only once here"),
            Self::ElementInLeaf => (Schema, "an element inside one that holds only a value"),
            Self::MissingId => (Schema, "an item or folder id without the attribute Id"),
            Self::MissingSubscriptionId => (Schema, "a Notification without SubscriptionId"),
            Self::InvalidBoolean => (Schema, "not a boolean (true, false, 1 or 0)"),
            Self::InvalidInt => (Schema, "not an integer of 32 bits"),
        }
    }

    /// Whether the offset of such an error is the first byte of a name, which is worth quoting.
    const fn is_at_name(self) -> bool {
        matches!(
            self,
            Self::AttributeLimit
                | Self::BindingLimit
                | Self::DepthLimit
                | Self::DuplicateAttribute
                | Self::ElementInLeaf
                | Self::EndTagMismatch
                | Self::EnvelopeNamespace
                | Self::EventLimit
                | Self::MissingBody
                | Self::MissingId
                | Self::MissingOperation
                | Self::MissingSubscriptionId
                | Self::NameLimit
                | Self::OperationNamespace
                | Self::PrefixUndeclaring
                | Self::RepeatedElement
                | Self::ReservedNamespace
                | Self::ReservedPrefix
                | Self::SecondRoot
                | Self::UnboundPrefix
                | Self::UnexpectedOperation
        )
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.details().1)
    }
}

/// An [`Error`] in the terms of the body it came from. Made by [`Error::describe`].
///
/// Its `Display` is `line:column: message`, and the name at the place where the error is about one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The line, from 1. LF, CR LF and CR each end a line.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// The name at the place, where the error is about a name: an unexpected operation, an element
    /// that stands twice. At most 64 characters of it, and none that [`excerpt`](Self::excerpt) does not show.
    pub name: Option<String>,
    /// The line, some 80 characters of it around the place; `…` stands for what is left out.
    /// Characters that steer what shows it (controls, separators of lines, changes of direction) are shown as
    /// spaces and bytes that are not UTF-8 as U+FFFD, so that it is one printable line.
    pub excerpt: String,
    /// How many characters of the excerpt stand before the place.
    pub caret: usize,
}

impl Description {
    /// Characters shown on each side of the place.
    const REACH: usize = 40;
    /// Characters shown of a name.
    const NAME: usize = 64;
    /// The most bytes that a character can have.
    const CHAR_BYTES: usize = 4;

    fn new(error: &Error, body: &[u8]) -> Self {
        let (before, after) = body.split_at_checked(error.offset).unwrap_or((body, &[]));
        let (line, line_start) = line_of(before, after);
        let before = before.get(line_start..).unwrap_or_default();
        let line_end = after.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let after = after
            .get(..line_end.unwrap_or(after.len()))
            .unwrap_or_default();

        let name = error.kind.is_at_name().then(|| {
            let name = leading(after, Self::NAME);
            let ends = |c: char| c.is_whitespace() || steers(c) || "=/><\"'".contains(c);
            let end = name.find(ends);
            String::from(name.get(..end.unwrap_or(name.len())).unwrap_or_default())
        });
        let (mut excerpt, mut caret) = (String::new(), column_of(before) - 1);
        if caret > Self::REACH {
            excerpt.push('…');
            caret = Self::REACH + 1;
        }
        excerpt.push_str(&trailing(before, Self::REACH));
        let shown = leading(after, Self::REACH);
        excerpt.push_str(&shown);
        if column_of(after) - 1 > Self::REACH {
            excerpt.push('…');
        }
        Self {
            kind: error.kind,
            line,
            column: column_of(before),
            name,
            excerpt: excerpt
                .chars()
                .map(|c| if steers(c) { ' ' } else { c })
                .collect(),
            caret,
        }
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.kind)?;
        match &self.name {
            Some(name) => write!(f, ": {name}"),
            None => Ok(()),
        }
    }
}

/// Whether a terminal or the viewer of a log does something else with it than to show it.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The number of the line that `before` ends in, and where that line starts.
fn line_of(before: &[u8], after: &[u8]) -> (usize, usize) {
    let next = before.iter().skip(1).chain(after.first());
    let next = next.map(Some).chain(core::iter::once(None));
    let ends = before
        .iter()
        .zip(next)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            (b'\n', _) => Some(at + 1),
            (b'\r', next) if next != Some(&b'\n') => Some(at + 1),
            _ => None,
        });
    ends.fold((1, 0), |(line, _), start| (line + 1, start))
}

/// The column after `text`: one more than its characters.
fn column_of(text: &[u8]) -> usize {
    let characters = text.iter().filter(|byte| **byte & 0xC0 != 0x80);
    1 + characters.count()
}

/// The first `count` characters of `bytes`, as text.
fn leading(bytes: &[u8], count: usize) -> String {
    let reach = bytes
        .get(..count * Description::CHAR_BYTES)
        .unwrap_or(bytes);
    String::from_utf8_lossy(reach).chars().take(count).collect()
}

/// The last `count` characters of `bytes`, as text.
fn trailing(bytes: &[u8], count: usize) -> String {
    let reach = bytes.len().saturating_sub(count * Description::CHAR_BYTES);
    let text = String::from_utf8_lossy(bytes.get(reach..).unwrap_or_default());
    let skipped = text.chars().count().saturating_sub(count);
    text.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests;
