//! The namespace declarations in scope, and how they resolve prefixes (Namespaces in XML 1.0, sections 3 and 6).
//!
//! Uses `nibble_trie` for look-ups. The callers lend the text of the body.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::nibble_trie::NibbleTrie;
use super::token::{Namespace, Text};
use crate::error::ErrorKind;
use crate::scan::Span;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The namespace declarations in scope.
///
/// Look-ups stay fast with a thousand declarations and with adversarial names. Prefixes and namespace names are
/// removed when the scope closes that added them.
#[derive(Debug, Default)]
pub(super) struct Namespaces {
    /// Namespace names with fixed numbers.
    known: &'static [&'static str],
    /// Declarations in scope, innermost last.
    declarations: Vec<Declaration>,
    /// The prefixes in scope. The empty one is bound to the default namespace.
    prefix_set: NibbleTrie,
    prefixes: Vec<Prefix>,
    /// The namespace names in scope without a fixed number.
    name_set: NibbleTrie,
    names: Vec<NamespaceName>,
    /// The text of namespace names that are written with references or white space.
    decoded: String,
    /// The length of the body.
    body_len: usize,
    /// The prefixes that were resolved last, at the index given by a hash of their key.
    cache: [Cached; CACHE_LEN],
}

const CACHE_LEN: usize = 16;

/// A prefix of at most eight bytes, as a number, and its namespace.
#[derive(Clone, Copy, Debug)]
struct Cached {
    key: u64,
    namespace: Namespace,
}

fn cache_index(key: u64) -> usize {
    hash(key, CACHE_LEN.ilog2()) as usize
}

/// A multiplicative hash of so many bits: the high bits of the product depend on every bit of the key.
#[inline(always)]
pub(super) fn hash(key: u64, bits: u32) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - bits)
}

impl Default for Cached {
    fn default() -> Self {
        Self {
            key: u64::MAX, // no text: UTF-8 has no byte 255
            namespace: Namespace::NONE,
        }
    }
}

/// A prefix in scope. It has the same number as its entry in the set.
#[derive(Clone, Copy, Debug)]
struct Prefix {
    text: Span,
    namespace: Namespace,
}

/// A declaration, with what its removal must restore.
#[derive(Clone, Copy, Debug)]
struct Declaration {
    prefix: u32,
    /// The number made of the first eight bytes of the prefix.
    key: u64,
    /// The former namespace of the prefix; `None` if this declaration added the prefix.
    outer: Option<Namespace>,
    /// Whether this declaration added its namespace name.
    new_name: bool,
}

#[derive(Clone, Copy, Debug)]
enum NamespaceName {
    InBody(Span),
    Decoded { raw: Span, start: usize, end: usize },
}

