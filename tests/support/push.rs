//! Bodies in the form in which servers push them, and what could stand there instead.
//!
//! A body is made of three parts: what stands before the children of its Notification, these, and what
//! follows them. So parts of different bodies can be put together, and need not fit. The choices are
//! read off a tape.

use super::tape::Tape;

pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
pub(crate) const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
/// The longest head that a parser learns.
pub(crate) const LONGEST_HEAD: usize = 4 << 10;

const KINDS: [&str; 8] = [
    "NewMailEvent",
    "CreatedEvent",
    "ModifiedEvent",
    "DeletedEvent",
    "MovedEvent",
    "CopiedEvent",
    "StatusEvent",
    "FreeBusyChangedEvent",
];

/// How a server writes what it writes in all its messages.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) head: String,
    pub(crate) tail: String,
    /// The prefix of the types namespace, with its colon, if it has one.
    pub(crate) types: String,
    /// That of the messages namespace.
    messages: String,
}

/// The parts of a body.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) head: String,
    pub(crate) children: String,
    pub(crate) tail: String,
}

impl Parts {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.head.as_str(), &self.children, &self.tail]
            .concat()
            .into_bytes()
    }
}

impl Server {
    /// Writes as Exchange does; servers of different versions differ in their heads.
    pub(crate) fn plain(version: &str) -> Self {
        Self::new(&Style {
            version,
            ..Style::default()
        })
    }

    /// One in three is not plain.
    pub(crate) fn any(tape: &mut Tape<'_>) -> Self {
        let version = tape.one_of(&["Exchange2010", "Exchange2013", "Exchange2007_SP1", "x"]);
        if !tape.once_in(3) {
            return Self::plain(version);
        }
        let types = tape.one_of(&["t:", "", "types:", "abcdefg:", "exchange:", "é:", "a-b.c:"]);
        let choices: [&[&str]; 8] = [
            &[
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
                "",
                "\u{FEFF}",
                "<?xml version='1.0'?>\r\n<!-- é -->\n",
            ],
            &[
                "",
                "<x:Trace xmlns:x='urn:x' x:a='&#66;'>&#65;</x:Trace>",
                "<ItemId xmlns='' a='&#0;'/>",
                "<!-- c --><?p?>\n",
            ],
            &[
                "",
                " xmlns:u='T'",
                " xmlns:x='urn:&#120;'",
                " a='1'",
                " xmlns:t='urn:x'",
                "BINDINGS",
            ],
            &[
                "T",
                "http://schemas.microsoft.com/exchange/services/2006/type&#115;",
            ],
            &["Success", "Succes&#115;", "Warning", "Maybe", ""],
            &["", "<M:MessageText>é &amp; so on</M:MessageText>", "text"],
            &[
                "NoError",
                "&#78;oError",
                "No<![CDATA[Error]]>",
                "No<!-- -->Error",
                "",
                "ErrorReadEventsFailed",
            ],
            &[
                "M:Notification|>",
                "M:Notification| >",
                "T:Notification|>",
                "M:Notification| xmlns:t='urn:x'>",
                "M:Notification| a='&#x0;'>",
                "M:Notification| xmlns:q='T'>",
                "M:Notification|/>",
            ],
        ];
        // Most are as Exchange writes them.
        let mut choose = |choices: &[&'static str]| match tape.once_in(5) {
            true => tape.one_of(choices),
            false => choices[0],
        };
        let [
            declaration,
            header,
            declarations,
            name,
            class,
            text,
            code,
            notification,
        ] = choices.map(&mut choose);
        let messages = choose(&["m:", "messages:"]);
        let style = Style {
            declaration,
            version,
            header,
            soap: choose(&["soap11:", "s:", ""]),
            types,
            messages,
            types_name: name,
            declarations,
            class,
            text,
            code,
            notification,
            length: match choose(&["", "at", "over", "far over"]) {
                "at" => LONGEST_HEAD,
                "over" => LONGEST_HEAD + 1,
                "far over" => 2 * LONGEST_HEAD,
                _ => 0,
            },
        };
        Self::new(&style)
    }

