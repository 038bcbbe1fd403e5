//! `serde::Serialize` where a derive does not say it: the vocabulary of the wire, and events as they are on it.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{ConnectionStatus, Event, EventKind, Operation, ResponseClass, SoapVersion};

/// As the text on the wire.
macro_rules! text {
    ($($type:ty: $text:ident;)+) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$text())
            }
        }
    )+};
}

text! {
    ConnectionStatus<'_>: as_str;
    EventKind: name;
    Operation: name;
    ResponseClass<'_>: as_str;
    SoapVersion: number;
}

/// Old ids are apart for the size of events alone: on the wire they stand among the others.
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            kind,
            watermark,
            timestamp,
            item_id,
            folder_id,
            parent_folder_id,
            old_ids,
            unread_count,
            other,
        } = self;
        let old = old_ids.copied().unwrap_or_default();
        let mut event = serializer.serialize_struct("Event", 11)?;
        event.serialize_field("kind", kind)?;
        event.serialize_field("watermark", watermark)?;
        event.serialize_field("timestamp", timestamp)?;
        event.serialize_field("item_id", item_id)?;
        event.serialize_field("folder_id", folder_id)?;
        event.serialize_field("parent_folder_id", parent_folder_id)?;
        event.serialize_field("old_item_id", &old.old_item_id)?;
        event.serialize_field("old_folder_id", &old.old_folder_id)?;
        event.serialize_field("old_parent_folder_id", &old.old_parent_folder_id)?;
        event.serialize_field("unread_count", unread_count)?;
        event.serialize_field("other", other)?;
        event.end()
    }
}
