//! Of histories of notifications, of which some are lost, repeated or overtaken, what is told of each.

use std::collections::{HashMap, HashSet};

use crate::support::history::{
    self, Fate, Sent, any_fate, any_said, deliveries, gap, marked, repeats,
};
use ews_notifications::Delivery::{self, Duplicate, First, Fresh, OutOfOrder};
use ews_notifications::{Continuity, Parser, SubscriptionId};
use proptest::prelude::*;
use proptest::sample::Index;

/// Notifications of one subscription: the beginning, the end, what is told.
#[track_caller]
fn check(steps: &[(&str, &str, Delivery<'_>)]) {
    let mut continuity = Continuity::new();
    for (previous, end, told) in steps {
        Sent::new("A", previous, end).expect(&mut continuity, Some(*told));
    }
}

#[test]
fn a_retry_is_repeated_until_it_is_forgotten() {
    let ends: Vec<String> = (0..=12).map(|end| end.to_string()).collect();
    let step = |at: usize, told| (&*ends[at], &*ends[at + 1], told);
    let mut steps = vec![step(0, First), step(0, Duplicate)];
    steps.extend((1..8).flat_map(|at| {
        [
            step(at, Fresh),
            step(at, Duplicate),
            step(at - 1, Duplicate),
        ]
    }));
    steps.extend([step(0, Duplicate), step(8, Fresh), step(1, Duplicate)]);
    // The ninth end before is forgotten; two notifications later all is as if it had not come.
    steps.extend([step(0, gap("9", "0")), step(9, OutOfOrder), step(10, Fresh)]);
    check(&steps);
}

#[test]
fn one_that_was_overtaken() {
    check(&[
        ("0", "1", First),
        ("2", "3", gap("1", "2")),
        ("1", "2", OutOfOrder),
        ("1", "2", Duplicate),
        ("2", "3", Duplicate),
        ("3", "4", OutOfOrder),
        ("4", "5", Fresh),
    ]);
}

/// Else everything behind it would be out of order for good.
#[test]
fn a_retry_that_has_grown_is_gone_on_from() {
    check(&[
        ("0", "1", First),
        ("1", "2", Fresh),
        ("1", "3", OutOfOrder),
        ("3", "4", Fresh),
        ("1", "2", Duplicate),
    ]);
}

#[test]
fn a_retry_that_has_shrunk() {
    check(&[
        ("0", "1", First),
        ("1", "3", Fresh),
        ("1", "2", OutOfOrder),
        ("2", "3", Duplicate),
        ("3", "4", OutOfOrder),
        ("4", "5", Fresh),
    ]);
}

#[test]
fn heartbeats() {
    check(&[
        ("0", "1", First),
        ("1", "1", Fresh),
        ("1", "1", Fresh),
        ("1", "2", Fresh),
        ("1", "1", Duplicate),
        ("3", "3", gap("2", "3")),
        ("3", "3", Fresh),
        ("3", "4", Fresh),
        ("5", "6", gap("4", "5")),
    ]);
}

#[test]
fn watermarks_are_compared_whole() {
    check(&[
        ("", "AB", First),
        ("A", "A", gap("AB", "A")),
        ("ABC", "ABC", gap("A", "ABC")),
        ("abc", "abc", gap("ABC", "abc")),
        ("abc ", "d", gap("abc", "abc ")),
        ("", "e", gap("d", "")),
    ]);
}

#[test]
fn batches_that_announce_more() {
    let mut continuity = Continuity::new();
    let batch = |at: usize| Sent {
        events: (1..=50)
            .map(|event| Some(format!("{}", 50 * at + event)))
            .collect(),
        more: at < 9,
        ..Sent::new("A", &(50 * at).to_string(), "")
    };
    for at in 0..10 {
        let told = if at == 0 { First } else { Fresh };
        batch(at).expect(&mut continuity, Some(told));
        batch(at).expect(&mut continuity, Some(Duplicate));
    }
    batch(12).expect(&mut continuity, Some(gap("500", "600")));
}

#[test]
fn the_end_is_the_last_watermark_in_document_order() {
    let mut continuity = Continuity::new();
    let sent = |previous, events: &[Option<&str>]| Sent {
        events: events.iter().map(|mark| mark.map(Into::into)).collect(),
        ..Sent::new("A", previous, "")
    };
    sent("0", &[Some("9"), None, Some("1"), None, None]).expect(&mut continuity, Some(First));
    sent("1", &[]).expect(&mut continuity, Some(Fresh));
    sent("1", &[None, None]).expect(&mut continuity, Some(Fresh));
    sent("1", &[Some("3"), Some("2")]).expect(&mut continuity, Some(Fresh));
    sent("3", &[]).expect(&mut continuity, Some(gap("2", "3")));
}

#[test]
fn an_event_of_no_known_kind_has_no_watermark() {
    let event = "<t:XEvent><t:Watermark>2</t:Watermark></t:XEvent>";
    let body = Sent::new("A", "0", "1").body();
    let body = body.replace("</m:Notification>", &format!("{event}</m:Notification>"));
    let (mut parser, mut continuity) = (Parser::new(), Continuity::new());
    let message = parser.parse(body.as_bytes()).unwrap();
    let notification = message.notifications().next().unwrap();
    assert_eq!(notification.events.len(), 2);
    assert_eq!(continuity.observe(notification), Some(First));
    Sent::new("A", "1", "2").expect(&mut continuity, Some(Fresh));
}

#[test]
fn subscriptions_do_not_touch_each_other() {
    let mut continuity = Continuity::new();
    for id in ["A", "a", "AA", ""] {
        Sent::new(id, "0", "1").expect(&mut continuity, Some(First));
    }
    for id in ["A", "a", "AA", ""] {
        Sent::new(id, "1", "2").expect(&mut continuity, Some(Fresh));
    }
    assert_eq!(continuity.len(), 4);
}

#[test]
fn nothing_is_told_of_a_stream() {
    let mut continuity = Continuity::new();
    let stream = Sent {
        previous: None,
        ..Sent::new("A", "", "1")
    };
    stream.expect(&mut continuity, None);
    assert!(continuity.is_empty());
    Sent::new("A", "0", "1").expect(&mut continuity, Some(First));
    stream.expect(&mut continuity, None);
    Sent::new("A", "1", "2").expect(&mut continuity, Some(Fresh));
}

#[test]
fn texts_of_512_bytes_and_one_more() {
    let text = |length: usize, end: &str| "é".repeat((length - end.len()) / 2) + end;
    let (most, other, over) = (text(512, "AA"), text(512, "AB"), text(513, "A"));
    assert_eq!([most.len(), other.len(), over.len()], [512, 512, 513]);
    let mut continuity = Continuity::new();
    Sent::new(&over, "0", "1").expect(&mut continuity, None);
    Sent::new("A", &over, "1").expect(&mut continuity, None);
    Sent::new("A", "0", &over).expect(&mut continuity, None);
    assert!(continuity.is_empty());
    Sent::new(&most, &other, &most).expect(&mut continuity, Some(First));
    Sent::new(&most, &other, &most).expect(&mut continuity, Some(Duplicate));
    Sent::new(&most, &other, "1").expect(&mut continuity, Some(gap(&most, &other)));
    Sent::new(&most, "1", &over).expect(&mut continuity, None);
    Sent::new(&most, &over, "2").expect(&mut continuity, None);
    Sent::new(&most, "1", "3").expect(&mut continuity, Some(Fresh));
    // Only the last watermark of the events is kept.
    let sent = Sent {
        events: vec![Some(over), Some("4".into())],
        ..Sent::new(&most, "3", "")
    };
    sent.expect(&mut continuity, Some(Fresh));
}

/// The subscriptions that are observed, and those that are then still known.
#[track_caller]
fn known(capacity: usize, observed: &str) -> String {
    let mut continuity = Continuity::with_capacity(capacity);
    for id in observed.chars() {
        Sent::new(&id.to_string(), "0", "0").observe(&mut continuity, |_| ());
    }
    let len = continuity.len();
    let forget = |id: &char| continuity.forget(SubscriptionId::new(&id.to_string()));
    let known: String = ('A'..='Z').filter(forget).collect();
    assert_eq!((continuity.len(), known.len()), (0, len));
    known
}

#[test]
fn a_subscription_stays_until_more_than_the_capacity_came_after_it() {
    // C, the last of its generation, has the least time: with three after it all is known, with four it is not.
    assert_eq!(known(3, "ABCDEF"), "ABCDEF");
    assert_eq!(known(3, "ABCDEFG"), "DEFG");
    // One that is observed moves to the recent generation, and at the same time may make it the older one.
    assert_eq!(known(3, "ABCDAEF"), "ADEF");
    assert_eq!(known(3, "ABCDEFA"), "ADEF");
    assert_eq!(known(3, "ABCDEFAGHI"), "AGHI");
    // In the recent one it does not move.
    assert_eq!(known(3, "ABABABCABC"), "ABC");
    for capacity in [0, 1] {
        assert_eq!(known(capacity, "AAABB"), "AB");
        assert_eq!(known(capacity, "ABC"), "BC");
    }
    assert_eq!(known(usize::MAX, "ABC"), "ABC");
}

#[test]
fn the_default_capacity() {
    let mut continuity = Continuity::default();
    assert_eq!(Continuity::CAPACITY, 4096);
    for id in 0..3 * Continuity::CAPACITY {
        Sent::new(&id.to_string(), "0", "1").expect(&mut continuity, Some(First));
    }
    assert_eq!(continuity.len(), 2 * Continuity::CAPACITY);
    let oldest = Continuity::CAPACITY.to_string();
    Sent::new(&oldest, "1", "2").expect(&mut continuity, Some(Fresh));
}

#[test]
fn a_forgotten_one_is_first() {
    let mut continuity = Continuity::with_capacity(1);
    let forget = |continuity: &mut Continuity| continuity.forget(SubscriptionId::new("A"));
    assert!(!forget(&mut continuity));
    Sent::new("A", "0", "1").expect(&mut continuity, Some(First));
    Sent::new("A", "1", "2").expect(&mut continuity, Some(Fresh));
    assert!(forget(&mut continuity));
    assert!(!forget(&mut continuity));
    Sent::new("A", "1", "2").expect(&mut continuity, Some(First));
    Sent::new("B", "1", "2").expect(&mut continuity, Some(First)); // A is in the older generation
    assert!(forget(&mut continuity));
    assert!(!forget(&mut continuity));
    assert_eq!(continuity.len(), 1);
    Sent::new("A", "2", "3").expect(&mut continuity, Some(First));
}

/// What the documentation says, by keeping everything.
#[derive(Default)]
struct Naive {
    capacity: usize,
    generation: usize,
    /// In which generation it was observed last, and all places where it ended.
    observed: HashMap<String, (usize, Vec<String>)>,
}

impl Naive {
    fn is_known(&self, id: &str) -> bool {
        let observed = self.observed.get(id);
        observed.is_some_and(|(generation, _)| generation + 1 >= self.generation)
    }

    fn judge<'a>(&'a mut self, sent: &'a Sent) -> Option<Delivery<'a>> {
        let previous = sent.previous.as_ref()?;
        let end = sent.end()?;
        if previous.len() > 512 || end.len() > 512 || sent.subscription.len() > 512 {
            return None;
        }
        let is_known = self.is_known(&sent.subscription);
        let recent = |id: &&String| self.observed[*id].0 == self.generation;
        let recent: Vec<&String> = self.observed.keys().filter(recent).collect();
        if !recent.contains(&&sent.subscription) && recent.len() == self.capacity {
            self.generation += 1;
        }
        let observed = self.observed.entry(sent.subscription.clone()).or_default();
        observed.0 = self.generation;
        if !is_known {
            observed.1 = vec![end.clone()];
            return Some(First);
        }
        let ends = &mut observed.1;
        let is_last = ends.last() == Some(previous);
        let last_eight = &ends[ends.len().saturating_sub(8)..];
        if last_eight.contains(end) {
            let is_still = is_last && previous == end;
            return Some(if is_still { Fresh } else { Duplicate });
        }
        let is_remembered = last_eight.contains(previous);
        ends.push(end.clone());
        Some(match (is_last, is_remembered) {
            (true, _) => Fresh,
            (false, true) => OutOfOrder,
            (false, false) => gap(&ends[ends.len() - 2], previous),
        })
    }

    fn forget(&mut self, id: &str) -> bool {
        let is_known = self.is_known(id);
        self.observed.remove(id);
        is_known
    }
}

/// Delivers a history of which only one is lost, if any, and checks what is told of each.
fn check_repeats(sent: &[Sent], fates: &[Fate], mut lost: Option<usize>) {
    let mut continuity = Continuity::new();
    let mut begun = HashSet::new();
    let is_lost = lost;
    for (at, again) in deliveries(sent.len(), fates) {
        let one = &sent[at];
        if Some(at) == is_lost {
            continue;
        }
        let is_behind = |lost: &usize| *lost < at && sent[*lost].subscription == one.subscription;
        let is_first = begun.insert(&one.subscription);
        one.observe(&mut continuity, |told| {
            let told = told.unwrap();
            if again {
                let is_still = told == Fresh && one.is_still();
                assert!(told == Duplicate || is_still, "{told:?}: {one:?}");
            } else if let Some(lost) = lost.take_if(|lost| is_behind(lost)) {
                let (expected, got) = (&sent[lost].previous, sent[lost].end());
                assert_eq!(told, gap(expected.as_ref().unwrap(), got.unwrap()));
            } else {
                assert_eq!(told, if is_first { First } else { Fresh }, "{one:?}");
            }
        });
    }
    assert_eq!(lost, None, "nothing was told of the one that was lost");
}

proptest! {
    #[test]
    fn is_as_the_naive_model_says(
        history in history::history(any_said(), 6),
        fates in prop::collection::vec((any_fate(), prop::bool::weighted(0.05)), 1..60),
        capacity in 1..5_usize,
    ) {
        let sent = history::sent(&history);
        let (fates, forgets): (Vec<_>, Vec<_>) = fates.into_iter().unzip();
        let mut continuity = Continuity::with_capacity(capacity);
        let mut naive = Naive { capacity, ..Naive::default() };
        for (at, _) in deliveries(sent.len(), &fates) {
            let one = &sent[at];
            one.observe(&mut continuity, |told| assert_eq!(told, naive.judge(one), "{one:?}"));
            if forgets[at % forgets.len()] {
                let id = SubscriptionId::new(&one.subscription);
                assert_eq!(continuity.forget(id), naive.forget(&one.subscription));
            }
            let known = naive.observed.keys().filter(|id| naive.is_known(id)).count();
            assert_eq!((continuity.len(), continuity.is_empty()), (known, known == 0));
        }
    }

    #[test]
    fn repeats_are_no_gap(history in history::history(marked(), 3), fates in repeats()) {
        check_repeats(&history::sent(&history), &fates, None);
    }

    #[test]
    fn a_lost_one_is_a_gap_in_front_of_the_next(
        history in history::history(marked(), 3),
        fates in repeats(),
        lost in any::<Index>(),
    ) {
        let sent = history::sent(&history);
        let is_of = |at: usize, other: usize| sent[at].subscription == sent[other].subscription;
        // Where the server has moved on, between two of the same subscription.
        let may_be_lost = |lost: &usize| {
            !sent[*lost].is_still()
                && (0..*lost).any(|at| is_of(at, *lost))
                && (lost + 1..sent.len()).any(|at| is_of(at, *lost))
        };
        let may_be_lost: Vec<usize> = (0..sent.len()).filter(may_be_lost).collect();
        prop_assume!(!may_be_lost.is_empty());
        check_repeats(&sent, &fates, Some(*lost.get(&may_be_lost)));
    }

    /// Whatever was there before, what the server sends from then on is in step at the second.
    #[test]
    fn is_in_step_again_at_the_second(
        history in history::history(marked(), 1),
        fates in prop::collection::vec(any_fate(), 1..60),
    ) {
        let sent = history::sent(&history);
        let mut continuity = Continuity::new();
        for (at, _) in deliveries(sent.len(), &fates) {
            sent[at].observe(&mut continuity, |_| ());
        }
        let end = sent.last().unwrap().end().unwrap();
        Sent::new("0", end, "then").observe(&mut continuity, |_| ());
        Sent::new("0", "then", "after").expect(&mut continuity, Some(Fresh));
    }
}
