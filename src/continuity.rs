//! Recognizes retries of notifications and finds missing notifications.
//!
//! This module uses the model of this crate and the crate `siphasher`. Watermarks are opaque: they are compared for
//! equality and have no order.
#![deny(clippy::arithmetic_side_effects)]

mod fingerprint;
mod hex;
mod state;
mod track;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::{fmt, mem};

use crate::model::{Notification, SubscriptionId, Watermark};

pub use state::{RestoreError, SubscriptionState};
use track::{Span, Track};

/// The longest id of a tracked subscription, in bytes. Exchange writes at most 128 bytes. A server that writes the ids
/// of all folders of the subscription into the id writes 668 bytes for six folders.
const MAX_ID_LEN: usize = 4_096;

/// The longest watermark that is kept as text, in bytes. Exchange writes at most 40 bytes. A server that writes the
/// subscription id into each watermark writes 685 bytes for six folders.
const MAX_WATERMARK_LEN: usize = 4_096;

/// Recognizes retries of notifications and finds missing notifications.
///
/// Exchange sends a notification again until the listener answers it with status 200. No element of a retry says that
/// it is a retry. But the watermarks of notifications form a chain:
///
/// - A notification *begins* at its `PreviousWatermark`.
/// - It *ends* at the last `Watermark` of its events, in document order. If no event has a watermark, the notification
///   ends where it begins.
/// - The next notification of the subscription begins where this notification ends. `MoreEvents` does not change this.
///
/// # Check, store, commit
///
/// [`check`](Self::check) compares a notification with the committed notifications of its subscription. It changes
/// nothing. [`commit`](Self::commit) records the notification, so that later ones are compared with it. Check a
/// notification, store it, commit it, and then answer the server:
///
/// ```
/// use ews_notifications::{Continuity, Delivery, Parser};
///
/// # fn store(_: &ews_notifications::Notification<'_>, _: Delivery) -> Result<(), ews_notifications::Error> { Ok(()) }
/// # let body = include_bytes!("../tests/data/push/mail.xml");
/// let mut parser = Parser::new();
/// # #[cfg(feature = "std")]
/// let mut continuity = Continuity::new(); // the same for all connections
/// # #[cfg(not(feature = "std"))]
/// # let mut continuity = Continuity::with_key([0; 16]);
/// for notification in parser.parse(body)?.notifications() {
///     let delivery = continuity.check(notification);
///     match delivery {
///         Delivery::Duplicate => continue, // already stored: answer OK
///         Delivery::Gap => {
///             let last = continuity.last(notification.subscription_id); // before `commit`
///             println!("events are missing after {last:?}: synchronize the mailbox");
///         }
///         _ => {}
///     }
///     store(notification, delivery)?; // on an error answer 500, and Exchange sends the notification again
///     continuity.commit(notification);
/// }
/// # let again = parser.parse(body)?.notifications().next().map(|retry| continuity.check(retry));
/// # assert_eq!(again, Some(Delivery::Duplicate));
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Do not commit a notification before it is stored. If the client gives up, the framework drops the handler while it
/// waits for the store. The notification is then committed but not stored. Its retry is `Duplicate`, is answered with
/// OK, and its events are lost. A handler that is dropped between `check` and `commit` has changed nothing: the retry
/// is checked like a new notification.
///
/// If the process stops after the store and before `commit`, the retry is stored a second time. No event is lost.
///
/// # Sharing between threads
///
/// `commit` takes `&mut self`. Choose one of two ways to share a `Continuity`:
///
/// - One thread or task owns it. All handlers send their bodies to this consumer and wait for its reply.
///   `examples/listener.rs` does this.
/// - All handlers share it in a `Mutex`. Hold the lock from `check` through the store to `commit`.
///
/// A lock that is released between `check` and `commit` is not enough. After a timeout the same push may arrive on two
/// connections at once. If both copies are checked before either is committed, both are new, and both are stored.
///
/// # Servers that do not chain watermarks
///
/// Some servers write the `PreviousWatermark` of the notification as the `Watermark` of each event. Their next
/// notification begins at a watermark that they have never sent. `commit` recognizes such a server by a notification
/// that reports a change and ends where it begins. A change is an event of another kind than StatusEvent and
/// [`EventKind::Other`](crate::EventKind::Other). From then on the subscription counts as not chaining, until
/// [`forget`](Self::forget) or the [capacity](Self::with_capacity) removes it:
///
/// - A notification with the content of one of the last eight is [`Duplicate`](Delivery::Duplicate).
/// - Every other notification is [`Unknown`](Delivery::Unknown). A missing notification is not detected.
/// - A notification without events, or with StatusEvents only, is always `Unknown`.
///
/// Two different notifications with the same content cannot be distinguished there: the second one is `Duplicate`. The
/// content includes the `PreviousWatermark` and the `TimeStamp` of each event.
///
/// # Events of unknown kinds
///
/// An [`EventKind::Other`](crate::EventKind::Other) event may move the watermark and have no `Watermark` that is read. So the
/// end of a notification is unknown in two cases:
///
/// - Neither its last `Other` event nor an event after it has a watermark.
/// - It has only `Other` events and StatusEvents, and its last watermark is its `PreviousWatermark`.
///
/// Such a notification is `Duplicate` if it has the content of one of the last eight. The content includes the bytes of
/// each `Other` event, so two different notifications rarely have the same content. The next notification is
/// `Unknown` unless it is `Duplicate`. While one of the last eight has an unknown end, a missing notification is
/// reported as `Unknown` instead of [`Gap`](Delivery::Gap).
///
/// # What is compared
///
/// Watermarks and contents are compared by fingerprint: SipHash-2-4 with 128 bits and a secret key. The content of a
/// notification is its `PreviousWatermark` and its events with all their fields.
///
/// Anyone who can reach the listener can invent notifications. Check and commit only notifications of your own
/// subscriptions. Otherwise invented subscriptions fill the [capacity](Self::with_capacity), and yours are forgotten.
///
/// # Memory
///
/// A subscription takes at most 9 KiB: its id and its last watermark with at most 4 KiB each, and fingerprints of the
/// last eight notifications. With ids and watermarks of Exchange it takes less than 1 KiB. A subscription with an id of
/// more than 4 KiB is not tracked: its notifications are `Unknown`. A watermark may have any length. If the last
/// watermark has more than 4 KiB, [`last`](Self::last) returns None until the next commit.
///
/// Subscriptions are kept in two generations, of [capacity](Self::with_capacity) subscriptions each. `commit` puts a
/// subscription into the recent generation. When the recent generation is full, it replaces the older one, and the
/// subscriptions of the older one are forgotten. So a subscription is not forgotten before more than *capacity* other
/// subscriptions have been committed after it. When a forgotten subscription returns, it is
/// [`First`](Delivery::First). Set the capacity to at least the number of your subscriptions.
///
/// # Cost
///
/// `check` does not allocate. It looks up the id in two maps at most and hashes two watermarks: about 0.1 µs. If the
/// server does not chain watermarks, or the end of the notification is unknown, `check` hashes the content. `commit`
/// hashes the content of a new notification as well: about 0.2 µs more for each event.
///
/// `commit` allocates for a new subscription, for a last watermark that is longer than all before it, and once for a
/// clone. A commit that moves a subscription into the recent generation may allocate a node of its map, and frees the
/// older generation if the recent one is full.
#[derive(Clone)]
pub struct Continuity {
    key: [u8; 16],
    capacity: usize,
    recent: BTreeMap<Box<str>, Track>,
    /// Subscriptions without a commit since the last change of generations.
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

/// How a notification relates to the committed notifications of its subscription. In this text, *the last eight* are
/// the last eight committed notifications.
///
/// No variant will be added, so a `match` needs no wildcard arm. Store and commit every notification that is not
/// `Duplicate`. After `First` and `Gap`, synchronize the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The subscription is not known: it is new, it was forgotten, or the program restarted without its state. Events
    /// before this notification may be missing.
    First,
    /// The notification begins where the last committed notification ended. A heartbeat that also ends there looks
    /// like its own retry, so it is `Fresh` each time.
    Fresh,
    /// The notification is already stored. Answer it with OK and do not store it.
    ///
    /// If the server chains its watermarks, the notification ends where one of the last eight ended. An end of a
    /// heartbeat counts only for heartbeats. If the server does not chain its watermarks, or the end of the
    /// notification is unknown, it has the content of one of the last eight.
    /// Duplicates are normal: Exchange repeats a notification whose answer was lost or late.
    Duplicate,
    /// The notification begins where one of the last eight ended, but not the last one, and it is not `Duplicate`.
    ///
    /// Either a later notification arrived before it, or it is a retry with more or fewer events than the first
    /// attempt. Store and commit it. Its events may be older than stored events, and some of them may be stored. The
    /// mailbox needs no synchronization for it: missing events have been reported as `Gap` or `Unknown` before.
    OutOfOrder,
    /// The notification begins where none of the last eight ended. The events between [`Continuity::last`] and its
    /// `PreviousWatermark` are missing: synchronize the mailbox.
    ///
    /// A retry of a notification that is older than the last eight is also a `Gap`.
    Gap,
    /// It cannot be determined whether the notification is a retry, or whether events before it are missing. Store and
    /// commit it. The cause is one of these:
    ///
    /// - The notification has no `PreviousWatermark`. Streaming notifications have none.
    /// - Its subscription id has more than 4 KiB.
    /// - Its server does not chain watermarks, and its content is new.
    /// - One of the last eight has an [unknown end](Continuity#events-of-unknown-kinds).
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

/// Writes [`name`](Delivery::name).
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Continuity {
    /// The default of [`with_capacity`](Self::with_capacity).
    pub const CAPACITY: usize = 4_096;

    /// Creates a `Continuity` with a random key and the default [`CAPACITY`](Self::CAPACITY). Does not allocate.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn new() -> Self {
        use core::hash::BuildHasher as _;

        let random = std::hash::RandomState::new();
        let halves = [0_u8, 1].map(|half| u128::from(random.hash_one(half)));
        let [low, high] = halves;
        Self::with_key(((high << 64) | low).to_be_bytes())
    }

