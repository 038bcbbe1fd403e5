//! Tells retries from new notifications, and finds missing ones.
//!
//! Uses the model and nothing else. Watermarks are opaque: they are compared for equality and have no order.
#![deny(clippy::arithmetic_side_effects)]

mod fingerprint;
#[cfg(feature = "serde")]
mod hex;
mod state;
mod track;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::{fmt, mem};

use crate::model::{Notification, SubscriptionId, Watermark};

pub use state::{RestoreError, SubscriptionState};
use track::{Pushed, Track};

/// The longest id and the longest watermark that is kept, in bytes. Exchange writes at most 128 and 40 bytes. Another
/// server writes the ids of all folders into both: 685 bytes for six folders.
const LONGEST: usize = 4_096;

fn fits(text: &str) -> bool {
    text.len() <= LONGEST
}

/// Tells retries from new notifications, and finds missing ones.
///
/// A server sends a notification until it is answered, and nothing in a notification marks a retry. But each one
/// *begins* at its `PreviousWatermark` and *ends* at the last `Watermark` of its events, in document order. It ends
/// where it begins if none of its events has one. The next notification begins where this one ended, also after
/// `MoreEvents`.
///
/// # Two phases
///
/// [`check`](Self::check) compares a notification with the earlier ones and changes nothing.
/// [`commit`](Self::commit) makes it one of the earlier ones. Commit a notification once it is stored, and answer the
/// server after that:
///
/// ```
/// use ews_notifications::{Continuity, Delivery, Parser};
///
/// # fn store(_: &ews_notifications::Notification<'_>, _: Delivery) -> Result<(), ews_notifications::Error> { Ok(()) }
/// # let body = include_bytes!("../tests/data/push/mail.xml");
/// let mut parser = Parser::new();
/// # #[cfg(feature = "std")]
/// let mut continuity = Continuity::new(); // one for all connections
/// # #[cfg(not(feature = "std"))]
/// # let mut continuity = Continuity::with_key([0; 16]);
/// for notification in parser.parse(body)?.notifications() {
///     let delivery = continuity.check(notification);
///     match delivery {
///         Delivery::Duplicate => continue, // it is stored already: only its answer is missing
///         Delivery::Gap => {
///             let last = continuity.last(notification.subscription_id); // before `commit`
///             println!("events are missing after {last:?}: synchronize the mailbox");
///         }
///         _ => {}
///     }
///     store(notification, delivery)?; // on an error answer 500, and Exchange sends it again
///     continuity.commit(notification);
/// }
/// # let again = parser.parse(body)?.notifications().next().map(|one| continuity.check(one));
/// # assert_eq!(again, Some(Delivery::Duplicate));
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// With one phase events get lost. A handler that marks a notification as seen and then waits for the store is dropped
/// when the client gives up. The retry counts as seen, is answered with OK, and was never stored. With two phases a
/// handler that stops between `check` and `commit` leaves no trace, and the retry is new again.
///
/// If the process stops after the store and before `commit`, the retry is stored a second time. It is never lost.
///
/// # Concurrency
///
/// After a timeout the same push may arrive on two connections at once. If both are checked before either is committed,
/// both are new and both are stored. So the steps from `check` to `commit` of a subscription must not overlap with those of
/// another push of the same subscription. The simplest way is one consumer that all handlers send their bodies to:
/// `examples/listener.rs` shows it. A lock around the three steps does the same.
///
/// # Servers that do not chain watermarks
///
/// Some servers write the `PreviousWatermark` of the notification as the `Watermark` of each event, and begin the next one
/// at a watermark that they never sent. A notification that ends where it begins, and has other events than
/// StatusEvents, shows this. `commit` then marks its subscription as not chaining until [`forget`](Self::forget). From
/// this notification on a repeated one is [`Duplicate`](Delivery::Duplicate) by its content, and any other one is
/// [`Unknown`](Delivery::Unknown): whether something is missing cannot be determined. One that has only StatusEvents is
/// never `Duplicate` by its content.
///
/// # What is compared
///
/// Watermarks are compared whole, by fingerprint: SipHash-2-4 with 128 bits under a secret key. The content of a
/// notification is its `PreviousWatermark` and its events with all their fields, compared in the same way. A
/// StatusEvent counts as any event, an [`EventKind::Other`](crate::EventKind::Other) as one without watermark.
///
/// Anyone who reaches the listener can make up notifications. Check and commit only those of your own subscriptions.
/// Others would push yours out.
///
/// # Memory
///
/// A subscription takes at most 9 KiB: its id and its last end with at most 4 KiB each, and fingerprints of the last
/// eight notifications. With texts as Exchange writes them it takes less than 1 KiB. A subscription with a longer id
/// is not tracked; its notifications are `Unknown`. A watermark may have any length: if it is longer than 4 KiB, only
/// [`last`](Self::last) is None until the next commit.
///
/// Subscriptions are kept in two generations of [`capacity`](Self::capacity) each. When the recent generation is full it
/// becomes the older one, and subscriptions without a commit since the last such change are forgotten. So a subscription
/// stays at least until more than `capacity` others have been committed after it. A forgotten one is
/// [`First`](Delivery::First) when it returns, and a gap there goes unnoticed. Make the capacity no smaller than the
/// number of your subscriptions.
///
/// # Cost
///
/// `check` does not allocate. It looks up the id twice at most and hashes two watermarks: COST_CHECK. `commit` hashes all
/// events as well: COST_COMMIT. It allocates for a new subscription and for a last end that is longer than any before it.
/// Once in a generation it frees the older one.
#[derive(Clone)]
pub struct Continuity {
    key: [u8; 16],
    capacity: usize,
    recent: BTreeMap<Box<str>, Track>,
    /// Committed before everything in `recent`, and not since.
    older: BTreeMap<Box<str>, Track>,
}

