//! The reference: a second implementation of the typed layer, slow and simple, over the tree of `roxmltree`.
//!
//! It shares only the kinds of schema errors with the crate. It looks elements up in a tree, where the crate follows
//! the tokens.

use ews_notifications::ErrorKind;
use roxmltree::{Document, Node};
use serde_json::{Value, json};

use super::json::without_nulls;

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
/// An emulator writes the last one.
pub(crate) const RESPONSES: [&str; 4] = [
    "SendNotificationResponseMessage",
    "GetEventsResponseMessage",
    "GetStreamingEventsResponseMessage",
    "GetStreamingEventsResponseMessageType",
];
/// The content of a child of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Text,
    Time,
    /// The attributes `Id` and `ChangeKey`.
    Id,
    Int,
}

/// The children of an event in schema order: the element, its content, and its key in JSON.
pub(crate) const EVENT_CHILDREN: [(&str, Content, &str); 9] = [
    ("Watermark", Content::Text, "watermark"),
    ("TimeStamp", Content::Time, "timestamp"),
    ("ItemId", Content::Id, "item_id"),
    ("FolderId", Content::Id, "folder_id"),
    ("ParentFolderId", Content::Id, "parent_folder_id"),
    ("OldItemId", Content::Id, "old_item_id"),
    ("OldFolderId", Content::Id, "old_folder_id"),
    ("OldParentFolderId", Content::Id, "old_parent_folder_id"),
    ("UnreadCount", Content::Int, "unread_count"),
];

/// Why the reference refuses a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not well-formed, or more than `roxmltree` takes.
    Xml,
    /// All schema errors of the body, in no order.
    Schema(Vec<ErrorKind>),
}

/// The message, as [`super::json::of_message`] gives it.
pub(crate) fn read(body: &[u8]) -> Result<Value, Refusal> {
    let text = core::str::from_utf8(body).map_err(|_| Refusal::Xml)?;
    if text.contains('\r') {
        // `roxmltree` does not normalize every line end by section 2.11 of XML, such as one before a reference.
        let normal = text.replace("\r\n", "\n").replace('\r', "\n");
        read_normal(&normal, text)
    } else {
        read_normal(text, text)
    }
}

/// The message in a body whose line ends have been normalized.
fn read_normal(normal: &str, body: &str) -> Result<Value, Refusal> {
    let document = Document::parse(normal).map_err(|_| Refusal::Xml)?;
    let defects = Vec::new();
    let mut reading = Reading { body, defects };
    match reading.message(document.root_element()) {
        Ok(message) if reading.defects.is_empty() => Ok(without_nulls(message)),
        Ok(_) => Err(Refusal::Schema(reading.defects)),
        Err(defect) => {
            reading.defects.push(defect);
            Err(Refusal::Schema(reading.defects))
        }
    }
}

/// The body, and the defects found so far.
struct Reading<'b> {
    body: &'b str,
    defects: Vec<ErrorKind>,
}

