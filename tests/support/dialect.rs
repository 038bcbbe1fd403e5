//! Bodies in any dialect: the same message, however a server or proxy may write it.

use super::tape::Tape;
use super::text::Lines;

const SOAP: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];
const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
const PREFIXES: [&str; 7] = ["t", "m", "", "soap11", "_a-b.c", "é", "xm"];
const TEXTS: [&str; 7] = [
    "AQAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE=",
    "",
    "a<b>&\"'c]]>",
    " \t\n spaced ",
    "이 구독 🙂",
    "\r",
    "x",
];
const EVENTS: [&str; 9] = [
    "StatusEvent",
    "CreatedEvent",
    "DeletedEvent",
    "ModifiedEvent",
    "MovedEvent",
    "CopiedEvent",
    "NewMailEvent",
    "FreeBusyChangedEvent",
    "ChannelEvent",
];

/// A body, and the message in it as [`super::text::of_message`] gives it.
pub(crate) fn body(tape: &[u8]) -> (String, String) {
    let mut writer = Writer {
        tape: Tape::new(tape),
        xml: String::new(),
        scope: Vec::new(),
    };
    let mut lines = Lines::default();
    message(&mut writer, &mut lines);
    (writer.xml, lines.into_text())
}

fn message(w: &mut Writer<'_>, lines: &mut Lines) {
    match w.pick(5) {
        1 => w.xml.push('\u{FEFF}'),
        2 => w.xml.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>"),
        3 => w
            .xml
            .push_str("<?xml version = '1.1' encoding='UTF-8' standalone='no' ?>\r\n"),
        _ => {}
    }
    w.misc();
    let soap = match w.pick(4) {
        0 | 1 => Some(SOAP[0]),
        2 => Some(SOAP[1]),
        _ => None,
    };
    match soap {
        None => operation(w, lines),
        Some(soap) => w.element(soap, "Envelope", &[], |w| {
            if w.pick(3) > 0 {
                w.element(soap, "Header", &[], |w| {
                    w.noise();
                    let version = w.text();
                    lines.line(0, "RequestServerVersion", version);
                    w.element(
                        TYPES,
                        "RequestServerVersion",
                        &[("Version", version)],
                        |_| {},
                    );
                });
            }
            w.noise();
            w.element(soap, "Body", &[], |w| operation(w, lines));
            w.noise();
        }),
    }
    w.misc();
}

fn operation(w: &mut Writer<'_>, lines: &mut Lines) {
    lines.head(0, "SendNotification");
    w.element(MESSAGES, "SendNotification", &[], |w| {
        w.element(MESSAGES, "ResponseMessages", &[], |w| {
            for _ in 0..=w.pick(3) {
                w.noise();
                response(w, lines);
            }
        });
    });
}

fn response(w: &mut Writer<'_>, lines: &mut Lines) {
    let class = ["Success", "Error", "Warning", "Maybe"][w.pick(4)];
    lines.head(1, "Response");
    lines.line(2, "ResponseClass", class);
    let name = "SendNotificationResponseMessage";
    w.element(MESSAGES, name, &[("ResponseClass", class)], |w| {
        w.leaf_if(MESSAGES, "MessageText", 2, lines);
        w.leaf_if(MESSAGES, "ResponseCode", 2, lines);
        if w.pick(3) == 1 {
            w.element(MESSAGES, "MessageXml", &[], |w| {
                for _ in 0..w.pick(3) {
                    w.noise();
                    let (name, value) = (w.text(), w.text());
                    lines.line(2, "Value", value);
                    lines.line(3, "Name", name);
                    w.element(TYPES, "Value", &[("Name", name)], |w| w.characters(value));
                }
            });
        }
        w.noise();
        if w.pick(4) < 3 {
            let namespace = [MESSAGES, TYPES][w.pick(2)];
            w.element(namespace, "Notification", &[], |w| notification(w, lines));
        }
    });
}

fn notification(w: &mut Writer<'_>, lines: &mut Lines) {
    lines.head(2, "Notification");
    let id = w.text();
    lines.line(3, "SubscriptionId", id);
    w.element(TYPES, "SubscriptionId", &[], |w| w.characters(id));
    w.leaf_if(TYPES, "PreviousWatermark", 3, lines);
    if w.pick(2) == 1 {
        let (text, value) = [("false", false), ("1", true), (" \n0\t", false)][w.pick(3)];
        lines.line(3, "MoreEvents", value);
        w.element(TYPES, "MoreEvents", &[], |w| w.characters(text));
    }
    for _ in 0..w.pick(5) {
        w.noise();
        event(w, lines);
    }
}

fn event(w: &mut Writer<'_>, lines: &mut Lines) {
    let kind = EVENTS[w.pick(EVENTS.len())];
    lines.head(3, kind);
    if kind == "ChannelEvent" {
        let start = w.xml.len();
        w.element(TYPES, kind, &[], |w| w.noise());
        lines.line(4, "raw", w.xml[start..].to_owned());
        return;
    }
    w.element(TYPES, kind, &[], |w| {
        w.leaf_if(TYPES, "Watermark", 4, lines);
        w.leaf_if(TYPES, "TimeStamp", 4, lines);
        for name in [
            "ItemId",
            "FolderId",
            "ParentFolderId",
            "OldItemId",
            "OldFolderId",
            "OldParentFolderId",
        ] {
            w.noise();
            if w.pick(3) == 1 {
                let (id, key) = (w.text(), w.text());
                let with_key = w.pick(3) < 2;
                lines.id(name, Some((id, with_key.then_some(key))));
                let attributes = [("Id", id), ("ChangeKey", key)];
                let reversed = [("ChangeKey", key), ("Id", id)];
                let attributes = match (with_key, w.pick(2)) {
                    (false, _) => &attributes[..1],
                    (true, 0) => &attributes[..],
                    (true, _) => &reversed[..],
                };
                w.element(TYPES, name, attributes, |_| {});
            }
        }
        if w.pick(4) == 1 {
            let (text, value) = [("3", 3), ("-0", 0), ("\t+007 ", 7)][w.pick(3)];
            lines.line(4, "UnreadCount", value);
            w.element(TYPES, "UnreadCount", &[], |w| w.characters(text));
        }
    });
}

