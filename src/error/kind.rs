//! The kinds of errors: what each is, its class, its code and its message.

use core::fmt;

/// Why a body was refused, in four classes: for metrics, and to choose an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Not well-formed by XML 1.0 or Namespaces in XML 1.0: every conforming, namespace-aware parser refuses it.
    Malformed,
    /// XML that this crate always refuses: a DOCTYPE, or an encoding other than UTF-8.
    Unsupported,
    /// Exceeds one of the [`Limits`](crate::Limits).
    Limit,
    /// Well-formed XML that is not a notification message, or has a value outside of its type.
    Schema,
}

/// In lower case, such as `malformed`.
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

/// The rule that a body breaks. Each production or constraint that can be broken has one kind.
///
/// `Display` writes what was found and what was expected, such as `second root element; expected the end of the body`.
///
/// Numbers in brackets are productions of [XML 1.0, fifth edition](https://www.w3.org/TR/xml/);
/// NS means [Namespaces in XML 1.0](https://www.w3.org/TR/xml-names/), third edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    // Malformed: characters and encoding.
    /// Bytes that are not a UTF-8 sequence (Unicode, table 3-7).
    InvalidUtf8,
    /// A character outside `[2] Char`, such as U+000B or U+FFFE.
    IllegalChar,

    // Malformed: the document.
    /// The body ends inside a tag, a comment, a CDATA section or another construct.
    UnexpectedEnd,
    /// The body ends while elements are open (`[39] element`).
    UnclosedElement,
    /// A stream ends inside an envelope. Only [`frame`](crate::frame) reports it.
    UnfinishedEnvelope,
    /// No root element: the body is empty or has only comments (`[1] document`).
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
    /// A processing instruction named `xml` in any case. The name is reserved; an XML declaration is allowed
    /// only at the first byte (`[17] PITarget`).
    ReservedTarget,

    // Malformed: markup other than tags.
    /// A processing instruction without a proper target, or with a colon in it (`[16] PI`, NS 7).
    ProcessingInstruction,
    /// `--` inside a comment, or `--->` at its end (`[15] Comment`).
    CommentHyphens,
    /// `<!` that does not open a comment, a CDATA section or a DOCTYPE.
    Markup,
    /// `]]>` in character data (`[14] CharData`).
    CDataEnd,

    // Malformed: names and tags.
    /// A missing name, or one that begins with a character outside `[4] NameStartChar`.
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
    /// `&` that does not begin a reference, or a reference without `;` (`[66] CharRef`, `[68] EntityRef`).
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
    /// A document type declaration. It is always refused: it makes entity expansion and external
    /// fetches possible, and Exchange servers do not write it.
    Doctype,
    /// An encoding other than UTF-8, declared or recognized from the first bytes.
    Encoding,

    // Limit.
    /// A body longer than [`Limits::body_bytes`](crate::Limits::body_bytes), refused before it is read.
    BodyLimit,
    /// More open elements than [`Limits::depth`](crate::Limits::depth).
    DepthLimit,
    /// More attributes in a tag than [`Limits::attributes`](crate::Limits::attributes).
    AttributeLimit,
    /// More namespace declarations in scope than [`Limits::bindings`](crate::Limits::bindings).
    BindingLimit,
    /// A name longer than [`Limits::name_bytes`](crate::Limits::name_bytes), or the name of the namespace of an unknown element
    /// that the message keeps.
    NameLimit,
    /// More events, responses, notifications or values (of MessageXml and ErrorSubscriptionIds) than
    /// [`Limits::events`](crate::Limits::events).
    EventLimit,

    // Schema.
    /// An element with a known name in its place, but in another namespace than the schema has it in, such as an `Envelope`
    /// outside the namespaces of SOAP 1.1 and 1.2.
    WrongNamespace,
    /// An element other than `SendNotification`, `GetEventsResponse`, `GetStreamingEventsResponse` and, in a SOAP
    /// Body, `Fault`. A root may also be an `Envelope`.
    UnexpectedOperation,
    /// The SOAP Envelope has no Body in its own namespace.
    MissingBody,
    /// The SOAP Body has no operation.
    MissingOperation,
    /// A single-valued element a second time. Two readers could disagree on which one counts.
    RepeatedElement,
    /// An element inside one that has only text, or nothing.
    ElementInLeaf,
    /// An item or folder id without its attribute `Id`.
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

    /// The name of the kind in lower case with underscores, such as `end_tag_mismatch`: for metrics and JSON. It stays the
    /// same for as long as the kind exists.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.details().1
    }

    pub(super) const OPERATIONS: &'static str = "`SendNotification`, `GetEventsResponse`, `GetStreamingEventsResponse` or a SOAP \
            `Fault`";

    /// The defect, and the expectation. Both are the same for any body.
    pub(super) const fn message(self) -> (&'static str, &'static str) {
        let (_, _, found, expected) = self.details();
        (found, expected)
    }

    /// The likely cause and what to do, if they are the same for any body. May be empty.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::NoRoot => {
                "there is no message: the body was cut off before it, or another program sent it"
            }
            Self::Declaration
            | Self::DeclarationVersion
            | Self::DeclarationEncoding
            | Self::DeclarationStandalone => {
                "Exchange writes this line correctly: find the program that has written or changed it"
            }
            Self::Doctype => {
                "EWS writes none: if this is a page, read it; otherwise another program has sent it; \
                    possibly it is an attack"
            }
            Self::Markup | Self::Name => {
                "the text has a `<` that must be written as `&lt;`, or text of a log or a proxy was \
                    put into the body"
            }
            Self::CDataEnd => {
                "the sender did not escape the text: each `>` in it can be written as `&gt;`"
            }
            Self::Reference => {
                "the sender did not escape the text: each `&` in it must be written as `&amp;`"
            }
            Self::UndefinedEntity => {
                "XML knows only these five: the text was made for HTML, or its `&` was not \
                    written as `&amp;`"
            }
            Self::UnboundPrefix => {
                "the start of the message, which declares its prefixes, is missing or was changed: pass \
                    on the whole body"
            }
            Self::MissingBody | Self::MissingOperation => {
                "the message itself is missing: find the program on the way that removes it"
            }
            Self::RepeatedElement => {
                "nobody can tell which of the two counts: find the program on the way that writes both"
            }
            Self::ElementInLeaf => {
                "an end tag was lost, the text has a `<` that must be written as `&lt;`, or a part of \
                    another body was put in here"
            }
            Self::MissingId => {
                "nobody can tell which item or folder is meant: Exchange always writes the id, \
                    so find the program that drops it"
            }
            Self::MissingSubscriptionId => {
                "nobody can tell whose events these are: Exchange always writes the id, so \
                    find the program that drops it"
            }
            Self::InvalidBoolean | Self::InvalidInt => {
                "Exchange never writes such a value: find the program that does"
            }
            Self::AttributeLessThan => {
                "the sender did not escape the value, or its closing quote was lost"
            }
            Self::QName
            | Self::StartTag
            | Self::EndTag
            | Self::AttributeSpace
            | Self::AttributeEquals
            | Self::AttributeQuote
            | Self::DuplicateAttribute
            | Self::ProcessingInstruction
            | Self::CommentHyphens
            | Self::PrefixUndeclaring
            | Self::ReservedPrefix
            | Self::ReservedNamespace => {
                "Exchange does not write this: find the program that wrote or changed the body"
            }
            _ => "",
        }
    }

    /// Class, code, and the two parts of the message. A [`Description`](super::Description) has better ones if the body tells
    /// more.
    const fn details(self) -> (ErrorClass, &'static str, &'static str, &'static str) {
        use ErrorClass::{Limit, Malformed, Schema, Unsupported};
        match self {
            Self::InvalidUtf8 => (
                Malformed,
                "invalid_utf8",
                "bytes that are not UTF-8",
                "UTF-8, the only supported encoding",
            ),
            Self::IllegalChar => (
                Malformed,
                "illegal_char",
                "character that XML does not allow",
                "text without control characters, except tab and line ends",
            ),
            Self::UnexpectedEnd => (
                Malformed,
                "unexpected_end",
                "end of the body inside a tag or other markup",
                "the rest of a body that was cut off",
            ),
            Self::UnclosedElement => (
                Malformed,
                "unclosed_element",
                "end of the body inside an element",
                "the rest of a body that was cut off",
            ),
            Self::UnfinishedEnvelope => (
                Malformed,
                "unfinished_envelope",
                "end of the stream inside an envelope",
                "the rest of an envelope that was cut off",
            ),
            Self::NoRoot => (
                Malformed,
                "no_root",
                "no root element",
                "an element, not only white space and comments",
            ),
            Self::SecondRoot => (
                Malformed,
                "second_root",
                "second root element",
                "the end of the body",
            ),
            Self::TextOutsideRoot => (
                Malformed,
                "text_outside_root",
                "text outside the root element",
                "nothing but white space and comments",
            ),
            Self::Declaration => (
                Malformed,
                "declaration",
                "malformed XML declaration",
                r#"a form such as `<?xml version="1.0" encoding="utf-8"?>`"#,
            ),
            Self::DeclarationVersion => (
                Malformed,
                "declaration_version",
                "invalid XML version",
                "1.0",
            ),
            Self::DeclarationEncoding => (
                Malformed,
                "declaration_encoding",
                "malformed encoding name",
                "a name such as utf-8",
            ),
            Self::DeclarationStandalone => (
                Malformed,
                "declaration_standalone",
                "invalid standalone declaration",
                "yes or no",
            ),
            Self::ReservedTarget => (
                Malformed,
                "reserved_target",
                "XML declaration after the start of the body",
                "it at the first byte, or not at all",
            ),
            Self::ProcessingInstruction => (
                Malformed,
                "processing_instruction",
                "malformed processing instruction",
                "a name without a colon, then white space or `?>`",
            ),
            Self::CommentHyphens => (
                Malformed,
                "comment_hyphens",
                "two hyphens inside a comment",
                "`-->` at its end",
            ),
            Self::Markup => (
                Malformed,
                "markup",
                "`<!` without a comment or CDATA section",
                "`<!--` or `<![CDATA[`",
            ),
            Self::CDataEnd => (Malformed, "cdata_end", "`]]>` in text", "`]]&gt;`"),
            Self::Name => (Malformed, "name", "`<` without a name", "a name"),
            Self::QName => (
                Malformed,
                "qname",
                "misplaced colon in a name",
                "a prefix, one colon and a local name",
            ),
            Self::StartTag => (
                Malformed,
                "start_tag",
                "unexpected character in a start tag",
                "an attribute, `>` or `/>`",
            ),
            Self::EndTag => (
                Malformed,
                "end_tag",
                "unexpected character in an end tag",
                "`>` after the name",
            ),
            Self::EndTagMismatch => (
                Malformed,
                "end_tag_mismatch",
                "mismatched end tag",
                "the name of the innermost open element",
            ),
            Self::AttributeSpace => (
                Malformed,
                "attribute_space",
                "missing space before an attribute",
                "white space between attributes",
            ),
            Self::AttributeEquals => (
                Malformed,
                "attribute_equals",
                "attribute without a value",
                "`=` after its name",
            ),
            Self::AttributeQuote => (
                Malformed,
                "attribute_quote",
                "attribute value without quotes",
                "a value in quotes",
            ),
            Self::AttributeLessThan => (
                Malformed,
                "attribute_less_than",
                "`<` in an attribute value",
                "`&lt;`",
            ),
            Self::DuplicateAttribute => (
                Malformed,
                "duplicate_attribute",
                "duplicate attribute",
                "each attribute once",
            ),
            Self::Reference => (
                Malformed,
                "reference",
                "malformed reference",
                "a form such as `&lt;` or `&#60;`, or `&amp;` for the character `&`",
            ),
            Self::IllegalReference => (
                Malformed,
                "illegal_reference",
                "reference to a character that XML does not allow",
                "an allowed character; see `Config::illegal_references`",
            ),
            Self::UndefinedEntity => (
                Malformed,
                "undefined_entity",
                "reference to an undefined entity",
                "`&amp;`, `&lt;`, `&gt;`, `&apos;` or `&quot;`",
            ),
            Self::UnboundPrefix => (
                Malformed,
                "unbound_prefix",
                "undeclared namespace prefix",
                r#"a declaration `xmlns:prefix="…"` around it"#,
            ),
            Self::PrefixUndeclaring => (
                Malformed,
                "prefix_undeclaring",
                "empty namespace for a prefix",
                "the name of a namespace",
            ),
            Self::ReservedPrefix => (
                Malformed,
                "reserved_prefix",
                "misused reserved prefix",
                "another prefix than `xml` and `xmlns`, which have fixed meanings",
            ),
            Self::ReservedNamespace => (
                Malformed,
                "reserved_namespace",
                "misused reserved namespace",
                "another namespace than those of `xml` and `xmlns`, which have fixed prefixes",
            ),
            Self::Doctype => (
                Unsupported,
                "doctype",
                "document type declaration (DOCTYPE)",
                "XML without it",
            ),
            Self::Encoding => (Unsupported, "encoding", "unsupported encoding", "UTF-8"),
            Self::BodyLimit => (
                Limit,
                "body_limit",
                "body longer than the limit",
                "at most `Limits::body_bytes`",
            ),
            Self::DepthLimit => (
                Limit,
                "depth_limit",
                "elements nested deeper than the limit",
                "at most `Limits::depth`",
            ),
            Self::AttributeLimit => (
                Limit,
                "attribute_limit",
                "more attributes in a tag than the limit",
                "at most `Limits::attributes`",
            ),
            Self::BindingLimit => (
                Limit,
                "binding_limit",
                "more namespace declarations in scope than the limit",
                "at most `Limits::bindings`",
            ),
            Self::NameLimit => (
                Limit,
                "name_limit",
                "name longer than the limit",
                "at most `Limits::name_bytes`",
            ),
            Self::EventLimit => (
                Limit,
                "event_limit",
                "more events, responses, notifications or values than the limit",
                "at most `Limits::events`",
            ),
            Self::WrongNamespace => (
                Schema,
                "wrong_namespace",
                "element in the wrong namespace",
                "the namespace that SOAP or EWS has for it",
            ),
            Self::UnexpectedOperation => (
                Schema,
                "unexpected_operation",
                "unexpected operation",
                Self::OPERATIONS,
            ),
            Self::MissingBody => (
                Schema,
                "missing_body",
                "SOAP envelope without Body",
                "a `Body` in the namespace of the envelope",
            ),
            Self::MissingOperation => (
                Schema,
                "missing_operation",
                "SOAP Body without an operation",
                Self::OPERATIONS,
            ),
            Self::RepeatedElement => (
                Schema,
                "repeated_element",
                "repeated element",
                "one at most",
            ),
            Self::ElementInLeaf => (
                Schema,
                "element_in_leaf",
                "element inside a value",
                "text or an end tag",
            ),
            Self::MissingId => (
                Schema,
                "missing_id",
                "id without the attribute `Id`",
                "`Id=\"…\"` with the id",
            ),
            Self::MissingSubscriptionId => (
                Schema,
                "missing_subscription_id",
                "Notification without SubscriptionId",
                "the id of the subscription",
            ),
            Self::InvalidBoolean => (
                Schema,
                "invalid_boolean",
                "invalid boolean",
                "`true`, `false`, `1` or `0`",
            ),
            Self::InvalidInt => (
                Schema,
                "invalid_int",
                "invalid integer",
                "digits with an optional sign, from -2147483648 to 2147483647",
            ),
        }
    }

    /// Whether the offset of such an error is the first byte of a name, which the description quotes.
    pub(super) const fn is_at_name(self) -> bool {
        matches!(
            self,
            Self::AttributeLimit
                | Self::BindingLimit
                | Self::DepthLimit
                | Self::DuplicateAttribute
                | Self::ElementInLeaf
                | Self::EndTagMismatch
                | Self::EventLimit
                | Self::MissingBody
                | Self::MissingId
                | Self::MissingOperation
                | Self::MissingSubscriptionId
                | Self::NameLimit
                | Self::PrefixUndeclaring
                | Self::RepeatedElement
                | Self::ReservedNamespace
                | Self::ReservedPrefix
                | Self::SecondRoot
                | Self::UnboundPrefix
                | Self::UnexpectedOperation
                | Self::WrongNamespace
        )
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, expected) = self.message();
        write!(f, "{found}; expected {expected}")
    }
}
