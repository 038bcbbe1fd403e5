//! The sentences of a description: the defect, the expectation, the likely cause, and a second place.
//!
//! They are for people who operate mail servers and do not know the specifications of XML. Uses the other modules of
//! `error`, and the names of `schema`.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::str::Utf8Error;

use super::context::{Context, OpenElement};
use super::foreign::{self, Foreign};
use super::printable::{grouped, is_unprintable, leading, named, shortened};
use super::{Error, ErrorClass, ErrorKind};
use crate::config::Limits;
use crate::schema;

/// The most characters of a name or another part of the body that is quoted.
pub(super) const QUOTE: usize = 64;
/// The most characters of the name of a namespace that are quoted.
const NAMESPACE: usize = 100;

/// The parts of a description that are sentences.
pub(super) struct Diagnosis {
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) hint: Option<String>,
    /// An offset, and a text about that place.
    pub(super) related: Option<(usize, String)>,
}

impl Diagnosis {
    /// With limits, the description of an exceeded limit has its value.
    pub(super) fn of(error: Error, body: &[u8], limits: Option<&Limits>) -> Self {
        let kind = error.kind();
        let foreign = Foreign::recognize(body);
        if let Some((Foreign { name, hint, .. }, part)) = foreign
            && kind != ErrorKind::BodyLimit
        {
            let found = match part {
                [] => (*name).to_owned(),
                part => format!("{name}: `{}`", shown(part)),
            };
            return Self::of_kind(kind)
                .found(found)
                .expected("a SOAP envelope (XML in UTF-8)")
                .hint(*hint);
        }
        let case = Case {
            kind,
            offset: error.offset(),
            body,
            rest: body.get(error.offset()..).unwrap_or_default(),
            context: Context::of(error, body),
        };
        let diagnosis = case.diagnose(limits);
        match (foreign, case.trace()) {
            (Some((Foreign { name, hint, .. }, _)), _) => {
                diagnosis.hint(format!("it begins like this: {name}; {hint}"))
            }
            (None, Some(trace)) => diagnosis.hint(trace),
            (None, None) => diagnosis,
        }
    }

    /// The sentences that are true for any body with this error.
    fn of_kind(kind: ErrorKind) -> Self {
        let (found, expected) = kind.message();
        Self {
            found: found.to_owned(),
            expected: expected.to_owned(),
            hint: Some(kind.hint())
                .filter(|hint| !hint.is_empty())
                .map(str::to_owned),
            related: None,
        }
    }

    fn found(mut self, found: String) -> Self {
        self.found = found;
        self
    }

    fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn related(mut self, related: Option<(usize, String)>) -> Self {
        self.related = related;
        self
    }
}

/// An error, its body, and the elements around it.
struct Case<'b> {
    kind: ErrorKind,
    offset: usize,
    body: &'b [u8],
    /// The body from the offset on.
    rest: &'b [u8],
    context: Option<Context<'b>>,
}

