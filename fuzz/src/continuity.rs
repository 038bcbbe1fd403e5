//! `Continuity` against the naive model, and in a simulated gateway.

use super::support::history;
use super::support::tape::Tape;

/// A history of notifications, from choices. The first byte decides who reads the rest.
pub fn continuity(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let mut tape = Tape::new(rest);
    if first % 2 == 0 {
        history::check_model(&mut tape);
    } else {
        history::check_gateway(&mut tape);
    }
}