/// Shows no id, no watermark and no key.
impl fmt::Debug for Continuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Continuity")
            .field("capacity", &self.capacity)
            .field("recent", &self.recent.len())
            .field("older", &self.older.len())
            .finish_non_exhaustive()
    }
}

/// How a notification relates to the committed ones of its subscription.
///
/// The set is complete: match all six. Store and commit a notification unless it is `Duplicate`. After `First` and
/// `Gap`, synchronize the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The subscription is not known: it is new, was forgotten, or the program has restarted without its state. Events
    /// before this notification may be missing.
    First,
    /// It begins where the last one ended. A heartbeat that also ends there cannot be told from its own retry. It is
    /// `Fresh` each time.
    Fresh,
    /// It is stored already: it ends where one of the last eight ended, or it has the content of one of them. This is
    /// normal after an answer that was lost or late. Answer it with OK and store nothing.
    Duplicate,
    /// It begins where a remembered notification before the last one ended, and ends at a new place. A later one overtook
    /// it on the way, or it is a retry with more or fewer events than before. No more is missing than a `Gap` has
    /// reported, but its events may be older than stored ones, and some may be stored already.
    OutOfOrder,
    /// It begins at a place where none of the last eight ended. The events between [`Continuity::last`] and its
    /// `PreviousWatermark` are missing. Or it is a retry of a notification older than these eight.
    Gap,
    /// Nothing can be determined: it has no `PreviousWatermark`, as in streams, its subscription id has more than 4 KiB,
    /// or its server does not chain watermarks and it repeats none of the last eight.
    Unknown,
}

impl Delivery {
    /// A stable name for logs and metrics: `first`, `fresh`, `duplicate`, `out_of_order`, `gap` or `unknown`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Fresh => "fresh",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::Gap => "gap",
            Self::Unknown => "unknown",
        }
    }
}