impl Case<'_> {
    fn diagnose(&self, limits: Option<&Limits>) -> Diagnosis {
        use ErrorKind as K;
        let name = &self.name();
        let next = self.next();
        let tag = self.in_start_tag();
        match self.kind {
            K::UnexpectedEnd | K::UnclosedElement | K::UnfinishedEnvelope => self.truncation(),
            K::InvalidUtf8 => self.invalid_utf8(),
            K::IllegalChar => self.illegal_char(),
            K::SecondRoot => self.second_root(name),
            K::TextOutsideRoot => self.text_outside_root(),
            K::ReservedTarget => self.late_declaration(),
            K::Encoding => self.encoding(),
            K::Declaration
            | K::DeclarationVersion
            | K::DeclarationEncoding
            | K::DeclarationStandalone => self.quoting(self.value()),
            K::Doctype => self.quoting(until(self.rest, b"[>\r\n")),
            K::Markup => self.quoting(until(self.rest, b">\r\n")),
            K::QName => self.quoting(until(self.rest, b" \t\r\n=/>")),
            K::Reference => self.quoting(until(self.rest, b";<>\"' \t\r\n")),
            K::UndefinedEntity => self.quoting(self.reference()),
            K::Name => self.found(format!("{next} after `<`, where a tag begins")),
            K::StartTag => self.found(format!("unexpected {next}{tag}")),
            K::EndTag => self.found(format!("unexpected {next} in an end tag")),
            K::AttributeEquals => self.found(format!("{next} after an attribute name{tag}")),
            K::AttributeQuote => self.found(format!("{next} where a value begins{tag}")),
            K::AttributeSpace | K::AttributeLessThan => {
                self.found(format!("{}{tag}", self.kind.message().0))
            }
            K::IllegalReference => self.illegal_reference(),
            K::UnboundPrefix => self.unbound_prefix(name),
            K::DuplicateAttribute => self.duplicate_attribute(name),
            K::EndTagMismatch => self.end_tag_mismatch(name),
            K::WrongNamespace => self.wrong_namespace(name),
            K::UnexpectedOperation => self.unexpected_operation(name),
            K::RepeatedElement => self.repeated_element(name),
            K::ElementInLeaf => self.element_in_leaf(name),
            K::MissingId => self.missing_id(name),
            K::MissingBody => self.found(format!("`{name}` without a Body")),
            K::MissingOperation => self.found(format!("`{name}` without a message in it")),
            K::MissingSubscriptionId => self.found(format!(
                "`{name}` without a SubscriptionId, or with an empty one"
            )),
            K::InvalidBoolean | K::InvalidInt => {
                let value = shown(until(self.rest.trim_ascii_start(), b"<\"'\r\n").trim_ascii());
                let is_attribute = self.context.as_ref().is_some_and(|it| it.tag.is_some());
                let place = if is_attribute {
                    tag
                } else {
                    self.in_innermost()
                };
                self.found(match value.as_str() {
                    "" => format!("an empty value{place}"),
                    _ => format!("the value `{value}`{place}"),
                })
            }
            _ => match LIMITS.iter().find(|limit| limit.kind == self.kind) {
                Some(limit) => self.limit(limit, limits),
                None if self.kind.is_at_name() => self.quoting(self.name_bytes()),
                None => Diagnosis::of_kind(self.kind),
            },
        }
    }

    /// The trace of a program that changed the body. `None` if the defect is in a text, which may have the same by right, or
    /// if the kind explains it.
    fn trace(&self) -> Option<&'static str> {
        use ErrorKind as K;
        let is_explained = matches!(
            self.kind,
            K::InvalidUtf8
                | K::IllegalChar
                | K::Reference
                | K::UndefinedEntity
                | K::IllegalReference
                | K::UnexpectedEnd
                | K::UnclosedElement
                | K::UnfinishedEnvelope
                | K::InvalidBoolean
                | K::InvalidInt
        );
        match self.kind.class() {
            ErrorClass::Malformed | ErrorClass::Schema if !is_explained => {
                foreign::trace(self.body, self.offset)
            }
            _ => None,
        }
    }

    /// [`Diagnosis::of_kind`], with another defect.
    fn found(&self, found: String) -> Diagnosis {
        Diagnosis::of_kind(self.kind).found(found)
    }

    /// [`Diagnosis::of_kind`], with a part of the body.
    fn quoting(&self, part: &[u8]) -> Diagnosis {
        match part.trim_ascii() {
            [] => Diagnosis::of_kind(self.kind),
            part => self.found(format!("{}: `{}`", self.kind.message().0, shown(part))),
        }
    }

    /// The body ends too early.
    fn truncation(&self) -> Diagnosis {
        let what = match self.kind {
            ErrorKind::UnfinishedEnvelope => "stream",
            _ => "body",
        };
        let length = self.body.len();
        let inside = self.context.as_ref().map(|context| {
            let token = self.body.get(context.token..).unwrap_or_default();
            let markup = markup(token);
            match (markup, context.open.last()) {
                (None, None) => String::new(),
                (None, Some(open)) => format!(" inside `{}`", shown(self.name_of(open))),
                (Some(markup), None) => format!(" inside {markup}"),
                (Some(markup), Some(open)) => {
                    format!(" inside {markup} in `{}`", shown(self.name_of(open)))
                }
            }
        });
        let expected = match self.innermost() {
            Some(open) => format!("more, up to {}", end_tag(self.name_of(open))),
            None => String::from("the rest of the envelope"),
        };
        let mut hint = match self.kind {
            ErrorKind::UnfinishedEnvelope => format!(
                "the connection ended {} bytes into this envelope: connect again, and \
                    synchronize the mailbox, because events may be missing",
                grouped(length)
            ),
            _ => format!(
                "only {} bytes arrived: if `Content-Length` says more, look for a lost connection, \
                    a timeout or a size limit on the way; if not, the sender has cut its file or log",
                grouped(length)
            ),
        };
        if length > 0 && length.is_multiple_of(1024) {
            let kib = grouped(length / 1024);
            hint += &format!("; exactly {kib} KiB looks like a buffer that was read only once");
        }
        self.found(format!("the {what} ends{}", inside.unwrap_or_default()))
            .expected(expected)
            .hint(hint)
            .related(self.innermost().map(|open| self.begins(open)))
    }

    fn invalid_utf8(&self) -> Diagnosis {
        let is_cut = |error: Utf8Error| error.error_len().is_none() && error.valid_up_to() == 0;
        if core::str::from_utf8(self.rest).is_err_and(is_cut) {
            return self.truncation();
        }
        let byte = self.rest.first().copied().unwrap_or_default();
        let hint = match byte {
            // ISO-8859-1, Windows-1252 and Unicode agree about these.
            0xA0.. => format!(
                "if the text is in ISO-8859-1 or Windows-1252, this is {}: find the program that \
                writes or converts it, and set that to UTF-8",
                named(char::from(byte))
            ),
            _ => String::from("the text is in another encoding, or was damaged on the way"),
        };
        self.found(format!("the byte 0x{byte:02X}, which is not UTF-8 here"))
            .expected("UTF-8")
            .hint(hint)
    }

    fn illegal_char(&self) -> Diagnosis {
        let char = self.char().unwrap_or_default();
        let is_after_root = |it: &Context<'_>| it.open.is_empty() && it.root.is_some();
        if self.context.as_ref().is_some_and(is_after_root) {
            let found = match char {
                '\0' => String::from("zero bytes after the end of the envelope"),
                _ => format!("{} after the end of the envelope", named(char)),
            };
            return self
                .found(found)
                .expected("the end of the body")
                .hint(TWO_BODIES);
        }
        let hint = match char {
            '\0' => {
                "the rest of a buffer follows the body, or the body is in UTF-16: pass on only \
                the bytes that were received"
            }
            _ => {
                "a text, such as a subject or a name, has a character that XML cannot contain: the \
                program that wrote the XML must drop it"
            }
        };
        self.found(format!(
            "the character U+{:04X}, which XML does not allow",
            u32::from(char)
        ))
        .hint(hint)
    }

    fn second_root(&self, name: &str) -> Diagnosis {
        let root = self.context.as_ref().and_then(|context| context.root);
        let root = root.map(|offset| (self.tag_at(offset), offset));
        let hint = match root {
            Some((root, _)) if [root, self.name_bytes()].map(local) == [b"Envelope"; 2] => A_STREAM,
            _ => TWO_BODIES,
        };
        self.found(format!("a second root element: `{name}`"))
            .hint(hint)
            .related(root.map(|(name, offset)| (offset, format!("the first is `{}`", shown(name)))))
    }

    fn text_outside_root(&self) -> Diagnosis {
        let text = until(self.rest, b"<\r\n");
        let quote = match self.char() {
            Some(char) if is_unprintable(char) => named(char),
            _ if text.is_empty() => markup(self.rest).unwrap_or_default(),
            _ => format!("`{}`", shown(text)),
        };
        let is_after = self.context.as_ref().is_some_and(|it| it.root.is_some());
        let hint = match until(self.rest, b"<").trim_ascii_end() {
            _ if is_after => TWO_BODIES,
            // U+FEFF is what is left of two, and the others are its three bytes as Windows-1252.
            text if text.starts_with("\u{FEFF}".as_bytes())
                || text.starts_with("ï»¿".as_bytes()) =>
            {
                "a byte order mark was added twice, or was converted as if it were text: pass on the \
                original bytes"
            }
            [.., before, b'>'] if !b" -=".contains(before) => {
                "this looks like the end of a tag: the start of the body is missing, perhaps because a \
                first read or packet was lost"
            }
            _ => "find the program that adds it, and have it pass on the body alone",
        };
        let place = if is_after {
            "after the end of the envelope"
        } else {
            "before the envelope"
        };
        self.found(format!("text {place}: {quote}")).hint(hint)
    }

    fn late_declaration(&self) -> Diagnosis {
        let before = self.offset.saturating_sub("<?".len());
        let before = self.body.get(..before).unwrap_or_default();
        let hint = match &self.context {
            _ if before.trim_ascii().is_empty() => {
                "a program or a template writes an empty line or spaces before the XML: fix it there"
            }
            Some(Context { open, .. }) if !open.is_empty() => {
                "a whole document is inside another one: take it out, and parse it on its own"
            }
            Some(Context { root: Some(_), .. }) => A_STREAM,
            _ => "find the program that writes something before it",
        };
        Diagnosis::of_kind(self.kind).hint(hint)
    }

    fn encoding(&self) -> Diagnosis {
        if self.offset == 0 {
            return Diagnosis::of_kind(self.kind);
        }
        let name = self.value();
        let is_wide = |start: &[u8]| start.eq_ignore_ascii_case(b"utf-");
        let hint = match name.get(..4).is_some_and(is_wide) {
            true => {
                "a program has converted the body and left its first line as it was: pass on \
                the original bytes, or have the program write `encoding=\"utf-8\"`"
            }
            false => {
                "Exchange writes only UTF-8, so this comes from another program: set that to \
                UTF-8"
            }
        };
        self.found(format!("the encoding `{}`", shown(name)))
            .hint(hint)
    }

    fn duplicate_attribute(&self, name: &str) -> Diagnosis {
        let first = self.context.as_ref().and_then(|context| {
            let before = self.body.get(context.token..self.offset)?;
            let at = first_attribute(before, self.name_bytes())?;
            Some((context.token + at, String::from("the first is here")))
        });
        let tag = self.in_start_tag();
        self.found(format!("the attribute `{name}` a second time{tag}"))
            .related(first)
    }

    fn illegal_reference(&self) -> Diagnosis {
        let reference = self.reference();
        let cause = match is_surrogate(reference) {
            true => "a program has written one character as two halves",
            false => "Exchange is known to write such references into texts",
        };
        let diagnosis = self.quoting(reference).expected("an allowed character");
        diagnosis.hint(format!(
            "{cause}: set `Config::illegal_references` to `IllegalReferences::Replace`, \
            and the body is accepted, with \u{FFFD} (U+FFFD) in its place"
        ))
    }

    fn unbound_prefix(&self, name: &str) -> Diagnosis {
        let prefix = name.split(':').next().unwrap_or_default();
        self.found(format!("the prefix `{prefix}` of `{name}` is not declared"))
            .expected(format!(
                "`xmlns:{prefix}=\"…\"` in this element or one around it"
            ))
    }

    fn end_tag_mismatch(&self, name: &str) -> Diagnosis {
        let closing = self.name_bytes();
        let Some(context) = &self.context else {
            return self.quoting(closing);
        };
        let Some(open) = context.open.last() else {
            return self
                .found(format!("the end tag `</{name}>` without its start tag"))
                .expected("a start tag");
        };
        let opening = self.name_of(open);
        let mut outer = context.open.iter();
        let is_outer = outer.any(|outer| self.name_of(outer) == closing);
        let hint = if is_outer {
            "the expected end tag is missing: a part of the body was lost, or a part of another one was put in before this place"
        } else if opening.eq_ignore_ascii_case(closing) {
            "upper and lower case count: both tags must be written alike"
        } else if local(opening) == local(closing) {
            "the prefix counts, too: both tags must be written alike"
        } else {
            "a part of the body was lost, or a part of another one was put in before this place"
        };
        self.found(format!("the end tag `</{name}>`{}", self.in_innermost()))
            .expected(end_tag(opening))
            .hint(hint)
            .related(Some(self.begins(open)))
    }

    fn wrong_namespace(&self, name: &str) -> Diagnosis {
        let Some(Context { tag: Some(tag), .. }) = &self.context else {
            return self.quoting(self.name_bytes());
        };
        let found = match tag.namespace.as_str() {
            "" => format!("`{name}` in no namespace"),
            namespace => {
                let namespace = shortened(namespace.as_bytes(), NAMESPACE);
                format!("`{name}` in the namespace `{namespace}`")
            }
        };
        let mut expected = Vec::new();
        let mut hint = None;
        for namespace in self.context.iter().flat_map(Context::expected_namespaces) {
            expected.push(match namespace {
                "" => String::from("no namespace"),
                namespace => format!("`{namespace}`"),
            });
            hint = hint.or_else(|| difference(&tag.namespace, namespace));
        }
        let hint = match (hint, tag.namespace.as_str()) {
            (Some(hint), _) => hint,
            (None, "") => String::from(
                "its prefix or its declaration `xmlns=\"…\"` was lost: find the program that \
                drops it",
            ),
            (None, _) => String::from(
                "Exchange does not write this: find the gateway, test or emulator that declares the namespace",
            ),
        };
        let diagnosis = self.found(found).hint(hint);
        match expected.is_empty() {
            true => diagnosis,
            false => diagnosis.expected(expected.join(" or ")),
        }
    }

    fn unexpected_operation(&self, name: &str) -> Diagnosis {
        let tag = self.context.as_ref().and_then(|it| it.tag.as_ref());
        let is_ews = tag.is_some_and(|tag| schema::is_of_ews(&tag.namespace));
        let content = memchr::memchr(b'>', self.rest).and_then(|end| self.rest.get(end + 1..));
        let content = content.unwrap_or_default().trim_ascii_start();
        let hint = match tag.map_or("", |tag| tag.local) {
            _ if content.starts_with(b"&lt;") || content.starts_with(b"<![CDATA[") => {
                "XML is inside this element as a text: take the text out of it, unescape it, and \
                parse that"
            }
            "SubscribeResponse" => {
                "this is the answer to Subscribe: give it to the program that asked; it has the \
                SubscriptionId for the next request"
            }
            "Trace" => {
                "this may be a trace of the EWS Managed API: cut out the part from the start of the \
                Envelope to its end"
            }
            "SendNotificationResult" => {
                "this is what a listener answers to Exchange: it was captured in the wrong \
                direction"
            }
            "Envelope" | "Header" | "Body" => {
                "an envelope was cut into parts, or put into another one: pass on the body as \
                it was received"
            }
            part if schema::is_name(part) => {
                "this is a part of a message: pass on the whole body, from its first byte"
            }
            operation if is_ews && operation.ends_with("Response") => {
                "this is the answer to another EWS request: give it to the program that asked"
            }
            _ if is_ews => {
                "this is a request to Exchange, but it arrived here: check the URL that its sender \
                uses, and the routes of proxies"
            }
            _ => "this is not a notification: check the URL, and find out who sends this to it",
        };
        let place = match self.innermost() {
            None => String::from(" as the root element"),
            Some(_) => self.in_innermost(),
        };
        self.found(format!("`{name}`{place}")).hint(hint)
    }

    fn repeated_element(&self, name: &str) -> Diagnosis {
        let first = self.context.as_ref().and_then(Context::first_of_its_kind);
        let first = first.map(|offset| (offset, self.tag_at(offset)));
        let place = self.in_innermost();
        // A Body has one operation, whatever its name.
        let found = match first {
            Some((_, first)) if local(first) != local(self.name_bytes()) => {
                format!("`{name}` after `{}`{place}", shown(first))
            }
            _ => format!("`{name}` a second time{place}"),
        };
        let first = first.map(|(offset, name)| (offset, format!("the first is `{}`", shown(name))));
        self.found(found).related(first)
    }

    fn element_in_leaf(&self, name: &str) -> Diagnosis {
        let diagnosis = self.found(format!("the element `{name}`{}", self.in_innermost()));
        match self.innermost() {
            None => diagnosis,
            Some(open) => diagnosis
                .expected(format!("{} before it", end_tag(self.name_of(open))))
                .related(Some(self.begins(open))),
        }
    }

    fn missing_id(&self, name: &str) -> Diagnosis {
        let tag = self.context.as_ref().and_then(|it| it.tag.as_ref());
        let attributes = tag.map_or(&[] as &[&str], |tag| &tag.attributes);
        let diagnosis = self.found(match attributes.contains(&"Id") {
            true => format!("`{name}` with an empty `Id`"),
            false => format!("`{name}` without the attribute `Id`"),
        });
        let is_similar = |other: &&&str| other.eq_ignore_ascii_case("Id") && **other != "Id";
        match attributes.iter().find(is_similar) {
            Some(other) => {
                diagnosis.hint(format!("upper and lower case count: `{other}` is not `Id`"))
            }
            None => diagnosis,
        }
    }

    fn limit(&self, limit: &Limit, limits: Option<&Limits>) -> Diagnosis {
        const MIB: usize = 1 << 20;
        let Limit { field, usual, .. } = limit;
        let most = limits.map(limit.value);
        let diagnosis = match self.kind {
            // The caller may have read only a part of it. With another configuration it may be allowed.
            ErrorKind::BodyLimit => match (most, self.body.len()) {
                (None, size) => self.found(format!("a body of {} bytes or more", grouped(size))),
                (Some(most), size) if size <= most => Diagnosis::of_kind(self.kind),
                (Some(most), _) if most >= MIB && most.is_multiple_of(MIB) => {
                    self.found(format!("a body of more than {} MiB", grouped(most / MIB)))
                }
                (Some(most), _) => {
                    self.found(format!("a body of more than {} bytes", grouped(most)))
                }
            },
            ErrorKind::NameLimit => {
                let name = self.name_bytes();
                let is_of_namespace = name.len() <= most.unwrap_or(Limits::NAME_BYTES);
                self.found(match is_of_namespace {
                    true => format!("a longer name of the namespace of `{}`", shown(name)),
                    false => format!("a name of {} bytes: `{}`", grouped(name.len()), shown(name)),
                })
            }
            _ => self.quoting(self.name_bytes()),
        };
        let diagnosis = match most {
            Some(most) => {
                diagnosis.expected(format!("at most {} (`Limits::{field}`)", grouped(most)))
            }
            None => diagnosis,
        };
        diagnosis.hint(format!(
            "{usual}; if you trust the sender, set a higher `Limits::{field}` in \
                `Config::limits`"
        ))
    }

    fn innermost(&self) -> Option<&OpenElement> {
        self.context.as_ref()?.open.last()
    }

    /// The name in the start tag at an offset.
    fn tag_at(&self, offset: usize) -> &[u8] {
        let tag = self.body.get(offset + "<".len()..).unwrap_or_default();
        until(tag, NAME_ENDS)
    }

    fn name_of(&self, open: &OpenElement) -> &[u8] {
        self.tag_at(open.offset)
    }

    /// Where an open element begins.
    fn begins(&self, open: &OpenElement) -> (usize, String) {
        let name = shown(self.name_of(open));
        (open.offset, format!("`{name}` begins here"))
    }

    /// The name at the offset.
    fn name_bytes(&self) -> &[u8] {
        until(self.rest, NAME_ENDS)
    }

    fn name(&self) -> String {
        shown(self.name_bytes())
    }

    /// The value in quotes at the offset.
    fn value(&self) -> &[u8] {
        until(self.rest, b"\"'<>\r\n")
    }

    /// The character at the offset.
    fn char(&self) -> Option<char> {
        leading(self.rest, 1).chars().next()
    }

    /// The reference at the offset.
    fn reference(&self) -> &[u8] {
        let end = memchr::memchr(b';', self.rest).map_or(self.rest.len(), |at| at + 1);
        self.rest.get(..end).unwrap_or_default()
    }

    /// The character at the offset, for a sentence.
    fn next(&self) -> String {
        self.char().map_or_else(|| String::from("the end"), named)
    }

    /// The innermost open element, for the end of a sentence.
    fn in_innermost(&self) -> String {
        let open = self.innermost();
        open.map_or_else(String::new, |open| {
            format!(" in `{}`", shown(self.name_of(open)))
        })
    }

    /// The start tag around the offset, for the end of a sentence.
    fn in_start_tag(&self) -> String {
        let token = { self.context.as_ref() }.and_then(|it| self.body.get(it.token..));
        match token {
            Some([b'<', tag @ ..]) => {
                format!(", in the start tag of `{}`", shown(until(tag, NAME_ENDS)))
            }
            _ => String::new(),
        }
    }
}

