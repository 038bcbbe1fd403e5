//! Bodies in any dialect: the same message, however a server or proxy may write it.
//!
//! What is said and how it is written are chosen apart, so that one message can be written twice. It says
//! anything that this crate accepts, or keeps to the EWS schema.
//!
//! The schema allows more than is made up: other header elements, most response codes and messages of other
//! operations, attributes of other namespaces (`soap:mustUnderstand`, `xsi:type`), a `faultactor`, white space
//! around numbers and in front of times (which libxml2 refuses), and, what this crate refuses, a header element
//! or an operation that stands twice.

use super::choices::Choices;
use super::reference::{EVENTS, IDS, OPERATIONS, RESPONSES, SOAP};
use super::text::Lines;

const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
const ERRORS: &str = "http://schemas.microsoft.com/exchange/services/2006/errors";
const PREFIXES: [&str; 7] = ["t", "m", "", "soap11", "_a-b.c", "é", "xm"];
const TEXTS: [&str; 8] = [
    "AQAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE=",
    "",
    "a<b>&\"'c]]>",
    " \t\n spaced  \n\n",
    "이 구독 🙂",
    "\r",
    "x",
    "\u{7F}\u{80}\u{7FF}\u{800}\u{2028}\u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFF}",
];
const LENGTHS: [usize; 9] = [1, 15, 16, 17, 31, 32, 33, 64, 150];
const LETTERS: &str = "AQMk+LL78AZWsL7AFRMPoitdZ5zwKFCKq2r/Jn8rXld3h4zsqZ0bCATrIA7vedFn=";
/// An event that is not of the schema.
const OTHER_EVENT: &str = "ChannelEvent";

/// Elements that no schema of the messages knows.
const STRANGERS: [&str; 3] = [
    "<f:Watermark xmlns:f='urn:f' f:a='1' a='2'><f:x>]]&gt;</f:x></f:Watermark>",
    "<ItemId xmlns='' Id='no'><![CDATA[<]]></ItemId>",
    "<f:Body xmlns:f='urn:f'/>",
];
/// An element that the schema allows in a header.
const CULTURE: &str = "<t:MailboxCulture xmlns:t='http://schemas.microsoft.com/exchange/services/2006/types'>en-US</t:MailboxCulture>";
/// An element that the schema allows among response messages.
const OTHER_RESPONSE: &str = "<SendItemResponseMessage ResponseClass='Success' xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'/>";
/// An element that Exchange writes in the detail of a fault.
const LINE: &str =
    "<e:Line xmlns:e='http://schemas.microsoft.com/exchange/services/2006/errors'>2</e:Line>";
/// An element that SOAP 1.2 allows behind the Value of a Code.
const SUBCODE: &str = "<s:Subcode xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Value>s:x</s:Value></s:Subcode>";

/// Types of the schema that are read as text.
enum Type {
    String,
    NonEmptyString,
    /// Some of the values of another one.
    OneOf(&'static [&'static str]),
}

const VERSION: Type = Type::OneOf(&["Exchange2010", "Exchange2007_SP1", "V2017_07_11"]);
const RESPONSE_CLASS: Type = Type::OneOf(&["Success", "Error", "Warning"]);
const RESPONSE_CODE: Type = Type::OneOf(&[
    "NoError",
    "ErrorReadEventsFailed",
    "ErrorMissedNotificationEvents",
    "ErrorInvalidSubscription",
    "ErrorServerBusy",
]);
const CONNECTION_STATUS: Type = Type::OneOf(&["OK", "Closed"]);
/// The schema asks for prefixes that are declared.
const FAULT_CODE: Type = Type::OneOf(&["Client", "Server"]);
/// Some that Exchange writes; the schema allows any.
const VALUE_NAME: Type = Type::OneOf(&["BackOffMilliseconds", "SubscriptionId", ""]);
/// White space is part of what is said, for it is kept.
const DATE_TIME: Type = Type::OneOf(&[
    "2020-12-03T11:03:50Z",
    "2026-03-02T08:15:30.1234567-08:00",
    "-0001-02-28T24:00:00",
    "12026-03-02T10:00:00+14:00 \n\t",
]);

/// A body that is accepted, and the message in it as [`super::text::of_message`] gives it.
pub(crate) fn body(choices: &[u8]) -> (String, String) {
    Writer::new(None, choices).body()
}

