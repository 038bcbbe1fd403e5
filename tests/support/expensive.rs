//! Bodies that combine what a parser needs much memory for: long decoded texts, lists of all kinds, declarations,
//! attributes, depth, and defects after them.

use ews_notifications::Limits;

use super::bodies::{MESSAGES, SOAP_1_1, TYPES};
use super::choices::Choices;

/// A body of at most [`Limits::BODY_BYTES`]. Most have about as many elements of some kind as [`Limits::EVENTS`] allows.
pub(crate) fn body(choices: &mut Choices<'_>) -> Vec<u8> {
    let is_push = choices.below(2) == 0;
    let lists = Lists::new(choices, is_push);
    let most = Limits::EVENTS / lists.longest();
    let responses = choices.one_of(&[most, most, most / 2 + 1, 1]);
    let event = event(choices);
    let long = [2, 4, 3].map(|count| choices.once_in(count).then(|| text(choices)));
    let long = long.each_ref().map(|text| text.as_deref().unwrap_or("a"));
    let unknown = choices.once_in(3).then(|| unknown(choices));

    let operation = match is_push {
        true => "SendNotification",
        false => "GetStreamingEventsResponse",
    };
    let (head, tail) = if choices.once_in(4) {
        envelope(choices)
    } else {
        <(String, &str)>::default()
    };
    let body = [
        &head,
        &format!("<m:{operation} xmlns:m='{MESSAGES}' xmlns='{TYPES}'"),
        &declarations(choices),
        "><m:ResponseMessages>",
        &unknown.unwrap_or_default(),
        &lists.response(is_push, &event, long),
        &lists
            .response(is_push, &event, ["a"; 3])
            .repeat(responses - 1),
        &format!("</m:ResponseMessages></m:{operation}>"),
        tail,
    ];
    let mut body = body.concat().into_bytes();
    body.truncate(Limits::BODY_BYTES);
    if choices.once_in(6) {
        body.truncate(body.len() / 8 * (1 + choices.below(7)));
    }
    body
}

/// The start of an envelope, with header blocks that should be understood, and its end.
fn envelope(choices: &mut Choices<'_>) -> (String, &'static str) {
    let blocks = choices.one_of(&[1, 3_000, Limits::EVENTS]);
    let blocks = "<s:a s:mustUnderstand='1'/>".repeat(blocks);
    let head = format!("<s:Envelope xmlns:s='{SOAP_1_1}'><s:Header>{blocks}</s:Header><s:Body>");
    (head, "</s:Body></s:Envelope>")
}

/// The lengths of the lists of each response.
struct Lists {
    values: usize,
    ids: usize,
    notifications: usize,
    events: usize,
}

impl Lists {
    fn new(choices: &mut Choices<'_>, is_push: bool) -> Self {
        let mut length = |most: usize| {
            let any = 1 << choices.below(14);
            let length = choices.one_of(&[1, 1, 1, 1, 1, 0, 2, 5, any, any + 1, most - 1]);
            length.min(most)
        };
        let values = length(Limits::EVENTS);
        let (ids, notifications) = match is_push {
            true => (0, 1),
            false => (length(Limits::EVENTS - values), length(Limits::EVENTS)),
        };
        Self {
            values,
            ids,
            notifications,
            events: length(Limits::EVENTS / notifications.max(1)),
        }
    }

    /// The length that exceeds the limit first if there are several responses.
    fn longest(&self) -> usize {
        let events = self.notifications * self.events;
        1.max(self.values + self.ids)
            .max(self.notifications)
            .max(events)
    }

    /// A response with these texts: its MessageText, its first Value and its first SubscriptionId.
    fn response(&self, is_push: bool, event: &str, [text, value, id]: [&str; 3]) -> String {
        let repeated = |first: &str, next: &str, count: usize| match count {
            0 => String::new(),
            _ => first.to_owned() + &next.repeat(count - 1),
        };
        let value = format!("<Value>{value}</Value>");
        let ids = "<m:SubscriptionId>a</m:SubscriptionId>".repeat(self.ids);
        let [first, next] = [id, "a"].map(|id| {
            let events = event.repeat(self.events);
            format!(
                "<m:Notification><SubscriptionId>{id}</SubscriptionId>{events}</m:Notification>"
            )
        });
        let notifications = repeated(&first, &next, self.notifications);
        let [prefix, notifications] = match is_push {
            true => ["SendNotification", &notifications],
            false => [
                "GetStreamingEvents",
                &format!("<m:Notifications>{notifications}</m:Notifications>"),
            ],
        };
        format!(
            "<m:{prefix}ResponseMessage><m:MessageText>{text}</m:MessageText><m:MessageXml>{}</m:MessageXml>\
             <m:ErrorSubscriptionIds>{ids}</m:ErrorSubscriptionIds>{notifications}</m:{prefix}ResponseMessage>",
            repeated(&value, "<Value/>", self.values)
        )
    }
}

