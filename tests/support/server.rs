//! Bodies in the form in which servers write them, and with any part of them changed.
//!
//! A body has three parts: all before the children of its first Notification; these and all that follows up to the children
//! of its last Notification; and the rest. Without a Notification, the middle is what follows the ResponseCode. So parts of
//! different bodies can be combined, and need not fit.
//!
//! `tests/bodies` writes the envelope. The children are written here, because any tag and value of them may be changed.

use super::bodies::{Dialect, Namespace, XML_DECLARATION};
pub(crate) use super::bodies::{Operation, PULL, PUSH, STREAM, TYPES};
use super::choices::Choices;

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

/// How one server writes all its messages.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) head: String,
    pub(crate) tail: String,
    operation: &'static Operation,
    /// The prefix of the types namespace, with its colon, if it has one.
    types: String,
    /// That of the messages namespace.
    messages: String,
    /// The name of Notification, and the rest of the start tag.
    notification: [String; 2],
    /// The bytes before and after the content of a message without Notification.
    around_notifications: [String; 2],
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
    /// Writes as Exchange does. Servers of different versions have different heads.
    pub(crate) fn plain(operation: &'static Operation, version: &'static str) -> Self {
        Self::new(&Style {
            version,
            ..Style::of(operation)
        })
    }

    /// One server in three does not write as Exchange does.
    pub(crate) fn any(choices: &mut Choices<'_>) -> Self {
        let operation = choices.one_of(&[&PUSH, &STREAM, &PULL, &STREAM]);
        let version = choices.one_of(&["Exchange2010", "Exchange2013", "Exchange2007_SP1", "x"]);
        if !choices.once_in(3) {
            return Self::plain(operation, version);
        }
        let types = choices.one_of(&["t:", "", "types:", "abcdefg:", "exchange:", "é:", "a-b.c:"]);
        let forms: [&[&str]; 8] = [
            &[
                declaration_of(operation),
                "",
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
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
                " xmlns:u='TYPES'",
                " xmlns:x='urn:&#120;'",
                " a='1'",
                " xmlns:t='urn:x'",
                "BINDINGS",
            ],
            &[
                TYPES,
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
                "M:Notification| xmlns:q='TYPES'>",
                OWN_TYPES,
                "M:Notification|/>",
            ],
        ];
        // Most choices are as Exchange writes.
        let mut choose = |forms: &[&'static str]| match choices.once_in(5) {
            true => choices.one_of(forms),
            false => forms[0],
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
        ] = forms.map(&mut choose);
        let messages = choose(&["m:", "messages:"]);
        let style = Style {
            operation,
            declaration,
            version,
            header,
            soap: choose(&["soap11:", "s:", ""]),
            types,
            messages,
            types_name: match notification {
                OWN_TYPES => "urn:x",
                _ => name,
            },
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
        let prefixes = [style.soap, style.messages, style.types];
        let dialect = Dialect {
            xml_declaration: style.declaration,
            version: style.version,
            prefixes: prefixes.map(|prefix| prefix.trim_end_matches(':').to_owned()),
            ..Dialect::exchange_2010()
        };
        let mut writer = dialect.begin(style.operation, style.class);
        let header_end = format!("</{}Header>", style.soap);
        let header = style.header.to_owned() + &header_end;
        let bindings = (0..40).map(|at| format!(" xmlns:b{at}='urn:{at}'"));
        let declarations = match style.declarations {
            "BINDINGS" => bindings.collect(),
            other => other.to_owned(),
        };
        let operation_end = format!("><{}ResponseMessages>", style.messages);
        let operation = declarations + &operation_end;
        writer.body = writer
            .body
            .replacen(&header_end, &header, 1)
            .replacen(&operation_end, &operation, 1)
            .replace(TYPES, style.types_name)
            .replace("'TYPES'", &format!("'{}'", style.types_name));
        writer.body += &style.fill(style.text);
        writer.leaf(Namespace::Messages, "ResponseCode", &[], style.code);
        let length = writer.body.len();
        let mut before = String::from_utf8(writer.finish()).unwrap();
        let behind = before.split_off(length);
        let (list, list_end) = match style.operation.is_streamed {
            true => ("<M:Notifications>", "</M:Notifications>"),
            false => ("", ""),
        };
        let notification = style.fill(style.notification);
        let (notification, rest) = notification.split_once('|').unwrap();
        let first = style.fill(list) + &format!("<{notification}{rest}");
        let comment = "<!---->".len();
        let length = before.len() + first.len();
        if style.length > length + comment {
            let padding = "x".repeat(style.length - length - comment);
            before.insert_str(style.declaration.len(), &format!("<!--{padding}-->"));
        }
        Self {
            head: format!("{before}{first}"),
            tail: format!("</{notification}>{}{behind}", style.fill(list_end)),
            operation: style.operation,
            types: style.types.to_owned(),
            messages: style.messages.to_owned(),
            notification: [notification, rest].map(str::to_owned),
            around_notifications: [before, behind],
        }
    }

    /// A message as Exchange writes it. In a stream, half have no Notification, and others have several.
    pub(crate) fn plain_parts(&self, choices: &mut Choices<'_>) -> Parts {
        self.parts_of(choices, false)
    }

    /// A message in which each part differs from what Exchange writes in one of three cases.
    pub(crate) fn parts(&self, choices: &mut Choices<'_>) -> Parts {
        self.parts_of(choices, true)
    }

    fn parts_of(&self, choices: &mut Choices<'_>, may_be_odd: bool) -> Parts {
        let is_streamed = self.operation.is_streamed;
        let mut parts = if is_streamed && choices.once_in(2) || may_be_odd && choices.once_in(16) {
            let is_odd = may_be_odd && choices.once_in(3);
            self.without_notification(&self.status(choices, is_odd))
        } else {
            let mut children = self.children(choices, may_be_odd);
            while is_streamed && choices.once_in(3) {
                let is_odd = may_be_odd && choices.once_in(3);
                children += &self.between_notifications(choices, is_odd);
                children += &self.children(choices, may_be_odd);
            }
            Parts {
                head: self.head.clone(),
                children,
                tail: self.tail.clone(),
            }
        };
        if may_be_odd && choices.once_in(3) {
            parts.tail = self.odd_tail(&parts.tail, choices);
        }
        parts
    }

    /// A message with this content in place of Notifications.
    pub(crate) fn without_notification(&self, children: &str) -> Parts {
        let [head, tail] = self.around_notifications.clone();
        Parts {
            head,
            children: children.to_owned(),
            tail,
        }
    }

    /// Content in place of Notifications.
    fn status(&self, choices: &mut Choices<'_>, is_odd: bool) -> String {
        if !is_odd {
            let status = choices.one_of(&["OK", "OK", "OK", "Closed"]);
            let m = &self.messages;
            return format!("<{m}ConnectionStatus>{status}</{m}ConnectionStatus>");
        }
        let status = choices.one_of(&[
            "<M:ErrorSubscriptionIds><M:SubscriptionId>AQ==</M:SubscriptionId></M:ErrorSubscriptionIds><M:ConnectionStatus>Closed</M:ConnectionStatus>",
            "<M:ErrorSubscriptionIds><T:SubscriptionId>AQ==</T:SubscriptionId><M:SubscriptionId/></M:ErrorSubscriptionIds>",
            "<M:MessageXml><T:Value Name='SubscriptionId'>VALUE</T:Value></M:MessageXml>",
            "<M:MessageText>é</M:MessageText><M:DescriptiveLinkKey>0</M:DescriptiveLinkKey><M:MessageXml><T:Value Name='SubscriptionId'>VALUE</T:Value></M:MessageXml>",
            "<M:MessageXml><T:Value>VALUE</T:Value><T:Value Name='SubscriptionId'>VALUE</T:Value></M:MessageXml>",
            "<M:Notifications />",
            "",
            "<M:ConnectionStatus>O&#75;</M:ConnectionStatus>",
            "<M:ConnectionStatus>Maybe</M:ConnectionStatus>",
            "<M:ConnectionStatus/>",
            "<M:ConnectionStatus>OK</M:ConnectionStatus><M:ConnectionStatus>OK</M:ConnectionStatus>",
            "<x:Y xmlns:x='urn:y' x:a='&#0;'/>",
        ]);
        let mut writer = Writer::new(choices, self);
        writer.is_odd = writer.choices.once_in(3);
        let value = writer.value(80, false);
        status
            .replace("VALUE", &value)
            .replace("M:", &self.messages)
            .replace("T:", &self.types)
    }

    /// The children of a Notification.
    fn children(&self, choices: &mut Choices<'_>, may_be_odd: bool) -> String {
        let mut writer = Writer::new(choices, self);
        if may_be_odd {
            writer.is_odd = writer.choices.once_in(3);
            writer.space = writer.choices.one_of(&["", "", "", "\n  ", "\r\n\t"]);
        }
        writer.children()
    }

    /// The end of a Notification and the start of the next. The next start tag equals the first unless `is_odd`.
    fn between_notifications(&self, choices: &mut Choices<'_>, is_odd: bool) -> String {
        let [name, rest] = &self.notification;
        if !is_odd {
            return format!("</{name}><{name}{rest}");
        }
        let (m, t, xmlns) = (&self.messages, &self.types, xmlns(&self.types));
        let response = self.operation.response;
        let space = choices.one_of(&["", "\n", "x", "<!-- c -->", "&#0;"]);
        let next = match choices.below(10) {
            0 => format!("<{name}>"),
            1 => format!("<{name} >"),
            2 => format!("<{name} a='1'>"),
            3 => format!("<{name} {xmlns}='urn:x'>"),
            4 => format!("<{name} {xmlns}='{TYPES}'>"),
            5 => format!("<x:Y xmlns:x='urn:y'/><{name}>"),
            6 => format!("<{m}Notification/><{name}>"),
            7 => {
                let inner = self.children(choices, true);
                format!("<{t}Notification>{inner}</{t}Notification><{name}>")
            }
            8 => format!("</{m}Notifications><{m}Notifications><{name}>"),
            _ => format!(
                "</{m}Notifications></{m}{response}><{m}{response}><{m}Notifications><{name}>"
            ),
        };
        format!("{space}</{name}>{space}{next}")
    }

    /// A tail that no server writes.
    fn odd_tail(&self, usual: &str, choices: &mut Choices<'_>) -> String {
        let space = choices.one_of(&[
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
        for end in usual.split_inclusive('>') {
            if choices.once_in(2) {
                tail.push_str(space);
            }
            if choices.once_in(12) {
                tail.push_str(&end.replace('>', " >"));
            } else {
                tail.push_str(end);
            }
            if choices.once_in(12) {
                let (m, t) = (&self.messages, &self.types);
                let inner = self.children(choices, true);
                let notification = match choices.below(4) {
                    0 => format!("<{m}Notification>{inner}</{m}Notification>"),
                    1 => format!(
                        "<{m}Notification {}='urn:x'>{inner}</{m}Notification>",
                        xmlns(t)
                    ),
                    2 => format!("<{t}Notification>{inner}</{t}Notification>"),
                    _ => format!("<x:Y xmlns:x='urn:y'>{inner}</x:Y>"),
                };
                // More responses may follow a response.
                let name = format!("{m}{}", self.operation.response);
                tail.push_str(&match end.ends_with(&format!("{name}>")) {
                    true => format!("<{name} a='1'>{notification}</{name}>"),
                    false => notification,
                });
            }
        }
        tail.push_str(choices.one_of(&[
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

/// A Notification that is the only one to declare the types namespace.
const OWN_TYPES: &str = "M:Notification| xmlns:T:='OWN'>";

/// The parts of a head that differ between servers. The default is Exchange's.
struct Style<'s> {
    operation: &'static Operation,
    declaration: &'static str,
    version: &'static str,
    /// Further children of Header.
    header: &'s str,
    soap: &'s str,
    types: &'s str,
    messages: &'s str,
    types_name: &'s str,
    /// Further attributes of the operation.
    declarations: &'s str,
    class: &'s str,
    /// The content before the ResponseCode.
    text: &'s str,
    code: &'s str,
    /// The start tag of Notification, with `|` after its name.
    notification: &'s str,
    /// The minimum length of the head. A comment pads it.
    length: usize,
}

impl<'s> Style<'s> {
    /// The form with `T:` and `M:` replaced by the prefixes, `TYPES` by the declared name, and `OWN` by the right one.
    fn fill(&self, form: &str) -> String {
        let mut filled = form.replace("TYPES", self.types_name).replace("OWN", TYPES);
        for (word, prefix) in [("T:", self.types), ("M:", self.messages)] {
            filled = filled
                .replace(&format!("xmlns:{word}"), &xmlns(prefix))
                .replace(word, prefix);
        }
        filled
    }

    fn of(operation: &'static Operation) -> Self {
        Self {
            operation,
            declaration: declaration_of(operation),
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

/// Exchange begins no frame of a stream with an XML declaration.
fn declaration_of(operation: &Operation) -> &'static str {
    if operation.is_streamed {
        ""
    } else {
        XML_DECLARATION
    }
}

/// The attribute that declares a prefix.
fn xmlns(prefix: &str) -> String {
    match prefix.strip_suffix(':') {
        Some(prefix) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    }
}

struct Writer<'w, 't> {
    choices: &'w mut Choices<'t>,
    xml: String,
    /// The prefix of the next tag.
    types: String,
    is_streamed: bool,
    /// Whether to write content that no server writes.
    is_odd: bool,
    /// The white space between elements.
    space: &'static str,
}

impl<'w, 't> Writer<'w, 't> {
    fn new(choices: &'w mut Choices<'t>, server: &Server) -> Self {
        Self {
            choices,
            xml: String::new(),
            types: server.types.clone(),
            is_streamed: server.operation.is_streamed,
            is_odd: false,
            space: "",
        }
    }

    fn children(mut self) -> String {
        let place = if self.odd(6) {
            self.choices.below(4)
        } else {
            0
        };
        if matches!(place, 0 | 1) {
            self.leaf("SubscriptionId", 80);
        }
        if !self.is_streamed || self.odd(4) {
            self.previous_watermark_and_more_events();
        }
        for _ in 0..self.choices.below(6) {
            self.event();
        }
        match place {
            1 | 2 => self.leaf("SubscriptionId", 80),
            _ => {}
        }
        self.between();
        self.xml
    }

    fn previous_watermark_and_more_events(&mut self) {
        if self.choices.below(8) != 1 {
            self.leaf("PreviousWatermark", 40);
        }
        let more = self.choices.one_of(&["false", "true"]);
        let more = if self.odd(6) {
            self.choices
                .one_of(&["maybe", "1", " true\n", "", "false&#32;", "TRUE"])
        } else {
            more
        };
        self.leaf_of("MoreEvents", more);
    }

    fn event(&mut self) {
        self.between();
        let outer = self.types.clone();
        if self.odd(12) {
            self.types = self
                .choices
                .one_of(&["u:", "q:", "", "t:", "m:"])
                .to_owned();
        }
        let mut name = self.choices.one_of(&KINDS);
        if self.odd(8) {
            name = self.choices.one_of(&[
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
            attributes = match self.choices.below(5) {
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
        if !self.is_streamed || self.odd(4) {
            self.leaf("Watermark", 40);
        }
        if name == "StatusEvent" {
            return self.between();
        }
        self.leaf_of("TimeStamp", "2026-03-02T08:15:30Z");
        let of_item = name == "NewMailEvent" || self.choices.below(4) != 1;
        let (of_what, length) = if of_item {
            ("Item", 152)
        } else {
            ("Folder", 120)
        };
        self.id(&format!("{of_what}Id"), length);
        let parent_length = self.choices.one_of(&[120, 116]);
        self.id("ParentFolderId", parent_length);
        if name == "MovedEvent" || name == "CopiedEvent" {
            self.id(&format!("Old{of_what}Id"), length);
            self.id("OldParentFolderId", 120);
        }
        if !of_item && name == "ModifiedEvent" {
            let count = self.choices.one_of(&["3", "0", "1234"]);
            self.leaf_of("UnreadCount", count);
        }
        if self.odd(6) {
            match self.choices.below(5) {
                0 => self.id("ParentFolderId", 8),
                1 => self.leaf("Watermark", 20),
                2 => self.leaf("Unknown", 20),
                3 => self.id("OldFolderId", 116),
                _ => {
                    let count = self
                        .choices
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
        let (start, value, end) = match self.odd(12).then(|| self.choices.below(8)) {
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
        let attributes = match self.odd(6).then(|| self.choices.below(12)) {
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

    /// An opaque value of this length, with exceptions where `is_odd`.
    fn value(&mut self, usual: usize, in_attribute: bool) -> String {
        const LETTERS: &str = "AQMk+LL78AZWsL7AFRMPoitdZ5zwKFCKq2r/Jn8rXld3h4zsqZ0bCATrIA7vedFn=";
        let length = if self.odd(8) {
            self.choices.one_of(&[
                0, 1, 7, 8, 15, 16, 17, 20, 31, 32, 33, 63, 64, 65, 116, 120, 152, 300,
            ])
        } else {
            usual
        };
        let letters = LETTERS.chars().cycle();
        let mut value: String = { letters }
            .skip(self.choices.below(LETTERS.len()))
            .take(length)
            .collect();
        if self.odd(10) {
            let piece = self.choices.one_of(&[
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
                " ",
                "\n",
                "\r\n",
                "\t",
                "<![CDATA[<]]>",
                "<!-- c -->",
                "\u{1}",
                "\u{FFFF}",
            ]);
            // Content that an attribute cannot have ends the whole message, so it is written less often there.
            let is_kept = !in_attribute || !piece.starts_with('<') || self.choices.once_in(4);
            if is_kept {
                let at = self.choices.position(value.len() + 1);
                value.insert_str(at, piece);
            }
        }
        if self.odd(20) {
            value = format!("\n  {value} ");
        }
        value
    }

    /// Content between two elements.
    fn between(&mut self) {
        self.xml.push_str(self.space);
        if self.odd(16) {
            let t = self.types.clone();
            let piece = self.choices.one_of(&[
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

    /// True in one of so many cases, if content that no server writes is wanted.
    fn odd(&mut self, times: usize) -> bool {
        self.is_odd && self.choices.once_in(times)
    }
}
