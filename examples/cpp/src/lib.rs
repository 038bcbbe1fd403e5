//! Parses bodies into events, for C++.
//!
//! C++ cannot check lifetimes, so no event borrows from a body. Each text is copied into a string of its own.

use ews_notifications as ews;

#[cxx::bridge(namespace = "ews")]
#[allow(
    unsafe_code,
    unreachable_pub,
    reason = "the macro writes the C functions"
)]
mod ffi {
    /// What happened to an item or a folder. A text that the event does not have is empty.
    struct Event {
        /// The name of its element, such as `NewMailEvent`.
        kind: String,
        subscription_id: String,
        watermark: String,
        timestamp: String,
        /// The id of the item or folder that it happened to.
        target_id: String,
        is_folder: bool,
        parent_folder_id: String,
    }

    extern "Rust" {
        /// Parses one body after the other and reuses its memory. Keep one for each thread.
        type Parser;

        fn new_parser() -> Box<Parser>;

        /// The events of a push, in the order in which they happened. Throws `rust::Error` if the body is malformed or
        /// is not a push.
        fn events(self: &mut Parser, body: &[u8]) -> Result<Vec<Event>>;
    }
}

struct Parser(ews::Parser);

fn new_parser() -> Box<Parser> {
    Box::new(Parser(ews::Parser::new()))
}

impl Parser {
    fn events(&mut self, body: &[u8]) -> Result<Vec<ffi::Event>, String> {
        let message = self.0.parse(body);
        let message = message.map_err(|error| error.describe(body).to_string())?;
        if message.operation != ews::Operation::SendNotification {
            return Err(format!("{} is not a push", message.operation));
        }
        let events = message.notifications().flat_map(|notification| {
            let events = notification.events.iter();
            events.map(|event| copy(event, notification.subscription_id))
        });
        Ok(events.collect())
    }
}

fn copy(event: &ews::Event<'_>, subscription_id: ews::SubscriptionId<'_>) -> ffi::Event {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let target = event.target();
    ffi::Event {
        kind: event.kind.to_string(),
        subscription_id: subscription_id.to_string(),
        watermark: text(event.watermark.map(|watermark| watermark.as_str())),
        timestamp: text(event.timestamp.map(|timestamp| timestamp.as_str())),
        target_id: text(target.map(|target| target.id())),
        is_folder: matches!(target, Some(ews::Target::Folder(_))),
        parent_folder_id: text(event.parent_folder_id.map(|folder| folder.id)),
    }
}
