//! Judges of well-formedness: this crate and other parsers, each used as its documentation shows, with every check that
//! it offers.
//!
//! A judge reads a whole document and keeps nothing. The reason for which it refuses a document is ignored.
#![allow(dead_code, reason = "each bench uses a part")]

pub(crate) mod documents;

use std::panic;

use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Limits};
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, Reader, XmlVersion};
use uppsala::pull::PullParser;

pub(crate) struct Judge {
    pub(crate) name: &'static str,
    /// Whether it accepts a document.
    accepts: fn(&[u8]) -> bool,
}

pub(crate) const ALL: [Judge; 8] = [
    Judge {
        name: "ews-notifications",
        accepts: ours,
    },
    Judge {
        name: "xmlparser",
        accepts: xmlparser,
    },
    Judge {
        name: "quick-xml",
        accepts: quick_xml,
    },
    Judge {
        name: "quick-xml-all-checks",
        accepts: quick_xml_all_checks,
    },
    Judge {
        name: "roxmltree",
        accepts: roxmltree,
    },
    Judge {
        name: "uppsala",
        accepts: uppsala,
    },
    Judge {
        name: "xml",
        accepts: xml,
    },
    Judge {
        name: "simdxml",
        accepts: simdxml,
    },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    Panicked,
}

/// Stops panics from being printed: a panic is a verdict.
pub(crate) fn silence_panics() {
    panic::set_hook(Box::new(|_| {}));
}

impl Judge {
    /// Judges the document. A panic is a verdict.
    pub(crate) fn judge(&self, document: &[u8]) -> Verdict {
        match panic::catch_unwind(|| (self.accepts)(document)) {
            Ok(true) => Verdict::Accepted,
            Ok(false) => Verdict::Refused,
            Err(_) => Verdict::Panicked,
        }
    }
}

/// The tokenizer that [`Parser`](ews_notifications::Parser) uses, without limits: they are independent of
/// well-formedness.
fn ours(document: &[u8]) -> bool {
    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut buffers = Buffers::default();
    let Ok(mut tokens) = Tokenizer::new(document, &mut buffers, &config) else {
        return false;
    };
    loop {
        match tokens.next() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// For parsers that take `&str`: validates UTF-8 first.
fn is_text(document: &[u8], accepts: impl FnOnce(&str) -> bool) -> bool {
    str::from_utf8(document).is_ok_and(accepts)
}

fn xmlparser(document: &[u8]) -> bool {
    is_text(document, |text| {
        xmlparser::Tokenizer::from(text).all(|token| token.is_ok())
    })
}

/// Events, with the default checks.
fn quick_xml(document: &[u8]) -> bool {
    let mut reader = Reader::from_reader(document);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// All checks: the declaration is read, prefixes and references are resolved, attributes are normalised.
fn quick_xml_all_checks(document: &[u8]) -> bool {
    let mut reader = NsReader::from_reader(document);
    reader.config_mut().enable_all_checks(true);
    loop {
        let is_good = match reader.read_event() {
            Ok(Event::Eof) => return true,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                let resolver = reader.resolver();
                let is_bound = |namespace| !matches!(namespace, ResolveResult::Unknown(_));
                is_bound(resolver.resolve_element(tag.name()).0)
                    && tag.attributes().all(|attribute| {
                        attribute.is_ok_and(|attribute| {
                            is_bound(resolver.resolve_attribute(attribute.key).0)
                                && attribute.normalized_value(XmlVersion::Implicit1_0).is_ok()
                        })
                    })
            }
            Ok(Event::Decl(declaration)) => {
                declaration.version().is_ok()
                    && declaration.encoding().is_none_or(|it| it.is_ok())
                    && declaration.standalone().is_none_or(|it| it.is_ok())
            }
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(_)) => true,
                Ok(None) => quick_xml::escape::resolve_predefined_entity(&reference).is_some(),
                Err(_) => false,
            },
            Ok(_) => true,
            Err(_) => false,
        };
        if !is_good {
            return false;
        }
    }
}

/// A tree. Refuses a DTD, as by default.
fn roxmltree(document: &[u8]) -> bool {
    is_text(document, |text| roxmltree::Document::parse(text).is_ok())
}

fn uppsala(document: &[u8]) -> bool {
    is_text(document, |text| {
        let mut parser = PullParser::new(text).with_forbid_dtd(true);
        loop {
            match parser.next_event() {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    })
}

/// Requires a single root element, which is not the default.
fn xml(document: &[u8]) -> bool {
    let config = ::xml::ParserConfig::new().allow_multiple_root_elements(false);
    ::xml::EventReader::new_with_config(document, config)
        .into_iter()
        .all(|event| event.is_ok())
}

/// An index of the tags.
fn simdxml(document: &[u8]) -> bool {
    simdxml::parse(document).is_ok()
}
