//! A zero-copy tokenizer for XML 1.0 and Namespaces in XML 1.0 that checks every rule of both.
//!
//! [`Tokenizer`] reads a body of UTF-8 bytes in one pass and returns [`Token`]s that borrow from it. It is the
//! general path of [`Parser`](crate::Parser), and useful on its own where only well-formedness or a few elements
//! matter. It does not know EWS.
//!
//! # Cost
//!
//! The time is linear in the body on any input, except that the attributes of a tag are sorted if there are many.
//! [`Limits::attributes`](crate::Limits::attributes) bounds their number. Nothing recurses. The tokenizer
//! allocates only to grow its [`Buffers`]. Once they have grown, bodies of the same kind are read without an
//! allocation.
//!
//! # Example
//!
//! ```
//! use ews_notifications::Config;
//! use ews_notifications::xml::{Buffers, Token, Tokenizer};
//!
//! let body = br#"<t:ItemId xmlns:t="urn:types" Id="AAMk"/>"#;
//! let mut buffers = Buffers::default();
//! let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default())?;
//! while let Some(token) = tokens.next()? {
//!     if let Token::StartTag(name) = token {
//!         assert_eq!(name.local(), "ItemId");
//!         assert_eq!(tokens.namespace_name(name.namespace()), Some("urn:types"));
//!         let id = tokens.attributes().next().unwrap();
//!         assert_eq!(id.value().to_str(), "AAMk");
//!     }
//! }
//! # Ok::<(), ews_notifications::Error>(())
//! ```
//!
//! # Deviations
//!
//! The specifications are [XML 1.0, fifth edition](https://www.w3.org/TR/xml/), and
//! [Namespaces in XML 1.0, third edition](https://www.w3.org/TR/xml-names/). The tokenizer accepts all
//! well-formed and namespace-well-formed documents and no others, with these deviations:
//!
//! - **No document type declaration.** A DOCTYPE is an error
//!   ([`ErrorKind::Doctype`](crate::ErrorKind::Doctype)). So is a reference to any entity except the five
//!   predefined ones.
//! - **UTF-8 only.** Any other encoding is an error ([`ErrorKind::Encoding`](crate::ErrorKind::Encoding)),
//!   whether it is declared or detected from the first bytes. This includes UTF-16, which the specification
//!   requires of every XML processor.
//! - **Limits**, unless they are lifted: see [`Limits`](crate::Limits). A body of 4 GiB or more is always
//!   refused.
//! - **Illegal character references**, such as `&#xB;`, are read as U+FFFD if
//!   [`IllegalReferences::Replace`](crate::IllegalReferences::Replace) is configured. By default they are errors.
//!
//! Namespace names are compared after references have been replaced. They are not checked to be URI references,
//! which both specifications leave open. A document that declares version 1.1 or later is read by the rules of
//! 1.0 (section 2.8).
//!
//! # Implementation
//!
//! Numbers such as `[40] STag` are productions of XML 1.0. After `NS`, they are productions of Namespaces in XML
//! 1.0.
//!
//! - `tokenizer`: the state machine, and the productions that are not tags.
//! - `prolog`: byte order mark, encoding, XML declaration.
//! - `tag`: tags and attributes.
//! - `reference`: character and entity references.
//! - `namespaces`: the namespace declarations in scope, found in a `nibble_trie`.
//! - `token`: the public types for tokens.
//!
//! These modules use `scan`, `config` and `error`.

mod namespaces;
mod nibble_trie;
pub(crate) mod prolog;
mod reference;
mod tag;
#[cfg(test)]
mod tests;
mod token;
mod tokenizer;

pub use tag::Attributes;
pub(crate) use token::trim_space;
pub use token::{Attribute, Name, Namespace, Text, Token};
pub use tokenizer::{Buffers, Tokenizer};
pub(crate) use tokenizer::{check_length, longest_body};