impl Namespaces {
    pub(super) fn with_known(known: &'static [&'static str]) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// The number of declarations in scope.
    pub(super) fn len(&self) -> usize {
        self.declarations.len()
    }

    /// Removes all declarations. The next ones are those of a body of this length.
    pub(super) fn begin(&mut self, body_len: usize) {
        self.clear();
        self.body_len = body_len;
    }

    fn clear(&mut self) {
        self.declarations.clear();
        self.prefix_set.clear();
        self.prefixes.clear();
        self.name_set.clear();
        self.names.clear();
        self.decoded.clear();
        self.cache = Default::default();
    }

    /// Their capacity on the heap, in bytes.
    pub(super) fn retained_bytes(&self) -> usize {
        self.declarations.capacity() * size_of::<Declaration>()
            + self.prefix_set.retained_bytes()
            + self.prefixes.capacity() * size_of::<Prefix>()
            + self.name_set.retained_bytes()
            + self.names.capacity() * size_of::<NamespaceName>()
            + self.decoded.capacity()
    }

    /// The namespace of `prefix`; `None` if it is not declared. The empty prefix always resolves. `key` is the number
    /// made of its first eight bytes.
    #[inline(always)]
    pub(super) fn resolve(&mut self, prefix: Span, key: u64, body: &str) -> Option<Namespace> {
        let is_short = prefix.len() <= size_of_val(&key);
        match self.cache.get(cache_index(key)) {
            Some(cached) if cached.key == key && is_short => Some(cached.namespace),
            _ => {
                let namespace = self.look_up(prefix.of(body), body)?;
                if is_short {
                    self.remember(key, namespace);
                }
                Some(namespace)
            }
        }
    }

    /// Caches the namespace of the prefix of at most eight bytes with this key.
    fn remember(&mut self, key: u64, namespace: Namespace) {
        if let Some(place) = self.cache.get_mut(cache_index(key)) {
            *place = Cached { key, namespace };
        }
    }

    /// Removes a prefix from the cache.
    fn forget(&mut self, key: u64) {
        if let Some(place) = self.cache.get_mut(cache_index(key)) {
            *place = Cached::default();
        }
    }

    /// [`resolve`](Self::resolve) without the cache.
    #[inline(never)]
    pub(super) fn look_up(&self, prefix: &str, body: &str) -> Option<Namespace> {
        let found = self
            .prefix_set
            .find(prefix, |entry| prefix_text(entry, &self.prefixes, body))
            .and_then(|entry| self.prefixes.get(entry as usize));
        match (found, prefix) {
            (Some(prefix), _) => Some(prefix.namespace),
            (None, "") => Some(Namespace::NONE),
            (None, "xml") => Some(Namespace::XML),
            (None, _) => None,
        }
    }

    /// Adds a declaration of the prefix at `prefix`, an empty span for `xmlns="…"`. The namespace name is
    /// written at `raw`, and `value` is its text.
    pub(super) fn declare(
        &mut self,
        prefix: Span,
        key: u64,
        raw: Span,
        value: Text<'_>,
        body: &str,
    ) -> Result<(), ErrorKind> {
        let decoded_before = self.decoded.len();
        let (name, uri) = if let Some(text) = value.verbatim() {
            (NamespaceName::InBody(raw), text)
        } else {
            // A name is no longer than its raw text. So all names fit in as many bytes as the body has.
            let room = self.body_len.saturating_sub(decoded_before);
            if self.decoded.capacity() - decoded_before < raw.len() {
                self.decoded
                    .reserve_exact(raw.len().max(decoded_before).min(room));
            }
            // Writing to a String cannot fail.
            let _ = write!(self.decoded, "{value}");
            let name = NamespaceName::Decoded {
                raw,
                start: decoded_before,
                end: self.decoded.len(),
            };
            (name, name_text(name, &self.decoded, body))
        };
        let text = prefix.of(body);
        check_reserved(text, uri)?;
        if text == "xml" {
            // It is bound to its namespace without a declaration, and cannot be bound to another.
            self.decoded.truncate(decoded_before);
            return Ok(());
        }

        let known = self.known.iter().position(|known| *known == uri);
        let (namespace, new_name) = match known {
            _ if uri.is_empty() => (Namespace::NONE, false),
            Some(at) => (Namespace::known(at as u32), false),
            None => {
                let entry_text = |entry: u32| {
                    let name = self.names.get(entry as usize);
                    name.map_or("", |name| name_text(*name, &self.decoded, body))
                };
                let (entry, new) = self.name_set.insert(uri, entry_text);
                (Namespace::known(self.known.len() as u32 + entry), new)
            }
        };
        if new_name {
            self.names.push(name);
        } else {
            self.decoded.truncate(decoded_before);
        }
        let entry_text = |entry| prefix_text(entry, &self.prefixes, body);
        let (entry, new) = self.prefix_set.insert(text, entry_text);
        let outer = if new {
            self.prefixes.push(Prefix {
                text: prefix,
                namespace,
            });
            None
        } else {
            let prefix = self.prefixes.get_mut(entry as usize);
            prefix.map(|prefix| core::mem::replace(&mut prefix.namespace, namespace))
        };
        match text.len() <= size_of_val(&key) {
            true => self.remember(key, namespace),
            false => self.forget(key),
        }
        self.declarations.push(Declaration {
            prefix: entry,
            key,
            outer,
            new_name,
        });
        Ok(())
    }

    /// Removes all declarations after the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        if len == 0 {
            return self.clear(); // nothing is left in scope
        }
        while self.declarations.len() > len {
            let Some(declaration) = self.declarations.pop() else {
                return;
            };
            self.forget(declaration.key);
            match (
                declaration.outer,
                self.prefixes.get_mut(declaration.prefix as usize),
            ) {
                (Some(outer), Some(prefix)) => {
                    prefix.namespace = outer;
                    if prefix.text.len() <= size_of_val(&declaration.key) {
                        self.remember(declaration.key, outer);
                    }
                }
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

    /// The name of a namespace; `None` for [`Namespace::NONE`].
    #[inline]
    pub(super) fn name<'n>(&'n self, namespace: Namespace, body: &'n str) -> Option<&'n str> {
        match namespace {
            Namespace::NONE => None,
            Namespace::XML => Some(XML),
            Namespace::XMLNS => Some(XMLNS),
            Namespace(number) => {
                let at = number.checked_sub(Namespace::FIRST_KNOWN)? as usize;
                match at.checked_sub(self.known.len()) {
                    None => self.known.get(at).copied(),
                    Some(at) => self
                        .names
                        .get(at)
                        .map(|name| name_text(*name, &self.decoded, body)),
                }
            }
        }
    }

    /// The name of a namespace as its declaration writes it; empty for no namespace.
    pub(super) fn as_declared<'b>(&self, namespace: Namespace, body: &'b str) -> &'b str {
        match namespace {
            Namespace::NONE => "",
            Namespace::XML => XML,
            Namespace::XMLNS => XMLNS,
            Namespace(number) => {
                let at = number.saturating_sub(Namespace::FIRST_KNOWN) as usize;
                let own = at.checked_sub(self.known.len());
                let name = match own {
                    None => return self.known.get(at).copied().unwrap_or_default(),
                    Some(at) => self.names.get(at),
                };
                match name {
                    Some(NamespaceName::InBody(raw) | NamespaceName::Decoded { raw, .. }) => {
                        raw.of(body)
                    }
                    None => "",
                }
            }
        }
    }
}

fn prefix_text<'n>(entry: u32, prefixes: &[Prefix], body: &'n str) -> &'n str {
    let prefix = prefixes.get(entry as usize);
    prefix.map_or("", |prefix| prefix.text.of(body))
}

#[inline]
fn name_text<'n>(name: NamespaceName, decoded: &'n str, body: &'n str) -> &'n str {
    match name {
        NamespaceName::InBody(span) => span.of(body),
        NamespaceName::Decoded { start, end, .. } => decoded.get(start..end).unwrap_or_default(),
    }
}

/// The namespace constraints "Reserved Prefixes and Namespace Names" and "No Prefix Undeclaring".
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
