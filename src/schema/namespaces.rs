//! The namespaces of the vocabulary, and what each means to the grammar.

use crate::xml::Namespace;

/// The namespaces of the vocabulary. Servers write `http://`. Some pages of Microsoft's documentation print
/// `https://`, so those of EWS are known by both.
pub(crate) const NAMESPACES: &[&str; 8] = &[
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
    "http://schemas.microsoft.com/exchange/services/2006/messages",
    "https://schemas.microsoft.com/exchange/services/2006/messages",
    "http://schemas.microsoft.com/exchange/services/2006/types",
    "https://schemas.microsoft.com/exchange/services/2006/types",
    "http://schemas.microsoft.com/exchange/services/2006/errors",
    "https://schemas.microsoft.com/exchange/services/2006/errors",
];

const SOAP_11: Namespace = Namespace::known(0);
const SOAP_12: Namespace = Namespace::known(1);
const MESSAGES: Namespace = Namespace::known(2);
const MESSAGES_HTTPS: Namespace = Namespace::known(3);
const TYPES: Namespace = Namespace::known(4);
const TYPES_HTTPS: Namespace = Namespace::known(5);
const ERRORS: Namespace = Namespace::known(6);
const ERRORS_HTTPS: Namespace = Namespace::known(7);

/// The role of a namespace in the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    Soap11,
    Soap12,
    Messages,
    Types,
    /// Of what Exchange adds to the detail of a fault.
    Errors,
    /// That of the children of a SOAP 1.1 fault.
    NoNamespace,
}

/// Whether a namespace is one of EWS, of whatever version and part, even if its name is written a little wrong. Looks at a
/// few bytes of the name, because an unknown element may have a long one.
pub(crate) fn is_of_ews(uri: &str) -> bool {
    const STEM: &[u8] = b"schemas.microsoft.com/exchange";
    /// The most bytes before it: `https://`, and perhaps a space or a few letters.
    const BEFORE: usize = 16;
    let mut candidates = uri.as_bytes().windows(STEM.len()).take(BEFORE + 1);
    candidates.any(|candidate| candidate.eq_ignore_ascii_case(STEM))
}

impl Vocabulary {
    pub(crate) const fn of(namespace: Namespace) -> Option<Self> {
        match namespace {
            SOAP_11 => Some(Self::Soap11),
            SOAP_12 => Some(Self::Soap12),
            MESSAGES | MESSAGES_HTTPS => Some(Self::Messages),
            TYPES | TYPES_HTTPS => Some(Self::Types),
            ERRORS | ERRORS_HTTPS => Some(Self::Errors),
            Namespace::NONE => Some(Self::NoNamespace),
            _ => None,
        }
    }

    /// The name of the namespace as servers write it. Empty for no namespace.
    pub(crate) fn name(self) -> &'static str {
        let mut names = NAMESPACES.iter().zip(0..);
        let is_it = |(_, at): &(&&str, u32)| Self::of(Namespace::known(*at)) == Some(self);
        names.find(is_it).map_or("", |(name, _)| name)
    }
}

/// The vocabulary of each of [`NAMESPACES`] that a message without a fault has.
pub(crate) const VOCABULARIES: [(&str, Vocabulary); 6] = {
    use Vocabulary::{Messages, Soap11, Soap12, Types};
    let [
        soap11,
        soap12,
        messages,
        messages_https,
        types,
        types_https,
        ..,
    ] = *NAMESPACES;
    [
        (soap11, Soap11),
        (soap12, Soap12),
        (messages, Messages),
        (messages_https, Messages),
        (types, Types),
        (types_https, Types),
    ]
};

/// Whether this is a namespace of SOAP.
pub(crate) const fn is_soap(namespace: Namespace) -> bool {
    matches!(
        Vocabulary::of(namespace),
        Some(Vocabulary::Soap11 | Vocabulary::Soap12)
    )
}

/// Whether this is the namespace of the children of a Notification.
pub(crate) const fn is_types(namespace: Namespace) -> bool {
    matches!(Vocabulary::of(namespace), Some(Vocabulary::Types))
}
