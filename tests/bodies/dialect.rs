//! The ways in which servers write a message.

use core::slice;

use super::{Event, MESSAGES, Notification, Response, SOAP_1_1, TYPES};

/// How a server writes. The same in all messages of one server.
#[derive(Clone)]
pub(crate) struct Dialect {
    pub(crate) xml_declaration: &'static str,
    pub(crate) version: &'static str,
    pub(crate) soap_namespace: &'static str,
    /// The prefixes of SOAP, messages and types. An empty one is the default namespace.
    pub(crate) prefixes: [String; 3],
    /// Whether messages and types are declared on the Envelope, instead of where they are first needed.
    pub(crate) is_on_envelope: [bool; 2],
    /// Whether the header also declares messages, as Exchange does without need.
    pub(crate) header_has_messages: bool,
    pub(crate) types_first: bool,
    pub(crate) quote: char,
    pub(crate) empty: Empty,
    /// The indentation of one level. Empty for one line, as servers write.
    pub(crate) indent: &'static str,
    /// The numbers of ServerVersionInfo: version, then build, major before minor.
    pub(crate) build: [u32; 4],
}

/// An operation that carries Notifications.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) response: &'static str,
    /// Whether a response may have several Notifications, whose events have no watermarks.
    pub(crate) is_streamed: bool,
    /// Writes the Envelope up to the start tag of Body, and the attributes of the operation.
    head: fn(&mut Writer<'_>) -> Vec<(String, &'static str)>,
}

pub(crate) const PUSH: Operation = Operation {
    name: "SendNotification",
    response: "SendNotificationResponseMessage",
    is_streamed: false,
    head: |writer| writer.push_head(),
};

pub(crate) const PULL: Operation = Operation {
    name: "GetEventsResponse",
    response: "GetEventsResponseMessage",
    is_streamed: false,
    head: |writer| writer.pull_head(),
};

pub(crate) const STREAM: Operation = Operation {
    name: "GetStreamingEventsResponse",
    response: "GetStreamingEventsResponseMessage",
    is_streamed: true,
    head: |writer| writer.stream_head(),
};

/// How an empty element is written.
#[derive(Clone, Copy)]
pub(crate) enum Empty {
    Spaced,
    Tight,
    EndTag,
}

#[derive(Clone, Copy)]
pub(crate) enum Namespace {
    Soap,
    Messages,
    Types,
}

use Namespace::{Messages, Soap, Types};

const XSD: (&str, &str) = ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
const XSI: (&str, &str) = ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
pub(crate) const XML_DECLARATION: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

impl Dialect {
    /// Exchange writes so.
    pub(crate) fn exchange_2010() -> Self {
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
            build: [14, 2, 247, 5],
        }
    }

    /// The body of a push.
    pub(crate) fn write(&self, response: &Response) -> Vec<u8> {
        match response {
            Response::Notification(notification) => {
                let mut writer = self.begin(&PUSH, "Success");
                writer.leaf(Messages, "ResponseCode", &[], "NoError");
                writer.notification(notification);
                writer.finish()
            }
            Response::Error(subscription_id) => {
                let mut writer = self.begin(&PUSH, "Error");
                writer.error(subscription_id);
                writer.finish()
            }
        }
    }

    /// A body up to the start tag of its first response.
    pub(crate) fn begin(&self, operation: &Operation, class: &str) -> Writer<'_> {
        let mut writer = Writer {
            dialect: self,
            body: self.xml_declaration.to_owned(),
            open: Vec::new(),
        };
        let attributes = (operation.head)(&mut writer);
        writer.start(Messages, operation.name, &attributes);
        writer.start(Messages, "ResponseMessages", &[]);
        let class = [("ResponseClass".to_owned(), class)];
        writer.start(Messages, operation.response, &class);
        writer
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

    /// The attributes of Envelope, RequestServerVersion and SendNotification.
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
pub(crate) struct Writer<'d> {
    pub(crate) dialect: &'d Dialect,
    pub(crate) body: String,
    pub(crate) open: Vec<String>,
}

