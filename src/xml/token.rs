//! The public types for tokens, names and text. All borrow from the body.
//!
//! Uses `reference` to replace references. The tokenizer has checked everything before it makes these types.

use alloc::borrow::Cow;
use alloc::string::ToString;
use core::fmt;

use crate::scan::Span;

/// A token of a document. [`Tokenizer`](super::Tokenizer) returns them in document order.
///
/// `'b` is the lifetime of the body, so tokens may outlive the tokenizer. There are no tokens for the XML
/// declaration and for white space outside the root element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Token<'b> {
    /// A start tag (`[40] STag`) or an empty-element tag (`[44] EmptyElemTag`).
    /// [`Tokenizer::attributes`](super::Tokenizer::attributes) returns its attributes until the next start tag is
    /// read.
    StartTag(Name<'b>),
    /// An end tag (`[42] ETag`). An empty-element tag is followed by one too, so start and end tags are paired.
    EndTag(Name<'b>),
    /// Character data and references up to the next `<` (`[14] CharData`, `[67] Reference`). Never empty.
    Text(Text<'b>),
    /// The content of a CDATA section (`[18] CDSect`).
    CData(Text<'b>),
    /// The content of a comment (`[15] Comment`).
    Comment(Text<'b>),
    /// A processing instruction (`[16] PI`).
    ProcessingInstruction {
        /// The target (`[17] PITarget`).
        target: &'b str,
        /// The text up to `?>`, without the white space after the target.
        data: Text<'b>,
    },
}

/// The name of an element or attribute (NS `[7] QName`), with its namespace.
#[derive(Clone, Copy)]
pub struct Name<'b> {
    /// The start of the body, including the name.
    body: &'b str,
    qname: QName,
    namespace: Namespace,
}

/// NS `[7] QName`, as positions in the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct QName {
    pub(super) start: u32,
    /// The start of the local part: the start of the name, or the position after its colon.
    pub(super) local_start: u32,
    pub(super) end: u32,
}

impl QName {
    #[inline(always)]
    pub(super) fn new(start: usize, local_start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            local_start: local_start as u32,
            end: end as u32,
        }
    }

    pub(super) const fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    pub(super) const fn has_prefix(self) -> bool {
        self.local_start > self.start
    }

    #[inline(always)]
    pub(super) fn local(self) -> Span {
        Span::new(self.local_start as usize, self.end as usize)
    }

    #[inline(always)]
    pub(super) fn prefix(self) -> Span {
        let end = self.local_start - u32::from(self.has_prefix());
        Span::new(self.start as usize, end as usize)
    }
}

impl<'b> Name<'b> {
    #[inline(always)]
    pub(super) const fn new(body: &'b str, qname: QName, namespace: Namespace) -> Self {
        Self {
            body,
            qname,
            namespace,
        }
    }

    /// The prefix, without the colon. Empty if the name has no prefix.
    #[must_use]
    #[inline]
    pub fn prefix(&self) -> &'b str {
        self.qname.prefix().of(self.body)
    }

    /// The local part: the text after the colon, or the whole name if there is no colon.
    #[must_use]
    #[inline]
    pub fn local(&self) -> &'b str {
        self.qname.local().of(self.body)
    }

    /// The length of the name in the body, in bytes, with its prefix and colon.
    pub(crate) const fn len(&self) -> usize {
        self.qname.len()
    }

    /// The namespace of the name, by the declarations in scope here.
    #[must_use]
    #[inline]
    pub const fn namespace(&self) -> Namespace {
        self.namespace
    }

    /// Whether the name is `local` in no namespace.
    #[must_use]
    #[inline]
    pub fn is_unqualified(&self, local: &str) -> bool {
        self.namespace == Namespace::NONE && self.local() == local
    }
}

/// Two names are equal if they are written alike and have the same namespace.
impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        let parts = |name: &Self| (name.namespace, name.prefix(), name.local());
        parts(self) == parts(other)
    }
}

impl Eq for Name<'_> {}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Name")
            .field("prefix", &self.prefix())
            .field("local", &self.local())
            .field("namespace", &self.namespace)
            .finish()
    }
}

/// A namespace, as a small number that is cheap to compare.
///
/// Two are equal exactly if the namespace names (the URIs) are, as long as both are in scope. After a scope has
/// closed, its numbers may be reused. [`Tokenizer::namespace_name`](super::Tokenizer::namespace_name) returns the
/// name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Namespace(pub(super) u32);

impl Namespace {
    /// No namespace.
    pub const NONE: Self = Self(0);
    /// `http://www.w3.org/XML/1998/namespace`, always bound to the prefix `xml`.
    pub const XML: Self = Self(1);
    /// `http://www.w3.org/2000/xmlns/`, always bound to the prefix `xmlns`.
    pub const XMLNS: Self = Self(2);
    /// The number of the first namespace with a fixed number.
    pub(super) const FIRST_KNOWN: u32 = 3;

