//! Which prefix stands for which namespace, scope by scope.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::token::{Namespace, Text};
use super::trie::{Search, Trie};
use crate::error::ErrorKind;
use crate::scan::{Cursor, Span};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The namespace declarations in scope.
///
/// Prefixes and namespace names are looked up in tries, so that neither a thousand declarations nor
/// names chosen to collide make a look-up slow. Both leave when the scope closes that brought them.
#[derive(Debug, Default)]
pub(super) struct Namespaces {
    /// Namespaces whose numbers are fixed.
    known: &'static [&'static str],
    /// Declarations in scope, innermost last.
    declarations: Vec<Declaration>,
    /// The prefixes in scope; the empty one stands for the default namespace.
    prefix_set: Trie,
    prefixes: Vec<Prefix>,
    /// The namespace names in scope that are not known.
    name_set: Trie,
    names: Vec<NamespaceName>,
    /// Namespace names that do not stand in the body as they read.
    decoded: String,
}

/// A prefix in scope. Entry `i` of the set is prefix `i`.
#[derive(Clone, Copy, Debug)]
struct Prefix {
    text: Span,
    namespace: Namespace,
}

/// What a scope has to undo.
#[derive(Clone, Copy, Debug)]
struct Declaration {
    prefix: u32,
    /// What the prefix stood for outside; none where this declaration brought the prefix.
    outer: Option<Namespace>,
    /// Whether this declaration brought its namespace name.
    new_name: bool,
}

#[derive(Clone, Copy, Debug)]
enum NamespaceName {
    InBody(Span),
    Decoded { start: usize, end: usize },
}

