//! The counters of a parser.

/// Counters of a [`Parser`](crate::Parser) since it was made. [`since`](Self::since) gives those of one message.
///
/// The content of a skipped element and of an event of kind `Other` is not counted.
///
/// ```
/// use ews_notifications::Parser;
///
/// # let body = include_bytes!("../tests/data/push/mail.xml");
/// let mut parser = Parser::new();
/// let before = parser.stats();
/// parser.parse(body)?;
/// let of_message = parser.stats().since(before);
/// assert_eq!(of_message.elements_skipped, 0);
/// # Ok::<(), ews_notifications::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Stats {
    /// Elements that the schema does not have in their place, and empty ids in `ErrorSubscriptionIds`. An element that is skipped with its content counts
    /// once.
    pub elements_skipped: u64,
    /// Attributes that the schema does not have in their place, without namespace declarations.
    pub attributes_skipped: u64,
    /// Illegal references that were replaced by U+FFFD, see
    /// [`IllegalReferences::Replace`](crate::IllegalReferences::Replace).
    pub references_replaced: u64,
    /// Children of a Notification that differed from the prediction and were parsed by the general path, see
    /// [`Config::predict`](crate::Config::predict).
    pub prediction_misses: u64,
    /// Messages whose head was as predicted, see [`Config::predict`](crate::Config::predict). The head was parsed by the
    /// general path only if something after it was not as predicted.
    pub heads_predicted: u64,
    /// Messages that began with a learned head, see [`Config::head_bytes`](crate::Config::head_bytes).
    pub head_hits: u64,
    /// Messages that ended with the tail learned with that head. Always 0 without
    /// [`Config::predict`](crate::Config::predict).
    pub tail_hits: u64,
}

impl Stats {
    /// The difference to `before`, an earlier value of the same parser. A counter that is lower than before is 0.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            elements_skipped: self
                .elements_skipped
                .saturating_sub(before.elements_skipped),
            attributes_skipped: self
                .attributes_skipped
                .saturating_sub(before.attributes_skipped),
            references_replaced: self
                .references_replaced
                .saturating_sub(before.references_replaced),
            prediction_misses: self
                .prediction_misses
                .saturating_sub(before.prediction_misses),
            heads_predicted: self.heads_predicted.saturating_sub(before.heads_predicted),
            head_hits: self.head_hits.saturating_sub(before.head_hits),
            tail_hits: self.tail_hits.saturating_sub(before.tail_hits),
        }
    }

    /// Adds the counters that describe the message, and not those that describe how it was parsed.
    pub(crate) const fn add_of_message(&mut self, more: Self) {
        self.elements_skipped += more.elements_skipped;
        self.attributes_skipped += more.attributes_skipped;
        self.references_replaced += more.references_replaced;
    }
}

#[cfg(test)]
mod tests {
    use super::Stats;

    #[test]
    fn since_is_the_difference_of_each_counter() {
        let count = |n: u64| Stats {
            elements_skipped: n,
            attributes_skipped: 2 * n,
            references_replaced: 3 * n,
            prediction_misses: 4 * n,
            heads_predicted: 5 * n,
            head_hits: 6 * n,
            tail_hits: 7 * n,
        };
        assert_eq!(count(5).since(count(2)), count(3));
    }

    #[test]
    fn since_a_later_value_is_zero() {
        let later = Stats {
            head_hits: 1,
            ..Stats::default()
        };
        assert_eq!(Stats::default().since(later), Stats::default());
    }
}
