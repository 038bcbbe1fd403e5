//! A slow second implementation of the typed layer, over the tree of `roxmltree`.
//!
//! It shares nothing with the crate but the kinds of its schema errors, and looks things up in the
//! tree where the crate walks along the tokens.

use ews_notifications::ErrorKind;
use roxmltree::{Document, Node};

use super::text::Lines;

pub(crate) const SOAP: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];
pub(crate) const EVENTS: [&str; 8] = [
    "StatusEvent",
    "CreatedEvent",
    "DeletedEvent",
    "ModifiedEvent",
    "MovedEvent",
    "CopiedEvent",
    "NewMailEvent",
    "FreeBusyChangedEvent",
];
pub(crate) const OPERATIONS: [&str; 3] = [
    "SendNotification",
    "GetEventsResponse",
    "GetStreamingEventsResponse",
];
/// The last is how an emulator calls it.
pub(crate) const RESPONSES: [&str; 4] = [
    "SendNotificationResponseMessage",
    "GetEventsResponseMessage",
    "GetStreamingEventsResponseMessage",
    "GetStreamingEventsResponseMessageType",
];
pub(crate) const IDS: [&str; 6] = [
    "ItemId",
    "FolderId",
    "ParentFolderId",
    "OldItemId",
    "OldFolderId",
    "OldParentFolderId",
];

/// Why the reference refuses a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not well-formed, or more than `roxmltree` takes.
    Xml,
    /// All that is wrong with what it means, in no order.
    Schema(Vec<ErrorKind>),
}

/// The message in text form, as [`super::text::of_message`] gives it.
pub(crate) fn read(body: &[u8]) -> Result<String, Refusal> {
    let text = core::str::from_utf8(body).map_err(|_| Refusal::Xml)?;
    if text.contains('\r') {
        // `roxmltree` does not read some of them as section 2.11 of XML says, such as one before a reference.
        let normal = text.replace("\r\n", "\n").replace('\r', "\n");
        of_normal(&normal, text)
    } else {
        of_normal(text, text)
    }
}

/// The message in a body of which the ends of lines have been normalized.
fn of_normal(normal: &str, body: &str) -> Result<String, Refusal> {
    let document = Document::parse(normal).map_err(|_| Refusal::Xml)?;
    let mut reading = Reading {
        body,
        lines: Lines::default(),
        defects: Vec::new(),
    };
    if let Err(defect) = reading.message(document.root_element()) {
        reading.defects.push(defect);
    }
    match reading.defects.is_empty() {
        true => Ok(reading.lines.into_text()),
        false => Err(Refusal::Schema(reading.defects)),
    }
}

/// What has been looked at so far.
struct Reading<'b> {
    body: &'b str,
    lines: Lines,
    defects: Vec<ErrorKind>,
}

impl<'b> Reading<'b> {
    /// Fails if there is no operation to look at.
    fn message(&mut self, root: Node<'_, '_>) -> Result<(), ErrorKind> {
        let name = root.tag_name();
        let mut operation = root;
        if name.name() == "Envelope" {
            let soap = name
                .namespace()
                .filter(|namespace| SOAP.contains(namespace));
            let soap = soap.ok_or(ErrorKind::EnvelopeNamespace)?;
            if let Some(header) = self.single(root, &[soap], "Header") {
                self.header(header);
            }
            let body = self.single(root, &[soap], "Body");
            let body = body.ok_or(ErrorKind::MissingBody)?;
            let mut elements = body.children().filter(Node::is_element);
            operation = elements.next().ok_or(ErrorKind::MissingOperation)?;
            if let Some(second) = elements.next() {
                let defect = check_operation(second).err();
                self.defects
                    .push(defect.unwrap_or(ErrorKind::RepeatedElement));
            }
        }
        check_operation(operation)?;
        self.lines.head(0, operation.tag_name().name());
        if operation.tag_name().name() == "Fault" {
            self.fault(operation);
        } else if let Some(responses) = self.single(operation, &messages(), "ResponseMessages") {
            let responses = responses.children().filter(|child| {
                is_in(*child, &messages()) && RESPONSES.contains(&child.tag_name().name())
            });
            for response in responses {
                self.response(response);
            }
        }
        Ok(())
    }

