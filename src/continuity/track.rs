//! One subscription: its last notifications, and how another one relates to them.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Delivery, fingerprint, fits};
use crate::model::{Event, EventKind, Notification};

/// How many notifications are remembered.
pub(super) const REMEMBERED: usize = 8;

/// What is kept of a notification.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Mark {
    /// The fingerprint of the watermark that it ends at.
    #[cfg_attr(feature = "serde", serde(with = "super::hex"))]
    pub(super) end: u128,
    /// The fingerprint of its content.
    #[cfg_attr(feature = "serde", serde(with = "super::hex"))]
    pub(super) content: u128,
}

/// The part of a notification that counts.
pub(super) struct Pushed<'a> {
    /// Where it begins: its `PreviousWatermark`.
    previous: &'a str,
    /// Where it ends: at the last `Watermark` of its events in document order, or where it begins if none has one.
    end: &'a str,
    events: &'a [Event<'a>],
}

impl<'a> Pushed<'a> {
    /// None without `PreviousWatermark`.
    pub(super) fn new(notification: &Notification<'a>) -> Option<Self> {
        let previous = notification.previous_watermark?;
        let events = notification.events;
        let end = events.iter().rev().find_map(|event| event.watermark);
        Some(Self {
            previous: previous.as_str(),
            end: end.unwrap_or(previous).as_str(),
            events,
        })
    }

    fn is_still(&self) -> bool {
        self.previous == self.end
    }

    /// Whether it reports no change: it has StatusEvents only, or no events.
    fn is_heartbeat(&self) -> bool {
        let mut events = self.events.iter();
        events.all(|event| event.kind == EventKind::Status)
    }

    /// Whether the place that it ends at lies after its events. Watermarks of a server of which it does not are no
    /// places to begin at.
    fn chains(&self) -> bool {
        !self.is_still() || self.is_heartbeat()
    }

    fn content(&self, key: [u8; 16]) -> u128 {
        fingerprint::of_content(key, self.previous, self.events)
    }
}

/// What is known of a subscription.
#[derive(Clone)]
pub(super) struct Track {
    /// Of its own, so that a restored one can be compared.
    pub(super) key: [u8; 16],
    /// Whether its server chains watermarks: each notification begins where the one before it ended.
    pub(super) chains: bool,
    /// Where the last notification ended. None if that is too long.
    pub(super) last: Option<String>,
    /// The last notifications, the latest first. While the server chains, all end at different places. Empty before the
    /// first one only.
    pub(super) recent: Vec<Mark>,
}

impl Track {
    /// One that knows nothing. It has the room for all marks, so that nothing is allocated later for them.
    pub(super) fn new(key: [u8; 16]) -> Self {
        Self {
            key,
            chains: true,
            last: None,
            recent: Vec::with_capacity(REMEMBERED),
        }
    }

    /// How a notification relates to those that were committed.
    ///
    /// While the server chains, a known end decides before the beginning does: after an overtaken notification, the
    /// retry of the one that overtook it begins at the last end.
    pub(super) fn judge(&self, pushed: &Pushed<'_>) -> Delivery {
        let Some(last) = self.recent.first() else {
            return Delivery::First;
        };
        if !(self.chains && pushed.chains()) {
            return if !pushed.is_heartbeat() && self.knows_content(pushed.content(self.key)) {
                Delivery::Duplicate
            } else {
                Delivery::Unknown
            };
        }
        let previous = fingerprint::of_watermark(self.key, pushed.previous);
        let is_next = last.end == previous;
        if is_next && pushed.is_still() {
            return Delivery::Fresh;
        }
        let end = fingerprint::of_watermark(self.key, pushed.end);
        if self.knows_end(end) {
            Delivery::Duplicate
        } else if is_next {
            Delivery::Fresh
        } else if self.knows_end(previous) {
            Delivery::OutOfOrder
        } else {
            Delivery::Gap
        }
    }

    /// Continues from the end of a notification, unless it is `Duplicate`.
    ///
    /// This includes `OutOfOrder`. To stay at the last end would be right for an overtaken notification. But if it is a
    /// retry that has grown, the server continues from its end, and every later notification would be out of order. For
    /// an overtaken notification this costs one more `OutOfOrder`. Then both sides agree again.
    pub(super) fn follow(&mut self, pushed: &Pushed<'_>) {
        let is_remembered = match self.judge(pushed) {
            Delivery::Duplicate => return,
            // A heartbeat that repeats the last end adds no place.
            Delivery::Fresh => !pushed.is_still(),
            // Nothing is compared with a heartbeat of a server that does not chain.
            Delivery::Unknown => !pushed.is_heartbeat(),
            Delivery::First | Delivery::OutOfOrder | Delivery::Gap => true,
        };
        self.chains &= pushed.chains();
        self.set_last(pushed.end);
        if is_remembered {
            self.recent.truncate(REMEMBERED - 1);
            let mark = Mark {
                end: fingerprint::of_watermark(self.key, pushed.end),
                content: pushed.content(self.key),
            };
            self.recent.insert(0, mark);
        }
    }

    fn set_last(&mut self, end: &str) {
        if !fits(end) {
            self.last = None;
            return;
        }
        let last = self.last.get_or_insert_default();
        last.clear();
        last.reserve_exact(end.len()); // the bound on memory allows no spare room
        last.push_str(end);
    }

    fn knows_end(&self, end: u128) -> bool {
        self.recent.iter().any(|mark| mark.end == end)
    }

    fn knows_content(&self, content: u128) -> bool {
        self.recent.iter().any(|mark| mark.content == content)
    }
}