/// Writes XML and reads the choices off the tape.
struct Writer<'t> {
    tape: Tape<'t>,
    xml: String,
    /// Declarations in scope, innermost last.
    scope: Vec<(&'static str, &'static str)>,
}

impl Writer<'_> {
    /// The next choice, below `choices`.
    fn pick(&mut self, choices: usize) -> usize {
        self.tape.pick(choices)
    }

    fn text(&mut self) -> &'static str {
        TEXTS[self.pick(TEXTS.len())]
    }

    /// What `prefix` stands for here.
    fn bound(&self, prefix: &str) -> &'static str {
        let mut inner = self.scope.iter().rev();
        inner
            .find(|(bound, _)| *bound == prefix)
            .map_or("", |(_, namespace)| namespace)
    }

    fn element(
        &mut self,
        namespace: &'static str,
        name: &str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self),
    ) {
        let outer = self.scope.len();
        let prefix = PREFIXES[self.pick(PREFIXES.len())];
        let declare = self.bound(prefix) != namespace || self.pick(8) == 1;
        let name = if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}:{name}")
        };
        self.xml.push('<');
        self.xml.push_str(&name);
        let late = self.pick(2) == 1;
        if declare && !late {
            self.declare(prefix, namespace);
        }
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        if self.pick(6) == 1 {
            self.attribute("xml:lang", "en");
        }
        if declare && late {
            self.declare(prefix, namespace);
        }
        self.space();
        self.xml.push('>');
        let start = self.xml.len();
        content(self);
        if self.xml.len() == start && self.pick(2) == 1 {
            self.xml.insert(start - 1, '/');
        } else {
            self.xml.push_str("</");
            self.xml.push_str(&name);
            self.space();
            self.xml.push('>');
        }
        self.scope.truncate(outer);
    }

    fn declare(&mut self, prefix: &'static str, namespace: &'static str) {
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        self.attribute(&name, namespace);
        self.scope.push((prefix, namespace));
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.xml.push(' ');
        self.space();
        self.xml.push_str(name);
        self.space();
        self.xml.push('=');
        self.space();
        let quote = ['"', '\''][self.pick(2)];
        self.xml.push(quote);
        for char in value.chars() {
            let must = "<&\t\n\r".contains(char) || char == quote;
            self.char(char, must);
        }
        self.xml.push(quote);
    }

    /// A leaf of any text, if the tape wants one.
    fn leaf_if(&mut self, namespace: &'static str, name: &str, depth: usize, lines: &mut Lines) {
        self.noise();
        if self.pick(3) > 0 {
            let text = self.text();
            lines.line(depth, name, text);
            self.element(namespace, name, &[], |w| w.characters(text));
        }
    }

    /// Character data that reads as `text`.
    fn characters(&mut self, text: &str) {
        for char in text.chars() {
            match self.pick(12) {
                1 => self.xml.push_str("<!-- & -->"),
                2 => self.xml.push_str("<?p <?>"),
                3 if char != '\r' => {
                    self.xml.push_str(&format!("<![CDATA[{char}]]>"));
                    continue;
                }
                _ => {}
            }
            self.char(char, "<>&\r".contains(char));
        }
    }

    fn char(&mut self, char: char, must: bool) {
        match (self.pick(10), char) {
            (1, _) => self.xml.push_str(&format!("&#{};", char as u32)),
            (2, _) => self.xml.push_str(&format!("&#x00{:X};", char as u32)),
            (_, '<') if must => self.xml.push_str("&lt;"),
            (_, '&') if must => self.xml.push_str("&amp;"),
            (_, '>') if must => self.xml.push_str("&gt;"),
            (_, '"') if must => self.xml.push_str("&quot;"),
            (_, '\'') if must => self.xml.push_str("&apos;"),
            _ if must => self.xml.push_str(&format!("&#x{:x};", char as u32)),
            _ => self.xml.push(char),
        }
    }

    /// White space in a tag.
    fn space(&mut self) {
        self.one_of(&["", "", "", " ", "\r\n\t"]);
    }

    /// White space, comments and processing instructions.
    fn misc(&mut self) {
        for _ in 0..self.pick(3) {
            self.one_of(&["\n  ", "<!-- <a> -->", "<?pi a=b?>"]);
        }
    }

    /// What stands between elements and means nothing.
    fn noise(&mut self) {
        self.misc();
        if self.pick(8) == 1 {
            self.one_of(&[
                "<f:Watermark xmlns:f='urn:f' f:a='1' a='2'><f:x>]]&gt;</f:x></f:Watermark>",
                "<ItemId xmlns='' Id='no'><![CDATA[<]]></ItemId>",
                "<f:Body xmlns:f='urn:f'/>",
            ]);
        }
    }

    fn one_of(&mut self, choices: &[&str]) {
        let choice = self.tape.one_of(choices);
        self.xml.push_str(choice);
    }
}