    fn new(style: &Style<'_>) -> Self {
        let Style {
            declaration,
            version,
            header,
            soap: s,
            types: t,
            messages: m,
            class,
            code,
            ..
        } = style;
        let types_name = style.types_name.replace('T', TYPES);
        let bindings = || {
            (0..40)
                .map(|at| format!(" xmlns:b{at}='urn:{at}'"))
                .collect()
        };
        let declarations = match style.declarations {
            "BINDINGS" => bindings(),
            other => other.replace('T', TYPES),
        };
        let (name, rest) = style.notification.split_once('|').unwrap();
        let name = name.replace("M:", m).replace("T:", t);
        let rest = rest.replace('T', TYPES);
        let text = style.text.replace("M:", m);
        let (xmlns_s, xmlns_t, xmlns_m) = (xmlns(s), xmlns(t), xmlns(m));
        let mut head = format!(
            "{declaration}<{s}Envelope {xmlns_s}=\"{SOAP}\"><{s}Header><{t}RequestServerVersion \
             {xmlns_m}=\"{MESSAGES}\" Version=\"{version}\" {xmlns_t}=\"{types_name}\" />{header}\
             </{s}Header><{s}Body><{m}SendNotification {xmlns_t}=\"{types_name}\" \
             {xmlns_m}=\"{MESSAGES}\"{declarations}><{m}ResponseMessages>\
             <{m}SendNotificationResponseMessage ResponseClass=\"{class}\">{text}\
             <{m}ResponseCode>{code}</{m}ResponseCode><{name}{rest}"
        );
        let comment = "<!---->".len();
        if style.length > head.len() + comment {
            let padding = "x".repeat(style.length - head.len() - comment);
            head.insert_str(declaration.len(), &format!("<!--{padding}-->"));
        }
        Self {
            head,
            tail: format!(
                "</{name}></{m}SendNotificationResponseMessage></{m}ResponseMessages>\
                 </{m}SendNotification></{s}Body></{s}Envelope>"
            ),
            types: (*t).to_owned(),
            messages: (*m).to_owned(),
        }
    }

    /// The tail, one time in three as no server writes it.
    pub(crate) fn tail(&self, tape: &mut Tape<'_>) -> String {
        if !tape.once_in(3) {
            return self.tail.clone();
        }
        let space = tape.one_of(&[
            "\n",
            "",
            " \r\n\t",
            "<!-- c -->",
            "<?p?>",
            "x",
            "&#32;",
            "&#0;",
        ]);
        let mut tail = String::new();
        for (at, end) in self.tail.split_inclusive('>').enumerate() {
            if tape.once_in(2) {
                tail.push_str(space);
            }
            if tape.once_in(12) {
                tail.push_str(&end.replace('>', " >"));
            } else {
                tail.push_str(end);
            }
            if tape.once_in(12) {
                let (m, t) = (&self.messages, &self.types);
                let inner = children(tape, t);
                let notification = match tape.pick(4) {
                    0 => format!("<{m}Notification>{inner}</{m}Notification>"),
                    1 => format!(
                        "<{m}Notification {}='urn:x'>{inner}</{m}Notification>",
                        xmlns(t)
                    ),
                    2 => format!("<{t}Notification>{inner}</{t}Notification>"),
                    _ => format!("<x:Y xmlns:x='urn:y'>{inner}</x:Y>"),
                };
                // Behind the first end tag there may be responses more.
                let name = format!("{m}SendNotificationResponseMessage");
                tail.push_str(&match at {
                    1 => format!("<{name} a='1'>{notification}</{name}>"),
                    _ => notification,
                });
            }
        }
        tail.push_str(tape.one_of(&[
            "",
            "\n",
            " ",
            "<!-- end -->",
            "<?p?>",
            "x",
            "<a/>",
            "\0",
            "&#32;",
            "</a>",
        ]));
        tail
    }
}

/// What of a head differs between servers. Exchange's is the default.
struct Style<'s> {
    declaration: &'s str,
    version: &'s str,
    /// Further children of Header.
    header: &'s str,
    soap: &'s str,
    types: &'s str,
    messages: &'s str,
    types_name: &'s str,
    /// Further attributes of SendNotification.
    declarations: &'s str,
    class: &'s str,
    /// What stands before the ResponseCode.
    text: &'s str,
    code: &'s str,
    /// The start tag of Notification, and where its name ends.
    notification: &'s str,
    /// How long the head is to be made by a comment, if it is shorter.
    length: usize,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Self {
            declaration: "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
            version: "Exchange2010",
            header: "",
            soap: "soap11:",
            types: "t:",
            messages: "m:",
            types_name: TYPES,
            declarations: "",
            class: "Success",
            text: "",
            code: "NoError",
            notification: "M:Notification|>",
            length: 0,
        }
    }
}

/// The attribute that declares a prefix.
fn xmlns(prefix: &str) -> String {
    match prefix.strip_suffix(':') {
        Some(prefix) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    }
}

/// The children of a Notification, as Exchange writes them.
pub(crate) fn plain_children(tape: &mut Tape<'_>, types: &str) -> String {
    Writer::new(tape, types).children()
}

/// The children of a Notification, one time in three not as Exchange writes them.
pub(crate) fn children(tape: &mut Tape<'_>, types: &str) -> String {
    let is_odd = tape.once_in(3);
    let space = tape.one_of(&["", "", "", "\n  ", "\r\n\t"]);
    let mut writer = Writer::new(tape, types);
    writer.is_odd = is_odd;
    writer.space = space;
    writer.children()
}