    /// Of SOAP 1.1 in no namespace, or by mistake in SOAP's; of SOAP 1.2 in SOAP's, and one level deeper.
    fn fault(&mut self, fault: Node<'_, '_>) {
        let [soap11, soap12] = SOAP;
        let (code, string, detail);
        if is_in(fault, &[soap11]) {
            code = self.text(fault, &["", soap11], "faultcode");
            string = self.text(fault, &["", soap11], "faultstring");
            detail = self.single(fault, &["", soap11], "detail");
        } else {
            let holder = self.single(fault, &[soap12], "Code");
            code = holder.and_then(|holder| self.text(holder, &[soap12], "Value"));
            let reason = self.single(fault, &[soap12], "Reason");
            let mut texts = Vec::new();
            if let Some(reason) = reason {
                texts.extend(children(reason, &[soap12], "Text").map(|text| self.leaf(text)));
            }
            string = texts.into_iter().next();
            detail = self.single(fault, &[soap12], "Detail");
        }
        self.lines.optional(1, "faultcode", code);
        self.lines.optional(1, "faultstring", string);
        let Some(detail) = detail else {
            return;
        };
        for name in ["ResponseCode", "Message"] {
            let text = self.text(detail, &errors(), name);
            self.lines.optional(1, name, text);
        }
        if let Some(message_xml) = self.single(detail, &types(), "MessageXml") {
            self.values(1, message_xml);
        }
    }

    fn header(&mut self, header: Node<'_, '_>) {
        if let Some(version) = self.single(header, &types(), "RequestServerVersion") {
            self.leaf(version);
            let version = attribute(version, "Version");
            self.lines.optional(0, "RequestServerVersion", version);
        }
        if let Some(info) = self.single(header, &types(), "ServerVersionInfo") {
            self.leaf(info);
            self.lines.head(0, "ServerVersionInfo");
            for name in [
                "MajorVersion",
                "MinorVersion",
                "MajorBuildNumber",
                "MinorBuildNumber",
            ] {
                let number = attribute(info, name).and_then(|text| self.int(text));
                self.lines.optional(1, name, number);
            }
            self.lines
                .optional(1, "Version", attribute(info, "Version"));
        }
    }

    fn response(&mut self, response: Node<'_, '_>) {
        self.lines.head(1, "Response");
        let class = attribute(response, "ResponseClass");
        self.lines.optional(2, "ResponseClass", class);
        for name in ["MessageText", "ResponseCode"] {
            let text = self.text(response, &messages(), name);
            self.lines.optional(2, name, text);
        }
        let key = self.text(response, &messages(), "DescriptiveLinkKey");
        let key = key.and_then(|key| self.int(&key));
        self.lines.optional(2, "DescriptiveLinkKey", key);
        if let Some(message_xml) = self.single(response, &messages(), "MessageXml") {
            self.values(2, message_xml);
        }
        let either = [messages(), types()].concat();
        let alone = self.single(response, &either, "Notification");
        let several = self.single(response, &messages(), "Notifications");
        let several = several.into_iter();
        let several = several.flat_map(|several| children(several, &either, "Notification"));
        let mut notifications: Vec<Node<'_, '_>> = alone.into_iter().chain(several).collect();
        notifications.sort_by_key(|notification| notification.range().start);
        for notification in notifications {
            self.notification(notification);
        }
        if let Some(ids) = self.single(response, &messages(), "ErrorSubscriptionIds") {
            for id in children(ids, &either, "SubscriptionId") {
                let id = self.leaf(id);
                self.lines.line(2, "ErrorSubscriptionId", id);
            }
        }
        let status = self.text(response, &messages(), "ConnectionStatus");
        self.lines.optional(2, "ConnectionStatus", status);
    }

    fn values(&mut self, depth: usize, message_xml: Node<'_, '_>) {
        for value in children(message_xml, &types(), "Value") {
            let text = self.leaf(value);
            self.lines.line(depth, "Value", text);
            let name = attribute(value, "Name");
            self.lines.optional(depth + 1, "Name", name);
        }
    }

    fn notification(&mut self, notification: Node<'_, '_>) {
        self.lines.head(2, "Notification");
        match self.text(notification, &types(), "SubscriptionId") {
            Some(id) => self.lines.line(3, "SubscriptionId", id),
            None => self.defects.push(ErrorKind::MissingSubscriptionId),
        }
        let previous = self.text(notification, &types(), "PreviousWatermark");
        self.lines.optional(3, "PreviousWatermark", previous);
        let more = self.text(notification, &types(), "MoreEvents");
        let more = more.and_then(|text| self.boolean(&text));
        self.lines.optional(3, "MoreEvents", more);
        let events = notification
            .children()
            .filter(|child| is_in(*child, &types()));
        for event in events {
            match event.tag_name().name() {
                "SubscriptionId" | "PreviousWatermark" | "MoreEvents" => {}
                name if EVENTS.contains(&name) => self.event(event),
                name => {
                    self.lines.head(3, name);
                    let raw = self.raw(event);
                    self.lines.line(4, "raw", raw);
                }
            }
        }
    }

