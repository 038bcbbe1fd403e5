//! Bodies in any dialect: a message in any form that a server or proxy may write.
//!
//! What the message is and how it is written are separate choices, so that one message can be written twice. The
//! message is anything that this crate accepts, or only what the EWS schema allows.
//!
//! The generator does not write all that the schema allows. It leaves out other header elements, most response codes,
//! messages of other operations, attributes of other namespaces (`soap:mustUnderstand`, `xsi:type`) and `faultactor`.
//! It writes no white space around numbers or before times, which libxml2 refuses, and no repeated header element or
//! operation, which this crate refuses.

use serde_json::{Value, json};

use super::bodies::{ERRORS, MESSAGES, TYPES};
use super::choices::Choices;
use super::json::without_nulls;
use super::reference::{Content, EVENT_CHILDREN, EVENTS, OPERATIONS, RESPONSES, SOAP};

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
/// Events that the schema does not have.
const OTHER_EVENTS: [(&str, &str); 5] = [
    (TYPES, "ChannelEvent"),
    (MESSAGES, "CreatedEvent"),
    ("urn:f", "NewMailEvent"),
    ("urn:f", "SubscriptionId"),
    ("", "MovedEvent"),
];

/// Elements that the schema of the messages does not have.
const UNKNOWN_ELEMENTS: [&str; 3] = [
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
/// Children that an event of an unknown kind may have, but no other event.
const ODD_CHILDREN: [&str; 3] = [
    "<t:Watermark xmlns:t='http://schemas.microsoft.com/exchange/services/2006/types'>a<t:b>c</t:b></t:Watermark>",
    "<t:ItemId Id=' ' xmlns:t='http://schemas.microsoft.com/exchange/services/2006/types'><ItemId/></t:ItemId>",
    "<t:UnreadCount xmlns:t='http://schemas.microsoft.com/exchange/services/2006/types'>many</t:UnreadCount>",
];

/// Types of the schema whose values are text.
enum Type {
    /// Text for people.
    String,
    /// Text without white space around it.
    Token,
    /// A token that is not empty.
    Id,
    /// Some of the values of the schema's type.
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
/// The schema requires a declared prefix in other values.
const FAULT_CODE: Type = Type::OneOf(&["Client", "Server"]);
/// Some names that Exchange writes. The schema allows any.
const VALUE_NAME: Type = Type::OneOf(&["BackOffMilliseconds", "SubscriptionId", ""]);
const DATE_TIME: Type = Type::OneOf(&[
    "2020-12-03T11:03:50Z",
    "2026-03-02T08:15:30.1234567-08:00",
    "-0001-02-28T24:00:00",
    "12026-03-02T10:00:00+14:00",
]);

/// An accepted body, and its message as [`super::json::of_message`] gives it.
pub(crate) fn body(choices: &[u8]) -> (String, Value) {
    Writer::new(None, choices).body()
}

/// The same of a body that the schema allows: `message` chooses the message, `dialect` how it is written.
pub(crate) fn schema_body(message: &[u8], dialect: &[u8]) -> (String, Value) {
    Writer::new(Some(message), dialect).body()
}

/// Writes XML, and takes the choices.
struct Writer<'t> {
    /// How the message is written.
    dialect: Choices<'t>,
    /// What the message is, which the schema then has to allow. If absent, `dialect` chooses that too.
    message: Option<Choices<'t>>,
    xml: String,
    /// Declarations in scope, innermost last.
    scope: Vec<(&'static str, &'static str)>,
    /// Whether an unknown element here would be an event.
    in_notification: bool,
}

/// What the message is. Each method writes an element and gives its value in JSON.
impl<'t> Writer<'t> {
    fn new(message: Option<&'t [u8]>, dialect: &'t [u8]) -> Self {
        Self {
            dialect: Choices::new(dialect),
            message: message.map(Choices::new),
            xml: String::new(),
            scope: Vec::new(),
            in_notification: false,
        }
    }

    /// The choices of what the message is.
    fn says(&mut self) -> &mut Choices<'t> {
        self.message.as_mut().unwrap_or(&mut self.dialect)
    }

    /// Whether the schema has to allow the body.
    fn is_strict(&self) -> bool {
        self.message.is_some()
    }

    fn body(mut self) -> (String, Value) {
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
        let message = match OPERATIONS.get(at) {
            Some(name) if !self.is_strict() && self.says().once_in(4) => self.operation(name),
            operation => self.envelope(operation.copied()),
        };
        self.misc();
        (self.xml, without_nulls(message))
    }

    /// An Envelope with an operation, or a fault.
    fn envelope(&mut self, operation: Option<&str>) -> Value {
        let is_soap_12 = !self.is_strict() && self.says().once_in(4);
        let soap = SOAP[usize::from(is_soap_12)];
        self.element(soap, "Envelope", Vec::new(), |w| {
            w.noise(&[]);
            let mut header = Value::Null;
            if w.says().below(3) > 0 {
                header = w.element(soap, "Header", Vec::new(), |w| w.header(soap));
            }
            w.noise(&[]);
            let mut message = w.element(soap, "Body", Vec::new(), |w| {
                w.misc();
                let message = match operation {
                    Some(name) => w.operation(name),
                    None => w.fault(soap),
                };
                w.misc();
                message
            });
            w.noise(&[]);
            message["soap"] = json!(if is_soap_12 { "1.2" } else { "1.1" });
            for key in ["request_server_version", "server_version_info"] {
                message[key] = header[key].take();
            }
            if let Value::Array(blocks) = header["must_understand"].take() {
                message["must_understand"] = json!(blocks);
            }
            message
        })
    }

    fn header(&mut self, soap: &str) -> Value {
        let mut header = json!({ "must_understand": [] });
        self.noise(&[CULTURE]);
        if !self.is_strict() && self.dialect.once_in(8) {
            let block = format!(
                "<f:Security xmlns:f='urn:f' xmlns:soap='{soap}' soap:mustUnderstand=' 1'><f:x/></f:Security>"
            );
            self.xml.push_str(&block);
            header["must_understand"] = json!([{ "name": "Security", "namespace": "urn:f" }]);
        }
        if self.says().below(4) > 0 {
            let (version, value) = self.text(VERSION);
            header["request_server_version"] = json!(value);
            let attributes = vec![("Version", version)];
            self.element(TYPES, "RequestServerVersion", attributes, Self::remarks);
        }
        self.noise(&[CULTURE]);
        if self.says().once_in(3) {
            header["server_version_info"] = self.server_version_info();
        }
        self.noise(&[CULTURE]);
        header
    }

    fn server_version_info(&mut self) -> Value {
        let mut info = json!({});
        let mut attributes = Vec::new();
        for (name, key) in [
            ("MajorVersion", "major_version"),
            ("MinorVersion", "minor_version"),
            ("MajorBuildNumber", "major_build_number"),
            ("MinorBuildNumber", "minor_build_number"),
        ] {
            if self.says().once_in(2) {
                let (text, value) = self.int();
                info[key] = json!(value);
                attributes.push((name, text));
            }
        }
        if self.says().once_in(2) {
            let (version, value) = self.text(Type::Token);
            info["version"] = json!(value);
            attributes.push(("Version", version));
        }
        self.element(TYPES, "ServerVersionInfo", attributes, Self::remarks);
        info
    }

    fn fault(&mut self, soap: &'static str) -> Value {
        let fault = self.element(soap, "Fault", Vec::new(), |w| {
            let mut fault = json!({ "message_xml": [] });
            if soap == SOAP[0] {
                w.children_of_fault_11(&mut fault);
            } else {
                w.children_of_fault_12(&mut fault);
            }
            w.noise(&[]);
            fault
        });
        json!({ "operation": "Fault", "must_understand": [], "responses": [], "fault": fault })
    }

    /// They are in no namespace, or by mistake in that of SOAP.
    fn children_of_fault_11(&mut self, fault: &mut Value) {
        let namespace = match self.is_strict() {
            true => "",
            false => self.dialect.one_of(&["", "", SOAP[0]]),
        };
        if self.is_strict() || self.says().below(4) > 0 {
            let code = self.leaf(namespace, "faultcode", FAULT_CODE);
            fault["code"] = code;
        }
        if self.is_strict() || self.says().below(4) > 0 {
            let string = self.leaf(namespace, "faultstring", Type::String);
            fault["string"] = string;
        }
        self.noise(&[]);
        if self.says().below(4) > 0 {
            self.element(namespace, "detail", Vec::new(), |w| w.detail(fault));
        }
    }

    fn children_of_fault_12(&mut self, fault: &mut Value) {
        if self.says().below(4) > 0 {
            let code = self.element(SOAP[1], "Code", Vec::new(), |w| {
                let code = w.leaf(SOAP[1], "Value", FAULT_CODE);
                w.noise(&[]);
                if w.says().once_in(2) {
                    fault["subcode"] = w.element(SOAP[1], "Subcode", Vec::new(), |w| {
                        let subcode = w.leaf(SOAP[1], "Value", FAULT_CODE);
                        w.noise(&[]);
                        subcode
                    });
                }
                code
            });
            fault["code"] = code;
        }
        self.noise(&[]);
        if self.says().below(4) > 0 {
            let reason = self.element(SOAP[1], "Reason", Vec::new(), Self::reason);
            fault["string"] = reason;
        }
        self.noise(&[]);
        if self.says().below(4) > 0 {
            self.element(SOAP[1], "Detail", Vec::new(), |w| w.detail(fault));
        }
    }

    /// The parser takes the first Text. The others give the reason in other languages.
    fn reason(&mut self) -> Value {
        let first = self.leaf(SOAP[1], "Text", Type::String);
        for _ in 0..self.says().below(3) {
            self.noise(&[]);
            let text = self.any_text();
            self.element(SOAP[1], "Text", Vec::new(), |w| w.characters(&text));
        }
        self.noise(&[]);
        first
    }

    /// Any other elements are allowed here.
    fn detail(&mut self, fault: &mut Value) {
        self.noise(&[LINE]);
        if self.says().below(4) > 0 {
            let code = self.leaf(ERRORS, "ResponseCode", RESPONSE_CODE);
            fault["response_code"] = code;
        }
        if self.says().below(4) > 0 {
            let text = self.leaf(ERRORS, "Message", Type::String);
            fault["message_text"] = text;
        }
        self.noise(&[LINE]);
        if self.says().once_in(2) {
            let values = self.element(TYPES, "MessageXml", Vec::new(), Self::message_xml);
            fault["message_xml"] = values;
        }
        self.noise(&[LINE]);
    }

    fn operation(&mut self, name: &str) -> Value {
        let responses = self.element(MESSAGES, name, Vec::new(), |w| {
            w.noise(&[]);
            let responses = w.element(MESSAGES, "ResponseMessages", Vec::new(), |w| {
                let mut responses = Vec::new();
                for _ in 0..=w.says().below(3) {
                    w.noise(&[OTHER_RESPONSE]);
                    responses.push(w.response(name));
                }
                w.noise(&[OTHER_RESPONSE]);
                responses
            });
            w.noise(&[]);
            responses
        });
        json!({ "operation": name, "must_understand": [], "responses": responses })
    }

    fn response(&mut self, operation: &str) -> Value {
        let (class_text, class) = self.text(RESPONSE_CLASS);
        let mut name = format!("{}ResponseMessage", operation.trim_end_matches("Response"));
        if !self.is_strict() && self.dialect.once_in(4) {
            self.dialect.one_of(&RESPONSES).clone_into(&mut name);
        }
        let attributes = vec![("ResponseClass", class_text)];
        self.element(MESSAGES, &name, attributes, |w| {
            let mut response = json!({
                "class": class,
                "message_xml": [],
                "notifications": [],
                "error_subscription_ids": [],
            });
            if w.says().below(3) > 0 {
                response["message_text"] = w.leaf(MESSAGES, "MessageText", Type::String);
            }
            if w.says().below(3) > 0 {
                response["code"] = w.leaf(MESSAGES, "ResponseCode", RESPONSE_CODE);
            }
            if w.says().once_in(3) {
                response["descriptive_link_key"] = w.int_leaf(MESSAGES, "DescriptiveLinkKey");
            }
            w.noise(&[]);
            if w.says().once_in(3) {
                response["message_xml"] =
                    w.element(MESSAGES, "MessageXml", Vec::new(), Self::message_xml);
            }
            w.noise(&[]);
            let is_streamed = operation == "GetStreamingEventsResponse";
            if is_streamed || !w.is_strict() && w.says().once_in(4) {
                w.streamed(&mut response);
            } else if w.is_strict() && operation == "SendNotification" || w.says().below(4) < 3 {
                response["notifications"] = json!([w.one_notification(MESSAGES)]);
            }
            w.noise(&[]);
            response
        })
    }

    /// The content of a response to a streaming request, in place of the one Notification of others.
    fn streamed(&mut self, response: &mut Value) {
        if self.says().below(3) < 2 {
            response["notifications"] = self.element(MESSAGES, "Notifications", Vec::new(), |w| {
                let mut notifications = Vec::new();
                for _ in 0..w.says().below(4) {
                    w.noise(&[]);
                    notifications.push(w.one_notification(TYPES));
                }
                w.noise(&[]);
                json!(notifications)
            });
        }
        self.noise(&[]);
        if self.says().once_in(3) {
            response["error_subscription_ids"] =
                self.element(MESSAGES, "ErrorSubscriptionIds", Vec::new(), |w| {
                    let mut ids = Vec::new();
                    for _ in 0..=w.says().below(3) {
                        let namespace = w.either(TYPES);
                        ids.push(w.leaf(namespace, "SubscriptionId", Type::Id));
                    }
                    w.noise(&[]);
                    json!(ids)
                });
        }
        if self.says().below(3) < 2 {
            response["connection_status"] =
                self.leaf(MESSAGES, "ConnectionStatus", CONNECTION_STATUS);
        }
    }

    /// The schema allows any elements here.
    fn message_xml(&mut self) -> Value {
        let mut values = Vec::new();
        for _ in 0..self.says().below(3) {
            self.noise(&UNKNOWN_ELEMENTS);
            let (name_text, name) = self.text(VALUE_NAME);
            let (value, _) = self.text(Type::String);
            values.push(json!({ "name": name, "value": value }));
            self.element(TYPES, "Value", vec![("Name", name_text)], |w| {
                w.characters(&value);
            });
        }
        self.noise(&UNKNOWN_ELEMENTS);
        json!(values)
    }

    /// A Notification in this namespace, which is that of the schema, or in the other one.
    fn one_notification(&mut self, namespace: &'static str) -> Value {
        let namespace = self.either(namespace);
        self.element(namespace, "Notification", Vec::new(), Self::notification)
    }

    /// This namespace, which is that of the schema, or the other one, as some servers write.
    fn either(&mut self, in_schema: &'static str) -> &'static str {
        match self.is_strict() {
            true => in_schema,
            false => self.dialect.one_of(&[MESSAGES, TYPES]),
        }
    }

    fn notification(&mut self) -> Value {
        self.in_notification = true;
        let id = self.leaf(TYPES, "SubscriptionId", Type::Id);
        let mut notification = json!({ "subscription_id": id });
        if self.says().below(3) > 0 {
            notification["previous_watermark"] =
                unless_empty(self.leaf(TYPES, "PreviousWatermark", Type::Token));
        }
        self.noise(&[]);
        if self.says().once_in(2) {
            let value = self.says().once_in(2);
            let texts = if value { ["true", "1"] } else { ["false", "0"] };
            let text = self.dialect.one_of(&texts);
            let text = self.padded(text);
            notification["more_events"] = json!(value);
            self.element(TYPES, "MoreEvents", Vec::new(), |w| w.characters(&text));
        }
        let mut events = Vec::new();
        for _ in usize::from(!self.is_strict())..=self.says().below(5) {
            self.noise(&[]);
            self.in_notification = false;
            events.push(self.event());
            self.in_notification = true;
        }
        self.noise(&[]);
        self.in_notification = false;
        notification["events"] = json!(events);
        notification
    }

    fn event(&mut self) -> Value {
        let others = usize::from(!self.is_strict());
        let at = self.says().below(EVENTS.len() + others);
        let Some(kind) = EVENTS.get(at) else {
            return self.other_event();
        };
        self.element(TYPES, kind, Vec::new(), |w| {
            let names = match w.is_strict() {
                true => w.children_in_schema(kind),
                false => w.any_children(),
            };
            w.children_of_event(kind, &names)
        })
    }

    fn other_event(&mut self) -> Value {
        let (namespace, name) = self.says().one_of(&OTHER_EVENTS);
        let start = self.xml.len();
        let mut event = self.element(namespace, name, Vec::new(), |w| {
            let names = w.any_children();
            let event = w.children_of_event("Other", &names);
            for _ in 0..w.dialect.below(3) {
                w.one_of(&ODD_CHILDREN);
                w.noise(&[]);
            }
            event
        });
        let raw = &self.xml[start..];
        event["other"] = json!({ "name": name, "namespace": namespace, "raw": raw });
        event
    }

    /// These children, and the event.
    fn children_of_event(&mut self, kind: &str, names: &[&str]) -> Value {
        let mut event = json!({ "kind": kind });
        for (name, content, key) in EVENT_CHILDREN {
            if names.contains(&name) {
                event[key] = match content {
                    Content::Text => unless_empty(self.leaf(TYPES, name, Type::Token)),
                    Content::Time => self.leaf(TYPES, name, DATE_TIME),
                    Content::Id => self.id(name),
                    Content::Int => self.int_leaf(TYPES, name),
                };
            }
        }
        self.noise(&[]);
        event
    }

    fn any_children(&mut self) -> Vec<&'static str> {
        let says = self.says();
        let children = EVENT_CHILDREN
            .into_iter()
            .filter(|(_, content, _)| match content {
                Content::Text | Content::Time => says.below(3) > 0,
                Content::Id => says.once_in(3),
                Content::Int => says.once_in(4),
            });
        children.map(|(name, ..)| name).collect()
    }

    /// Children that the schema allows in an event of this kind.
    fn children_in_schema(&mut self, kind: &str) -> Vec<&'static str> {
        let says = self.says();
        let mut names = Vec::new();
        if says.below(3) > 0 {
            names.push("Watermark");
        }
        if kind != "StatusEvent" {
            let target = says.one_of(&["ItemId", "FolderId"]);
            names.extend(["TimeStamp", target, "ParentFolderId"]);
        }
        if matches!(kind, "MovedEvent" | "CopiedEvent") {
            let old = says.one_of(&["OldItemId", "OldFolderId"]);
            names.extend([old, "OldParentFolderId"]);
        }
        if kind == "ModifiedEvent" && says.once_in(2) {
            names.push("UnreadCount");
        }
        names
    }

    fn id(&mut self, name: &str) -> Value {
        self.noise(&[]);
        let (id_text, id) = self.text(Type::Id);
        let mut attributes = vec![("Id", id_text)];
        let mut value = json!({ "id": id });
        if self.says().below(3) < 2 {
            let (key_text, key) = self.text(Type::Token);
            attributes.push(("ChangeKey", key_text));
            value["change_key"] = json!(key);
        }
        self.element(TYPES, name, attributes, Self::remarks);
        value
    }

    fn leaf(&mut self, namespace: &'static str, name: &str, of: Type) -> Value {
        self.noise(&[]);
        let (text, value) = self.text(of);
        self.element(namespace, name, Vec::new(), |w| w.characters(&text));
        json!(value)
    }

    fn int_leaf(&mut self, namespace: &'static str, name: &str) -> Value {
        self.noise(&[]);
        let (text, value) = self.int();
        self.element(namespace, name, Vec::new(), |w| w.characters(&text));
        json!(value)
    }

    /// A text of this type, and the value that it gives. If the schema need not allow it, sometimes any text.
    fn text(&mut self, of: Type) -> (String, String) {
        let mut text = match of {
            Type::OneOf(values) if self.is_strict() || self.says().once_in(2) => {
                self.says().one_of(values).to_owned()
            }
            _ => self.any_text(),
        };
        if let Type::String = of {
            return (text.clone(), text);
        }
        let spaces = [' ', '\t', '\r', '\n'];
        // The schema allows no empty watermark.
        let may_be_empty = !self.is_strict() && !matches!(of, Type::Id);
        if !may_be_empty && text.trim_matches(spaces).is_empty() {
            text.push('x');
        }
        // The schema allows white space around most, but not around the names of an enumeration.
        if !self.is_strict() {
            text = self.padded(&text);
        }
        let value = text.trim_matches(spaces).to_owned();
        (text, value)
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

    /// A way to write an `xs:int`, and its value.
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
    /// The namespace that `prefix` is bound to.
    fn bound(&self, prefix: &str) -> &'static str {
        let mut inner = self.scope.iter().rev();
        inner
            .find(|(bound, _)| *bound == prefix)
            .map_or("", |(_, namespace)| namespace)
    }

    /// An element, and what `content` gives.
    fn element<T>(
        &mut self,
        namespace: &'static str,
        name: &str,
        attributes: Vec<(&str, String)>,
        content: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.scope.len();
        // No prefix can be bound to no namespace.
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
        let content = content(self);
        if self.xml.len() == start && self.dialect.once_in(2) {
            self.xml.insert(start - 1, '/');
        } else {
            self.xml.push_str("</");
            self.xml.push_str(&name);
            self.space();
            self.xml.push('>');
        }
        self.scope.truncate(outer);
        content
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
        // The parser replaces no references in the name of an unknown namespace.
        let is_plain = value.starts_with("urn:") || self.dialect.below(3) < 2;
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

    /// Character data that is parsed to `text`.
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

    /// A character, as a reference where it must be one.
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

    /// A value with white space around it, which is ignored.
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

    /// Allowed content of an empty element.
    fn remarks(&mut self) {
        if self.dialect.once_in(6) {
            self.one_of(&["<!-- <a> -->", "<?pi a=b?>"]);
        }
    }

    /// Content between elements that has no meaning, and sometimes an element that is skipped. The schema allows
    /// `allowed` here.
    fn noise(&mut self, allowed: &[&str]) {
        self.misc();
        if self.dialect.once_in(8) {
            let unknown = if self.is_strict() || self.in_notification {
                &[][..]
            } else {
                &UNKNOWN_ELEMENTS
            };
            let elements = [allowed, unknown].concat();
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

/// An empty watermark is as if it were missing.
fn unless_empty(watermark: Value) -> Value {
    if watermark == "" {
        Value::Null
    } else {
        watermark
    }
}

/// `prefix:name`, or one of them if the other is empty.
fn qualified(prefix: &str, name: &str) -> String {
    match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, "") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}:{name}"),
    }
}