    /// Creates a `Continuity` with this key and the default [`CAPACITY`](Self::CAPACITY). Does not allocate.
    ///
    /// The key must be random and secret. Anyone who knows the key could make up two notifications with the same
    /// fingerprint. The second one would be `Duplicate`, and its events would be lost.
    #[must_use]
    pub const fn with_key(key: [u8; 16]) -> Self {
        Self {
            key,
            capacity: Self::CAPACITY,
            recent: BTreeMap::new(),
            older: BTreeMap::new(),
        }
    }

    /// Returns this `Continuity` with another capacity: how many subscriptions each of the two generations holds. At
    /// least the `subscriptions` that were committed last are kept, and at most twice as many. 0 counts as 1.
    ///
    /// ```
    /// use ews_notifications::Continuity;
    ///
    /// let continuity = Continuity::with_key([7; 16]).with_capacity(20_000);
    /// # assert!(continuity.is_empty());
    /// ```
    #[must_use]
    pub const fn with_capacity(mut self, subscriptions: usize) -> Self {
        self.capacity = if subscriptions == 0 { 1 } else { subscriptions };
        self
    }

    /// Compares a notification with the committed notifications of its subscription. Changes nothing.
    #[must_use = "a duplicate must not be stored again"]
    pub fn check(&self, notification: &Notification<'_>) -> Delivery {
        match Span::new(notification) {
            Some(span) if notification.subscription_id.as_str().len() <= MAX_ID_LEN => self
                .track(notification.subscription_id)
                .map_or(Delivery::First, |track| track.check(&span)),
            _ => Delivery::Unknown,
        }
    }