/// The same of a body that the schema allows: `message` chooses what it says, `dialect` how it is written.
pub(crate) fn schema_body(message: &[u8], dialect: &[u8]) -> (String, String) {
    Writer::new(Some(message), dialect).body()
}

/// Writes XML, and takes the choices.
struct Writer<'t> {
    /// How it is written.
    dialect: Choices<'t>,
    /// What it says, which then has to be what the schema allows. If not, `dialect` chooses that too.
    message: Option<Choices<'t>>,
    xml: String,
    lines: Lines,
    /// Declarations in scope, innermost last.
    scope: Vec<(&'static str, &'static str)>,
}

/// What is said.
impl<'t> Writer<'t> {
    fn new(message: Option<&'t [u8]>, dialect: &'t [u8]) -> Self {
        Self {
            dialect: Choices::new(dialect),
            message: message.map(Choices::new),
            xml: String::new(),
            lines: Lines::default(),
            scope: Vec::new(),
        }
    }

    /// Where it is chosen what is said.
    fn says(&mut self) -> &mut Choices<'t> {
        self.message.as_mut().unwrap_or(&mut self.dialect)
    }

    /// Whether only what the schema allows may be said.
    fn is_strict(&self) -> bool {
        self.message.is_some()
    }

    fn body(mut self) -> (String, String) {
        let start = self.dialect.one_of(&["", "", "", "\u{FEFF}"]);
        let declaration = self.dialect.one_of(&[
            "",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
            "<?xml version = '1.1' encoding='UTF-8' standalone='no' ?>\r\n",
            "<?xml version='1.0'?>",
        ]);
        self.xml.push_str(start);
        self.xml.push_str(declaration);
        self.misc();
        let at = self.says().below(OPERATIONS.len() + 1);
        match OPERATIONS.get(at) {
            Some(name) if !self.is_strict() && self.says().once_in(4) => self.operation(name),
            operation => self.envelope(operation.copied()),
        }
        self.misc();
        (self.xml, self.lines.into_text())
    }

    /// Around an operation, or a fault.
    fn envelope(&mut self, operation: Option<&str>) {
        let is_soap_12 = !self.is_strict() && self.says().once_in(4);
        let soap = SOAP[usize::from(is_soap_12)];
        self.element(soap, "Envelope", Vec::new(), |w| {
            w.noise(&[]);
            if w.says().below(3) > 0 {
                w.element(soap, "Header", Vec::new(), Self::header);
            }
            w.noise(&[]);
            w.element(soap, "Body", Vec::new(), |w| {
                w.misc();
                match operation {
                    Some(name) => w.operation(name),
                    None => w.fault(soap),
                }
                w.misc();
            });
            w.noise(&[]);
        });
    }

    fn header(&mut self) {
        self.noise(&[CULTURE]);
        if self.says().below(4) > 0 {
            let version = self.text(VERSION);
            self.lines.line(0, "RequestServerVersion", &version);
            let attributes = vec![("Version", version)];
            self.element(TYPES, "RequestServerVersion", attributes, Self::remarks);
        }
        self.noise(&[CULTURE]);
        if self.says().once_in(3) {
            self.server_version_info();
        }
        self.noise(&[CULTURE]);
    }

    fn server_version_info(&mut self) {
        self.lines.head(0, "ServerVersionInfo");
        let mut attributes = Vec::new();
        for name in [
            "MajorVersion",
            "MinorVersion",
            "MajorBuildNumber",
            "MinorBuildNumber",
        ] {
            if self.says().once_in(2) {
                let (text, value) = self.int();
                self.lines.line(1, name, value);
                attributes.push((name, text));
            }
        }
        if self.says().once_in(2) {
            let version = self.text(Type::String);
            self.lines.line(1, "Version", &version);
            attributes.push(("Version", version));
        }
        self.element(TYPES, "ServerVersionInfo", attributes, Self::remarks);
    }

    fn fault(&mut self, soap: &'static str) {
        self.lines.head(0, "Fault");
        self.element(soap, "Fault", Vec::new(), |w| {
            if soap == SOAP[0] {
                w.children_of_fault_11();
            } else {
                w.children_of_fault_12();
            }
            w.noise(&[]);
        });
    }

    /// They are in no namespace, or by mistake in SOAP's.
    fn children_of_fault_11(&mut self) {
        let namespace = match self.is_strict() {
            true => "",
            false => self.dialect.one_of(&["", "", SOAP[0]]),
        };
        if self.is_strict() || self.says().below(4) > 0 {
            self.leaf(namespace, "faultcode", FAULT_CODE, 1);
        }
        if self.is_strict() || self.says().below(4) > 0 {
            self.leaf(namespace, "faultstring", Type::String, 1);
        }
        self.noise(&[]);
        if self.says().below(4) > 0 {
            self.element(namespace, "detail", Vec::new(), Self::detail);
        }
    }

    fn children_of_fault_12(&mut self) {
        if self.says().below(4) > 0 {
            self.element(SOAP[1], "Code", Vec::new(), |w| {
                w.leaf_of("faultcode", SOAP[1], "Value", FAULT_CODE, 1);
                w.noise(&[SUBCODE]);
            });
        }
        self.noise(&[]);
        if self.says().below(4) > 0 {
            self.element(SOAP[1], "Reason", Vec::new(), Self::reason);
        }
        self.noise(&[]);
        if self.says().below(4) > 0 {
            self.element(SOAP[1], "Detail", Vec::new(), Self::detail);
        }
    }

    /// The first Text is what is read; the others say the same in other languages.
    fn reason(&mut self) {
        self.leaf_of("faultstring", SOAP[1], "Text", Type::String, 1);
        for _ in 0..self.says().below(3) {
            self.noise(&[]);
            let text = self.any_text();
            self.element(SOAP[1], "Text", Vec::new(), |w| w.characters(&text));
        }
        self.noise(&[]);
    }

    /// Any elements may stand here.
    fn detail(&mut self) {
        self.noise(&[LINE]);
        if self.says().below(4) > 0 {
            self.leaf(ERRORS, "ResponseCode", RESPONSE_CODE, 1);
        }
        if self.says().below(4) > 0 {
            self.leaf(ERRORS, "Message", Type::String, 1);
        }
        self.noise(&[LINE]);
        if self.says().once_in(2) {
            self.element(TYPES, "MessageXml", Vec::new(), |w| w.message_xml(1));
        }
        self.noise(&[LINE]);
    }

    fn operation(&mut self, name: &str) {
        self.lines.head(0, name);
        self.element(MESSAGES, name, Vec::new(), |w| {
            w.noise(&[]);
            w.element(MESSAGES, "ResponseMessages", Vec::new(), |w| {
                for _ in 0..=w.says().below(3) {
                    w.noise(&[OTHER_RESPONSE]);
                    w.response(name);
                }
                w.noise(&[OTHER_RESPONSE]);
            });
            w.noise(&[]);
        });
    }

    fn response(&mut self, operation: &str) {
        let class = self.text(RESPONSE_CLASS);
        self.lines.head(1, "Response");
        self.lines.line(2, "ResponseClass", &class);
        let mut name = format!("{}ResponseMessage", operation.trim_end_matches("Response"));
        if !self.is_strict() && self.dialect.once_in(4) {
            self.dialect.one_of(&RESPONSES).clone_into(&mut name);
        }
        self.element(MESSAGES, &name, vec![("ResponseClass", class)], |w| {
            if w.says().below(3) > 0 {
                w.leaf(MESSAGES, "MessageText", Type::String, 2);
            }
            if w.says().below(3) > 0 {
                w.leaf(MESSAGES, "ResponseCode", RESPONSE_CODE, 2);
            }
            if w.says().once_in(3) {
                w.int_leaf(MESSAGES, "DescriptiveLinkKey", 2);
            }
            w.noise(&[]);
            if w.says().once_in(3) {
                w.element(MESSAGES, "MessageXml", Vec::new(), |w| w.message_xml(2));
            }
            w.noise(&[]);
            let is_streamed = operation == "GetStreamingEventsResponse";
            if is_streamed || !w.is_strict() && w.says().once_in(4) {
                w.streamed();
            } else if w.is_strict() && operation == "SendNotification" || w.says().below(4) < 3 {
                w.one_notification(MESSAGES);
            }
            w.noise(&[]);
        });
    }

    /// What a response to a streaming request has, in place of the one Notification of others.
    fn streamed(&mut self) {
        if self.says().below(3) < 2 {
            self.element(MESSAGES, "Notifications", Vec::new(), |w| {
                for _ in 0..w.says().below(4) {
                    w.noise(&[]);
                    w.one_notification(TYPES);
                }
                w.noise(&[]);
            });
        }
        self.noise(&[]);
        if self.says().once_in(3) {
            self.element(MESSAGES, "ErrorSubscriptionIds", Vec::new(), |w| {
                for _ in 0..=w.says().below(3) {
                    let namespace = w.either(TYPES);
                    let (label, name) = ("ErrorSubscriptionId", "SubscriptionId");
                    w.leaf_of(label, namespace, name, Type::NonEmptyString, 2);
                }
                w.noise(&[]);
            });
        }
        if self.says().below(3) < 2 {
            self.leaf(MESSAGES, "ConnectionStatus", CONNECTION_STATUS, 2);
        }
    }

    /// The schema allows any elements here.
    fn message_xml(&mut self, depth: usize) {
        for _ in 0..self.says().below(3) {
            self.noise(&STRANGERS);
            let (name, value) = (self.text(VALUE_NAME), self.text(Type::String));
            self.lines.line(depth, "Value", &value);
            self.lines.line(depth + 1, "Name", &name);
            self.element(TYPES, "Value", vec![("Name", name)], |w| {
                w.characters(&value);
            });
        }
        self.noise(&STRANGERS);
    }

    /// Where the schema has it in this namespace.
    fn one_notification(&mut self, namespace: &'static str) {
        let namespace = self.either(namespace);
        self.element(namespace, "Notification", Vec::new(), Self::notification);
    }

    /// The namespace of an element that the schema has in this one, and servers in one of both.
    fn either(&mut self, in_schema: &'static str) -> &'static str {
        match self.is_strict() {
            true => in_schema,
            false => self.dialect.one_of(&[MESSAGES, TYPES]),
        }
    }

    fn notification(&mut self) {
        self.lines.head(2, "Notification");
        self.leaf(TYPES, "SubscriptionId", Type::NonEmptyString, 3);
        if self.says().below(3) > 0 {
            self.leaf(TYPES, "PreviousWatermark", Type::NonEmptyString, 3);
        }
        self.noise(&[]);
        if self.says().once_in(2) {
            let value = self.says().once_in(2);
            let texts = if value { ["true", "1"] } else { ["false", "0"] };
            let text = self.dialect.one_of(&texts);
            let text = self.padded(text);
            self.lines.line(3, "MoreEvents", value);
            self.element(TYPES, "MoreEvents", Vec::new(), |w| w.characters(&text));
        }
        for _ in usize::from(!self.is_strict())..=self.says().below(5) {
            self.noise(&[]);
            self.event();
        }
        self.noise(&[]);
    }

    fn event(&mut self) {
        let others = usize::from(!self.is_strict());
        let at = self.says().below(EVENTS.len() + others);
        let kind = EVENTS.get(at).copied().unwrap_or(OTHER_EVENT);
        self.lines.head(3, kind);
        if kind == OTHER_EVENT {
            let start = self.xml.len();
            self.element(TYPES, kind, Vec::new(), |w| w.noise(&[]));
            self.lines.line(4, "raw", &self.xml[start..]);
            return;
        }
        self.element(TYPES, kind, Vec::new(), |w| {
            if w.says().below(3) > 0 {
                w.leaf(TYPES, "Watermark", Type::NonEmptyString, 4);
            }
            let (has_time, ids, has_count) = if w.is_strict() {
                w.children_in_schema(kind)
            } else {
                w.any_children()
            };
            if has_time {
                w.leaf(TYPES, "TimeStamp", DATE_TIME, 4);
            }
            for name in ids {
                w.noise(&[]);
                w.id(name);
            }
            if has_count {
                w.int_leaf(TYPES, "UnreadCount", 4);
            }
            w.noise(&[]);
        });
    }

    /// Whether there is a TimeStamp, which ids there are, and whether there is an UnreadCount.
    fn any_children(&mut self) -> (bool, Vec<&'static str>, bool) {
        let says = self.says();
        let has_time = says.below(3) > 0;
        let ids = IDS.into_iter().filter(|_| says.once_in(3)).collect();
        (has_time, ids, says.once_in(4))
    }

    /// The same, where the schema ties them to the kind of the event.
    fn children_in_schema(&mut self, kind: &str) -> (bool, Vec<&'static str>, bool) {
        let says = self.says();
        let mut ids = Vec::new();
        if kind != "StatusEvent" {
            ids.extend([says.one_of(&["ItemId", "FolderId"]), "ParentFolderId"]);
        }
        if matches!(kind, "MovedEvent" | "CopiedEvent") {
            let old = says.one_of(&["OldItemId", "OldFolderId"]);
            ids.extend([old, "OldParentFolderId"]);
        }
        let has_count = kind == "ModifiedEvent" && says.once_in(2);
        (kind != "StatusEvent", ids, has_count)
    }

    fn id(&mut self, name: &str) {
        let id = self.text(Type::String);
        let key = (self.says().below(3) < 2).then(|| self.text(Type::String));
        self.lines.id(name, Some((&id, key.as_deref())));
        let mut attributes = vec![("Id", id)];
        attributes.extend(key.map(|key| ("ChangeKey", key)));
        self.element(TYPES, name, attributes, Self::remarks);
    }

    fn leaf(&mut self, namespace: &'static str, name: &str, of: Type, depth: usize) {
        self.leaf_of(name, namespace, name, of, depth);
    }

    /// A leaf that says what is called `label` in the message.
    fn leaf_of(
        &mut self,
        label: &str,
        namespace: &'static str,
        name: &str,
        of: Type,
        depth: usize,
    ) {
        self.noise(&[]);
        let text = self.text(of);
        self.lines.line(depth, label, &text);
        self.element(namespace, name, Vec::new(), |w| w.characters(&text));
    }

    fn int_leaf(&mut self, namespace: &'static str, name: &str, depth: usize) {
        self.noise(&[]);
        let (text, value) = self.int();
        self.lines.line(depth, name, value);
        self.element(namespace, name, Vec::new(), |w| w.characters(&text));
    }

    /// A text of this type; where it need not be what the schema allows, sometimes any.
    fn text(&mut self, of: Type) -> String {
        if let Type::OneOf(values) = of
            && (self.is_strict() || self.says().below(2) == 0)
        {
            return self.says().one_of(values).to_owned();
        }
        let mut text = self.any_text();
        if text.is_empty() && self.is_strict() && matches!(of, Type::NonEmptyString) {
            text.push(' ');
        }
        text
    }

    fn any_text(&mut self) -> String {
        let says = self.says();
        let piece = says.one_of(&TEXTS);
        if says.below(3) < 2 {
            return piece.to_owned();
        }
        let (skipped, length) = (says.below(LETTERS.len()), says.one_of(&LENGTHS));
        let letters = LETTERS.chars().cycle();
        let mut text: String = letters.skip(skipped).take(length).collect();
        text.insert_str(says.below(length + 1), piece);
        text
    }

    /// How an `xs:int` is written, and what it is.
    fn int(&mut self) -> (String, i32) {
        let value: i32 = self.says().one_of(&[3, 0, -7, i32::MAX, i32::MIN]);
        let signs: &[&str] = match value {
            ..0 => &["-"],
            0 => &["", "+", "-"],
            _ => &["", "+"],
        };
        let sign = self.dialect.one_of(signs);
        let zeros = self.dialect.one_of(&["", "", "00"]);
        let text = format!("{sign}{zeros}{}", value.unsigned_abs());
        // `xs:int` allows white space around it, libxml2 does not.
        let is_padded = !self.is_strict();
        (if is_padded { self.padded(&text) } else { text }, value)
    }
}