/// The [`name`](Delivery::name).
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Continuity {
    /// The default of [`capacity`](Self::capacity).
    pub const CAPACITY: usize = 4_096;

    /// Makes one with a random key, for [`CAPACITY`](Self::CAPACITY) subscriptions. Does not allocate.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn new() -> Self {
        use core::hash::BuildHasher as _;

        let random = std::hash::RandomState::new();
        let halves = [0_u8, 1].map(|half| u128::from(random.hash_one(half)));
        let [low, high] = halves;
        Self::with_key(((high << 64) | low).to_be_bytes())
    }

    /// Makes one with this key, for [`CAPACITY`](Self::CAPACITY) subscriptions. Does not allocate.
    ///
    /// The key must be random and secret: whoever knows it could make up a notification that passes for a retry of
    /// another.
    #[must_use]
    pub const fn with_key(key: [u8; 16]) -> Self {
        Self {
            key,
            capacity: Self::CAPACITY,
            recent: BTreeMap::new(),
            older: BTreeMap::new(),
        }
    }

    /// Sets how many subscriptions are kept. It keeps at least the last `subscriptions` ones, and at most twice as many.
    /// 0 counts as 1.
    #[must_use]
    pub const fn capacity(mut self, subscriptions: usize) -> Self {
        self.capacity = subscriptions;
        self
    }

    /// Compares a notification with the committed ones of its subscription. Changes nothing.
    #[must_use = "a duplicate must not be stored again"]
    pub fn check(&self, notification: &Notification<'_>) -> Delivery {
        match Pushed::new(notification) {
            Some(pushed) if fits(notification.subscription_id.as_str()) => self
                .track(notification.subscription_id)
                .map_or(Delivery::First, |track| track.judge(&pushed)),
            _ => Delivery::Unknown,
        }
    }

    /// Makes a notification the last one of its subscription. Call it once the notification is stored.
    ///
    /// The subscription then continues from the end of this notification, whether it is `First`, `Fresh`,
    /// [`OutOfOrder`](Delivery::OutOfOrder), `Gap` or `Unknown`. A [`Duplicate`](Delivery::Duplicate) changes nothing, so to
    /// commit a notification twice is the same as once. A notification without `PreviousWatermark` and one whose
    /// subscription id has more than 4 KiB change nothing either.
    pub fn commit(&mut self, notification: &Notification<'_>) {
        let id = notification.subscription_id.as_str();
        let Some(pushed) = Pushed::new(notification).filter(|_| fits(id)) else {
            return;
        };
        if let Some(track) = self.recent.get_mut(id) {
            track.follow(&pushed);
            return;
        }
        let known = self.older.remove_entry(id);
        let (id, mut track) = known.unwrap_or_else(|| (id.into(), Track::new(self.key)));
        track.follow(&pushed);
        self.insert(id, track);
    }

    /// The watermark to resubscribe from: where the last committed notification of the subscription ended.
    ///
    /// None if the subscription is not known, or if that watermark has more than 4 KiB. After a
    /// [`Gap`](Delivery::Gap), ask before `commit`: the missing events begin there.
    #[must_use]
    pub fn last(&self, subscription: SubscriptionId<'_>) -> Option<Watermark<'_>> {
        let last = self.track(subscription)?.last.as_deref();
        last.map(Watermark::new)
    }

    /// Forgets a subscription that has ended. Its next notification is [`First`](Delivery::First). Returns whether it was
    /// known.
    pub fn forget(&mut self, subscription: SubscriptionId<'_>) -> bool {
        let id = subscription.as_str();
        self.recent.remove(id).is_some() || self.older.remove(id).is_some()
    }

    /// Copies what is known of a subscription, to restore it after a restart. None if it is not known.
    #[must_use]
    pub fn export(&self, subscription: SubscriptionId<'_>) -> Option<SubscriptionState> {
        let track = self.track(subscription)?;
        Some(SubscriptionState::new(subscription.as_str(), track))
    }

    /// Takes back what was exported, in place of anything known of that subscription. It counts as committed now: restore
    /// subscriptions in the order in which they were committed.
    ///
    /// The state keeps the key that it was exported with, so the key of this `Continuity` may differ.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] if the state has an unknown version or is damaged. Then nothing changes.
    pub fn restore(&mut self, state: SubscriptionState) -> Result<(), RestoreError> {
        let (id, track) = state.into_parts()?;
        self.forget(SubscriptionId::new(&id));
        self.insert(id, track);
        Ok(())
    }

    /// The number of known subscriptions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recent.len().saturating_add(self.older.len())
    }

    /// Whether no subscription is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn track(&self, subscription: SubscriptionId<'_>) -> Option<&Track> {
        let id = subscription.as_str();
        self.recent.get(id).or_else(|| self.older.get(id))
    }

    /// Makes a subscription, which is in neither generation, one of the recent ones.
    fn insert(&mut self, id: Box<str>, track: Track) {
        if self.recent.len() >= self.capacity {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(id, track);
    }
}

/// [`Continuity::new`].
#[cfg(feature = "std")]
impl Default for Continuity {
    fn default() -> Self {
        Self::new()
    }
}
