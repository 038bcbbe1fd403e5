//! `Continuity` against the naive model, and in a simulated gateway.

use crate::support::choices::Choices;
use crate::support::history;

/// A history of notifications, from choices. The first byte decides who reads the rest.
pub fn continuity(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let mut choices = Choices::new(rest);
    if first % 2 == 0 {
        history::check_model(&mut choices);
    } else {
        history::check_gateway(&mut choices);
    }
}