    /// The namespace at this position of the list given to
    /// [`Buffers::with_known_namespaces`](super::Buffers::with_known_namespaces). A position after the end of the
    /// list denotes no particular namespace.
    #[must_use]
    #[inline]
    pub const fn known(position: u32) -> Self {
        Self(Self::FIRST_KNOWN.saturating_add(position))
    }
}

/// Text of the body, raw and normalised.
///
/// Normalised text has its line ends normalised (XML 1.0, section 2.11) and its references replaced (4.4). In
/// attribute values white space is normalised too (3.3.3). `Display` writes the normalised text, without an
/// allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'b> {
    raw: &'b str,
    form: Form,
}

/// How raw text may differ from normalised text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Does not differ.
    Verbatim,
    /// In line ends. There may be none that differ.
    Unparsed,
    /// In line ends and references.
    CharData,
    /// In white space and references.
    AttValue,
}

impl<'b> Text<'b> {
    pub(super) const fn new(raw: &'b str, form: Form) -> Self {
        Self { raw, form }
    }

    /// The text as written in the body. Borrows from the body.
    #[must_use]
    #[inline]
    pub const fn raw(&self) -> &'b str {
        self.raw
    }

    /// The text borrowed from the body, if raw and normalised text are equal. They nearly always are.
    #[must_use]
    #[inline]
    pub fn verbatim(&self) -> Option<&'b str> {
        let verbatim = match self.form {
            Form::Verbatim => true,
            Form::Unparsed => !self.raw.contains('\r'),
            Form::CharData | Form::AttValue => false,
        };
        verbatim.then_some(self.raw)
    }

    /// The text without the white space around it in the body. White space that is written as references stays: the caller
    /// trims again after decoding.
    pub(crate) fn trimmed(self) -> Self {
        let raw = trim_space(self.raw);
        let form = match raw.contains(['&', '\t', '\n', '\r']) {
            true => self.form,
            false => Form::Verbatim,
        };
        Self { raw, form }
    }

    /// The normalised text: borrowed from the body if [`verbatim`](Self::verbatim) is `Some`, otherwise allocated.
    #[must_use]
    #[inline]
    pub fn to_str(&self) -> Cow<'b, str> {
        match self.verbatim() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.to_string()),
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_special = |byte| match (self.form, byte) {
            (Form::Verbatim, _) => false,
            (_, b'\r') | (Form::CharData | Form::AttValue, b'&') => true,
            _ => self.form == Form::AttValue && matches!(byte, b'\n' | b'\t'),
        };
        let mut rest = self.raw;
        let find = |text: &str| text.bytes().position(is_special);
        while let Some((verbatim, from)) = find(rest).and_then(|at| rest.split_at_checked(at)) {
            f.write_str(verbatim)?;
            rest = if let Some((reference, after)) = super::reference::split(from) {
                fmt::Write::write_char(f, reference.unwrap_or(char::REPLACEMENT_CHARACTER))?;
                after
            } else {
                f.write_str(if self.form == Form::AttValue {
                    " "
                } else {
                    "\n"
                })?;
                from.strip_prefix("\r\n")
                    .or(from.get(1..))
                    .unwrap_or_default()
            };
        }
        f.write_str(rest)
    }
}

/// The text without the white space (`[3] S`) around it. Of ASCII white space only the form feed is not in `S`. It is no
/// character of XML.
#[inline(always)]
pub(crate) fn trim_space(text: &str) -> &str {
    text.trim_ascii()
}

/// An attribute of a start tag (`[41] Attribute`) that is not a namespace declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'b> {
    name: Name<'b>,
    value: Span,
    form: Form,
}

impl<'b> Attribute<'b> {
    #[inline(always)]
    pub(super) const fn new(name: Name<'b>, value: Span, form: Form) -> Self {
        Self { name, value, form }
    }

    /// The name. Without a prefix it is in no namespace: the default namespace does not apply (NS section 6.2).
    #[must_use]
    #[inline]
    pub const fn name(&self) -> Name<'b> {
        self.name
    }

    /// The value (`[10] AttValue`), without its quotes.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Text<'b> {
        Text::new(self.value.of(self.name.body), self.form)
    }

    /// The offset of the name, in bytes from the start of the body.
    #[must_use]
    #[inline]
    pub const fn offset(&self) -> usize {
        self.name.qname.start as usize
    }

    /// The offset of the value after its opening quote, in bytes from the start of the body.
    #[must_use]
    #[inline]
    pub fn value_offset(&self) -> usize {
        self.value.start()
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name())
            .field("value", &self.value())
            .finish_non_exhaustive()
    }
}
