//! Lines of JSON, for programs: one an event, each with every key, in the order of the fields here.

use std::io::{self, Write};

use ews_notifications::{
    ConnectionStatus, Event, Message, ResponseClass, ResponseCode, SubscriptionId, Watermark,
};
use serde::Serialize;

#[derive(Default, Serialize)]
struct Line<'a> {
    file: &'a str,
    operation: &'a str,
    server_version: Option<&'a str>,
    /// Of faults alone.
    fault_code: Option<&'a str>,
    fault_string: Option<&'a str>,
    response_class: Option<ResponseClass<'a>>,
    response_code: Option<ResponseCode<'a>>,
    message_text: Option<&'a str>,
    /// Of streaming answers alone, as the ids that follow are.
    connection_status: Option<ConnectionStatus<'a>>,
    error_subscription_ids: &'a [SubscriptionId<'a>],
    subscription_id: Option<SubscriptionId<'a>>,
    previous_watermark: Option<Watermark<'a>>,
    more_events: Option<bool>,
    event: Option<&'a Event<'a>>,
}

/// Writes the lines of a message. A response without notifications and a notification without events
/// have a line too, with `event` null, and so has a fault; a message without responses has none.
pub(crate) fn write(file: &str, message: &Message<'_>, out: &mut Vec<u8>) -> io::Result<()> {
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
            response_code: fault.response_code,
            message_text: fault.message_text,
            ..of_message()
        };
        line.write(out)?;
    }
    for response in message.responses {
        let mut line = Line {
            response_class: response.class,
            response_code: response.code,
            message_text: response.message_text,
            connection_status: response.connection_status,
            error_subscription_ids: response.error_subscription_ids,
            subscription_id: response.subscription_id(),
            ..of_message()
        };
        if response.notifications.is_empty() {
            line.write(out)?;
        }
        for notification in response.notifications {
            line.subscription_id = Some(notification.subscription_id);
            line.previous_watermark = notification.previous_watermark;
            line.more_events = notification.more_events;
            line.event = None;
            if notification.events.is_empty() {
                line.write(out)?;
            }
            for event in notification.events {
                line.event = Some(event);
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