const A_STREAM: &str = "a streaming response is many envelopes, one after another: cut it with \
    `frame::Framer`, and parse each; otherwise two bodies were joined: pass on one at a time";
const TWO_BODIES: &str = "something follows the message, such as the rest of a buffer, a last chunk of \
    length 0, a footer or another body: pass on only the bytes of one body";
const NAME_ENDS: &[u8] = b" \t\r\n=/><\"'&;";

/// A field of [`Limits`].
struct Limit {
    kind: ErrorKind,
    field: &'static str,
    value: fn(&Limits) -> usize,
    /// How much is usual.
    usual: &'static str,
}

#[rustfmt::skip]
const LIMITS: [Limit; 6] = [
    Limit { kind: ErrorKind::BodyLimit, field: "body_bytes", value: |limits| limits.body_bytes,
        usual: "an event takes about 500 bytes, so this is an unusual body" },
    Limit { kind: ErrorKind::DepthLimit, field: "depth", value: |limits| limits.depth,
        usual: "Exchange nests less than ten elements, so this is damage or an attack" },
    Limit { kind: ErrorKind::AttributeLimit, field: "attributes", value: |limits| limits.attributes,
        usual: "Exchange writes less than ten attributes in a tag, so this is damage or an attack" },
    Limit { kind: ErrorKind::BindingLimit, field: "bindings", value: |limits| limits.bindings,
        usual: "Exchange declares less than ten namespaces, so this is damage or an attack" },
    Limit { kind: ErrorKind::NameLimit, field: "name_bytes", value: |limits| limits.name_bytes,
        usual: "names in EWS have less than 100 bytes, so this is damage or an attack" },
    Limit { kind: ErrorKind::EventLimit, field: "events", value: |limits| limits.events,
        usual: "so many come from a mass operation, such as a migration, or from an attack" },
];