    /// Records a notification as the last one of its subscription. Call `commit` once the notification is stored.
    ///
    /// The next notification is expected to begin where this notification ends. This holds for `First`, `Fresh`,
    /// [`OutOfOrder`](Delivery::OutOfOrder), `Gap` and `Unknown`.
    ///
    /// A [`Duplicate`](Delivery::Duplicate) does not change what is known of its subscription, so a second commit of a
    /// notification has no effect. But if the subscription is in the older generation, the commit of a `Duplicate`
    /// moves it to the recent one, as any commit does. A notification without `PreviousWatermark`, or with a
    /// subscription id of more than 4 KiB, changes nothing at all.
    pub fn commit(&mut self, notification: &Notification<'_>) {
        let id = notification.subscription_id.as_str();
        let Some(span) = Span::new(notification).filter(|_| id.len() <= MAX_ID_LEN) else {
            return;
        };
        if let Some(track) = self.recent.get_mut(id) {
            track.commit(&span);
            return;
        }
        let known = self.older.remove_entry(id);
        let (id, mut track) = known.unwrap_or_else(|| (id.into(), Track::new(self.key)));
        track.commit(&span);
        self.insert(id, track);
    }

    /// The last watermark of the last committed notification of the subscription. It is the watermark to resubscribe
    /// from.
    ///
    /// After [`Gap`](Delivery::Gap), call `last` before `commit`: the missing events begin at this watermark. After
    /// the commit of an [`OutOfOrder`](Delivery::OutOfOrder) notification, `last` is older than other stored
    /// watermarks. After a notification with an [unknown end](Self#events-of-unknown-kinds), `last` is its last known
    /// watermark. In both cases a subscription from `last` sends some events again, and none is lost.
    ///
    /// None if the subscription is not known, or if the watermark has more than 4 KiB.
    #[must_use]
    pub fn last(&self, subscription: SubscriptionId<'_>) -> Option<Watermark<'_>> {
        let last = self.track(subscription)?.last_watermark.as_deref();
        last.map(Watermark::new)
    }

    /// Forgets a subscription that has ended. Its next notification is [`First`](Delivery::First). Returns whether the
    /// subscription was known.
    pub fn forget(&mut self, subscription: SubscriptionId<'_>) -> bool {
        let id = subscription.as_str();
        self.recent.remove(id).is_some() || self.older.remove(id).is_some()
    }

    /// Copies the state of a subscription, to restore it after a restart. None if the subscription is not known.
    #[must_use]
    pub fn export(&self, subscription: SubscriptionId<'_>) -> Option<SubscriptionState> {
        let track = self.track(subscription)?;
        Some(SubscriptionState::new(subscription.as_str(), track))
    }

    /// Restores the exported state of a subscription. It replaces the current state of that subscription.
    ///
    /// For the capacity, the subscription counts as committed now. So restore subscriptions in the order of their last
    /// commits. The state contains the key of its fingerprints: the key of this `Continuity` may differ.
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

    /// Inserts a subscription into the recent generation. The subscription must be in neither generation.
    fn insert(&mut self, id: Box<str>, track: Track) {
        if self.recent.len() >= self.capacity {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(id, track);
    }
}

/// The same as [`Continuity::new`].
#[cfg(feature = "std")]
impl Default for Continuity {
    fn default() -> Self {
        Self::new()
    }
}
