//! The ways to write one push: those of four servers, indented, and of any other software.

use super::mailbox::{Event, Notification, Response};
use super::random::Random;

/// How a message is written. The same in all messages of one server.
#[derive(Clone)]
pub(super) struct Dialect {
    pub(super) xml_declaration: &'static str,
    pub(super) version: &'static str,
    pub(super) soap_namespace: &'static str,
    /// Of SOAP, messages and types. An empty one is the default namespace.
    pub(super) prefixes: [String; 3],
    /// Whether messages and types are declared on the Envelope, not where they are first needed.
    pub(super) is_on_envelope: [bool; 2],
    /// Whether the header declares messages too, which it does not need. Exchange does.
    pub(super) header_has_messages: bool,
    pub(super) types_first: bool,
    pub(super) quote: char,
    pub(super) empty: Empty,
    /// What one level is indented by. Empty: everything in one line, as servers write it.
    pub(super) indent: &'static str,
}

/// How an element without content ends.
#[derive(Clone, Copy)]
pub(super) enum Empty {
    Spaced,
    Tight,
    EndTag,
}

#[derive(Clone, Copy)]
pub(super) enum Namespace {
    Soap,
    Messages,
    Types,
}

use Namespace::{Messages, Soap, Types};

pub(super) const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(super) const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
pub(super) const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
const XML_DECLARATION: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

/// Four servers of one fleet. Their messages differ from the first byte or from the header on; those of
/// one server are equal to the byte up to the SubscriptionId.
pub(super) fn servers() -> [Dialect; 4] {
    let exchange_2010 = Dialect::exchange_2010();
    [
        Dialect {
            version: "Exchange2007_SP1",
            ..exchange_2010.clone()
        },
        Dialect {
            xml_declaration: "",
            version: "Exchange2010_SP2",
            empty: Empty::Tight,
            ..exchange_2010.clone()
        },
        Dialect {
            version: "Exchange2013",
            prefixes: ["s", "m", "t"].map(str::to_owned),
            header_has_messages: false,
            types_first: false,
            ..exchange_2010.clone()
        },
        exchange_2010,
    ]
}

impl Dialect {
    /// Frames of a stream are written so as well, from the operation on.
    pub(super) fn exchange_2010() -> Self {
        Self {
            xml_declaration: XML_DECLARATION,
            version: "Exchange2010",
            soap_namespace: SOAP_1_1,
            prefixes: ["soap11", "m", "t"].map(str::to_owned),
            is_on_envelope: [false, false],
            header_has_messages: true,
            types_first: true,
            quote: '"',
            empty: Empty::Spaced,
            indent: "",
        }
    }

    /// One of the many other ways, in one line.
    pub(super) fn random(random: &mut Random) -> Self {
        let mut prefixes = [(); 3].map(|()| {
            let length = 1 + random.below(8);
            random.text(b"abcdefghijklmnopqrstuvwyz", length) // no x, so no xml
        });
        let default_namespace = random.below(5);
        if let Some(prefix) = prefixes.get_mut(default_namespace) {
            prefix.clear();
        }
        if prefixes[0] == prefixes[1] || prefixes[0] == prefixes[2] || prefixes[1] == prefixes[2] {
            return Self::random(random);
        }
        let xml_declarations = [
            "",
            XML_DECLARATION,
            "<?xml version='1.0' encoding='UTF-8'?>",
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
        ];
        let versions = ["Exchange2007_SP1", "Exchange2010_SP2", "Exchange2013_SP1"];
        let empties = [
            [Empty::Spaced; 3],
            [Empty::Tight, Empty::Tight, Empty::EndTag],
        ];
        Self {
            xml_declaration: random.pick(&xml_declarations),
            version: random.pick(&versions),
            soap_namespace: random.pick(&[SOAP_1_1, SOAP_1_2]),
            prefixes,
            is_on_envelope: [random.once_in(2), random.once_in(2)],
            header_has_messages: random.once_in(3),
            types_first: random.once_in(2),
            quote: random.pick(&['"', '\'']),
            empty: random.pick(&empties.concat()),
            indent: "",
        }
    }

    pub(super) fn write(&self, response: &Response) -> Vec<u8> {
        let mut writer = Writer {
            dialect: self,
            body: self.xml_declaration.to_owned(),
            open: Vec::new(),
        };
        writer.message(response);
        writer.finish()
    }

    fn name(&self, namespace: Namespace, local: &str) -> String {
        match self.prefixes[namespace as usize].as_str() {
            "" => local.to_owned(),
            prefix => format!("{prefix}:{local}"),
        }
    }

    fn declaration(&self, namespace: Namespace) -> (String, &'static str) {
        let uri = match namespace {
            Soap => self.soap_namespace,
            Messages => MESSAGES,
            Types => TYPES,
        };
        match self.prefixes[namespace as usize].as_str() {
            "" => ("xmlns".to_owned(), uri),
            prefix => (format!("xmlns:{prefix}"), uri),
        }
    }

