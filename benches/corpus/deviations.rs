//! The corpus `push-50` with one small deviation in every event, as another server, proxy or library could write it.
//!
//! `benches/report.py` puts the descriptions into `benches/README.md`.

use super::Corpus;
use super::bodies::TYPES;

/// A deviation from the way in which Exchange writes an event.
pub(crate) struct Deviation {
    pub(crate) name: &'static str,
    /// The children of each event that differ. `All` of them, if the whole event has to be tokenized.
    pub(crate) children: Children,
    /// The event with the deviation.
    pub(crate) apply: fn(&str) -> String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Children {
    None,
    One,
    Two,
    All,
}

/// The canonical form, and ten deviations from it.
pub(crate) const ALL: [Deviation; 11] = [
    // As Exchange writes it.
    deviation("canonical", Children::None, str::to_owned),
    // ChangeKey before Id, in the ItemId or FolderId and in the ParentFolderId.
    deviation("attribute-order", Children::Two, |event| {
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
    }),
    // Two spaces before the ChangeKey of the ItemId or FolderId.
    deviation("two-spaces", Children::One, |event| {
        event.replacen(" ChangeKey=", "  ChangeKey=", 1)
    }),
    // A comment before the TimeStamp.
    deviation("comment", Children::One, |event| {
        event.replacen("<t:TimeStamp>", "<!-- checked --><t:TimeStamp>", 1)
    }),
    // A character reference in the Watermark.
    deviation("reference", Children::One, |event| {
        event.replacen("=</t:Watermark>", "&#61;</t:Watermark>", 1)
    }),
    // An unknown child at the end of the event.
    deviation("unknown-child", Children::One, |event| {
        before_end(event, r#"<x:Trace xmlns:x="urn:example:trace"/>"#)
    }),
    // The namespace of the TimeStamp is declared again on it.
    deviation("declaration", Children::One, |event| {
        let tag = format!(r#"<t:TimeStamp xmlns:t="{TYPES}">"#);
        event.replacen("<t:TimeStamp>", &tag, 1)
    }),
    // The TimeStamp before the Watermark.
    deviation("child-order", Children::Two, |event| {
        let (watermark, rest) = event.split_once("<t:TimeStamp>").unwrap_or((event, ""));
        let (start, watermark) = watermark.split_once('>').unwrap_or((watermark, ""));
        let (time, ids) = rest.split_once("</t:TimeStamp>").unwrap_or((rest, ""));
        format!("{start}><t:TimeStamp>{time}</t:TimeStamp>{watermark}{ids}")
    }),
    // The text of the Watermark in a CDATA section.
    deviation("cdata", Children::One, |event| {
        let event = event.replacen("<t:Watermark>", "<t:Watermark><![CDATA[", 1);
        event.replacen("</t:Watermark>", "]]></t:Watermark>", 1)
    }),
    // White space at the end of every tag and around `=`, and single quotes.
    deviation("spaced-tags", Children::All, |event| {
        let event = event.replace(" />", "/>").replace('>', " >");
        let event = event.replace("/ >", "\n/>").replace(" Id=\"", " Id = '");
        event
            .replace(" ChangeKey=\"", " ChangeKey = '")
            .replace('"', "'")
    }),
    // The event and its children in another prefix, which the event declares.
    deviation("own-prefix", Children::All, |event| {
        let event = event.replace("<t:", "<n1:").replace("</t:", "</n1:");
        event.replacen('>', &format!(r#" xmlns:n1="{TYPES}">"#), 1)
    }),
];

const fn deviation(name: &'static str, children: Children, apply: fn(&str) -> String) -> Deviation {
    Deviation {
        name,
        children,
        apply,
    }
}

fn before_end(event: &str, child: &str) -> String {
    let (before, end) = event.rsplit_once("</").unwrap_or((event, ""));
    format!("{before}{child}</{end}")
}

/// The corpora, one for each deviation.
pub(crate) fn all() -> Vec<Corpus> {
    let canonical = super::push_50();
    let corpora = ALL.iter().map(|deviation| {
        let bodies = canonical.bodies.iter();
        let bodies = bodies.map(|body| deviate(body, deviation.apply));
        Corpus {
            name: deviation.name,
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
