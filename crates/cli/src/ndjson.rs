//! The output format `ndjson`, for programs: one row of JSON for each event. All rows have the same keys, in the order
//! of the fields of [`Row`].

use std::io::{self, Write};

use ews_notifications::{
    ConnectionStatus, Event, Message, ResponseClass, ResponseCode, SubscriptionId, Watermark,
};
use serde::Serialize;

/// Each event repeats the values of its message, response and notification.
#[derive(Default, Serialize)]
struct Row<'a> {
    file: &'a str,
    operation: &'a str,
    server_version: Option<&'a str>,
    /// Faults only.
    fault_code: Option<&'a str>,
    /// Faults only.
    fault_string: Option<&'a str>,
    response_class: Option<ResponseClass<'a>>,
    response_code: Option<ResponseCode<'a>>,
    message_text: Option<&'a str>,
    /// Streaming responses only.
    connection_status: Option<ConnectionStatus<'a>>,
    /// Streaming responses only.
    error_subscription_ids: &'a [SubscriptionId<'a>],
    subscription_id: Option<SubscriptionId<'a>>,
    previous_watermark: Option<Watermark<'a>>,
    more_events: Option<bool>,
    event: Option<&'a Event<'a>>,
}

/// Writes the rows of a message.
///
/// A fault, a response without notifications and a notification without events have one row each, in which `event` is
/// null. A message without responses has no row.
pub(crate) fn write(file: &str, message: &Message<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let of_message = || Row {
        file,
        operation: message.operation.name(),
        server_version: message.server_version(),
        ..Row::default()
    };
    if let Some(fault) = message.fault {
        let row = Row {
            fault_code: fault.code,
            fault_string: fault.string,
            response_code: fault.response_code,
            message_text: fault.message_text,
            ..of_message()
        };
        row.write(out)?;
    }
    for response in message.responses {
        let mut row = Row {
            response_class: response.class,
            response_code: response.code,
            message_text: response.message_text,
            connection_status: response.connection_status,
            error_subscription_ids: response.error_subscription_ids,
            subscription_id: response.subscription_id(),
            ..of_message()
        };
        if response.notifications.is_empty() {
            row.write(out)?;
        }
        for notification in response.notifications {
            row.subscription_id = Some(notification.subscription_id);
            row.previous_watermark = notification.previous_watermark;
            row.more_events = notification.more_events;
            row.event = None;
            if notification.events.is_empty() {
                row.write(out)?;
            }
            for event in notification.events {
                row.event = Some(event);
                row.write(out)?;
            }
        }
    }
    Ok(())
}

impl Row<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }
}