struct Writer<'w, 't> {
    tape: &'w mut Tape<'t>,
    xml: String,
    /// The prefix of the next tag.
    types: String,
    /// Whether to write what no server writes.
    is_odd: bool,
    /// What stands between elements.
    space: &'static str,
}

impl<'w, 't> Writer<'w, 't> {
    fn new(tape: &'w mut Tape<'t>, types: &str) -> Self {
        Self {
            tape,
            xml: String::new(),
            types: types.to_owned(),
            is_odd: false,
            space: "",
        }
    }

    fn children(mut self) -> String {
        let place = if self.odd(6) { self.tape.pick(4) } else { 0 };
        if matches!(place, 0 | 1) {
            self.leaf("SubscriptionId", 80);
        }
        if self.tape.pick(8) != 1 {
            self.leaf("PreviousWatermark", 40);
        }
        let more = self.tape.one_of(&["false", "true"]);
        let more = if self.odd(6) {
            self.tape
                .one_of(&["maybe", "1", " true\n", "", "false&#32;", "TRUE"])
        } else {
            more
        };
        self.leaf_of("MoreEvents", more);
        for _ in 0..self.tape.pick(6) {
            self.event();
        }
        match place {
            1 | 2 => self.leaf("SubscriptionId", 80),
            _ => {}
        }
        self.between();
        self.xml
    }

    fn event(&mut self) {
        self.between();
        let outer = self.types.clone();
        if self.odd(12) {
            self.types = self.tape.one_of(&["u:", "q:", "", "t:", "m:"]).to_owned();
        }
        let mut name = self.tape.one_of(&KINDS);
        if self.odd(8) {
            name = self.tape.one_of(&[
                "CreatedThing",
                "NewMailEvent2",
                "Status",
                "ChannelEvent",
                "MoreEvents",
                "Even",
                "é",
            ]);
        }
        let tag = format!("{}{name}", self.types);
        let mut attributes = String::new();
        if self.odd(8) {
            let xmlns = xmlns(&self.types);
            attributes = match self.tape.pick(5) {
                0 => format!(" {xmlns}=\"urn:x\""),
                1 => format!(" {xmlns}=\"{TYPES}\""),
                2 => " a='1'".to_owned(),
                3 => " ".to_owned(),
                _ => {
                    self.types = "q:".to_owned();
                    format!(" xmlns:q=\"{TYPES}\"")
                }
            };
        }
        if self.odd(12) {
            self.xml.push_str(&format!("<{tag}{attributes}/>"));
        } else {
            self.xml.push_str(&format!("<{tag}{attributes}>"));
            self.event_children(name);
            let space = if self.odd(16) { " " } else { "" };
            self.xml.push_str(&format!("</{tag}{space}>"));
        }
        self.types = outer;
    }

    fn event_children(&mut self, name: &str) {
        self.leaf("Watermark", 40);
        if name == "StatusEvent" {
            return self.between();
        }
        self.leaf_of("TimeStamp", "2026-03-02T08:15:30Z");
        let of_item = name == "NewMailEvent" || self.tape.pick(4) != 1;
        let (of_what, length) = if of_item {
            ("Item", 152)
        } else {
            ("Folder", 120)
        };
        self.id(&format!("{of_what}Id"), length);
        let parent_length = self.tape.one_of(&[120, 116]);
        self.id("ParentFolderId", parent_length);
        if name == "MovedEvent" || name == "CopiedEvent" {
            self.id(&format!("Old{of_what}Id"), length);
            self.id("OldParentFolderId", 120);
        }
        if !of_item && name == "ModifiedEvent" {
            let count = self.tape.one_of(&["3", "0", "1234"]);
            self.leaf_of("UnreadCount", count);
        }
        if self.odd(6) {
            match self.tape.pick(5) {
                0 => self.id("ParentFolderId", 8),
                1 => self.leaf("Watermark", 20),
                2 => self.leaf("Unknown", 20),
                3 => self.id("OldFolderId", 116),
                _ => {
                    let count = self
                        .tape
                        .one_of(&["-1", " +7\n", "x", "", "2147483648", "0x1"]);
                    self.leaf_of("UnreadCount", count);
                }
            }
        }
        self.between();
    }

    fn leaf(&mut self, name: &str, length: usize) {
        let value = self.value(length, false);
        self.leaf_of(name, &value);
    }