/// An event whose memory is large for its length.
fn event(choices: &mut Choices<'_>) -> String {
    let id = "<OldItemId Id='&lt;' ChangeKey='b'/><ParentFolderId Id='&gt;'/>";
    match choices.below(6) {
        0 => "<StatusEvent/>".into(),
        1 => "<a/>".into(),
        2 => format!("<MovedEvent>{id}</MovedEvent>"),
        3 => "<DeletedEvent><Watermark>&lt;<!---->&lt;</Watermark></DeletedEvent>".into(),
        4 => format!("<a>{id}</a>"),
        _ => "<MovedEvent><OldItemId Id='&lt;'/></MovedEvent>".into(),
    }
}

/// A text of up to 4 MiB or a little more, most likely one that must be decoded.
fn text(choices: &mut Choices<'_>) -> String {
    let bytes = length(choices);
    let fill = |unit: &str| unit.repeat(bytes / unit.len());
    match choices.below(6) {
        0 => value(choices, bytes),
        1 => pieces(bytes),
        2 => fill("a<![CDATA[\r\n]]>"),
        3 => format!("&lt;<!-- {} -->&lt;", fill("-a")),
        4 => format!("{}<?a?>{}", fill("b"), value(choices, bytes)),
        _ => value(choices, bytes),
    }
}

/// A text that is read in pieces, each as long as all before it. The last one exceeds a power of two: a buffer that doubles
/// is then half empty, and has wasted as much before.
pub(crate) fn pieces(bytes: usize) -> String {
    let mut text = String::from("\r");
    let mut length = 1;
    while 2 * length <= bytes {
        text += "<!---->";
        text += &"a".repeat(length);
        length *= 2;
    }
    text + "<!---->a"
}

fn length(choices: &mut Choices<'_>) -> usize {
    let power = 1 << choices.one_of(&[3, 16, 20, 21, 22, 22]);
    choices.one_of(&[power, power + 1, power - 1, power + power / 2])
}

/// An attribute value or text without markup.
fn value(choices: &mut Choices<'_>, bytes: usize) -> String {
    match choices.below(4) {
        0 => "a".repeat(bytes),
        1 => "&lt;".repeat(bytes / 4),
        2 => format!("&lt;{}", "a".repeat(bytes)),
        _ => {
            // A reference at each power of two: a buffer that doubles doubles at the end, too.
            let mut text = String::with_capacity(bytes + 100);
            while text.len() < bytes {
                text += "&lt;";
                let next = text.len().next_power_of_two() - text.len();
                text += &"a".repeat(next.min(bytes - text.len().min(bytes)));
            }
            text + "&lt;a"
        }
    }
}

/// Up to a hundred declarations. The first may be long.
fn declarations(choices: &mut Choices<'_>) -> String {
    let prefix = choices.one_of(&["p", "a-long-prefix-of-a-namespace-"]);
    let start = choices.once_in(4).then(|| {
        let bytes = length(choices);
        value(choices, bytes)
    });
    let start = start.unwrap_or_default();
    let one = |at| match at {
        0 => format!(" xmlns:{prefix}='&#x75;{start}'"),
        _ => format!(" xmlns:{prefix}{at}='&#x75;rn:{at}'"),
    };
    (0..choices.one_of(&[0, 1, 17, 100])).map(one).collect()
}

/// Elements that are skipped, with attributes and declarations, inside each other.
fn unknown(choices: &mut Choices<'_>) -> String {
    let attributes = choices.one_of(&[0, 1, 200]);
    let attributes: String = (0..attributes).map(|at| format!(" a{at}='&lt;'")).collect();
    let depth = choices.one_of(&[1, 2, 50]);
    let declaration = choices.once_in(2).then(|| declarations(choices));
    let declaration = declaration.unwrap_or_default();
    format!(
        "<x{declaration}{attributes}>{}{}</x>",
        "<y>".repeat(depth),
        "</y>".repeat(depth)
    )
}
