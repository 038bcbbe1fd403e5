//! Whether a notification follows on the ones before it: what is kept of each subscription for that.
//!
//! Uses the model and nothing else. Watermarks are opaque: they are compared for equality, whole, and have no
//! order.
#![deny(clippy::arithmetic_side_effects)]

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::{array, fmt, mem};

use crate::model::{Notification, SubscriptionId, Watermark};

/// The longest id or watermark that is kept, in bytes. Exchange writes 128 and 40 at most, as far as is known.
const LONGEST: usize = 512;

/// Where the last notifications of a subscription ended, the latest first, all different. Until there were
/// eight, the rest hold the first end once more, so that nothing is allocated later.
type Ends = [String; 8];

/// Tells retries from new notifications, and when something is missing in front of one.
///
/// A server sends a notification again until it is answered, and nothing in it marks a retry. But it *begins*
/// at its `PreviousWatermark`, and *ends* at the last `Watermark` of its events in document order, or where it
/// begins if none has one. Each begins where the one before it ended, also if that said `MoreEvents`. A
/// StatusEvent counts as any event, [`EventKind::Other`](crate::EventKind::Other) as one without watermark.
/// That is all that is looked at.
///
/// ```
/// use ews_notifications::{Continuity, Delivery, Parser};
///
/// # fn store(_: &ews_notifications::Notification<'_>) -> Result<(), ()> { Ok(()) }
/// # let body = include_bytes!("../tests/data/push/mail.xml");
/// let mut parser = Parser::new();
/// let mut continuity = Continuity::new(); // one for all workers
/// for notification in parser.parse(body)?.notifications() {
///     match continuity.observe(notification) {
///         Some(Delivery::Duplicate) => continue, // has been stored: nothing to do but to answer
///         Some(Delivery::Gap { expected, got }) => {
///             println!("synchronise the mailbox: missing from {expected:?} to {got:?}");
///         }
///         _ => {}
///     }
///     if store(notification).is_err() {
///         continuity.forget(notification.subscription_id); // or its retry would be `Duplicate`
///         // and answer with an error, so that there is a retry
///     }
/// }
/// # let again = parser.parse(body)?.notifications().next().and_then(|one| continuity.observe(one));
/// # assert_eq!(again, Some(Delivery::Duplicate));
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Where workers share it, none may observe a subscription while another has not yet stored or forgotten what
/// it observed of the same. Whoever reaches the listener can make up notifications: observe those of your
/// own subscriptions only, else strangers push them out.
///
/// # Memory
///
/// Of a subscription its id and the last eight ends are kept, at most 6 KiB, and less than 1 KiB with texts as
/// Exchange writes them. Subscriptions are kept in two generations of [`capacity`](Self::with_capacity) each:
/// when the recent one is full it becomes the older one, and what has not been observed since the last time is
/// forgotten. So a subscription stays at least until more than `capacity` others have been observed after it.
/// A forgotten one is [`First`](Delivery::First) when it comes again, so a gap there goes unnoticed: make the
/// capacity no smaller than the number of your subscriptions.
#[derive(Clone)]
pub struct Continuity {
    capacity: usize,
    recent: BTreeMap<Box<str>, Ends>,
    /// Observed before all that is in `recent`, and not since.
    older: BTreeMap<Box<str>, Ends>,
}

/// Shows no id and no watermark.
impl fmt::Debug for Continuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Continuity")
            .field("capacity", &self.capacity)
            .field("recent", &self.recent.len())
            .field("older", &self.older.len())
            .finish()
    }
}

/// How a notification stands to what has been observed of its subscription.
///
/// There are no others: what is known of its beginning and its end is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery<'a> {
    /// Nothing is known of the subscription. It is new, or was forgotten, or the program has been started
    /// again: what is missing in front of this one, if anything, cannot be told.
    First,
    /// It begins where the last one ended. One that ends there as well, such as a heartbeat that repeats the
    /// watermark, cannot be told from its own retry and is `Fresh` each time.
    Fresh,
    /// It ends where one of the last eight ended, so it was there before. Normal: its answer was lost or late.
    Duplicate,
    /// It begins where one before the last one ended, and ends at a new place. One behind it overtook it on the
    /// way, or it is a retry that holds more or less than the first time. No more is missing than was told
    /// before, but its events may be older than the last ones, and some of them may have been there.
    OutOfOrder,
    /// It begins at a place where none of the last eight ended: what lies between is missing. Or it is a retry
    /// of something older than these, which no one can tell.
    Gap {
        /// Where the last one ended: the watermark to resubscribe from.
        expected: Watermark<'a>,
        /// Where this one begins.
        got: Watermark<'a>,
    },
}