    fn leaf_of(&mut self, name: &str, value: &str) {
        self.between();
        if self.odd(24) {
            return;
        }
        let t = self.types.clone();
        let xmlns = xmlns(&t);
        let (start, value, end) = match self.odd(12).then(|| self.tape.pick(8)) {
            None => (">".to_owned(), value, ">"),
            Some(0) => (" >".to_owned(), value, ">"),
            Some(1) => (">".to_owned(), value, " >"),
            Some(2) => (">".to_owned(), "", ">"),
            Some(3) => (" a=\"1\">".to_owned(), value, ">"),
            Some(4) => (format!(" {xmlns}=\"urn:x\">"), value, ">"),
            Some(5) => (">".to_owned(), "<x/>", ">"),
            Some(6) => (">".to_owned(), "<!-- c -->", ">"),
            Some(_) => return self.xml.push_str(&format!("<{t}{name}/>")),
        };
        self.xml
            .push_str(&format!("<{t}{name}{start}{value}</{t}{name}{end}"));
    }

    fn id(&mut self, name: &str, length: usize) {
        self.between();
        if self.odd(24) {
            return;
        }
        let (t, id, key) = (
            self.types.clone(),
            self.value(length, true),
            self.value(8, true),
        );
        let attributes = match self.odd(6).then(|| self.tape.pick(12)) {
            None => format!(" Id=\"{id}\" ChangeKey=\"{key}\" />"),
            Some(0) => format!(" Id=\"{id}\" ChangeKey=\"{key}\"/>"),
            Some(1) => format!(" Id='{id}' ChangeKey='{key}' />"),
            Some(2) => format!(" Id=\"{id}\" />"),
            Some(3) => format!(" Id=\"{id}\"/>"),
            Some(4) => format!("  Id=\"{id}\"  ChangeKey=\"{key}\"  />"),
            Some(5) => format!(" ChangeKey=\"{key}\" Id=\"{id}\" />"),
            Some(6) => format!(" ChangeKey=\"{key}\" />"),
            Some(7) => format!(" Id=\"{id}\" ChangeKey=\"{key}\"></{t}{name}>"),
            Some(8) => format!(" Id=\"{id}\" ChangeKey=\"{key}\" a=\"1\" />"),
            Some(9) => format!(" Id=\"{id}\" {}=\"urn:x\" />", xmlns(&t)),
            Some(10) => format!("\nId\t=\r\"{id}\"\nChangeKey = '{key}'\n/>"),
            Some(_) => format!(" Id=\"{id}\" Id=\"{key}\" />"),
        };
        self.xml.push_str(&format!("<{t}{name}{attributes}"));
    }

    /// An opaque value, usually of this length.
    fn value(&mut self, usual: usize, in_attribute: bool) -> String {
        const LETTERS: &str = "AQMk+LL78AZWsL7AFRMPoitdZ5zwKFCKq2r/Jn8rXld3h4zsqZ0bCATrIA7vedFn=";
        let length = if self.odd(8) {
            self.tape.one_of(&[
                0, 1, 7, 8, 15, 16, 17, 20, 31, 32, 33, 63, 64, 65, 116, 120, 152, 300,
            ])
        } else {
            usual
        };
        let letters = LETTERS.chars().cycle();
        let mut value: String = { letters }
            .skip(self.tape.pick(LETTERS.len()))
            .take(length)
            .collect();
        if self.odd(10) {
            let piece = self.tape.one_of(&[
                "&amp;",
                "&#x41;",
                "&#0;",
                "&#xB;",
                "&x;",
                "é",
                "🙂",
                "]",
                "]]>",
                ">",
                "\"",
                "'",
                "\n",
                "\r\n",
                "\t",
                "<![CDATA[<]]>",
                "<!-- c -->",
                "\u{1}",
                "\u{FFFF}",
            ]);
            // What an attribute cannot hold ends the whole message, so it stands there less often.
            let is_kept = !in_attribute || !piece.starts_with('<') || self.tape.once_in(4);
            if is_kept {
                let at = self.tape.place(value.len() + 1);
                value.insert_str(at, piece);
            }
        }
        value
    }

    /// What stands between two elements.
    fn between(&mut self) {
        self.xml.push_str(self.space);
        if self.odd(16) {
            let t = self.types.clone();
            let piece = self.tape.one_of(&[
                " ",
                "<!-- <t:StatusEvent> -->",
                "<?p <t:StatusEvent>?>",
                "<![CDATA[<t:StatusEvent>]]>",
                "text",
                "&#32;",
                "<x:Y xmlns:x='urn:y'><x:Z/></x:Y>",
                "<T:Unknown/>",
                "<m:SubscriptionId>other</m:SubscriptionId>",
                "]]>",
            ]);
            self.xml.push_str(&piece.replace("T:", &t));
        }
    }

    /// Once in so many times, where what no server writes is asked for.
    fn odd(&mut self, times: usize) -> bool {
        self.is_odd && self.tape.once_in(times)
    }
}
