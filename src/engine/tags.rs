//! The tags of a Notification's children as one server writes them, for [`predict`](super::predict).

use crate::scan::Literal;

/// How the server of a message writes the types namespace: a prefix and its colon, or nothing; then
/// zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefix([u8; 16]);

impl Prefix {
    /// What stands before a local name, colon included, if it is short enough.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        Some(Self(bytes))
    }

    fn as_str(&self) -> &str {
        let text = core::str::from_utf8(&self.0).unwrap_or_default();
        text.trim_end_matches('\0')
    }
}

/// What follows an id, with a space before `/>` and without.
pub(super) type Seams = [Literal<4>; 2];

impl From<&Literal<2>> for Prefix {
    fn from(prefix: &Literal<2>) -> Self {
        let mut bytes = [0; 16];
        let (words, _) = bytes.as_chunks_mut();
        for (to, word) in words.iter_mut().zip(prefix.words()) {
            *to = word.to_le_bytes();
        }
        Self(bytes)
    }
}

/// The tags of a server, as far as they are compared in one piece: where one ends and the next begins.
/// With a longer prefix they are not compared so, but one by one.
#[derive(Debug)]
pub(super) struct Tags {
    /// What they are made for; none if for nothing yet.
    made_for: Option<Prefix>,
    pub(super) prefix: Literal<2>,
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
        if self.usual.made_for == Some(prefix) {
            return &self.usual;
        }
        self.other(prefix)
    }

    #[inline(never)]
    fn other(&mut self, prefix: Prefix) -> &Tags {
        if self.other.made_for != Some(prefix) {
            self.other.set_prefix(prefix);
            self.times = 0;
        }
        self.times += 1;
        if self.times < Self::OFTEN {
            return &self.other;
        }
        self.times = 0;
        self.usual.set_prefix(prefix);
        self.usual.set_seams(prefix);
        &self.usual
    }
}

impl Tags {
    /// What is nowhere.
    pub(super) const NEVER: Seams = [Literal::NEVER; 2];

    fn set_prefix(&mut self, prefix: Prefix) {
        self.made_for = Some(prefix);
        self.prefix = Literal::new(prefix.as_str()).unwrap_or(Literal::NEVER);
    }

    fn set_seams(&mut self, prefix: Prefix) {
        let prefix = prefix.as_str();
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
            made_for: None,
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