impl<'b> Reading<'b> {
    /// Fails if the body has no known operation.
    fn message(&mut self, root: Node<'_, '_>) -> Result<Value, ErrorKind> {
        let name = root.tag_name();
        let mut operation = root;
        let mut soap_version = None;
        let mut version = None;
        let mut info = None;
        let mut must_understand = Vec::new();
        if name.name() == "Envelope" {
            let soap = name
                .namespace()
                .filter(|namespace| SOAP.contains(namespace));
            let soap = soap.ok_or(ErrorKind::WrongNamespace)?;
            soap_version = Some(if soap == SOAP[0] { "1.1" } else { "1.2" });
            if let Some(header) = self.single(root, &[soap], "Header") {
                version = self.request_server_version(header);
                info = self.server_version_info(header);
                must_understand.extend(header.children().filter_map(required_block));
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
        let mut fault = None;
        let mut responses = Vec::new();
        if operation.tag_name().name() == "Fault" {
            fault = Some(self.fault(operation));
        } else if let Some(list) = self.single(operation, &messages(), "ResponseMessages") {
            for response in self.children(list, &messages(), &RESPONSES) {
                responses.push(self.response(response));
            }
        }
        Ok(json!({
            "operation": operation.tag_name().name(),
            "soap": soap_version,
            "request_server_version": version,
            "server_version_info": info,
            "must_understand": must_understand,
            "responses": responses,
            "fault": fault,
        }))
    }

    /// The children are in no namespace in SOAP 1.1, or by mistake in SOAP's. In SOAP 1.2 they are in SOAP's namespace and
    /// one level deeper.
    fn fault(&mut self, fault: Node<'_, '_>) -> Value {
        let [soap11, soap12] = SOAP;
        let (code, string, detail);
        let mut subcode = None;
        if is_in(fault, &[soap11]) {
            code = self.text(fault, &["", soap11], "faultcode");
            string = self.text(fault, &["", soap11], "faultstring");
            detail = self.single(fault, &["", soap11], "detail");
        } else {
            let holder = self.single(fault, &[soap12], "Code");
            code = holder.and_then(|holder| self.text(holder, &[soap12], "Value"));
            let inner = holder.and_then(|holder| self.single(holder, &[soap12], "Subcode"));
            subcode = inner.and_then(|inner| self.text(inner, &[soap12], "Value"));
            let reason = self.single(fault, &[soap12], "Reason");
            let texts = reason.map(|reason| self.children(reason, &[soap12], &["Text"]));
            let mut texts = texts.into_iter().flatten().map(|text| self.leaf(text));
            string = texts.next();
            texts.for_each(drop);
            detail = self.single(fault, &[soap12], "Detail");
        }
        let mut in_detail = |name| self.text(detail?, &errors(), name);
        let (response_code, message_text) = (in_detail("ResponseCode"), in_detail("Message"));
        json!({
            "code": code.as_deref().map(trimmed),
            "subcode": subcode.as_deref().map(trimmed),
            "string": string,
            "response_code": response_code.as_deref().map(trimmed),
            "message_text": message_text,
            "message_xml": detail.map_or_else(Vec::new, |detail| self.message_xml(detail, &types())),
        })
    }

    fn request_server_version(&mut self, header: Node<'_, '_>) -> Option<String> {
        let version = self.single(header, &types(), "RequestServerVersion")?;
        self.leaf(version);
        attribute(version, "Version").map(|text| trimmed(text).to_owned())
    }

    fn server_version_info(&mut self, header: Node<'_, '_>) -> Option<Value> {
        let info = self.single(header, &types(), "ServerVersionInfo")?;
        self.leaf(info);
        let mut number = |name| attribute(info, name).and_then(|text| self.int(text));
        Some(json!({
            "major_version": number("MajorVersion"),
            "minor_version": number("MinorVersion"),
            "major_build_number": number("MajorBuildNumber"),
            "minor_build_number": number("MinorBuildNumber"),
            "version": attribute(info, "Version").map(trimmed),
        }))
    }

    fn response(&mut self, response: Node<'_, '_>) -> Value {
        let key = self.text(response, &messages(), "DescriptiveLinkKey");
        let either = [messages(), types()].concat();
        let alone = self.single(response, &either, "Notification");
        let several = self.single(response, &messages(), "Notifications");
        let several = several.map(|several| self.children(several, &either, &["Notification"]));
        let several = several.into_iter().flatten();
        let mut notifications: Vec<Node<'_, '_>> = alone.into_iter().chain(several).collect();
        notifications.sort_by_key(|notification| notification.range().start);
        let notifications = notifications.into_iter();
        let notifications: Vec<Value> = notifications.map(|one| self.notification(one)).collect();
        let mut ids = Vec::new();
        if let Some(list) = self.single(response, &messages(), "ErrorSubscriptionIds") {
            for id in self.children(list, &either, &["SubscriptionId"]) {
                ids.push(trimmed(&self.leaf(id)).to_owned());
            }
            ids.retain(|id| !id.is_empty());
        }
        json!({
            "class": attribute(response, "ResponseClass").map(trimmed),
            "message_text": self.text(response, &messages(), "MessageText"),
            "code": self.token(response, &messages(), "ResponseCode"),
            "descriptive_link_key": key.and_then(|key| self.int(&key)),
            "message_xml": self.message_xml(response, &messages()),
            "notifications": notifications,
            "connection_status": self.token(response, &messages(), "ConnectionStatus"),
            "error_subscription_ids": ids,
        })
    }

    /// The values in the `MessageXml` of this element.
    fn message_xml(&mut self, parent: Node<'_, '_>, namespaces: &[&str]) -> Vec<Value> {
        let Some(message_xml) = self.single(parent, namespaces, "MessageXml") else {
            return Vec::new();
        };
        let values = self.children(message_xml, &types(), &["Value"]);
        let values = values.into_iter().map(|value| {
            json!({ "name": attribute(value, "Name").map(trimmed), "value": self.leaf(value) })
        });
        values.collect()
    }

    fn notification(&mut self, notification: Node<'_, '_>) -> Value {
        let id = self.token(notification, &types(), "SubscriptionId");
        if id.as_deref().unwrap_or_default().is_empty() {
            self.defects.push(ErrorKind::MissingSubscriptionId);
        }
        let more = self.token(notification, &types(), "MoreEvents");
        let is_event = |child: &Node<'_, '_>| {
            let leaves = ["SubscriptionId", "PreviousWatermark", "MoreEvents"];
            !(is_in(*child, &types()) && leaves.contains(&child.tag_name().name()))
        };
        let events = notification
            .children()
            .filter(Node::is_element)
            .filter(is_event);
        let events: Vec<Value> = events.map(|event| self.event(event)).collect();
        json!({
            "subscription_id": id,
            "previous_watermark": self.token(notification, &types(), "PreviousWatermark").filter(|mark| !mark.is_empty()),
            "more_events": more.and_then(|text| self.boolean(&text)),
            "events": events,
        })
    }

    fn event(&mut self, event: Node<'_, '_>) -> Value {
        let name = event.tag_name().name();
        let is_known = is_in(event, &types()) && EVENTS.contains(&name);
        let mut value = json!({ "kind": if is_known { name } else { "Other" } });
        let namespaces = types();
        for (name, content, key) in EVENT_CHILDREN {
            let mut named = named(event, &namespaces, name);
            let Some(child) = named.next() else {
                continue;
            };
            let before = self.defects.len();
            let found = match content {
                Content::Text => {
                    let text = self.leaf(child);
                    json!(Some(trimmed(&text)).filter(|text| !text.is_empty()))
                }
                Content::Time => json!(trimmed(&self.leaf(child))),
                Content::Id => self.id(child),
                Content::Int => {
                    let text = self.leaf(child);
                    json!(self.int(&text))
                }
            };
            let is_good = self.defects.len() == before;
            if named.next().is_some() {
                self.defects.push(ErrorKind::RepeatedElement);
            }
            if is_known || is_good {
                value[key] = found;
            }
            // An unknown event may have any children.
            if !is_known {
                self.defects.truncate(before);
            }
        }
        if !is_known {
            let namespace = event.tag_name().namespace().unwrap_or_default();
            value["other"] =
                json!({ "name": name, "namespace": namespace, "raw": self.raw(event) });
        }
        value
    }

    fn id(&mut self, id: Node<'_, '_>) -> Value {
        self.leaf(id);
        let value = attribute(id, "Id").map(trimmed);
        if value.unwrap_or_default().is_empty() {
            self.defects.push(ErrorKind::MissingId);
        }
        json!({ "id": value, "change_key": attribute(id, "ChangeKey").map(trimmed) })
    }

    /// The bytes of the element in the body.
    fn raw(&self, element: Node<'_, '_>) -> &'b str {
        let range = element.range();
        if element.document().input_text() == self.body {
            return &self.body[range];
        }
        // The source position of each byte of the normalized text. Only a line feed after a carriage return is missing
        // in it.
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
        match self.children(parent, namespaces, &[name]).as_slice() {
            [] => None,
            [only] => Some(*only),
            [first, ..] => {
                self.defects.push(ErrorKind::RepeatedElement);
                Some(*first)
            }
        }
    }

    /// The children of these names in one of these namespaces. One in another namespace of EWS or SOAP, or in none, is a
    /// defect.
    fn children<'n>(
        &mut self,
        parent: Node<'n, 'n>,
        namespaces: &[&str],
        names: &[&str],
    ) -> Vec<Node<'n, 'n>> {
        let elements = parent.children().filter(Node::is_element);
        let named = elements.filter(|child| names.contains(&child.tag_name().name()));
        let (right, others): (Vec<_>, Vec<_>) = named.partition(|child| is_in(*child, namespaces));
        let is_wrong = |child: &Node<'_, '_>| {
            let namespace = child.tag_name().namespace().unwrap_or_default();
            match parent.tag_name().name() {
                "detail" | "Detail" => is_of_ews(namespace) || SOAP.contains(&namespace),
                _ => is_of_ews(namespace) || SOAP.contains(&namespace) || namespace.is_empty(),
            }
        };
        if others.iter().any(is_wrong) {
            self.defects.push(ErrorKind::WrongNamespace);
        }
        right
    }