impl Writer<'_> {
    fn push_head(&mut self) -> Vec<(String, &'static str)> {
        let [envelope, header, operation] = self.dialect.head_attributes();
        self.start(Soap, "Envelope", &envelope);
        self.start(Soap, "Header", &[]);
        self.empty(Types, "RequestServerVersion", &header);
        self.end();
        self.start(Soap, "Body", &[]);
        operation
    }

    /// As Exchange 2016 answers: the header binds types to `h` and to the default namespace.
    fn pull_head(&mut self) -> Vec<(String, &'static str)> {
        let attributes = [("xmlns:h", TYPES), ("xmlns", TYPES), XSI, XSD];
        self.start(Soap, "Envelope", &[self.dialect.declaration(Soap)]);
        self.start(Soap, "Header", &[]);
        self.server_version_info("h:ServerVersionInfo", &[], &attributes);
        self.end();
        self.start(Soap, "Body", &[XSI, XSD].map(owned));
        [Messages, Types]
            .map(|namespace| self.dialect.declaration(namespace))
            .into()
    }

    /// As Exchange streams since 2013: SOAP is declared three times, and the header's default namespace after its other
    /// attributes.
    fn stream_head(&mut self) -> Vec<(String, &'static str)> {
        let soap = self.dialect.declaration(Soap);
        self.start_tag("Envelope", &[owned(("xmlns", soap.1))]);
        self.start(Soap, "Header", slice::from_ref(&soap));
        self.server_version_info("ServerVersionInfo", &[XSD, XSI], &[("xmlns", TYPES)]);
        self.end();
        self.start(Soap, "Body", &[soap]);
        let mut attributes = [XSD, XSI].map(owned).to_vec();
        attributes.extend([Types, Messages].map(|namespace| self.dialect.declaration(namespace)));
        attributes
    }

    fn server_version_info(
        &mut self,
        name: &str,
        before: &[(&str, &'static str)],
        behind: &[(&str, &'static str)],
    ) {
        let names = [
            "MajorVersion",
            "MinorVersion",
            "MajorBuildNumber",
            "MinorBuildNumber",
        ];
        let numbers = self.dialect.build.map(|number| number.to_string());
        let mut attributes: Vec<(String, &str)> = before.iter().copied().map(owned).collect();
        let numbers = names.into_iter().zip(numbers.iter().map(String::as_str));
        attributes.extend(numbers.map(owned));
        attributes.push(owned(("Version", self.dialect.version)));
        attributes.extend(behind.iter().copied().map(owned));
        self.empty_tag(name, &attributes);
    }

    /// The body, with the end tags of all open elements.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.end();
        }
        self.body.into_bytes()
    }

    pub(crate) fn notification(&mut self, notification: &Notification) {
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

    pub(crate) fn start(
        &mut self,
        namespace: Namespace,
        local: &str,
        attributes: &[(String, &str)],
    ) {
        self.start_tag(&self.dialect.name(namespace, local), attributes);
    }

    fn start_tag(&mut self, name: &str, attributes: &[(String, &str)]) {
        self.tag(name, attributes);
        self.body.push('>');
        self.open.push(name.to_owned());
    }

    fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.new_line();
            self.end_tag(&name);
        }
    }

    pub(crate) fn leaf(
        &mut self,
        namespace: Namespace,
        local: &str,
        attributes: &[(String, &str)],
        text: &str,
    ) {
        let name = self.dialect.name(namespace, local);
        self.tag(&name, attributes);
        self.body.push('>');
        self.body.push_str(text);
        self.end_tag(&name);
    }

    fn empty(&mut self, namespace: Namespace, local: &str, attributes: &[(String, &str)]) {
        self.empty_tag(&self.dialect.name(namespace, local), attributes);
    }

    fn empty_tag(&mut self, name: &str, attributes: &[(String, &str)]) {
        self.tag(name, attributes);
        match self.dialect.empty {
            Empty::Spaced => self.body.push_str(" />"),
            Empty::Tight => self.body.push_str("/>"),
            Empty::EndTag => {
                self.body.push('>');
                self.end_tag(name);
            }
        }
    }

    /// A start tag without its `>`.
    fn tag(&mut self, name: &str, attributes: &[(String, &str)]) {
        self.new_line();
        self.body.push('<');
        self.body.push_str(name);
        let quote = self.dialect.quote;
        for (name, value) in attributes {
            self.body.extend([" ", name.as_str(), "="]);
            self.body.push(quote);
            self.body.push_str(value);
            self.body.push(quote);
        }
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

fn owned<'v>((name, value): (&str, &'v str)) -> (String, &'v str) {
    (name.to_owned(), value)
}
