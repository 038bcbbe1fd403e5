//! Lines of JSON, for programs: one an event, each with every key, in the order of the fields here.

use std::io::{self, Write};

use ews_notifications as ews;
use serde::Serialize;

#[derive(Default, Serialize)]
struct Line<'a> {
    file: &'a str,
    operation: &'a str,
    server_version: Option<&'a str>,
    /// Of faults alone.
    fault_code: Option<&'a str>,
    fault_string: Option<&'a str>,
    response_class: Option<&'a str>,
    response_code: Option<&'a str>,
    message_text: Option<&'a str>,
    /// Of streaming answers alone, as the ids that follow are.
    connection_status: Option<&'a str>,
    error_subscription_ids: Vec<&'a str>,
    subscription_id: Option<&'a str>,
    previous_watermark: Option<&'a str>,
    more_events: Option<bool>,
    event: Option<Event<'a>>,
}

#[derive(Serialize)]
struct Event<'a> {
    kind: &'a str,
    watermark: Option<&'a str>,
    timestamp: Option<&'a str>,
    item_id: Option<Id<'a>>,
    folder_id: Option<Id<'a>>,
    parent_folder_id: Option<Id<'a>>,
    old_item_id: Option<Id<'a>>,
    old_folder_id: Option<Id<'a>>,
    old_parent_folder_id: Option<Id<'a>>,
    unread_count: Option<i32>,
}

#[derive(Serialize)]
struct Id<'a> {
    id: &'a str,
    change_key: Option<&'a str>,
}

/// Writes the lines of a message. A response without notifications and a notification without events
/// have a line too, with `event` null, and so has a fault; a message without responses has none.
pub(crate) fn write(file: &str, message: &ews::Message<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let of_message = || Line {
        file,
        operation: message.operation.name(),
        server_version: message.server_version(),
        ..Line::default()
    };
    if let Some(fault) = message.fault {
        let line = Line {
            fault_code: fault.code,
            fault_string: fault.string,
            response_code: fault.response_code.map(|code| code.as_str()),
            message_text: fault.message_text,
            ..of_message()
        };
        line.write(out)?;
    }
    for response in message.responses {
        let ids = response.error_subscription_ids.iter();
        let mut line = Line {
            response_class: response.class.map(|class| class.as_str()),
            response_code: response.code.map(|code| code.as_str()),
            message_text: response.message_text,
            connection_status: response.connection_status.map(|status| status.as_str()),
            error_subscription_ids: ids.map(|id| id.as_str()).collect(),
            subscription_id: response.subscription_id().map(|id| id.as_str()),
            ..of_message()
        };
        if response.notifications.is_empty() {
            line.write(out)?;
        }
        for notification in response.notifications {
            line.subscription_id = Some(notification.subscription_id.as_str());
            line.previous_watermark = notification.previous_watermark.map(|mark| mark.as_str());
            line.more_events = notification.more_events;
            line.event = None;
            if notification.events.is_empty() {
                line.write(out)?;
            }
            for event in notification.events {
                line.event = Some(Event::new(event));
                line.write(out)?;
            }
        }
    }
    Ok(())
}

impl Line<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }
}

impl<'a> Event<'a> {
    fn new(event: &ews::Event<'a>) -> Self {
        let old = event.old_ids.copied().unwrap_or_default();
        Self {
            kind: event.kind.name(),
            watermark: event.watermark.map(|mark| mark.as_str()),
            timestamp: event.timestamp.map(|time| time.as_str()),
            item_id: event.item_id.map(Id::from),
            folder_id: event.folder_id.map(Id::from),
            parent_folder_id: event.parent_folder_id.map(Id::from),
            old_item_id: old.old_item_id.map(Id::from),
            old_folder_id: old.old_folder_id.map(Id::from),
            old_parent_folder_id: old.old_parent_folder_id.map(Id::from),
            unread_count: event.unread_count,
        }
    }
}

impl<'a> From<ews::ItemId<'a>> for Id<'a> {
    fn from(ews::ItemId { id, change_key, .. }: ews::ItemId<'a>) -> Self {
        Self { id, change_key }
    }
}

impl<'a> From<ews::FolderId<'a>> for Id<'a> {
    fn from(ews::FolderId { id, change_key, .. }: ews::FolderId<'a>) -> Self {
        Self { id, change_key }
    }
}
