//! The corpus `push-50` with one small deviation in every event, as another server, proxy or library could write it.
//!
//! The doc comments say what deviates: one or two children of the event, which alone need the general path, or the whole
//! event. `benches/report.py` puts them into `benches/README.md`.

use super::Corpus;
use super::bodies::TYPES;

type Deviation = (&'static str, fn(&str) -> String);

/// A name, and a function from an event in canonical form to the event with the deviation.
const ALL: [Deviation; 10] = [
    ("attribute-order", attribute_order),
    ("two-spaces", two_spaces),
    ("comment", comment),
    ("reference", reference),
    ("unknown-child", unknown_child),
    ("declaration", declaration),
    ("child-order", child_order),
    ("cdata", cdata),
    ("spaced-tags", spaced_tags),
    ("own-prefix", own_prefix),
];

/// Two children: ChangeKey before Id, in the ItemId or FolderId and in the ParentFolderId.
fn attribute_order(event: &str) -> String {
    let mut ids = event.splitn(4, " Id=");
    let mut swapped = ids.next().unwrap_or_default().to_owned();
    for (number, id) in ids.enumerate() {
        match id.split_once(" ChangeKey=") {
            Some((value, rest)) if number < 2 => {
                let (key, rest) = rest.split_at(rest[1..].find('"').map_or(0, |end| end + 2));
                swapped.extend([" ChangeKey=", key, " Id=", value, rest]);
            }
            _ => swapped.extend([" Id=", id]),
        }
    }
    swapped
}

/// One child: two spaces before the ChangeKey of the ItemId or FolderId.
fn two_spaces(event: &str) -> String {
    event.replacen(" ChangeKey=", "  ChangeKey=", 1)
}

/// One child: a comment before the TimeStamp.
fn comment(event: &str) -> String {
    event.replacen("<t:TimeStamp>", "<!-- checked --><t:TimeStamp>", 1)
}

/// One child: a character reference in the Watermark.
fn reference(event: &str) -> String {
    event.replacen("=</t:Watermark>", "&#61;</t:Watermark>", 1)
}

/// One child: an unknown child at the end of the event.
fn unknown_child(event: &str) -> String {
    before_end(event, r#"<x:Trace xmlns:x="urn:example:trace"/>"#)
}

/// One child: the namespace of the TimeStamp is declared again on it.
fn declaration(event: &str) -> String {
    let tag = format!(r#"<t:TimeStamp xmlns:t="{TYPES}">"#);
    event.replacen("<t:TimeStamp>", &tag, 1)
}

/// Two children: the TimeStamp before the Watermark.
fn child_order(event: &str) -> String {
    let (watermark, rest) = event.split_once("<t:TimeStamp>").unwrap_or((event, ""));
    let (start, watermark) = watermark.split_once('>').unwrap_or((watermark, ""));
    let (time, ids) = rest.split_once("</t:TimeStamp>").unwrap_or((rest, ""));
    format!("{start}><t:TimeStamp>{time}</t:TimeStamp>{watermark}{ids}")
}

/// One child: the text of the Watermark in a CDATA section.
fn cdata(event: &str) -> String {
    let event = event.replacen("<t:Watermark>", "<t:Watermark><![CDATA[", 1);
    event.replacen("</t:Watermark>", "]]></t:Watermark>", 1)
}

/// The whole event: white space at the end of every tag and around `=`, and single quotes.
fn spaced_tags(event: &str) -> String {
    let event = event.replace(" />", "/>").replace('>', " >");
    let event = event.replace("/ >", "\n/>").replace(" Id=\"", " Id = '");
    event
        .replace(" ChangeKey=\"", " ChangeKey = '")
        .replace('"', "'")
}

/// The whole event: the event and its children in another prefix, which the event declares.
fn own_prefix(event: &str) -> String {
    let event = event.replace("<t:", "<n1:").replace("</t:", "</n1:");
    event.replacen('>', &format!(r#" xmlns:n1="{TYPES}">"#), 1)
}

fn before_end(event: &str, child: &str) -> String {
    let (before, end) = event.rsplit_once("</").unwrap_or((event, ""));
    format!("{before}{child}</{end}")
}

/// The corpora, one for each deviation.
pub(crate) fn all() -> Vec<Corpus> {
    let canonical = super::push_50();
    let corpora = ALL.iter().map(|&(name, deviate_event)| {
        let bodies = canonical.bodies.iter();
        let bodies = bodies.map(|body| deviate(body, deviate_event));
        Corpus {
            name,
            bodies: bodies.collect(),
        }
    });
    corpora.collect()
}

/// A body with a deviation in every event.
fn deviate(body: &[u8], apply: fn(&str) -> String) -> Vec<u8> {
    let mut rest = str::from_utf8(body).unwrap_or_default();
    let mut deviated = String::new();
    while let Some((before, event, after)) = next_event(rest) {
        deviated.push_str(before);
        deviated.push_str(&apply(event));
        rest = after;
    }
    deviated.push_str(rest);
    deviated.into_bytes()
}

/// The next event, and what comes before and after it.
fn next_event(text: &str) -> Option<(&str, &str, &str)> {
    const END: &str = "Event>"; // of a start tag, then of the end tag
    let start_tag_end = text.find(END)? + END.len();
    let start = text[..start_tag_end].rfind('<')?;
    let end = start_tag_end + text[start_tag_end..].find(END)? + END.len();
    Some((&text[..start], &text[start..end], &text[end..]))
}
