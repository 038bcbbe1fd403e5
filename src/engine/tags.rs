//! The tags of a Notification's children as one server writes them, for [`predict`](super::predict).

use crate::scan::Literal;

/// How the server of a message writes the types namespace: a prefix and its colon, or nothing.
pub(super) type Prefix = Literal<2>;

/// What follows an id, with a space before `/>` and without.
pub(super) type Seams = [Literal<4>; 2];

/// The tags of a server, as far as they are compared in one piece: where one ends and the next begins.
/// With a longer prefix they are not compared so, but one by one.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) prefix: Prefix,
    /// `/t:SubscriptionId><t:PreviousWatermark>`
    pub(super) subscription_id_to_watermark: Literal<8>,
    /// `/t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>`
    pub(super) watermark_to_events: Literal<8>,
    /// `/t:Watermark><t:TimeStamp>`
    pub(super) watermark_to_timestamp: Literal<4>,
    /// `/t:Watermark></t:StatusEvent>`
    pub(super) watermark_to_status_end: Literal<4>,
    /// `/t:TimeStamp><t:`
    pub(super) timestamp_to_id: Literal<4>,
    /// ` /><t:ParentFolderId Id="`
    pub(super) id_to_parent: Seams,
    /// ` /></t:`
    pub(super) id_to_end: Seams,
}

/// The tags of the server that writes most, and of any other.
///
/// To put seams together costs more than they save in a message or two, so they are made for a prefix
/// that keeps coming.
#[derive(Debug, Default)]
pub(super) struct KnownTags {
    usual: Tags,
    /// Without seams.
    other: Tags,
    /// How often another prefix has come in a row, the usual one left out.
    times: u8,
}

impl KnownTags {
    /// How often a prefix has to come to be the usual one.
    const OFTEN: u8 = 4;

    /// The tags with this prefix.
    #[inline(always)]
    pub(super) fn of(&mut self, prefix: Prefix) -> &Tags {
        if prefix == self.usual.prefix {
            return &self.usual;
        }
        self.other(prefix)
    }

    #[inline(never)]
    fn other(&mut self, prefix: Prefix) -> &Tags {
        if prefix != self.other.prefix {
            self.other.prefix = prefix;
            self.times = 0;
        }
        self.times += 1;
        if self.times < Self::OFTEN {
            return &self.other;
        }
        self.times = 0;
        self.usual.set_prefix(prefix);
        &self.usual
    }
}

impl Tags {
    /// What is nowhere.
    pub(super) const NEVER: Seams = [Literal::NEVER; 2];

    fn set_prefix(&mut self, prefix: Prefix) {
        self.prefix = prefix;
        let bytes = prefix.bytes();
        let prefix = core::str::from_utf8(bytes.as_flattened()).unwrap_or_default();
        let prefix = prefix.trim_end_matches('\0');
        let seam = |parts: &[&str]| Literal::of(parts).unwrap_or(Literal::NEVER);
        let long_seam = |parts: &[&str]| Literal::of(parts).unwrap_or(Literal::NEVER);
        self.subscription_id_to_watermark = long_seam(&[
            "/",
            prefix,
            "SubscriptionId><",
            prefix,
            "PreviousWatermark>",
        ]);
        self.watermark_to_events = long_seam(&[
            "/",
            prefix,
            "PreviousWatermark><",
            prefix,
            "MoreEvents>false</",
            prefix,
            "MoreEvents>",
        ]);
        self.watermark_to_timestamp = seam(&["/", prefix, "Watermark><", prefix, "TimeStamp>"]);
        self.watermark_to_status_end = seam(&["/", prefix, "Watermark></", prefix, "StatusEvent>"]);
        self.timestamp_to_id = seam(&["/", prefix, "TimeStamp><", prefix]);
        let seams = |parts: &[&str; 3]| {
            let [before, prefix, behind] = *parts;
            [" ", ""].map(|space| seam(&[space, before, prefix, behind]))
        };
        self.id_to_parent = seams(&["/><", prefix, "ParentFolderId Id=\""]);
        self.id_to_end = seams(&["/></", prefix, ""]);
    }
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            // No prefix is this, so that the first is another.
            prefix: Literal::NEVER,
            subscription_id_to_watermark: Literal::NEVER,
            watermark_to_events: Literal::NEVER,
            watermark_to_timestamp: Literal::NEVER,
            watermark_to_status_end: Literal::NEVER,
            timestamp_to_id: Literal::NEVER,
            id_to_parent: Self::NEVER,
            id_to_end: Self::NEVER,
        }
    }
}