/// How two similar namespaces differ, in whole words.
fn difference(found: &str, right: &str) -> Option<String> {
    // Of most namespaces both schemes are known.
    let rests = found
        .strip_prefix("https://")
        .zip(right.strip_prefix("http://"));
    let (found, right) = rests
        .filter(|(found, right)| found != right)
        .unwrap_or((found, right));
    let same =
        |pairs: &mut dyn Iterator<Item = (u8, u8)>| pairs.take_while(|(a, b)| a == b).count();
    let start = same(&mut found.bytes().zip(right.bytes()));
    let most = found.len().min(right.len()) - start;
    let end = same(&mut found.bytes().rev().zip(right.bytes().rev()).take(most));
    if found.is_empty() || 2 * (start + end) < found.len().max(right.len()) {
        return None;
    }
    let before = right.get(..start)?.trim_end_matches(char::is_alphanumeric);
    let after = right
        .get(right.len() - end..)?
        .trim_start_matches(char::is_alphanumeric);
    let wrong = found.get(before.len()..found.len() - after.len())?;
    let right = right.get(before.len()..right.len() - after.len())?;
    let fault = match (shown(wrong.as_bytes()), right) {
        (wrong, "") => format!("`{wrong}` is too much"),
        (_, right) if wrong.is_empty() => format!("`{right}` is missing"),
        (wrong, right) => format!("`{wrong}` instead of `{right}`"),
    };
    // No namespace of EWS has white space, and a line end in a value is read as a space.
    Some(if wrong.contains(' ') {
        format!(
            "only this differs: {fault}; a line end, or a line such as the size of a chunk of \
            HTTP, was put into it on the way"
        )
    } else {
        format!(
            "only this differs: {fault}; Exchange does not write this: find the \
            gateway, test or emulator that does"
        )
    })
}

