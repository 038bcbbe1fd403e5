//! Fingerprints of watermarks and of the contents of notifications: SipHash-2-4 with 128 bits of output and a secret key.
//!
//! The hashed bytes are an unambiguous encoding: different values have different bytes. Each text follows its length,
//! each field follows its key, and an optional text follows a byte that says whether it is present. The bytes are the
//! same on all machines, because exported fingerprints may be restored on another machine.

use core::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::hex::Hex;
use crate::model::{Event, Value};

/// The fingerprint of a watermark.
pub(super) fn of_watermark(key: [u8; 16], watermark: &str) -> Hex {
    let mut hasher = FieldHasher::new(key);
    hasher.text(watermark);
    hasher.finish()
}

/// The fingerprint of the content of a notification: its `PreviousWatermark` and its events with all their fields.
pub(super) fn of_content(key: [u8; 16], previous_watermark: &str, events: &[Event<'_>]) -> Hex {
    let mut hasher = FieldHasher::new(key);
    hasher.text(previous_watermark);
    hasher.number(events.len() as u64);
    for event in events {
        hasher.event(event);
    }
    hasher.finish()
}

/// Hashes values in the encoding of this module.
pub(super) struct FieldHasher(SipHasher24);

impl FieldHasher {
    pub(super) fn new(key: [u8; 16]) -> Self {
        Self(SipHasher24::new_with_key(&key))
    }

    pub(super) fn finish(&self) -> Hex {
        let hash = self.0.finish128();
        // Not `hash.as_u128()`: on a big-endian machine it reverses the bytes of each half.
        Hex((u128::from(hash.h2) << 64) | u128::from(hash.h1))
    }

    // The integer methods of `core::hash::Hasher` hash in the byte order of the machine. Only `write` is used.
    pub(super) fn number(&mut self, number: u64) {
        self.0.write(&number.to_le_bytes());
    }

    pub(super) fn fingerprint(&mut self, fingerprint: Hex) {
        self.0.write(&fingerprint.0.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.write(text.as_bytes());
    }

    pub(super) fn optional<T>(&mut self, value: Option<T>, hash: impl FnOnce(&mut Self, T)) {
        self.0.write(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            hash(self, value);
        }
    }

    /// Hashes the fields that are present, each with its key. So a field that a later release adds changes no
    /// fingerprint of an event without this field.
    fn event(&mut self, event: &Event<'_>) {
        for (key, value) in event.fields() {
            let hash_id = |hasher: &mut Self, (id, change_key)| {
                hasher.field(key, id);
                hasher.optional(change_key, Self::text);
            };
            match value {
                Value::Kind(kind) => self.field(key, kind.name()),
                Value::Text(Some(text)) => self.field(key, text),
                Value::ItemId(Some(item)) => hash_id(self, (item.id, item.change_key)),
                Value::FolderId(Some(folder)) => hash_id(self, (folder.id, folder.change_key)),
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
