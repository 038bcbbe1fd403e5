//! The output format `ndjson`, for programs: one row of JSON for each event. All rows have the same keys, in the order
//! of the fields of [`Row`].

use std::collections::BTreeSet;
use std::io::{self, Write};

use ews_notifications::{
    ConnectionStatus, Delivery, Event, Message, MessageXmlValue, ResponseClass, ResponseCode,
    SubscriptionId, Watermark,
};
use serde::{Serialize, Serializer};

use crate::failure::{Details, Failure};
use crate::output::Place;

/// Each event repeats the values of its message, response and notification.
#[derive(Default, Serialize)]
struct Row<'a> {
    file: &'a str,
    envelope: Option<usize>,
    offset: Option<u64>,
    /// Whether the envelope has a defect after this row.
    partial: bool,
    operation: Option<&'a str>,
    server_version: Option<&'a str>,
    /// Faults only.
    fault_code: Option<&'a str>,
    /// Faults only.
    fault_string: Option<&'a str>,
    response_class: Option<ResponseClass<'a>>,
    response_code: Option<ResponseCode<'a>>,
    message_text: Option<&'a str>,
    #[serde(serialize_with = "object")]
    message_xml: &'a [MessageXmlValue<'a>],
    back_off_ms: Option<u64>,
    /// Streaming responses only.
    connection_status: Option<ConnectionStatus<'a>>,
    /// Streaming responses only.
    error_subscription_ids: &'a [SubscriptionId<'a>],
    subscription_id: Option<SubscriptionId<'a>>,
    previous_watermark: Option<Watermark<'a>>,
    more_events: Option<bool>,
    delivery: Option<&'a str>,
    event: Option<&'a Event<'a>>,
    error: Option<&'a Details>,
}

/// Writes the rows of a message. `deliveries` has one for each notification.
///
/// A fault, a message without responses, a response without notifications and a notification without events have one
/// row each, in which `event` is null. So every envelope has a row.
pub(crate) fn write(
    place: &Place<'_>,
    message: &Message<'_>,
    deliveries: &[Delivery],
    out: &mut impl Write,
) -> io::Result<()> {
    let of_message = || Row {
        file: place.file,
        envelope: Some(place.envelope),
        offset: Some(place.offset),
        partial: place.is_partial,
        operation: Some(message.operation.name()),
        server_version: message.server_version(),
        ..Row::default()
    };
    if let Some(fault) = message.fault {
        let row = Row {
            fault_code: fault.code,
            fault_string: fault.string,
            response_code: fault.response_code,
            message_text: fault.message_text,
            message_xml: fault.message_xml,
            back_off_ms: milliseconds(fault.value(BACK_OFF)),
            ..of_message()
        };
        row.write(out)?;
    } else if message.responses.is_empty() {
        of_message().write(out)?;
    }
    let mut deliveries = deliveries.iter();
    for response in message.responses {
        let mut row = Row {
            response_class: response.class,
            response_code: response.code,
            message_text: response.message_text,
            message_xml: response.message_xml,
            back_off_ms: milliseconds(response.value(BACK_OFF)),
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
            row.delivery = deliveries.next().map(|delivery| delivery.name());
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

/// Writes the row of a file or an envelope that cannot be read.
pub(crate) fn write_failure(failure: &Failure, out: &mut impl Write) -> io::Result<()> {
    let row = Row {
        file: &failure.file,
        envelope: failure.envelope.map(|(number, _)| number),
        offset: failure.envelope.map(|(_, offset)| offset),
        error: Some(&failure.details),
        ..Row::default()
    };
    row.write(out)
}

impl Row<'_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }
}

const BACK_OFF: &str = "BackOffMilliseconds";

fn milliseconds(value: Option<&str>) -> Option<u64> {
    value?.trim().parse().ok()
}

/// An object with the values by name. Of values with the same name it has the first, as `Response::value` returns it.
fn object<S: Serializer>(values: &[MessageXmlValue<'_>], to: S) -> Result<S::Ok, S::Error> {
    let mut names = BTreeSet::new();
    let named = values
        .iter()
        .map(|value| (value.name.unwrap_or_default(), value.value));
    to.collect_map(named.filter(|(name, _)| names.insert(*name)))
}
