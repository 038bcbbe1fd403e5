//! The tags of a Notification's children as one server writes them, for [`predict`](super::predict).

use crate::scan::Literal;

/// How the server of a message writes the types namespace: a prefix and its colon, or nothing.
pub(super) type Prefix = Literal<2>;

/// The tags of a server, as far as they are compared in one piece: where one ends and the next begins.
/// With a longer prefix they are not compared so, but one by one.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) prefix: Prefix,
    /// `</t:SubscriptionId><t:PreviousWatermark>`
    pub(super) subscription_id_to_watermark: Literal<8>,
    /// `</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>`
    pub(super) watermark_to_events: Literal<8>,
    /// `</t:Watermark><t:TimeStamp>`
    pub(super) watermark_to_timestamp: Literal<4>,
    /// `</t:TimeStamp><t:`
    pub(super) timestamp_to_id: Literal<4>,
    /// `" /><t:ParentFolderId `
    pub(super) id_to_parent: Literal<4>,
    /// `" /></t:`
    pub(super) id_to_end: Literal<4>,
}

impl Tags {
    /// What is never there: a NUL is no character of XML.
    pub(super) const NEVER: Literal<4> = never();
    const NEVER_LONG: Literal<8> = never();

    /// Makes them those with this prefix, if they are not yet.
    pub(super) fn set_prefix(&mut self, prefix: Prefix) {
        if prefix == self.prefix {
            return;
        }
        self.prefix = prefix;
        let bytes = prefix.bytes();
        let prefix = core::str::from_utf8(bytes.as_flattened()).unwrap_or_default();
        let prefix = prefix.trim_end_matches('\0');
        let seam = |parts: &[&str]| Literal::of(parts).unwrap_or(Self::NEVER);
        let long_seam = |parts: &[&str]| Literal::of(parts).unwrap_or(Self::NEVER_LONG);
        self.subscription_id_to_watermark = long_seam(&[
            "</",
            prefix,
            "SubscriptionId><",
            prefix,
            "PreviousWatermark>",
        ]);
        self.watermark_to_events = long_seam(&[
            "</",
            prefix,
            "PreviousWatermark><",
            prefix,
            "MoreEvents>false</",
            prefix,
            "MoreEvents>",
        ]);
        self.watermark_to_timestamp = seam(&["</", prefix, "Watermark><", prefix, "TimeStamp>"]);
        self.timestamp_to_id = seam(&["</", prefix, "TimeStamp><", prefix]);
        self.id_to_parent = seam(&["\" /><", prefix, "ParentFolderId "]);
        self.id_to_end = seam(&["\" /></", prefix]);
    }
}

const fn never<const WORDS: usize>() -> Literal<WORDS> {
    match Literal::new("\0") {
        Some(literal) => literal,
        None => Literal::EMPTY,
    }
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            // No prefix is this, so that the first is another.
            prefix: never(),
            subscription_id_to_watermark: Self::NEVER_LONG,
            watermark_to_events: Self::NEVER_LONG,
            watermark_to_timestamp: Self::NEVER,
            timestamp_to_id: Self::NEVER,
            id_to_parent: Self::NEVER,
            id_to_end: Self::NEVER,
        }
    }
}
