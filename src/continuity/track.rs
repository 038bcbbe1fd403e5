//! The state of one subscription, and the comparison of a notification with it.

use alloc::string::String;
use alloc::vec::Vec;

use super::hex::Hex;
use super::{Delivery, MAX_WATERMARK_LEN, fingerprint};
use crate::model::{Event, EventKind, Notification};

/// How many notifications of a subscription are remembered.
pub(super) const REMEMBERED: usize = 8;

/// The fingerprints of a remembered notification.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Fingerprints {
    /// The fingerprint of the watermark where the notification ends. None if its end is unknown.
    pub(super) end: Option<Hex>,
    /// The fingerprint of the content. None for a heartbeat: different heartbeats often have the same content.
    pub(super) content: Option<Hex>,
}

/// A notification, from the watermark where it begins to the watermark where it ends.
pub(super) struct Span<'a> {
    /// `PreviousWatermark`.
    begin: &'a str,
    /// The last `Watermark` of the events in document order. `begin` if no event has a watermark.
    last_watermark: &'a str,
    /// Whether the notification ends at `last_watermark`.
    is_end_known: bool,
    events: &'a [Event<'a>],
}

impl<'a> Span<'a> {
    /// None if the notification has no `PreviousWatermark`.
    pub(super) fn new(notification: &Notification<'a>) -> Option<Self> {
        let begin = notification.previous_watermark?.as_str();
        let events = notification.events;
        let last_watermark = events.iter().rev().find_map(|event| event.watermark);
        let last_watermark = last_watermark.map_or(begin, |watermark| watermark.as_str());
        // An `Other` event without a watermark that is read may have moved the watermark all the same.
        let is_other = |event: &Event<'_>| event.kind == EventKind::Other;
        let mut after_last_watermark = events
            .iter()
            .rev()
            .take_while(|event| event.watermark.is_none());
        let is_end_known = !after_last_watermark.any(is_other)
            && (last_watermark != begin || has_change(events) || !events.iter().any(is_other));
        Some(Self {
            begin,
            last_watermark,
            is_end_known,
            events,
        })
    }

    fn ends_where_it_begins(&self) -> bool {
        self.is_end_known && self.last_watermark == self.begin
    }

    /// Whether it has StatusEvents only, or no events.
    fn is_heartbeat(&self) -> bool {
        let mut events = self.events.iter();
        events.all(|event| event.kind == EventKind::Status)
    }

    /// Whether it proves that its server does not chain watermarks: on a server that does, a change moves the watermark.
    fn disproves_chain(&self) -> bool {
        self.ends_where_it_begins() && has_change(self.events)
    }

    fn end(&self, key: [u8; 16]) -> Option<Hex> {
        self.is_end_known
            .then(|| fingerprint::of_watermark(key, self.last_watermark))
    }

    fn content(&self, key: [u8; 16]) -> Option<Hex> {
        (!self.is_heartbeat()).then(|| fingerprint::of_content(key, self.begin, self.events))
    }
}

