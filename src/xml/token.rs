//! What the tokenizer hands out: names, texts and tokens, all borrowed from the body.

use alloc::borrow::Cow;
use alloc::string::ToString;
use core::fmt;

/// One step through a document, in document order.
///
/// `'b` is the body: tokens outlive the tokenizer. White space outside the root element and the XML
/// declaration are no tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Token<'b> {
    /// `[40] STag` or `[44] EmptyElemTag`. Its attributes are in
    /// [`Tokenizer::attributes`](super::Tokenizer::attributes) until the next token is asked for.
    StartTag(Name<'b>),
    /// `[42] ETag`. Follows an empty-element tag as well, so that tags always come in pairs.
    EndTag(Name<'b>),
    /// A run of `[14] CharData` and references, up to the next `<`. Never empty.
    Text(Text<'b>),
    /// The inside of a `[18] CDSect`.
    CData(Text<'b>),
    /// The inside of a `[15] Comment`.
    Comment(Text<'b>),
    /// `[16] PI`.
    ProcessingInstruction {
        /// `[17] PITarget`.
        target: &'b str,
        /// What follows the white space after the target, up to `?>`.
        data: Text<'b>,
    },
}

/// The name of an element or attribute: NS `[7] QName` with the namespace it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'b> {
    pub(super) prefix: &'b str,
    pub(super) local: &'b str,
    pub(super) namespace: Namespace,
}

impl<'b> Name<'b> {
    /// What stands before the colon; empty where there is none.
    #[must_use]
    pub const fn prefix(&self) -> &'b str {
        self.prefix
    }

    /// What stands after the colon, or the whole name.
    #[must_use]
    pub const fn local(&self) -> &'b str {
        self.local
    }

    /// The length as it is written, in bytes.
    pub(crate) const fn len(&self) -> usize {
        let colon = !self.prefix.is_empty() as usize;
        self.prefix.len() + colon + self.local.len()
    }

    /// The namespace that the prefix, or its absence, stands for at this place.
    #[must_use]
    pub const fn namespace(&self) -> Namespace {
        self.namespace
    }

    /// Whether this is `local` in no namespace.
    #[must_use]
    pub fn is_unqualified(&self, local: &str) -> bool {
        self.namespace == Namespace::NONE && self.local == local
    }
}

/// A namespace as a small number: comparing two is comparing their names, while both are in scope.
///
/// [`Tokenizer::namespace_name`](super::Tokenizer::namespace_name) gives the name (the URI).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Namespace(pub(super) u32);

impl Namespace {
    /// No namespace.
    pub const NONE: Self = Self(0);
    /// `http://www.w3.org/XML/1998/namespace`, which the prefix `xml` stands for always.
    pub const XML: Self = Self(1);
    /// `http://www.w3.org/2000/xmlns/`, which the prefix `xmlns` stands for always.
    pub const XMLNS: Self = Self(2);
    /// The number of the first namespace of the list that the buffers know.
    pub(super) const FIRST_KNOWN: u32 = 3;

    /// The namespace at this position of the list given to
    /// [`Buffers::knowing`](super::Buffers::knowing). Past the end of the list it is none in
    /// particular.
    #[must_use]
    pub const fn known(position: u32) -> Self {
        Self(Self::FIRST_KNOWN.saturating_add(position))
    }
}

/// Text as it stands in the body, and as it reads: line ends normalised (XML 1.0, 2.11), references
/// replaced (4.4), white space of attribute values normalised (3.3.3).
///
/// `Display` writes the text as it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'b> {
    raw: &'b str,
    form: Form,
}

/// How a raw text differs from what it reads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Not at all.
    Verbatim,
    /// In its line ends, perhaps.
    Unparsed,
    /// In its line ends and references.
    CharData,
    /// In its white space and references.
    AttValue,
}

impl<'b> Text<'b> {
    pub(super) const fn new(raw: &'b str, form: Form) -> Self {
        Self { raw, form }
    }

    /// The bytes of the body.
    #[must_use]
    pub const fn raw(&self) -> &'b str {
        self.raw
    }

    /// The text, if it stands in the body as it reads. Almost all text does.
    #[must_use]
    pub fn verbatim(&self) -> Option<&'b str> {
        let verbatim = match self.form {
            Form::Verbatim => true,
            Form::Unparsed => !self.raw.contains('\r'),
            Form::CharData | Form::AttValue => false,
        };
        verbatim.then_some(self.raw)
    }

    /// The text as it reads: borrowed where it can be, allocated where not.
    #[must_use]
    pub fn to_str(&self) -> Cow<'b, str> {
        match self.verbatim() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.to_string()),
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special: &[char] = match self.form {
            Form::Verbatim => return f.write_str(self.raw),
            Form::Unparsed => &['\r'],
            Form::CharData => &['\r', '&'],
            Form::AttValue => &['\r', '\n', '\t', '&'],
        };
        let mut rest = self.raw;
        while let Some((verbatim, from)) =
            rest.find(special).and_then(|at| rest.split_at_checked(at))
        {
            f.write_str(verbatim)?;
            rest = if let Some((reference, behind)) = super::reference::split(from) {
                fmt::Write::write_char(f, reference.unwrap_or(char::REPLACEMENT_CHARACTER))?;
                behind
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

/// An attribute of the current start tag, other than a namespace declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'b> {
    pub(super) name: Name<'b>,
    pub(super) value: Text<'b>,
    pub(super) offset: usize,
    pub(super) value_offset: usize,
}

impl<'b> Attribute<'b> {
    /// The name. Without a prefix it is in no namespace, whatever the default is (NS 6.2).
    #[must_use]
    pub const fn name(&self) -> Name<'b> {
        self.name
    }

    /// The value, without its quotes.
    #[must_use]
    pub const fn value(&self) -> Text<'b> {
        self.value
    }

    /// The byte of the body at which the name begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The byte of the body at which the value begins, behind its quote.
    #[must_use]
    pub const fn value_offset(&self) -> usize {
        self.value_offset
    }
}
