//! Tags as one server writes them, put together to be compared in one piece: of a Notification's children,
//! for [`predict`](super::predict), and around it, for [`envelope`](super::envelope).

use crate::scan::Literal;

/// How the server of a message writes a namespace: a prefix and its colon, or nothing; then zeros.
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

/// Whether a prefix keeps coming: to put tags together costs more than they save in a message or two.
#[derive(Debug, Default)]
struct Habit {
    /// The prefix that keeps coming.
    usual: Option<Prefix>,
    /// The last one that was not that.
    other: Option<Prefix>,
    /// How often that has come in a row, the usual one left out.
    times: u8,
}

impl Habit {
    /// How often a prefix has to come to be the usual one.
    const OFTEN: u8 = 4;

    /// Notes a prefix that is not the usual one; whether it is from now on.
    fn changes_to(&mut self, prefix: Prefix) -> bool {
        if self.other != Some(prefix) {
            self.other = Some(prefix);
            self.times = 0;
        }
        self.times += 1;
        let changes = self.times == Self::OFTEN;
        if changes {
            self.usual = Some(prefix);
            self.times = 0;
        }
        changes
    }
}

/// The tags of a server, as far as they are compared in one piece: where one ends and the next begins.
/// With a longer prefix they are not compared so, but one by one.
#[derive(Debug)]
pub(super) struct Tags {
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
#[derive(Debug, Default)]
pub(super) struct KnownTags {
    habit: Habit,
    usual: Tags,
    /// Without seams.
    other: Tags,
}

impl KnownTags {
    /// The tags with this prefix.
    #[inline(always)]
    pub(super) fn of(&mut self, prefix: Prefix) -> &Tags {
        if self.habit.usual == Some(prefix) {
            return &self.usual;
        }
        self.other(prefix)
    }

    #[inline(never)]
    fn other(&mut self, prefix: Prefix) -> &Tags {
        if self.habit.changes_to(prefix) {
            self.usual.set_prefix(prefix);
            self.usual.set_seams(prefix);
            return &self.usual;
        }
        self.other.set_prefix(prefix);
        &self.other
    }
}

/// What stands around the children of the first Notification and is in the messages namespace, as the
/// server writes it that writes most.
#[derive(Debug)]
pub(super) struct Frame {
    habit: Habit,
    /// From behind the start tag of SendNotification up to behind that of Notification, of a response
    /// that reports no error.
    pub(super) opening: Literal<20>,
    /// How much of that stands behind the response code.
    pub(super) behind_code: usize,
    /// From the end tag of Notification up to and with that of SendNotification.
    pub(super) closing: Literal<12>,
}

impl Frame {
    /// The frame, if it is made for this prefix.
    #[inline(always)]
    pub(super) fn of(&mut self, prefix: Prefix) -> Option<&Self> {
        let is_known = self.habit.usual == Some(prefix) || self.changes_to(prefix);
        is_known.then_some(self)
    }

    #[inline(never)]
    fn changes_to(&mut self, prefix: Prefix) -> bool {
        let changes = self.habit.changes_to(prefix);
        if changes {
            let p = prefix.as_str();
            let literal = Literal::of(&[
                "<",
                p,
                "ResponseMessages><",
                p,
                "SendNotificationResponseMessage",
                " ResponseClass=\"Success\"><",
                p,
                "ResponseCode>NoError</",
                p,
                "ResponseCode><",
                p,
                "Notification>",
            ]);
            self.opening = literal.unwrap_or(Literal::NEVER);
            self.behind_code = "</ResponseCode><Notification>".len() + 2 * p.len();
            let literal = Literal::of(&[
                "</",
                p,
                "Notification></",
                p,
                "SendNotificationResponseMessage></",
                p,
                "ResponseMessages></",
                p,
                "SendNotification>",
            ]);
            self.closing = literal.unwrap_or(Literal::NEVER);
        }
        changes
    }
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            habit: Habit::default(),
            opening: Literal::NEVER,
            behind_code: 0,
            closing: Literal::NEVER,
        }
    }
}

impl Tags {
    /// What is nowhere.
    pub(super) const NEVER: Seams = [Literal::NEVER; 2];

    fn set_prefix(&mut self, prefix: Prefix) {
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