    /// The text of the first child of this name, without the white space around it.
    fn token(&mut self, parent: Node<'_, '_>, namespaces: &[&str], name: &str) -> Option<String> {
        let text = self.text(parent, namespaces, name)?;
        Some(trimmed(&text).to_owned())
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
        match trimmed(text) {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.defects.push(ErrorKind::InvalidBoolean);
                None
            }
        }
    }

    fn int(&mut self, text: &str) -> Option<i32> {
        let text = trimmed(text);
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
        "Fault" if element.parent_element().is_some() => Err(ErrorKind::WrongNamespace),
        name if OPERATIONS.contains(&name) => match is_in(element, &messages()) {
            true => Ok(()),
            false => Err(ErrorKind::WrongNamespace),
        },
        _ => Err(ErrorKind::UnexpectedOperation),
    }
}

/// A block of a header with `mustUnderstand` that is not one of the two known ones.
fn required_block(block: Node<'_, '_>) -> Option<Value> {
    let name = block.tag_name().name();
    let is_known = ["RequestServerVersion", "ServerVersionInfo"].contains(&name);
    let mut required = SOAP
        .into_iter()
        .filter_map(|soap| block.attribute((soap, "mustUnderstand")));
    let is_required = required.any(|value| ["1", "true"].contains(&trimmed(value)));
    let namespace = block.tag_name().namespace().unwrap_or_default();
    (is_required && !(is_known && is_in(block, &types())))
        .then(|| json!({ "name": name, "namespace": namespace }))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

fn is_of_ews(namespace: &str) -> bool {
    let namespace = namespace.to_ascii_lowercase();
    namespace
        .find("schemas.microsoft.com/exchange")
        .is_some_and(|at| at <= 16)
}

/// The children of this name in one of these namespaces.
fn named<'n>(
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
