//! Tags with the prefix of a server, as literals. Tags that follow each other are one literal, so that they are compared at
//! once. [`child_matcher`](super::child_matcher) and [`head_matcher`](super::head_matcher) use them.

use crate::scan::Literal;

/// How the server of a message writes a namespace: a prefix and its colon, or nothing.
pub(super) type Prefix = Literal<2>;

/// The end of an id element and the start of the next tag, with a space before `/>` and without.
type IdJoints = [Literal<4>; 2];

/// Joints that match nothing.
pub(super) const NO_JOINTS: IdJoints = [Literal::NEVER; 2];

/// Tracks which prefix recurs often enough to join its tags: joining costs more than it saves in one or two
/// messages.
#[derive(Debug, Default)]
struct UsualPrefix {
    /// The prefix that recurs.
    usual: Option<Prefix>,
    /// The last prefix other than that.
    other: Option<Prefix>,
    /// How often `other` came, since the last prefix that is neither `other` nor `usual`.
    times: u8,
}

impl UsualPrefix {
    /// How often another prefix must come to become the usual one.
    const OFTEN: u8 = 4;

    /// Notes a prefix other than the usual one. Returns whether it becomes the usual one.
    fn note(&mut self, prefix: Prefix) -> bool {
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

/// Tags with one prefix. A *joint* is the end of one tag and the start of the next. If the prefix is too long for a joint,
/// it is [`NEVER`](Literal::NEVER), and the tags are compared one by one.
#[derive(Debug, Default)]
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
    pub(super) id_to_parent: IdJoints,
    /// ` /></t:`
    pub(super) id_to_end: IdJoints,
}

/// The tags of the usual prefix, and of any other.
#[derive(Debug, Default)]
pub(super) struct KnownTags {
    prefix: UsualPrefix,
    usual: Tags,
    /// Without joints.
    other: Tags,
}

impl KnownTags {
    /// The tags with this prefix.
    #[inline(always)]
    pub(super) fn with(&mut self, prefix: Prefix) -> &Tags {
        if self.prefix.usual == Some(prefix) {
            return &self.usual;
        }
        self.other(prefix)
    }

    #[inline(never)]
    fn other(&mut self, prefix: Prefix) -> &Tags {
        if self.prefix.note(prefix) {
            self.usual = Tags::new(prefix);
            return &self.usual;
        }
        self.other.prefix = prefix;
        &self.other
    }
}

/// The tags around the children of the first Notification that are in the messages namespace, with the usual prefix.
#[derive(Debug, Default)]
pub(super) struct ResponseTemplate {
    prefix: UsualPrefix,
    /// From the start tag of ResponseMessages to that of Notification, in a response without error.
    pub(super) opening: Literal<20>,
    /// How many bytes of `opening` follow the response code.
    pub(super) after_code: usize,
    /// From the end tag of Notification to that of SendNotification.
    pub(super) closing: Literal<12>,
}

impl ResponseTemplate {
    /// The template, if it has this prefix.
    #[inline(always)]
    pub(super) fn with(&mut self, prefix: Prefix) -> Option<&Self> {
        let is_known = self.prefix.usual == Some(prefix) || self.note(prefix);
        is_known.then_some(self)
    }

    #[inline(never)]
    fn note(&mut self, prefix: Prefix) -> bool {
        let changes = self.prefix.note(prefix);
        if changes {
            let bytes = bytes_of(prefix);
            let p = as_text(&bytes);
            self.opening = Literal::of(&[
                "<",
                p,
                "ResponseMessages><",
                p,
                "SendNotificationResponseMessage ResponseClass=\"Success\"><",
                p,
                "ResponseCode>NoError</",
                p,
                "ResponseCode><",
                p,
                "Notification>",
            ]);
            self.after_code = "</ResponseCode><Notification>".len() + 2 * p.len();
            self.closing = Literal::of(&[
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
        }
        changes
    }
}

impl Tags {
    fn new(prefix: Prefix) -> Self {
        let bytes = bytes_of(prefix);
        let p = as_text(&bytes);
        let joints = |before, after| [" ", ""].map(|space| Literal::of(&[space, before, p, after]));
        Self {
            prefix,
            subscription_id_to_watermark: Literal::of(&[
                "/",
                p,
                "SubscriptionId><",
                p,
                "PreviousWatermark>",
            ]),
            watermark_to_events: Literal::of(&[
                "/",
                p,
                "PreviousWatermark><",
                p,
                "MoreEvents>false</",
                p,
                "MoreEvents>",
            ]),
            watermark_to_timestamp: Literal::of(&["/", p, "Watermark><", p, "TimeStamp>"]),
            watermark_to_status_end: Literal::of(&["/", p, "Watermark></", p, "StatusEvent>"]),
            timestamp_to_id: Literal::of(&["/", p, "TimeStamp><", p]),
            id_to_parent: joints("/><", "ParentFolderId Id=\""),
            id_to_end: joints("/></", ""),
        }
    }
}

/// Whether this is the prefix, given without its colon.
pub(super) fn is(prefix: Prefix, written: &str) -> bool {
    let bytes = bytes_of(prefix);
    let text = as_text(&bytes);
    text.strip_suffix(':').unwrap_or_default() == written
}

/// The prefix and its colon, then zeros.
fn bytes_of(prefix: Prefix) -> [[u8; 8]; 2] {
    prefix.words().map(u64::to_le_bytes)
}

fn as_text(bytes: &[[u8; 8]; 2]) -> &str {
    let text = core::str::from_utf8(bytes.as_flattened()).unwrap_or_default();
    text.trim_end_matches('\0')
}