/// Whether a reference has the number of half of a pair in UTF-16.
fn is_surrogate(reference: &[u8]) -> bool {
    let number = core::str::from_utf8(reference).unwrap_or_default();
    let number = number.trim_start_matches("&#").trim_end_matches(';');
    let number = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    matches!(number, Ok(0xD800..=0xDFFF))
}

/// The kind of markup that begins here. `None` for text.
fn markup(token: &[u8]) -> Option<String> {
    Some(match token {
        [b'<', b'/', ..] => String::from("an end tag"),
        [b'<', b'?', b'x', b'm', b'l', after, ..] if after.is_ascii_whitespace() => {
            String::from("the XML declaration")
        }
        [b'<', b'?', ..] => String::from("a processing instruction"),
        [b'<', b'!', b'[', ..] => String::from("a CDATA section"),
        [b'<', b'!', b'-', ..] => String::from("a comment"),
        [b'<', b'!', ..] => String::from("a declaration"),
        [b'<'] => String::from("a tag"),
        [b'<', tag @ ..] => format!("the start tag of `{}`", shown(until(tag, NAME_ENDS))),
        _ => return None,
    })
}

fn end_tag(name: &[u8]) -> String {
    format!("`</{}>`", shown(name))
}

/// A part of the body, printable and short.
fn shown(part: &[u8]) -> String {
    shortened(part, QUOTE)
}

/// The name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == b':')
        .next_back()
        .unwrap_or_default()
}

/// The bytes before the first of `ends`.
fn until<'b>(bytes: &'b [u8], ends: &[u8]) -> &'b [u8] {
    bytes
        .split(|byte| ends.contains(byte))
        .next()
        .unwrap_or_default()
}

/// The offset of the attribute of this name in a start tag, up to which all is well-formed.
fn first_attribute(tag: &[u8], name: &[u8]) -> Option<usize> {
    let mut at = until(tag, b" \t\r\n").len();
    loop {
        let rest = tag.get(at..)?;
        at += rest.len() - rest.trim_ascii_start().len();
        let attribute = tag.get(at..)?;
        if until(attribute, NAME_ENDS) == name {
            return Some(at);
        }
        let quote = attribute
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\''))?;
        let value = attribute.get(quote + 1..)?;
        at += quote + 1 + memchr::memchr(*attribute.get(quote)?, value)? + 1;
    }
}