impl Continuity {
    /// Default of [`with_capacity`](Self::with_capacity).
    pub const CAPACITY: usize = 4_096;

    /// One for [`CAPACITY`](Self::CAPACITY) subscriptions. Allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }

    /// One that keeps so many subscriptions, and never more than twice as many. 0 counts as 1. Allocates
    /// nothing yet.
    #[must_use]
    pub const fn with_capacity(subscriptions: usize) -> Self {
        Self {
            capacity: subscriptions,
            recent: BTreeMap::new(),
            older: BTreeMap::new(),
        }
    }

    /// Tells how a notification stands to those of its subscription that were observed before, and goes on from
    /// its end, unless it is [`Duplicate`](Delivery::Duplicate).
    ///
    /// None, and nothing changes, where nothing can be told: without `PreviousWatermark`, which streams do not
    /// have, and where the id, its beginning or its end is longer than 512 bytes.
    ///
    /// Costs two look-ups among the recent subscriptions and a few comparisons, and allocates nothing unless the
    /// end is longer than the one whose place it takes. A subscription that is not among the recent ones is put
    /// there first; once in a generation that frees the older one.
    #[must_use = "a notification that is no news is not to be stored again"]
    pub fn observe<'a>(&'a mut self, notification: &Notification<'a>) -> Option<Delivery<'a>> {
        let id = notification.subscription_id.as_str();
        let beginning = notification.previous_watermark?;
        let mut marks = notification.events.iter().rev();
        let end = marks.find_map(|event| event.watermark).unwrap_or(beginning);
        let (beginning, end) = (beginning.as_str(), end.as_str());
        if [id, beginning, end].iter().any(|text| text.len() > LONGEST) {
            return None;
        }
        if !self.recent.contains_key(id) {
            let known = self.older.remove_entry(id);
            if self.recent.len() >= self.capacity {
                self.older = mem::take(&mut self.recent);
            }
            let Some((id, ends)) = known else {
                self.recent
                    .insert(id.into(), array::from_fn(|_| end.into()));
                return Some(Delivery::First);
            };
            self.recent.insert(id, ends);
        }
        let ends = self.recent.get_mut(id)?;
        Some(follow(ends, beginning, end))
    }

    /// Forgets a subscription, so that its next notification is [`First`](Delivery::First): when it has ended,
    /// or when what was observed last could not be handled and is to come again. Tells whether it was known.
    pub fn forget(&mut self, subscription: SubscriptionId<'_>) -> bool {
        let id = subscription.as_str();
        self.recent.remove(id).is_some() || self.older.remove(id).is_some()
    }

    /// How many subscriptions are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recent.len().saturating_add(self.older.len())
    }

    /// Whether no subscription is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Continuity {
    fn default() -> Self {
        Self::new()
    }
}

/// Judges what begins and ends so, and goes on from its end if that is new.
///
/// That holds for `OutOfOrder` as well. Staying at the last end would be right for one that was overtaken, but a
/// retry that has grown is what the server goes on from, and everything behind it would be out of order for
/// good. Going on costs the first kind one more `OutOfOrder`, and then both are in step again. A known end
/// counts before a beginning at the last one: behind one that was overtaken, a retry of the one that overtook
/// it begins there.
fn follow<'a>(ends: &'a mut Ends, beginning: &'a str, end: &str) -> Delivery<'a> {
    let is_known = |place: &str| ends.iter().any(|end| end == place);
    let [last, ..] = &*ends;
    let is_next = last == beginning;
    if is_next && beginning == end {
        return Delivery::Fresh;
    }
    if is_known(end) {
        return Delivery::Duplicate;
    }
    let is_out_of_order = is_known(beginning);
    ends.rotate_right(1);
    let [last, expected, ..] = ends;
    last.clear();
    last.reserve_exact(end.len()); // no more than it needs, for the bound on memory
    last.push_str(end);
    if is_next {
        Delivery::Fresh
    } else if is_out_of_order {
        Delivery::OutOfOrder
    } else {
        Delivery::Gap {
            expected: Watermark::new(expected),
            got: Watermark::new(beginning),
        }
    }
}
