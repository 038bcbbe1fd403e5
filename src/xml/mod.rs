//! A tokenizer for XML 1.0 and Namespaces in XML 1.0 that checks everything and copies nothing.
//!
//! [`Tokenizer`] reads a body of UTF-8 bytes in one pass and hands out [`Token`]s that borrow from
//! it. It never recurses, and it allocates only to grow the [`Buffers`] that it is lent, so reading
//! one body after another with the same buffers soon allocates nothing. Its time is linear in the
//! body on any input, up to the logarithm of the number of attributes of one tag.
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
//! What it accepts is what [XML 1.0, fifth edition](https://www.w3.org/TR/xml/) calls a well-formed
//! document and [Namespaces in XML 1.0, third edition](https://www.w3.org/TR/xml-names/) calls
//! namespace-well-formed, but for this:
//!
//! - **No document type declaration.** A DOCTYPE is an error
//!   ([`ErrorKind::Doctype`](crate::ErrorKind::Doctype)), and so is every entity but the five
//!   predefined ones.
//! - **UTF-8 only.** Another encoding, declared or seen from the first bytes, is an error
//!   ([`ErrorKind::Encoding`](crate::ErrorKind::Encoding)). UTF-16, which every XML processor must
//!   read by the letter of the specification, is among them.
//! - **Limits**, unless they are lifted: see [`Limits`](crate::Limits). A body of 4 GiB or more is
//!   refused even then.
//! - **Illegal character references**, such as `&#xB;`, read as U+FFFD, only when
//!   [`IllegalReferences::Replace`](crate::IllegalReferences::Replace) asks for it.
//!
//! Namespace names are compared as they read and are not checked to be URI references, as both
//! specifications leave open. A document that declares version 1.1 or later is read by the rules of
//! 1.0, as section 2.8 asks.
//!
//! # In here
//!
//! `tokenizer` drives and holds the state; `prolog` reads the byte order mark and the XML declaration,
//! `tag` tags and attributes, `reference` references, `namespaces` scopes, on a `set`; `token` is what
//! comes out.
//! Nothing here knows EWS.

mod namespaces;
pub(crate) mod prolog;
mod reference;
mod set;
mod tag;
#[cfg(test)]
mod tests;
mod token;
mod tokenizer;

pub use tag::Attributes;
pub use token::{Attribute, Name, Namespace, Text, Token};
pub use tokenizer::{Buffers, Tokenizer};
pub(crate) use tokenizer::{check_length, longest_body};
