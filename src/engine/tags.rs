//! Tags as one server writes them, put together to be compared in one piece: of a Notification's children,
//! for [`predict`](super::predict), and around it, for [`envelope`](super::envelope).

use crate::scan::Literal;

/// How the server of a message writes a namespace: a prefix and its colon, or nothing.
pub(super) type Prefix = Literal<2>;

/// What follows an id, with a space before `/>` and without.
type Seams = [Literal<4>; 2];

/// Where nothing is expected to follow an id.
pub(super) const NO_SEAMS: Seams = [Literal::NEVER; 2];

/// Whether a prefix keeps being asked for: to put tags together costs more than they save in a message or
/// two.
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
/// Where a prefix is too long for that, its literals are [`NEVER`](Literal::NEVER), and tags are compared
/// one by one.
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
            self.usual = Tags::new(prefix);
            return &self.usual;
        }
        self.other.prefix = prefix;
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
            self.behind_code = "</ResponseCode><Notification>".len() + 2 * p.len();
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
    fn new(prefix: Prefix) -> Self {
        let bytes = bytes_of(prefix);
        let p = as_text(&bytes);
        let seams =
            |before, behind| [" ", ""].map(|space| Literal::of(&[space, before, p, behind]));
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
            id_to_parent: seams("/><", "ParentFolderId Id=\""),
            id_to_end: seams("/></", ""),
        }
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
            id_to_parent: NO_SEAMS,
            id_to_end: NO_SEAMS,
        }
    }
}

/// The prefix and its colon, then zeros.
fn bytes_of(prefix: Prefix) -> [[u8; 8]; 2] {
    prefix.words().map(u64::to_le_bytes)
}

fn as_text(bytes: &[[u8; 8]; 2]) -> &str {
    let text = core::str::from_utf8(bytes.as_flattened()).unwrap_or_default();
    text.trim_end_matches('\0')
}
