//! Fingerprints: 128 bits that recognize a watermark or a whole notification.
//!
//! SipHash-2-4 with 128 bits of output, under a key. Texts are written with their lengths, fields with their keys and
//! optional values with a tag, so that different values never write the same bytes. The bytes do not depend on the machine: fingerprints
//! outlive the process.

use core::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

use crate::model::{Event, Value};

/// The fingerprint of a watermark.
pub(super) fn of_watermark(key: [u8; 16], watermark: &str) -> u128 {
    let mut writer = Writer::new(key);
    writer.text(watermark);
    writer.finish()
}

/// The fingerprint of the content of a notification: its `PreviousWatermark` and its events with all their fields.
pub(super) fn of_content(key: [u8; 16], previous_watermark: &str, events: &[Event<'_>]) -> u128 {
    let mut writer = Writer::new(key);
    writer.text(previous_watermark);
    writer.number(events.len() as u64);
    for event in events {
        writer.event(event);
    }
    writer.finish()
}

/// Feeds values to the hash.
pub(super) struct Writer(SipHasher24);

impl Writer {
    pub(super) fn new(key: [u8; 16]) -> Self {
        Self(SipHasher24::new_with_key(&key))
    }

    pub(super) fn finish(&self) -> u128 {
        let hash = self.0.finish128();
        // `as_u128` swaps the halves' bytes on a big-endian machine.
        (u128::from(hash.h2) << 64) | u128::from(hash.h1)
    }

    // The integer methods of `Hasher` write the byte order of the machine: only `write` is used.
    pub(super) fn number(&mut self, number: u64) {
        self.0.write(&number.to_le_bytes());
    }

    pub(super) fn fingerprint(&mut self, fingerprint: u128) {
        self.0.write(&fingerprint.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.write(text.as_bytes());
    }

    pub(super) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.write(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// The fields that an event has, each with its key. So a new field changes no fingerprint of an event without it.
    fn event(&mut self, event: &Event<'_>) {
        for (key, value) in event.fields() {
            let write_id = |writer: &mut Self, (id, change_key)| {
                writer.field(key, id);
                writer.optional(change_key, Self::text);
            };
            match value {
                Value::Kind(kind) => self.field(key, kind.name()),
                Value::Text(Some(text)) => self.field(key, text),
                Value::ItemId(Some(item)) => write_id(self, (item.id, item.change_key)),
                Value::FolderId(Some(folder)) => write_id(self, (folder.id, folder.change_key)),
                Value::Int(Some(number)) => {
                    self.text(key);
                    self.0.write(&number.to_le_bytes());
                }
                Value::Other(Some(other)) => self.field(key, other.raw),
                Value::Text(None)
                | Value::ItemId(None)
                | Value::FolderId(None)
                | Value::Int(None)
                | Value::Other(None) => {}
            }
        }
    }

    fn field(&mut self, key: &str, text: &str) {
        self.text(key);
        self.text(text);
    }
}
