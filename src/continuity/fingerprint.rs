//! Fingerprints: 128 bits that recognize a watermark or a whole notification.
//!
//! SipHash-2-4 with 128 bits of output, under a key. Texts are written with their lengths and optional values with a
//! tag, so that different values never write the same bytes. The bytes do not depend on the machine: fingerprints
//! outlive the process.

use core::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

use crate::model::{Event, FolderId, ItemId};

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

    /// All fields of an event. The pattern names them, so that a new field does not compile until it is written.
    fn event(&mut self, event: &Event<'_>) {
        let Event {
            kind,
            watermark,
            timestamp,
            item_id,
            folder_id,
            parent_folder_id,
            old_ids,
            unread_count,
            other,
        } = *event;
        // The raw bytes of an unknown event include its name.
        self.optional(other, |writer, other| writer.text(other.raw));
        if other.is_none() {
            self.text(kind.name());
        }
        self.optional(watermark, |writer, mark| writer.text(mark.as_str()));
        self.optional(timestamp, |writer, time| writer.text(time.as_str()));
        self.optional(item_id, Self::item_id);
        self.optional(folder_id, Self::folder_id);
        self.optional(parent_folder_id, Self::folder_id);
        self.optional(old_ids, |writer, old| {
            writer.optional(old.old_item_id, Self::item_id);
            writer.optional(old.old_folder_id, Self::folder_id);
            writer.optional(old.old_parent_folder_id, Self::folder_id);
        });
        self.optional(unread_count, |writer, count| {
            writer.0.write(&count.to_le_bytes());
        });
    }

    fn item_id(&mut self, item: ItemId<'_>) {
        self.text(item.id);
        self.optional(item.change_key, Self::text);
    }

    fn folder_id(&mut self, folder: FolderId<'_>) {
        self.text(folder.id);
        self.optional(folder.change_key, Self::text);
    }
}
