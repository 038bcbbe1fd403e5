//! Exchange notifications, pushed, pulled or streamed, as typed events that borrow from the body.
//!
//! An Exchange server POSTs a SOAP `SendNotification` to a listener whenever something happens in a
//! mailbox that was subscribed to by Exchange Web Services (EWS). This crate reads the body of that
//! POST, checks every rule of XML 1.0 and Namespaces on the way, and gives the events. The answers to
//! `GetEvents` and `GetStreamingEvents`, and SOAP faults, are read into the same [`Message`].
//!
//! ```
//! use ews_notifications::{EventKind, Parser, Reply};
//!
//! # let body = include_bytes!("../tests/data/push/mail.xml");
//! let mut parser = Parser::new(); // one per worker: it reuses its memory
//! let message = parser.parse(body)?;
//! for notification in message.notifications() {
//!     println!("subscription {:?}", notification.subscription_id);
//!     for event in notification.events {
//!         match (event.kind, event.item_id) {
//!             (EventKind::NewMail, Some(item)) => println!("new mail {:?}", item.id),
//!             (kind, _) => println!("{}", kind.name()),
//!         }
//!     }
//! }
//! let answer = Reply::ok(message.soap); // to a push, with status 200: answer.content_type, answer.body
//! # assert_eq!(message.notifications().flat_map(|one| one.events).count(), 3);
//! # let _ = answer;
//! # Ok::<(), ews_notifications::Error>(())
//! ```
//!
//! The README says what to answer when. The repository has whole programs in `examples`: listeners on axum, hyper and
//! actix-web, a client of streams, a library for services in C++.
//!
//! # Two ways to read, one engine
//!
//! - [`Parser::parse`] gives a whole [`Message`], all or nothing. A warm parser allocates nothing.
//! - [`Parser::reader`] gives a [`Reader`], which hands out [`Item`]s one by one in constant memory,
//!   and with them the events before a defect.
//!
//! Below both is [`xml`], a tokenizer for any XML, public and without knowledge of EWS. In front of them,
//! [`frame`] cuts a streaming response into its envelopes. Behind them, [`Continuity`] tells retries from new
//! notifications, and when something is missing.
//!
//! # To keep a message
//!
//! A [`Message`] borrows, so it lives until its parser reads the next one. There are three ways to handle it:
//!
//! | way | costs | is for |
//! |---|---|---|
//! | at once, as it is | nothing | what is short, and done on the same thread |
//! | its body on to another thread, as [`MessageBytes`] (feature `bytes`), to be parsed again there | a parse for each time: a fraction of a microsecond for one event, a few for fifty | queues and workers that need most of the message, and need it soon |
//! | a copy of it or of a part, by `into_owned()` ([`owned`]) | an allocation and a copy for each text | what is kept for long or stored: the body is freed |
//!
//! # What is accepted
//!
//! Names are resolved by namespace, never by prefix. The envelope may be SOAP 1.1 or 1.2, or missing;
//! the namespaces of messages and types may be written with `http://`, as servers do, or `https://`.
//! The order of children does not matter. What the schema does not know is skipped and counted
//! ([`Stats`]); text between elements is ignored; an unknown element where events stand is an event
//! of kind [`EventKind::Other`]. A missing child is `None`; only a Notification without SubscriptionId
//! is refused. `ResponseClass="Error"` and an unknown response code are values, not errors.
//!
//! # What is refused
//!
//! Whatever is not well-formed, with the kind of the defect and its byte offset ([`Error`]); a
//! DOCTYPE; encodings other than UTF-8; more than the [`Limits`], which are on by default; and what two
//! readers could understand differently: a single-valued element that stands twice, an element inside
//! a value, an id without `Id`, a number or boolean outside its type. Operations other than
//! `SendNotification`, `GetEventsResponse` and `GetStreamingEventsResponse` are refused by name. A listener
//! for pushes has to look at [`Message::operation`]: what is posted to it may be any of these. [`xml`] lists
//! every deviation from XML 1.0.
//!
//! # Speed
//!
//! Servers write the same elements in the same order, so a [`Parser`] compares before it reads: a message
//! with the tags that servers write, whatever their prefixes ([`Config::predict`]), and what stands before
//! and behind the events with what earlier messages had there ([`Config::heads`]). Where a comparison
//! fails, the body is read as any XML. Results and errors are the same either way. Bytes are looked at
//! with the vector instructions of the machine ([`Kernel`]).
//!
//! # How it is made
//!
#![doc = include_str!("layers.svg")]
//!
//! One body, down and back, with the file of each step in `src/`:
//!
//! 1. [`Parser::parse`] (`parser.rs`) lends an engine (`engine/mod.rs`) the memory that outlives the message.
//! 2. The engine begins on the left (`engine/foreseen.rs`): it compares the first bytes with the heads that it has learned
//!    (`engine/head.rs`), or else tag by tag with what servers write (`engine/envelope.rs`).
//! 3. Within the Notification it enters a kernel (`scan/kernel.rs`, `scan/x86.rs`), in which tags are compared whole and values
//!    looked at 32 bytes at a time for bytes that may not stand there (`engine/predict.rs`, `scan/class.rs`).
//! 4. A value in which there are none is handed out as text of the body (`scan/cursor.rs`), an event written where it
//!    stays, and the rest of the body compared with the tail that was learned with the head: that makes the [`Message`].
//! 5. From the first thing on that is otherwise, the engine goes on on the right: the tokenizer (`xml/tokenizer.rs`) checks and
//!    gives tokens, the grammar (`schema/mod.rs`) tells what may stand where, and `engine/walk.rs` what it means, or what
//!    [`Error`] it is.
//!
//! `CONTRIBUTING.md` goes along with it function by function.
//!
//! # Features
//!
//! `std` (default) adds `From<Error> for std::io::Error` and finds out which vector instructions the
//! machine has. Without it the crate needs `core` and `alloc`, and uses those that it is compiled for.
//!
//! `bytes` adds [`MessageBytes`], a body in [`bytes::Bytes`] that is parsed again where it is needed.
//!
//! `codec` adds [`frame::EnvelopeDecoder`], by which a `FramedRead` of tokio gives these. It needs `std`.
//!
//! `serde` adds `Serialize` to the model, and `Serialize` and `Deserialize` to [`owned`]. Keys are the names of the
//! fields, in their order, and `None` is null. Ids, watermarks, codes and times are their text. Operations, kinds of
//! events, classes and statuses are their names in EWS, such as `NewMailEvent`. An event of an unknown kind is `Other`,
//! and its key `other` has the details ([`OtherEvent`]). The old ids of an event are keys of the event.
//!
//! # Safety
//!
//! No input makes it panic, recurse or take more than linear time. `unsafe` stands in one module, for
//! three things: text that has been checked byte by byte is handed out as `&str` without a second
//! check, arrays are loaded into vectors, and kernels are called that the machine has been found to have.

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
pub use error::{Description, Error, ErrorClass, ErrorKind};
#[cfg(feature = "bytes")]
pub use message_bytes::MessageBytes;
pub use model::{
    ConnectionStatus, Event, EventKind, Fault, FolderId, Item, ItemId, Message, MessageXmlValue,
    Notification, OldIds, Operation, OtherEvent, Response, ResponseClass, ResponseCode,
    ServerVersionInfo, SoapVersion, SubscriptionId, Target, Timestamp, TimestampError, UnixTime,
    UnknownEventKind, Watermark,
};
pub use parser::{Parser, Reader};
pub use reply::Reply;
pub use stats::Stats;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
