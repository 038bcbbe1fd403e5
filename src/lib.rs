//! Parses notifications of Exchange Web Services (EWS) into typed events that borrow from the body.
//!
//! An Exchange server POSTs a SOAP `SendNotification` to a listener when something happens in a subscribed mailbox.
//! [`Parser::parse`] turns the body of that request into a [`Message`] and checks every rule of XML 1.0 and Namespaces
//! in XML 1.0 in the same pass. `GetEvents` and `GetStreamingEvents` responses and SOAP faults are parsed into the same
//! model.
//!
//! ```
//! use ews_notifications::{Parser, Reply, Target};
//!
//! # let body = include_bytes!("../tests/data/push/mail.xml");
//! let mut parser = Parser::new(); // one per worker: it reuses its memory
//! let message = parser.parse(body)?;
//! for notification in message.notifications() {
//!     println!("subscription {}", notification.subscription_id);
//!     for event in notification.events {
//!         match event.target() {
//!             Some(Target::Item(item)) => println!("{} of item {}", event.kind, item.id),
//!             Some(Target::Folder(folder)) => println!("{} of folder {}", event.kind, folder.id),
//!             None => println!("{}", event.kind), // a StatusEvent, for example
//!         }
//!     }
//! }
//! let reply = Reply::ok(message.soap); // send it with status 200: `content_type` and `body`
//! # assert_eq!(message.notifications().flat_map(|notification| notification.events).count(), 3);
//! # let _ = reply;
//! # Ok::<(), ews_notifications::Error>(())
//! ```
//!
//! [`Continuity`] recognizes retries and finds gaps. [`request`] writes the requests of a subscriber. [`frame`] cuts a
//! streaming response into its envelopes. [`xml`] is the tokenizer for any XML, without knowledge of EWS. The README says
//! what to answer to which push. The repository has complete programs in `examples`: a listener on axum, a client that
//! reads streams, a library for C++ services.
//!
//! # Keep a message
//!
//! A [`Message`] borrows from its body and its parser, so it lives until the parser reads the next body. There are
//! three ways to handle it:
//!
//! | way | cost | use it for |
//! |---|---|---|
//! | handle the message in place | none | short work on the same thread |
//! | keep its body as [`MessageBytes`] (feature `bytes`) and parse it again | a parse for each use: a fraction of a microsecond for one event, a few microseconds for 50 | queues and workers that need most of the message soon |
//! | copy it, or a part of it, with `into_owned()` ([`owned`]) | one allocation and one copy for each text | what is stored or kept for long: the body is freed |
//!
//! # Partial messages
//!
//! [`Parser::parse`] returns a whole message or an error. [`Parser::parse_partial`] also returns the message up to the
//! first error, to show it or to recover its events. The message has each event whose end tag was read. A Notification
//! whose SubscriptionId was not read is left out, with its events.
//!
//! # What is accepted
//!
//! - Names are resolved by namespace, never by prefix. The namespaces of EWS may begin with `http://`, as servers write
//!   them, or with `https://`.
//! - The envelope may be SOAP 1.1 or SOAP 1.2, or missing.
//! - Children may come in any order. A missing child is `None`.
//! - Elements and attributes that the schema does not have in their place are skipped and counted ([`Stats`]). Text
//!   between elements is ignored.
//! - Every child of a Notification that is not one of its known elements is an event of the kind
//!   [`EventKind::Other`], in whatever namespace. The fields of the event have the children that known events have.
//! - White space around ids, watermarks, codes, times and numbers is ignored, so a proxy may indent a message. It stays
//!   in texts for people.
//! - Unknown header blocks are skipped. [`Message::must_understand`] lists those with `mustUnderstand`.
//! - `ResponseClass="Error"`, an unknown response code and a SOAP fault are values, not errors.
//!
//! A listener must check [`Message::operation`], because anyone may post a response to it.
//!
//! # What is refused
//!
//! An [`Error`] has the kind of the defect and its byte offset. [`Error::describe`] explains it, with the likely cause. These
//! are errors:
//!
//! - XML that is not well-formed, including a prefix without a declaration. [`IllegalReferences::Replace`] accepts
//!   references such as `&#xB;`, which Exchange is known to write.
//! - A DOCTYPE, and any encoding other than UTF-8. [`xml`] lists every deviation from XML 1.0.
//! - A body that exceeds one of the [`Limits`]. They are on by default.
//! - A body that two parsers may read differently. It has a repeated single-valued element, an element inside a text
//!   value, or a boolean or integer that is invalid in XML Schema.
//! - An ItemId or FolderId whose attribute `Id` is missing or empty.
//! - A Notification whose SubscriptionId is missing or empty.
//! - An operation other than `SendNotification`, `GetEventsResponse` and `GetStreamingEventsResponse`.
//! - A known name in the wrong namespace ([`ErrorKind::WrongNamespace`]), because to skip it could drop events in silence.
//!   An Envelope or an operation may be in no other namespace at all. Other elements above the events may not be in
//!   another namespace of EWS or SOAP, or in none. In the namespace of a vendor they are skipped.
//!
//! # Speed
//!
//! A parser first compares a body with what servers write ([`Config::predict`]) and with what it learned from earlier
//! messages ([`Config::head_bytes`]), with vector instructions ([`Kernel`]). At the first deviation it switches to the
//! general path, which reads any XML. Results and errors are the same.
//!
//! # How it works
//!
#![doc = include_str!("layers.svg")]
//!
//! The steps of one body, with the files in `src/`:
//!
//! 1. [`Parser::parse`] (`parser.rs`) lends the engine (`engine/mod.rs`) the memory and the learned state that outlive
//!    a message.
//! 2. The fast path (`engine/fast_path.rs`) compares the start of the body with learned heads (`engine/heads.rs`). If
//!    none matches, it compares tag by tag with what servers write (`engine/head_matcher.rs`).
//! 3. Inside a Notification it compares tags whole (`engine/child_matcher.rs`). A kernel (`scan/kernel.rs`,
//!    `scan/x86.rs`) tests values for bytes outside their class (`scan/class.rs`), up to 32 bytes at a time.
//! 4. A value without such bytes is ASCII, so it is returned as `&str` without a second check (`scan/cursor.rs`).
//!    Events and fields go into the message builder (`engine/builder.rs`).
//! 5. At the first deviation the general path (`engine/general_path.rs`) takes over. The tokenizer (`xml/tokenizer.rs`)
//!    finds them in bitmaps (`scan/reader.rs`) and checks them. The table of elements (`schema/mod.rs`) says which element
//!    may appear where. After the child that deviates, tags are compared again.
//!
//! `CONTRIBUTING.md` follows one body through these files, function by function.
//!
//! # Features
//!
//! Features only add API.
//!
//! - `std` (default): `From<Error> for std::io::Error`, [`Continuity`] with a random key, and detection of vector
//!   instructions. Without it the crate needs `core` and `alloc`, and uses the instructions that it is compiled for.
//! - `bytes`: [`MessageBytes`], a body in [`bytes::Bytes`].
//! - `codec`: [`frame::EnvelopeDecoder`] for `FramedRead` of tokio. Enables `bytes` and `std`.
//! - `serde`: `Serialize` for the model, `Serialize` and `Deserialize` for [`owned`] and [`SubscriptionState`].
//!
//! In JSON the keys are the names of the fields, in their order, and `None` is null. Ids, watermarks, codes and times
//! are their text. Operations, kinds of events, classes and statuses are their names in EWS, such as `NewMailEvent`. An
//! event of an unknown kind is `Other`, with the details under the key `other` ([`OtherEvent`]). The old ids of an
//! event are keys of the event.
//!
//! # Safety
//!
//! No input makes the crate panic, recurse or take more than linear time. `unsafe` is confined to one private module,
//! `scan`. It converts bytes that have been checked to `&str` without a second check, loads arrays into vectors, and
//! calls kernels that the machine was found to have.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))] // docs.rs then names the feature that an item needs
#![cfg_attr(
    not(feature = "codec"),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "the documentation names what features add that are off"
    )
)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod config;
mod continuity;
mod engine;
mod error;
pub mod frame;
#[cfg(feature = "bytes")]
mod message_bytes;
mod model;
pub mod owned;
mod parser;
mod reply;
pub mod request;
#[expect(
    unsafe_code,
    reason = "text without a second UTF-8 check, vector loads, kernels"
)]
mod scan;
mod schema;
mod stats;
pub mod xml;

pub use config::{Config, IllegalReferences, Kernel, Limits};
pub use continuity::{Continuity, Delivery, RestoreError, SubscriptionState};
pub use error::{Description, Error, ErrorClass, ErrorKind, Related};
#[cfg(feature = "bytes")]
pub use message_bytes::MessageBytes;
pub use model::{
    ConnectionStatus, Event, EventKind, Fault, FolderId, HeaderBlock, ItemId, Message,
    MessageXmlValue, Notification, OldIds, Operation, OtherEvent, Response, ResponseClass,
    ResponseCode, ServerVersionInfo, SoapVersion, SubscriptionId, Target, Timestamp,
    TimestampError, UnixTime, UnknownEventKind, Watermark,
};
pub use parser::{Parser, Partial};
pub use reply::Reply;
pub use stats::Stats;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