/// Whether an event certainly reports a change. An `Other` event may report a change or not.
fn has_change(events: &[Event<'_>]) -> bool {
    let mut kinds = events.iter().map(|event| event.kind);
    kinds.any(|kind| !matches!(kind, EventKind::Status | EventKind::Other))
}

/// The state of a subscription.
#[derive(Clone)]
pub(super) struct Track {
    /// The key of the fingerprints below. A restored track keeps the key that its fingerprints were computed with.
    pub(super) key: [u8; 16],
    /// Whether the server chains watermarks, as far as its notifications have shown.
    pub(super) chains: bool,
    /// The last watermark of the last notification. None before the first commit, and if the watermark has more than
    /// [`MAX_WATERMARK_LEN`] bytes.
    pub(super) last_watermark: Option<String>,
    /// The last notifications, the latest first. Empty only before the first commit.
    pub(super) notifications: Vec<Fingerprints>,
}

impl Track {
    /// A track without notifications. Allocates room for [`REMEMBERED`] notifications. A clone has no spare room and
    /// allocates at its next commit.
    pub(super) fn new(key: [u8; 16]) -> Self {
        Self {
            key,
            chains: true,
            last_watermark: None,
            notifications: Vec::with_capacity(REMEMBERED),
        }
    }

    /// Compares a notification with the committed ones.
    pub(super) fn check(&self, span: &Span<'_>) -> Delivery {
        let Some(last) = self.notifications.first() else {
            return Delivery::First;
        };
        if !self.chains || span.disproves_chain() {
            return if self.knows_content(span) {
                Delivery::Duplicate
            } else {
                Delivery::Unknown
            };
        }
        let begin = fingerprint::of_watermark(self.key, span.begin);
        // None if the last notification has an unknown end.
        let is_next = last.end.map(|end| end == begin);
        // A notification without change that may be new. It is decided before its end is looked up: its end is known.
        if span.ends_where_it_begins() && is_next != Some(false) {
            return is_next.map_or(Delivery::Unknown, |_| Delivery::Fresh);
        }
        let is_duplicate = match span.end(self.key) {
            // Example: 0→1, then the heartbeat 2→2 (`Gap`), then the overtaken mail 1→2. The heartbeat ends at 2 as well,
            // but the mail is not stored.
            Some(end) => self
                .notifications
                .iter()
                .any(|old| old.end == Some(end) && (old.content.is_some() || span.is_heartbeat())),
            None => self.knows_content(span),
        };
        match is_next {
            // A known end decides before the beginning. Example: 0→1, then 2→3 (`Gap`), then the overtaken 1→2
            // (`OutOfOrder`). Now a retry of 2→3 begins at the last end, but it is a `Duplicate`.
            _ if is_duplicate => Delivery::Duplicate,
            None => Delivery::Unknown,
            Some(true) => Delivery::Fresh,
            Some(false) if self.knows_end(begin) => Delivery::OutOfOrder,
            // The notification may begin at the unknown end.
            Some(false) if self.has_unknown_end() => Delivery::Unknown,
            Some(false) => Delivery::Gap,
        }
    }

    /// Records a notification as the last one, unless it is `Duplicate`.
    ///
    /// An `OutOfOrder` notification also becomes the last one. It has one of two causes:
    ///
    /// - It is a retry with more events than before: 1→2, then 1→3. The server continues from 3. If the track stayed at
    ///   2, all later notifications would be `OutOfOrder`.
    /// - It was overtaken: 0→1, then 2→3, then 1→2. The server continues from 3, but the track is now at 2. So 3→4 is
    ///   `OutOfOrder` as well, and 4→5 is `Fresh`.
    pub(super) fn commit(&mut self, span: &Span<'_>) {
        let delivery = self.check(span);
        if delivery == Delivery::Duplicate {
            return;
        }
        self.chains &= !span.disproves_chain();
        self.set_last_watermark(span.last_watermark);
        let is_remembered = if self.chains {
            // A heartbeat at the last end would only repeat this end.
            delivery != Delivery::Fresh || !span.ends_where_it_begins()
        } else {
            // Only the content is compared, and a heartbeat has none.
            !span.is_heartbeat()
        };
        if is_remembered {
            self.notifications.truncate(REMEMBERED - 1);
            let fingerprints = Fingerprints {
                end: span.end(self.key),
                content: span.content(self.key),
            };
            self.notifications.insert(0, fingerprints);
        }
    }

    fn set_last_watermark(&mut self, watermark: &str) {
        if watermark.len() > MAX_WATERMARK_LEN {
            self.last_watermark = None;
            return;
        }
        let last = self.last_watermark.get_or_insert_default();
        last.clear();
        // Not `push_str` alone: it may reserve twice the length, more than the documented bound on memory.
        last.reserve_exact(watermark.len());
        last.push_str(watermark);
    }

    fn knows_end(&self, end: Hex) -> bool {
        self.notifications.iter().any(|old| old.end == Some(end))
    }

    fn has_unknown_end(&self) -> bool {
        self.notifications.iter().any(|old| old.end.is_none())
    }

    fn knows_content(&self, span: &Span<'_>) -> bool {
        let content = span.content(self.key);
        content.is_some() && self.notifications.iter().any(|old| old.content == content)
    }
}
