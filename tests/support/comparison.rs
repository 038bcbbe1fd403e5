//! Compares what `parse` found in a body with the tokenizer, a reader and the reference.
//!
//! Panics at a difference.

use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, Item, Message, Reader};
use serde_json::Value;

use super::reference::{self, Refusal};
use super::{json, position};

/// Checks that the reference accepts the body with the same message, or refuses it for the same reason. Gives its
/// result.
pub(crate) fn check(body: &[u8], found: Result<Message<'_>, Error>) -> Result<Value, Refusal> {
    let shown = body.escape_ascii();
    let malformed = tokenizer_error(body);
    let reference = reference::read(body);
    match found {
        Ok(message) => {
            assert_eq!(malformed, None, "{shown}");
            assert_eq!(Ok(json::of_message(&message)), reference, "{shown}");
        }
        Err(error) => {
            check_refusal(body, error, malformed);
            if error.class() == ErrorClass::Schema {
                // The reference takes whole documents only.
                let is_known = match &reference {
                    Ok(_) => false,
                    Err(Refusal::Xml) => malformed.is_some(),
                    Err(Refusal::Schema(defects)) => defects.contains(&error.kind()),
                };
                assert!(is_known, "{error}, {reference:?}: {shown}");
            }
        }
    }
    reference
}

/// Checks that the error is the tokenizer's, or is a schema error before it.
fn check_refusal(body: &[u8], error: Error, malformed: Option<Error>) {
    let shown = body.escape_ascii();
    position::check(error, body);
    if error.class() == ErrorClass::Schema {
        let is_before = malformed.is_none_or(|malformed| error.offset() <= malformed.offset());
        assert!(is_before, "{error}, {malformed:?}: {shown}");
    } else {
        assert_eq!(Some(error), malformed, "{shown}");
    }
}

/// The tokenizer's error, if it refuses the document.
pub(crate) fn tokenizer_error(body: &[u8]) -> Option<Error> {
    let mut buffers = Buffers::default();
    let tokens = Tokenizer::new(body, &mut buffers, &Config::default());
    let read = tokens.and_then(|mut tokens| {
        while tokens.next()?.is_some() {}
        Ok(())
    });
    read.err()
}

/// A reader of the body hands out what is in the message, or ends with the same error, as often as it is
/// asked. Gives whether the items come in the order of the schema, which is that of the body if servers
/// wrote it.
pub(crate) fn check_reader(
    body: &[u8],
    reader: Result<Reader<'_, '_>, Error>,
    found: Result<Message<'_>, Error>,
) -> bool {
    let shown = body.escape_ascii();
    let mut left = found.map_or_else(|_| Vec::new(), |message| items_of(&message));
    let mut are_in_order = true;
    let end = reader.and_then(|mut reader| {
        loop {
            match reader.next() {
                Ok(None) => return Ok(()),
                Err(error) => {
                    assert_eq!(reader.next(), Err(error), "asked again: {shown}");
                    return Err(error);
                }
                Ok(Some(_)) if found.is_err() => {}
                Ok(Some(item)) => {
                    let at = left.iter().position(|expected| *expected == item);
                    let at = at.unwrap_or_else(|| panic!("{item:?}: {shown}"));
                    are_in_order &= at == 0;
                    left.remove(at);
                }
            }
        }
    });
    assert_eq!(end.err(), found.err(), "{shown}");
    assert!(left.is_empty(), "{left:?}: {shown}");
    are_in_order
}

/// The items that a reader must hand out for this message, if its values stand in schema order.
pub(crate) fn items_of<'m>(message: &Message<'m>) -> Vec<Item<'m>> {
    let mut items = Vec::new();
    items.extend(
        message
            .request_server_version
            .map(Item::RequestServerVersion),
    );
    items.extend(message.server_version_info.map(Item::ServerVersionInfo));
    items.push(Item::Operation(message.operation));
    if let Some(fault) = message.fault {
        items.extend(fault.code.map(Item::FaultCode));
        items.extend(fault.string.map(Item::FaultString));
        items.extend(fault.response_code.map(Item::ResponseCode));
        items.extend(fault.message_text.map(Item::MessageText));
        items.extend(fault.message_xml.iter().copied().map(Item::MessageXmlValue));
    }
    for response in message.responses {
        items.push(Item::Response(response.class));
        items.extend(response.message_text.map(Item::MessageText));
        items.extend(response.code.map(Item::ResponseCode));
        items.extend(response.descriptive_link_key.map(Item::DescriptiveLinkKey));
        items.extend(
            response
                .message_xml
                .iter()
                .copied()
                .map(Item::MessageXmlValue),
        );
        for notification in response.notifications {
            items.push(Item::Notification);
            items.push(Item::SubscriptionId(notification.subscription_id));
            items.extend(notification.previous_watermark.map(Item::PreviousWatermark));
            items.extend(notification.more_events.map(Item::MoreEvents));
            items.extend(notification.events.iter().copied().map(Item::Event));
            items.push(Item::NotificationEnd);
        }
        let ids = response.error_subscription_ids.iter();
        items.extend(ids.copied().map(Item::ErrorSubscriptionId));
        items.extend(response.connection_status.map(Item::ConnectionStatus));
        items.push(Item::ResponseEnd);
    }
    items
}
