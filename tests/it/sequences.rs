//! Earlier bodies, predictions and the kernel change no result.

use core::cell::RefCell;
use std::collections::BTreeSet;

use crate::support::invariance::{self, Shares};
use crate::support::sequence::{self, Sequence, Step};
use crate::support::server::{PULL, PUSH, STREAM};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseResult, TestRng, TestRunner};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn earlier_bodies_change_no_result(sequence in sequence::any_sequence()) {
        invariance::check(&sequence);
    }
}

/// Runs the same cases every time, and counts.
fn count(strategy: impl Strategy<Value = Sequence>, check: impl Fn(&Sequence) -> Shares) -> Shares {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let total = RefCell::new(Shares::default());
    let count = |sequence: Sequence| -> TestCaseResult {
        *total.borrow_mut() += check(&sequence);
        Ok(())
    };
    let run = TestRunner::new_with_rng(config, rng).run(&strategy, count);
    run.unwrap_or_else(|error| panic!("{error}"));
    total.into_inner()
}

/// Two in five of these messages are accepted, and more than a quarter begin with a learned head. Nearly all children
/// of accepted messages are predicted. One heartbeat in five is known whole, and one message in seven with several
/// Notifications is known by head and tail. The bounds are lower, to leave room for other cases.
#[test]
fn the_fast_paths_are_taken_in_any_sequence() {
    let shares = count(sequence::any_sequence(), invariance::check);
    assert!(shares.head_hits * 4 > shares.messages, "{shares:?}");
    assert!(shares.good * 3 > shares.messages, "{shares:?}");
    assert!(shares.misses * 5 < shares.children, "{shares:?}");
    assert!(shares.whole_hits * 10 > shares.whole, "{shares:?}");
    assert!(shares.value_hits > 0, "{shares:?}");
    assert!(shares.several_hits * 10 > shares.several, "{shares:?}");
}

/// The number of bodies whose head is new: the bytes up to the first child, or the whole body if it has no
/// Notification.
fn heads(sequence: &Sequence) -> u64 {
    let head = |step: &Step| {
        let body = str::from_utf8(&step.body).unwrap();
        let end = body.find("<m:Notification>").unwrap_or(body.len());
        body[..end].to_owned()
    };
    let heads: BTreeSet<_> = sequence.steps.iter().map(head).collect();
    heads.len() as u64
}

#[test]
fn each_head_of_a_server_is_learned_at_once_and_nothing_is_mispredicted() {
    for operation in [&PUSH, &PULL, &STREAM] {
        let shares = count(sequence::plain_sequence(operation), |sequence| {
            let shares = invariance::check(sequence);
            let heads = heads(sequence);
            assert_eq!(shares.good, shares.messages);
            assert_eq!(shares.head_hits, shares.messages - heads);
            let with_notifications = shares.messages - shares.whole;
            assert_eq!(shares.tail_hits, with_notifications.saturating_sub(1));
            assert_eq!(shares.misses, 0);
            shares
        });
        assert!(shares.children > 7_000, "{shares:?}");
        let is_pushed = operation.name == PUSH.name;
        assert_eq!(shares.heads_predicted > 0, is_pushed, "{shares:?}");
        let is_streamed = operation.name == STREAM.name;
        assert_eq!(shares.whole_hits > 300, is_streamed, "{shares:?}");
        assert_eq!(shares.several_hits > 300, is_streamed, "{shares:?}");
    }
}