    /// What stands on the Envelope, on the RequestServerVersion, and on the operation.
    fn head_attributes(&self) -> [Vec<(String, &'static str)>; 3] {
        let [messages_above, types_above] = self.is_on_envelope;
        let messages = self.declaration(Messages);
        let types = self.declaration(Types);
        let mut envelope = vec![self.declaration(Soap)];
        envelope.extend(messages_above.then(|| messages.clone()));
        envelope.extend(types_above.then(|| types.clone()));
        let mut header = Vec::new();
        header.extend((self.header_has_messages && !messages_above).then(|| messages.clone()));
        header.push(("Version".to_owned(), self.version));
        header.extend((!types_above).then(|| types.clone()));
        let mut operation = Vec::new();
        operation.extend((!types_above).then_some(types));
        operation.extend((!messages_above).then_some(messages));
        let mut lists = [envelope, header, operation];
        if !self.types_first {
            lists.iter_mut().for_each(|list| list.reverse());
        }
        lists
    }
}

/// The body so far, and the elements that are open.
pub(super) struct Writer<'d> {
    pub(super) dialect: &'d Dialect,
    pub(super) body: String,
    pub(super) open: Vec<String>,
}

impl Writer<'_> {
    fn message(&mut self, response: &Response) {
        let [envelope, header, operation] = self.dialect.head_attributes();
        self.start(Soap, "Envelope", &envelope);
        self.start(Soap, "Header", &[]);
        self.empty(Types, "RequestServerVersion", &header);
        self.end();
        self.start(Soap, "Body", &[]);
        self.start(Messages, "SendNotification", &operation);
        self.start(Messages, "ResponseMessages", &[]);
        let class = match response {
            Response::Notification(_) => "Success",
            Response::Error(_) => "Error",
        };
        let class = [("ResponseClass".to_owned(), class)];
        self.start(Messages, "SendNotificationResponseMessage", &class);
        match response {
            Response::Notification(notification) => {
                self.leaf(Messages, "ResponseCode", &[], "NoError");
                self.notification(notification);
            }
            Response::Error(subscription_id) => self.error(subscription_id),
        }
    }

    /// Ends all that is open.
    pub(super) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.end();
        }
        self.body.into_bytes()
    }

    pub(super) fn notification(&mut self, notification: &Notification) {
        self.start(Messages, "Notification", &[]);
        self.leaf(Types, "SubscriptionId", &[], &notification.subscription_id);
        if let Some(previous) = &notification.previous_watermark {
            let more_events = notification.events.len() == 50;
            self.leaf(Types, "PreviousWatermark", &[], previous);
            self.leaf(Types, "MoreEvents", &[], &more_events.to_string());
        }
        for event in &notification.events {
            self.event(event);
        }
        self.end();
    }

    fn event(&mut self, event: &Event) {
        self.start(Types, event.change.element, &[]);
        if let Some(watermark) = &event.watermark {
            self.leaf(Types, "Watermark", &[], watermark);
        }
        if let Some(timestamp) = &event.timestamp {
            self.leaf(Types, "TimeStamp", &[], timestamp);
        }
        for id in &event.change.ids {
            let attributes = [
                ("Id".to_owned(), id.id.as_str()),
                ("ChangeKey".to_owned(), id.change_key),
            ];
            self.empty(Types, id.element, &attributes);
        }
        if let Some(count) = event.change.unread_count {
            self.leaf(Types, "UnreadCount", &[], &count.to_string());
        }
        self.end();
    }

    fn error(&mut self, subscription_id: &str) {
        let text = "이 구독의 이벤트를 읽을 수 없습니다. 구독을 다시 만드십시오.";
        self.leaf(Messages, "MessageText", &[], text);
        self.leaf(Messages, "ResponseCode", &[], "ErrorReadEventsFailed");
        self.leaf(Messages, "DescriptiveLinkKey", &[], "0");
        self.start(Messages, "MessageXml", &[]);
        let name = [("Name".to_owned(), "SubscriptionId")];
        self.leaf(Types, "Value", &name, subscription_id);
        self.end();
    }

    pub(super) fn start(
        &mut self,
        namespace: Namespace,
        local: &str,
        attributes: &[(String, &str)],
    ) {
        let name = self.tag(namespace, local, attributes);
        self.body.push('>');
        self.open.push(name);
    }

    fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.new_line();
            self.end_tag(&name);
        }
    }

    pub(super) fn leaf(
        &mut self,
        namespace: Namespace,
        local: &str,
        attributes: &[(String, &str)],
        text: &str,
    ) {
        let name = self.tag(namespace, local, attributes);
        self.body.push('>');
        self.body.push_str(text);
        self.end_tag(&name);
    }

    fn empty(&mut self, namespace: Namespace, local: &str, attributes: &[(String, &str)]) {
        let name = self.tag(namespace, local, attributes);
        match self.dialect.empty {
            Empty::Spaced => self.body.push_str(" />"),
            Empty::Tight => self.body.push_str("/>"),
            Empty::EndTag => {
                self.body.push('>');
                self.end_tag(&name);
            }
        }
    }

    /// A start tag without its end.
    fn tag(&mut self, namespace: Namespace, local: &str, attributes: &[(String, &str)]) -> String {
        self.new_line();
        let name = self.dialect.name(namespace, local);
        self.body.push('<');
        self.body.push_str(&name);
        let quote = self.dialect.quote;
        for (name, value) in attributes {
            self.body.extend([" ", name.as_str(), "="]);
            self.body.push(quote);
            self.body.push_str(value);
            self.body.push(quote);
        }
        name
    }

    fn end_tag(&mut self, name: &str) {
        self.body.extend(["</", name, ">"]);
    }

    fn new_line(&mut self) {
        if !self.dialect.indent.is_empty() && !self.body.is_empty() {
            self.body.push('\n');
            self.body
                .push_str(&self.dialect.indent.repeat(self.open.len()));
        }
    }
}