impl Namespaces {
    pub(super) fn knowing(known: &'static [&'static str]) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// How many declarations are in scope.
    pub(super) fn len(&self) -> usize {
        self.declarations.len()
    }

    pub(super) fn clear(&mut self) {
        self.declarations.clear();
        self.prefix_set.clear();
        self.prefixes.clear();
        self.name_set.clear();
        self.names.clear();
        self.decoded.clear();
    }

    /// Whether a namespace name in scope does not stand in the body as it reads.
    pub(super) fn has_decoded(&self) -> bool {
        !self.decoded.is_empty()
    }

    /// Becomes a copy of `other`, in the memory that it has.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.known = other.known;
        self.declarations.clone_from(&other.declarations);
        self.prefix_set.copy_from(&other.prefix_set);
        self.prefixes.clone_from(&other.prefixes);
        self.name_set.copy_from(&other.name_set);
        self.names.clone_from(&other.names);
        self.decoded.clone_from(&other.decoded);
    }

    /// What they hold on the heap, in bytes.
    pub(super) fn retained_bytes(&self) -> usize {
        self.declarations.capacity() * size_of::<Declaration>()
            + self.prefix_set.retained_bytes()
            + self.prefixes.capacity() * size_of::<Prefix>()
            + self.name_set.retained_bytes()
            + self.names.capacity() * size_of::<NamespaceName>()
            + self.decoded.capacity()
    }

    /// What `prefix` stands for; none where it is not declared. The empty prefix always is.
    pub(super) fn resolve(&self, prefix: &str, cursor: &Cursor<'_>) -> Option<Namespace> {
        let found = self
            .prefix_set
            .search(prefix.as_bytes(), |entry| self.prefix(entry, cursor));
        match (found, prefix) {
            (Search::Found(entry), _) => self
                .prefixes
                .get(entry as usize)
                .map(|prefix| prefix.namespace),
            (_, "") => Some(Namespace::NONE),
            (_, "xml") => Some(Namespace::XML),
            _ => None,
        }
    }

    /// Binds the prefix that stands at `prefix` (the empty one for `xmlns="…"`) to the namespace
    /// name that stands at `raw` and reads as `value`.
    pub(super) fn declare(
        &mut self,
        prefix: Span,
        raw: Span,
        value: Text<'_>,
        cursor: &Cursor<'_>,
    ) -> Result<(), ErrorKind> {
        let decoded_before = self.decoded.len();
        let verbatim = value.verbatim().is_some();
        if !verbatim {
            // Writing to a String cannot fail.
            let _ = write!(self.decoded, "{value}");
        }
        let name = if verbatim {
            NamespaceName::InBody(raw)
        } else {
            NamespaceName::Decoded {
                start: decoded_before,
                end: self.decoded.len(),
            }
        };
        let text = cursor.span(prefix);
        check_reserved(text, self.text_of(name, cursor))?;
        if text == "xml" {
            // It stands for the one namespace that it may be bound to, declared or not.
            self.decoded.truncate(decoded_before);
            return Ok(());
        }

        let (namespace, new_name) = self.number(name, cursor);
        if !new_name {
            self.decoded.truncate(decoded_before);
        }
        let found = self
            .prefix_set
            .search(text.as_bytes(), |entry| self.prefix(entry, cursor));
        let (entry, outer) = match found {
            Search::Found(entry) => {
                let prefix = self.prefixes.get_mut(entry as usize);
                let outer =
                    prefix.map(|prefix| core::mem::replace(&mut prefix.namespace, namespace));
                (entry, outer)
            }
            Search::Missing { nearest } => {
                let nearest = nearest.map(|entry| self.prefix(entry, cursor));
                self.prefix_set.push(text.as_bytes(), nearest);
                self.prefixes.push(Prefix {
                    text: prefix,
                    namespace,
                });
                (self.prefixes.len() as u32 - 1, None)
            }
        };
        self.declarations.push(Declaration {
            prefix: entry,
            outer,
            new_name,
        });
        Ok(())
    }

    /// Undoes all but the first `len` declarations.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.declarations.len() > len {
            let Some(declaration) = self.declarations.pop() else {
                return;
            };
            match (
                declaration.outer,
                self.prefixes.get_mut(declaration.prefix as usize),
            ) {
                (Some(outer), Some(prefix)) => prefix.namespace = outer,
                _ => {
                    self.prefixes.pop();
                    self.prefix_set.pop();
                }
            }
            if declaration.new_name {
                self.name_set.pop();
                if let Some(NamespaceName::Decoded { start, .. }) = self.names.pop() {
                    self.decoded.truncate(start);
                }
            }
        }
    }

    /// The name of a namespace; none for no namespace.
    pub(super) fn name<'n>(&'n self, namespace: Namespace, cursor: &Cursor<'n>) -> Option<&'n str> {
        match namespace {
            Namespace::NONE => None,
            Namespace::XML => Some(XML),
            Namespace::XMLNS => Some(XMLNS),
            Namespace(number) => {
                let at = number.checked_sub(Namespace::FIRST_KNOWN)? as usize;
                match at.checked_sub(self.known.len()) {
                    None => self.known.get(at).copied(),
                    Some(at) => self.names.get(at).map(|name| self.text_of(*name, cursor)),
                }
            }
        }
    }

    /// The number of a namespace name, and whether it is a new one.
    fn number(&mut self, name: NamespaceName, cursor: &Cursor<'_>) -> (Namespace, bool) {
        let text = name_text(name, &self.decoded, cursor);
        if text.is_empty() {
            return (Namespace::NONE, false);
        }
        if let Some(at) = self.known.iter().position(|known| *known == text) {
            return (Namespace::known(at as u32), false);
        }
        let known = self.known.len() as u32;
        let (names, decoded) = (&self.names, &self.decoded);
        let entry_text = |entry: u32| {
            let name = names.get(entry as usize).copied();
            name.map_or("", |name| name_text(name, decoded, cursor))
                .as_bytes()
        };
        match self.name_set.search(text.as_bytes(), entry_text) {
            Search::Found(entry) => (Namespace::known(known + entry), false),
            Search::Missing { nearest } => {
                self.name_set.push(text.as_bytes(), nearest.map(entry_text));
                self.names.push(name);
                (Namespace::known(known + self.names.len() as u32 - 1), true)
            }
        }
    }

    fn prefix<'n>(&self, entry: u32, cursor: &Cursor<'n>) -> &'n [u8] {
        let prefix = self.prefixes.get(entry as usize);
        prefix
            .map_or("", |prefix| cursor.span(prefix.text))
            .as_bytes()
    }

    fn text_of<'n>(&'n self, name: NamespaceName, cursor: &Cursor<'n>) -> &'n str {
        name_text(name, &self.decoded, cursor)
    }
}

fn name_text<'n>(name: NamespaceName, decoded: &'n str, cursor: &Cursor<'n>) -> &'n str {
    match name {
        NamespaceName::InBody(span) => cursor.span(span),
        NamespaceName::Decoded { start, end } => decoded.get(start..end).unwrap_or_default(),
    }
}

/// NSC: Reserved Prefixes and Namespace Names; No Prefix Undeclaring.
fn check_reserved(prefix: &str, name: &str) -> Result<(), ErrorKind> {
    match (prefix, name) {
        ("xmlns", _) => Err(ErrorKind::ReservedPrefix),
        ("xml", XML) => Ok(()),
        ("xml", _) => Err(ErrorKind::ReservedPrefix),
        (_, XML | XMLNS) => Err(ErrorKind::ReservedNamespace),
        ("", _) => Ok(()),
        (_, "") => Err(ErrorKind::PrefixUndeclaring),
        _ => Ok(()),
    }
}
