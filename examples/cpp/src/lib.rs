//! Bodies in, events out, for C++.
//!
//! What borrows cannot go to C++ safely, so each text of an event is copied into a string of its own.

use ews_notifications as ews;

#[cxx::bridge(namespace = "ews")]
#[allow(
    unsafe_code,
    unreachable_pub,
    reason = "the macro writes the C functions"
)]
mod ffi {
    /// What happened to an item or a folder. What an event does not have is empty.
    struct Event {
        /// The name of its element, such as `NewMailEvent`.
        kind: String,
        subscription_id: String,
        watermark: String,
        timestamp: String,
        item_id: String,
        folder_id: String,
        parent_folder_id: String,
    }

    extern "Rust" {
        /// Reads bodies, one after another, and reuses its memory for each: one for each thread, and to be kept.
        type Parser;

        fn new_parser() -> Box<Parser>;

        /// The events of a push, in their order. Throws `rust::Error` if the body is malformed or is no push.
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
            return Err(format!("{} is no push", message.operation));
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
    ffi::Event {
        kind: event.kind.to_string(),
        subscription_id: subscription_id.to_string(),
        watermark: text(event.watermark.map(|watermark| watermark.as_str())),
        timestamp: text(event.timestamp.map(|timestamp| timestamp.as_str())),
        item_id: text(event.item_id.map(|item| item.id)),
        folder_id: text(event.folder_id.map(|folder| folder.id)),
        parent_folder_id: text(event.parent_folder_id.map(|folder| folder.id)),
    }
}