/// How it is written.
impl Writer<'_> {
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
        attributes: Vec<(&str, String)>,
        content: impl FnOnce(&mut Self),
    ) {
        let outer = self.scope.len();
        // No prefix can stand for no namespace.
        let prefix = match namespace {
            "" => "",
            _ => self.dialect.one_of(&PREFIXES),
        };
        if self.bound(prefix) != namespace || self.dialect.once_in(8) {
            self.scope.push((prefix, namespace));
        }
        let unused = self.dialect.one_of(&PREFIXES);
        if unused != prefix && self.dialect.once_in(8) {
            let namespace = self.dialect.one_of(&[TYPES, MESSAGES, "urn:f"]);
            self.scope.push((unused, namespace));
        }
        let declarations = self.scope[outer..].iter();
        let mut written: Vec<_> = declarations
            .map(|(prefix, namespace)| (qualified("xmlns", prefix), (*namespace).to_owned()))
            .collect();
        written.extend(
            attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        if !self.is_strict() && self.dialect.once_in(6) {
            written.push(("xml:lang".to_owned(), "en".to_owned()));
        }
        if self.dialect.once_in(2) {
            written.reverse();
        }
        let first = self.dialect.below(written.len().max(1));
        written.rotate_left(first);

        let name = qualified(prefix, name);
        self.xml.push('<');
        self.xml.push_str(&name);
        for (name, value) in &written {
            self.attribute(name, value);
        }
        self.space();
        self.xml.push('>');
        let start = self.xml.len();
        content(self);
        if self.xml.len() == start && self.dialect.once_in(2) {
            self.xml.insert(start - 1, '/');
        } else {
            self.xml.push_str("</");
            self.xml.push_str(&name);
            self.space();
            self.xml.push('>');
        }
        self.scope.truncate(outer);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.xml.push(' ');
        self.space();
        self.xml.push_str(name);
        self.space();
        self.xml.push('=');
        self.space();
        let quote = self.dialect.one_of(&['"', '\'']);
        self.xml.push(quote);
        let is_plain = self.dialect.below(3) < 2;
        for char in value.chars() {
            if char == ' ' && !is_plain {
                let space = self.dialect.one_of(&[" ", "\t", "\n", "\r\n"]);
                self.xml.push_str(space);
            } else {
                let must = "<&\t\n\r".contains(char) || char == quote;
                self.char(char, must, is_plain);
            }
        }
        self.xml.push(quote);
    }

    /// Character data that reads as `text`.
    fn characters(&mut self, text: &str) {
        let way = self.dialect.below(4);
        if way == 1 && !text.contains('\r') && !text.contains("]]>") {
            return self.xml.push_str(&format!("<![CDATA[{text}]]>"));
        }
        let is_plain = way == 0;
        for char in text.chars() {
            match if is_plain { 0 } else { self.dialect.below(12) } {
                1 => self.xml.push_str("<!-- & -->"),
                2 => self.xml.push_str("<?p <?>"),
                3 => self.xml.push_str("<![CDATA[]]>"),
                4 if char != '\r' => {
                    self.xml.push_str(&format!("<![CDATA[{char}]]>"));
                    continue;
                }
                5 if char == '\n' => {
                    self.xml.push_str("\r\n");
                    continue;
                }
                _ => {}
            }
            let must = "<&\r".contains(char) || char == '>' && self.xml.ends_with("]]");
            self.char(char, must, is_plain);
        }
    }

    /// A character, as a reference if it must be.
    fn char(&mut self, char: char, must: bool, is_plain: bool) {
        let name = match char {
            '<' => Some("lt"),
            '>' => Some("gt"),
            '&' => Some("amp"),
            '"' => Some("quot"),
            '\'' => Some("apos"),
            _ => None,
        };
        let code = u32::from(char);
        match (if is_plain { 0 } else { self.dialect.below(8) }, name) {
            (1, _) => self.xml.push_str(&format!("&#{code};")),
            (2, _) => self.xml.push_str(&format!("&#x00{code:X};")),
            (3.., Some(name)) => self.xml.push_str(&format!("&{name};")),
            (_, Some(name)) if must => self.xml.push_str(&format!("&{name};")),
            (_, None) if must => self.xml.push_str(&format!("&#x{code:x};")),
            _ => self.xml.push(char),
        }
    }

    /// A value around which white space does not count.
    fn padded(&mut self, text: &str) -> String {
        let spaces = ["", "", " \n", "\t"];
        let (before, behind) = (self.dialect.one_of(&spaces), self.dialect.one_of(&spaces));
        format!("{before}{text}{behind}")
    }

    /// White space in a tag.
    fn space(&mut self) {
        self.one_of(&["", "", "", " ", "\r\n\t"]);
    }

    /// White space, comments and processing instructions.
    fn misc(&mut self) {
        for _ in 0..self.dialect.below(3) {
            self.one_of(&["\n  ", "<!-- <a> -->", "<?pi a=b?>"]);
        }
    }

    /// What may stand in an element that is empty.
    fn remarks(&mut self) {
        if self.dialect.once_in(6) {
            self.one_of(&["<!-- <a> -->", "<?pi a=b?>"]);
        }
    }

    /// What stands between elements and means nothing. The schema allows these elements there.
    fn noise(&mut self, allowed: &[&str]) {
        self.misc();
        if self.dialect.once_in(8) {
            let strangers = if self.is_strict() {
                &[][..]
            } else {
                &STRANGERS
            };
            let elements = [allowed, strangers].concat();
            if !elements.is_empty() {
                self.one_of(&elements);
            }
        }
        self.misc();
    }

    fn one_of(&mut self, choices: &[&str]) {
        let choice = self.dialect.one_of(choices);
        self.xml.push_str(choice);
    }
}

/// `prefix:name`, or one of them alone if the other is empty.
fn qualified(prefix: &str, name: &str) -> String {
    match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, "") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}:{name}"),
    }
}