    fn event(&mut self, event: Node<'_, '_>) {
        self.lines.head(3, event.tag_name().name());
        for name in ["Watermark", "TimeStamp"] {
            let text = self.text(event, &types(), name);
            self.lines.optional(4, name, text);
        }
        for name in IDS {
            if let Some(id) = self.single(event, &types(), name) {
                self.leaf(id);
                match attribute(id, "Id") {
                    Some(value) => {
                        let change_key = attribute(id, "ChangeKey");
                        self.lines.id(name, Some((value, change_key)));
                    }
                    None => self.defects.push(ErrorKind::MissingId),
                }
            }
        }
        let count = self.text(event, &types(), "UnreadCount");
        let count = count.and_then(|count| self.int(&count));
        self.lines.optional(4, "UnreadCount", count);
    }

    /// The element as it stands in the body.
    fn raw(&self, element: Node<'_, '_>) -> &'b str {
        let range = element.range();
        if element.document().input_text() == self.body {
            return &self.body[range];
        }
        // Where each byte of the normalized text comes from: all are in it but a line feed behind a return.
        let bytes = self.body.as_bytes();
        let is_kept = |at: &usize| bytes[*at] != b'\n' || *at == 0 || bytes[at - 1] != b'\r';
        let places: Vec<usize> = (0..bytes.len()).filter(is_kept).collect();
        &self.body[places[range.start]..=places[range.end - 1]]
    }

    /// The first child of this name in one of these namespaces.
    fn single<'n>(
        &mut self,
        parent: Node<'n, 'n>,
        namespaces: &[&str],
        name: &str,
    ) -> Option<Node<'n, 'n>> {
        let mut named = children(parent, namespaces, name);
        let first = named.next();
        if named.next().is_some() {
            self.defects.push(ErrorKind::RepeatedElement);
        }
        first
    }

    /// The text of the first child of this name in one of these namespaces.
    fn text(&mut self, parent: Node<'_, '_>, namespaces: &[&str], name: &str) -> Option<String> {
        self.single(parent, namespaces, name)
            .map(|child| self.leaf(child))
    }

    fn leaf(&mut self, element: Node<'_, '_>) -> String {
        if element.children().any(|child| child.is_element()) {
            self.defects.push(ErrorKind::ElementInLeaf);
        }
        let texts = element.children().filter(Node::is_text);
        texts.filter_map(|text| text.text()).collect()
    }

    fn boolean(&mut self, text: &str) -> Option<bool> {
        match text.trim_matches([' ', '\t', '\r', '\n']) {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.defects.push(ErrorKind::InvalidBoolean);
                None
            }
        }
    }

    fn int(&mut self, text: &str) -> Option<i32> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
        let value = text.parse().ok().filter(|_| is_number);
        if value.is_none() {
            self.defects.push(ErrorKind::InvalidInt);
        }
        value
    }
}

fn check_operation(element: Node<'_, '_>) -> Result<(), ErrorKind> {
    match element.tag_name().name() {
        "Fault" if is_in(element, &SOAP) => Ok(()),
        name if OPERATIONS.contains(&name) => match is_in(element, &messages()) {
            true => Ok(()),
            false => Err(ErrorKind::OperationNamespace),
        },
        _ => Err(ErrorKind::UnexpectedOperation),
    }
}

/// The children of this name in one of these namespaces.
fn children<'n>(
    parent: Node<'n, 'n>,
    namespaces: &[&str],
    name: &str,
) -> impl Iterator<Item = Node<'n, 'n>> {
    let elements = parent.children().filter(Node::is_element);
    elements.filter(move |child| child.tag_name().name() == name && is_in(*child, namespaces))
}

/// The attribute of this name in no namespace.
fn attribute<'n>(element: Node<'n, 'n>, name: &str) -> Option<&'n str> {
    let mut attributes = element.attributes();
    let named = attributes.find(|found| found.namespace().is_none() && found.name() == name);
    named.map(|found| found.value())
}

fn is_in(element: Node<'_, '_>, namespaces: &[&str]) -> bool {
    let namespace = element.tag_name().namespace();
    namespaces.contains(&namespace.unwrap_or_default())
}

fn messages() -> [&'static str; 2] {
    [
        "http://schemas.microsoft.com/exchange/services/2006/messages",
        "https://schemas.microsoft.com/exchange/services/2006/messages",
    ]
}

fn errors() -> [&'static str; 2] {
    [
        "http://schemas.microsoft.com/exchange/services/2006/errors",
        "https://schemas.microsoft.com/exchange/services/2006/errors",
    ]
}

fn types() -> [&'static str; 2] {
    [
        "http://schemas.microsoft.com/exchange/services/2006/types",
        "https://schemas.microsoft.com/exchange/services/2006/types",
    ]
}
