//! General XML parsers. Each walks over the whole document.
//!
//! A walk reads the name of every element, the name and value of every attribute, and every text, and adds up
//! their lengths. It makes no events and keeps nothing. The time of a tree includes dropping it. So a walk does less
//! than this crate. For parsers that take `&str`, `simdutf8` validates the body first.
//!
//! There are two sums. Parsers without namespaces count names as written, with their prefixes, and namespace
//! declarations as attributes. Parsers with namespaces count resolved names: namespace name and local name, without
//! the declarations. All parsers of one kind have to arrive at the same sum.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use simdxml::index::TagType;
use uppsala::pull::{PullEvent, PullParser};
use xmlparser::{Token, Tokenizer};

fn text(body: &[u8]) -> &str {
    simdutf8::basic::from_utf8(body).expect("the body is UTF-8")
}

/// A token stream without state. Counts names as written.
pub(crate) fn xmlparser(body: &[u8]) -> u64 {
    xmlparser_with(body, str::len, str::len)
}

/// The sum of [`xmlparser`] if line ends were normalized and references replaced.
pub(crate) fn xmlparser_normalized(body: &[u8]) -> u64 {
    xmlparser_with(body, normalized, |section| {
        section.replace("\r\n", "\n").len()
    })
}

/// The length of a text with line ends normalized and references replaced. The corpora refer to predefined
/// entities and characters.
fn normalized(text: &str) -> usize {
    let mut length = text.replace("\r\n", "\n").len();
    for reference in text.split('&').skip(1) {
        let name = reference.split(';').next().unwrap_or_default();
        let number = match name.strip_prefix("#x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => name
                .strip_prefix('#')
                .and_then(|digits| digits.parse().ok()),
        };
        let character = number.and_then(char::from_u32);
        length -= "&;".len() + name.len() - character.map_or(1, char::len_utf8);
    }
    length
}

/// The sum of all names as written, with these lengths of values and texts, and of CDATA sections.
pub(crate) fn xmlparser_with(
    body: &[u8],
    text_length: impl Fn(&str) -> usize,
    section_length: impl Fn(&str) -> usize,
) -> u64 {
    let mut sum = 0;
    for token in Tokenizer::from(text(body)) {
        sum += match token.expect("the body is well-formed") {
            Token::ElementStart { prefix, local, .. } => written(&prefix, &local),
            Token::Attribute {
                prefix,
                local,
                value,
                ..
            } => written(&prefix, &local) + text_length(&value),
            Token::Text { text } => text_length(&text),
            Token::Cdata { text, .. } => section_length(&text),
            _ => 0,
        };
    }
    sum as u64
}

/// The length of a name with its prefix.
fn written(prefix: &str, local: &str) -> usize {
    let colon = usize::from(!prefix.is_empty());
    prefix.len() + colon + local.len()
}

/// Borrowed events. Counts names as written. Takes bytes, and checks UTF-8 itself.
pub(crate) fn quick_xml(body: &[u8]) -> u64 {
    let mut reader = quick_xml::Reader::from_reader(body);
    let mut sum = 0;
    loop {
        sum += match reader.read_event().expect("the body is well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                let attributes = quick_xml_attributes(&tag);
                let lengths = attributes.map(|(name, value)| name.as_ref().len() + value);
                tag.name().as_ref().len() + lengths.sum::<usize>()
            }
            Event::Eof => return sum as u64,
            event => quick_xml_text(&event),
        };
    }
}

/// The same with namespaces. Counts resolved names.
pub(crate) fn quick_xml_ns(body: &[u8]) -> u64 {
    let mut reader = quick_xml::NsReader::from_reader(body);
    let mut sum = 0;
    loop {
        sum += match reader.read_event().expect("the body is well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                let resolver = reader.resolver();
                let (namespace, local) = resolver.resolve_element(tag.name());
                let mut length = quick_xml_uri(&namespace) + local.as_ref().len();
                for (name, value) in quick_xml_attributes(&tag) {
                    if name.as_namespace_binding().is_none() {
                        let (namespace, local) = resolver.resolve_attribute(name);
                        length += quick_xml_uri(&namespace) + local.as_ref().len() + value;
                    }
                }
                length
            }
            Event::Eof => return sum as u64,
            event => quick_xml_text(&event),
        };
    }
}

/// Names of attributes and lengths of values.
fn quick_xml_attributes<'t>(tag: &'t BytesStart<'_>) -> impl Iterator<Item = (QName<'t>, usize)> {
    tag.attributes().map(|attribute| {
        let attribute = attribute.expect("the body is well-formed");
        (attribute.key, attribute.value.len())
    })
}

fn quick_xml_text(event: &Event<'_>) -> usize {
    match event {
        Event::Text(text) => text.len(),
        Event::CData(text) => text.len(),
        Event::GeneralRef(name) => "&;".len() + name.len(),
        _ => 0,
    }
}

fn quick_xml_uri(namespace: &ResolveResult<'_>) -> usize {
    match namespace {
        ResolveResult::Bound(uri) => uri.as_ref().len(),
        ResolveResult::Unbound => 0,
        ResolveResult::Unknown(prefix) => panic!("prefix {prefix:?} is not bound"),
    }
}

/// Events with resolved names and all checks. Refuses a DTD, as this crate does. Counts resolved names.
pub(crate) fn uppsala(body: &[u8]) -> u64 {
    let mut parser = PullParser::new(text(body)).with_forbid_dtd(true);
    let mut sum = 0;
    while let Some(event) = parser.next_event().expect("the body is well-formed") {
        sum += match event {
            PullEvent::StartElement {
                name, attributes, ..
            } => {
                let lengths = attributes
                    .iter()
                    .map(|attribute| expanded(&attribute.name) + attribute.value.len());
                expanded(&name) + lengths.sum::<usize>()
            }
            PullEvent::Text { content, .. } | PullEvent::CData { content, .. } => content.len(),
            _ => 0,
        };
    }
    sum as u64
}

fn expanded(name: &uppsala::QName<'_>) -> usize {
    name.namespace_uri.as_ref().map_or(0, |uri| uri.len()) + name.local_name.len()
}

/// A tree with resolved names. Counts resolved names.
pub(crate) fn roxmltree(body: &[u8]) -> u64 {
    let tree = roxmltree::Document::parse(text(body)).expect("the body is well-formed");
    let lengths = tree.descendants().map(|node| {
        if node.is_text() {
            return node.text().map_or(0, str::len);
        }
        let name = node.tag_name();
        let attributes = node.attributes().map(|attribute| {
            let namespace = attribute.namespace().map_or(0, str::len);
            namespace + attribute.name().len() + attribute.value().len()
        });
        name.namespace().map_or(0, str::len) + name.name().len() + attributes.sum::<usize>()
    });
    lengths.sum::<usize>() as u64
}

/// An index of tags. Counts names as written. Checks neither syntax nor UTF-8.
pub(crate) fn simdxml(body: &[u8]) -> u64 {
    let index = simdxml::parse(body).expect("the body has tags");
    let texts = (0..index.text_count()).map(|text| index.text_by_index(text).len());
    let mut sum: usize = texts.sum();
    for tag in 0..index.tag_count() {
        if matches!(index.tag_type(tag), TagType::Open | TagType::SelfClose) {
            let attributes = index.attributes(tag).into_iter();
            let lengths = attributes.map(|(name, value)| name.len() + value.len());
            sum += index.tag_name(tag).len() + lengths.sum::<usize>();
        }
    }
    sum as u64
}
