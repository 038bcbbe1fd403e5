//! What a parser has counted: plain data, which the engine writes.

/// What a [`Parser`](crate::Parser) has done since it was made. For one message, subtract what it was
/// before.
///
/// What stands inside a skipped element or an event of kind `Other` is not counted again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Stats {
    /// Elements in places where the schema has none of that name. One that is skipped with all that
    /// it holds counts once.
    pub elements_skipped: u64,
    /// Attributes, other than namespace declarations, that the schema does not have there.
    pub attributes_skipped: u64,
    /// Illegal references that were read as U+FFFD, see
    /// [`IllegalReferences::Replace`](crate::IllegalReferences::Replace).
    pub references_replaced: u64,
    /// Children of a Notification that were compared with what was predicted, see
    /// [`Config::predict`](crate::Config::predict), were not so, and were read as any XML.
    pub prediction_misses: u64,
    /// Messages whose head was as predicted, see [`Config::predict`](crate::Config::predict). It was read as
    /// any XML only if something behind it was not.
    pub heads_predicted: u64,
    /// Messages that began with a learned head, see [`Config::heads`](crate::Config::heads).
    pub head_hits: u64,
    /// Messages that ended with the tail of that head. None without
    /// [`Config::predict`](crate::Config::predict).
    pub tail_hits: u64,
}

impl Stats {
    /// What has been counted since `before`.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            elements_skipped: self.elements_skipped - before.elements_skipped,
            attributes_skipped: self.attributes_skipped - before.attributes_skipped,
            references_replaced: self.references_replaced - before.references_replaced,
            prediction_misses: self.prediction_misses - before.prediction_misses,
            heads_predicted: self.heads_predicted - before.heads_predicted,
            head_hits: self.head_hits - before.head_hits,
            tail_hits: self.tail_hits - before.tail_hits,
        }
    }

    /// Counts what `more` has of what the message is counted for, not the ways in which it was read.
    pub(crate) const fn add_of_message(&mut self, more: Self) {
        self.elements_skipped += more.elements_skipped;
        self.attributes_skipped += more.attributes_skipped;
        self.references_replaced += more.references_replaced;
    }
}
