//! A slow second implementation of the typed layer, over the tree of `roxmltree`.
//!
//! It shares nothing with the crate but the kinds of its schema errors, and looks things up in the
//! tree where the crate walks along the tokens.

use ews_notifications::ErrorKind;
use roxmltree::{Document, Node};

use super::text::Lines;

const SOAP: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];
const EVENTS: [&str; 8] = [
    "StatusEvent",
    "CreatedEvent",
    "DeletedEvent",
    "ModifiedEvent",
    "MovedEvent",
    "CopiedEvent",
    "NewMailEvent",
    "FreeBusyChangedEvent",
];

/// Why the reference refuses a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not well-formed, or more than `roxmltree` takes.
    Xml,
    Schema(ErrorKind),
}

/// The message in text form, as [`super::text::of_message`] gives it.
pub(crate) fn read(body: &[u8]) -> Result<String, Refusal> {
    let text = core::str::from_utf8(body).map_err(|_| Refusal::Xml)?;
    let document = Document::parse(text).map_err(|_| Refusal::Xml)?;
    let mut lines = Lines::default();
    message(document.root_element(), &mut lines).map_err(Refusal::Schema)?;
    Ok(lines.into_text())
}

type Checked<T> = Result<T, ErrorKind>;

fn message(root: Node<'_, '_>, lines: &mut Lines) -> Checked<()> {
    let name = root.tag_name();
    let mut operation = root;
    if name.name() == "Envelope" {
        let soap = name
            .namespace()
            .filter(|namespace| SOAP.contains(namespace));
        let soap = soap.ok_or(ErrorKind::EnvelopeNamespace)?;
        if let Some(header) = single(root, &[soap], "Header")? {
            header_lines(header, lines)?;
        }
        let body = single(root, &[soap], "Body")?.ok_or(ErrorKind::MissingBody)?;
        let mut elements = body.children().filter(Node::is_element);
        operation = elements.next().ok_or(ErrorKind::MissingOperation)?;
        check_operation(operation)?;
        if let Some(second) = elements.next() {
            check_operation(second)?;
            return Err(ErrorKind::RepeatedElement);
        }
    }
    check_operation(operation)?;
    lines.head(0, "SendNotification");
    if let Some(responses) = single(operation, &messages(), "ResponseMessages")? {
        for response in children(responses, &messages(), "SendNotificationResponseMessage") {
            response_lines(response, lines)?;
        }
    }
    Ok(())
}

fn check_operation(element: Node<'_, '_>) -> Checked<()> {
    match element.tag_name().name() {
        "SendNotification" if is_in(element, &messages()) => Ok(()),
        "SendNotification" => Err(ErrorKind::OperationNamespace),
        _ => Err(ErrorKind::UnexpectedOperation),
    }
}

fn header_lines(header: Node<'_, '_>, lines: &mut Lines) -> Checked<()> {
    if let Some(version) = single(header, &types(), "RequestServerVersion")? {
        leaf(version)?;
        lines.optional(0, "RequestServerVersion", attribute(version, "Version"));
    }
    if let Some(info) = single(header, &types(), "ServerVersionInfo")? {
        leaf(info)?;
        lines.head(0, "ServerVersionInfo");
        for name in [
            "MajorVersion",
            "MinorVersion",
            "MajorBuildNumber",
            "MinorBuildNumber",
        ] {
            lines.optional(1, name, attribute(info, name).map(int).transpose()?);
        }
        lines.optional(1, "Version", attribute(info, "Version"));
    }
    Ok(())
}

fn response_lines(response: Node<'_, '_>, lines: &mut Lines) -> Checked<()> {
    let text = |name| single(response, &messages(), name)?.map(leaf).transpose();
    lines.head(1, "Response");
    lines.optional(2, "ResponseClass", attribute(response, "ResponseClass"));
    lines.optional(2, "MessageText", text("MessageText")?);
    lines.optional(2, "ResponseCode", text("ResponseCode")?);
    let key = text("DescriptiveLinkKey")?;
    lines.optional(
        2,
        "DescriptiveLinkKey",
        key.map(|key| int(&key)).transpose()?,
    );
    if let Some(message_xml) = single(response, &messages(), "MessageXml")? {
        for value in children(message_xml, &types(), "Value") {
            lines.line(2, "Value", leaf(value)?);
            lines.optional(3, "Name", attribute(value, "Name"));
        }
    }
    let either = [messages(), types()].concat();
    if let Some(notification) = single(response, &either, "Notification")? {
        notification_lines(notification, lines)?;
    }
    Ok(())
}

fn notification_lines(notification: Node<'_, '_>, lines: &mut Lines) -> Checked<()> {
    let text = |name| single(notification, &types(), name)?.map(leaf).transpose();
    lines.head(2, "Notification");
    let id = text("SubscriptionId")?.ok_or(ErrorKind::MissingSubscriptionId)?;
    lines.line(3, "SubscriptionId", id);
    lines.optional(3, "PreviousWatermark", text("PreviousWatermark")?);
    let more = text("MoreEvents")?.map(|text| boolean(&text)).transpose()?;
    lines.optional(3, "MoreEvents", more);
    let events = notification
        .children()
        .filter(|child| is_in(*child, &types()));
    for event in events {
        match event.tag_name().name() {
            "SubscriptionId" | "PreviousWatermark" | "MoreEvents" => {}
            name if EVENTS.contains(&name) => event_lines(event, lines)?,
            name => {
                lines.head(3, name);
                lines.line(4, "raw", &event.document().input_text()[event.range()]);
            }
        }
    }
    Ok(())
}

fn event_lines(event: Node<'_, '_>, lines: &mut Lines) -> Checked<()> {
    let text = |name| single(event, &types(), name)?.map(leaf).transpose();
    lines.head(3, event.tag_name().name());
    lines.optional(4, "Watermark", text("Watermark")?);
    lines.optional(4, "TimeStamp", text("TimeStamp")?);
    for name in [
        "ItemId",
        "FolderId",
        "ParentFolderId",
        "OldItemId",
        "OldFolderId",
        "OldParentFolderId",
    ] {
        if let Some(id) = single(event, &types(), name)? {
            let value = attribute(id, "Id").ok_or(ErrorKind::MissingId)?;
            leaf(id)?;
            lines.id(name, Some((value, attribute(id, "ChangeKey"))));
        }
    }
    let count = text("UnreadCount")?;
    lines.optional(
        4,
        "UnreadCount",
        count.map(|count| int(&count)).transpose()?,
    );
    Ok(())
}

/// The children of this name in one of these namespaces.
fn children<'n>(
    parent: Node<'n, 'n>,
    namespaces: &'n [&str],
    name: &'n str,
) -> impl Iterator<Item = Node<'n, 'n>> {
    let elements = parent.children().filter(Node::is_element);
    elements.filter(move |child| child.tag_name().name() == name && is_in(*child, namespaces))
}

fn single<'n>(
    parent: Node<'n, 'n>,
    namespaces: &[&str],
    name: &str,
) -> Checked<Option<Node<'n, 'n>>> {
    let elements = parent.children().filter(Node::is_element);
    let mut named =
        elements.filter(|child| child.tag_name().name() == name && is_in(*child, namespaces));
    match (named.next(), named.next()) {
        (_, Some(_)) => Err(ErrorKind::RepeatedElement),
        (first, None) => Ok(first),
    }
}

/// The attribute of this name in no namespace.
fn attribute<'n>(element: Node<'n, 'n>, name: &str) -> Option<&'n str> {
    let mut attributes = element.attributes();
    let named = attributes.find(|found| found.namespace().is_none() && found.name() == name);
    named.map(|found| found.value())
}

fn is_in(element: Node<'_, '_>, namespaces: &[&str]) -> bool {
    element
        .tag_name()
        .namespace()
        .is_some_and(|namespace| namespaces.contains(&namespace))
}

fn leaf(element: Node<'_, '_>) -> Checked<String> {
    match element.children().any(|child| child.is_element()) {
        true => Err(ErrorKind::ElementInLeaf),
        false => Ok(element
            .children()
            .filter(Node::is_text)
            .filter_map(|text| text.text())
            .collect()),
    }
}

fn boolean(text: &str) -> Checked<bool> {
    match text.trim_matches([' ', '\t', '\r', '\n']) {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ErrorKind::InvalidBoolean),
    }
}

fn int(text: &str) -> Checked<i64> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
    let value = text
        .parse::<i64>()
        .ok()
        .filter(|value| i32::try_from(*value).is_ok());
    value.filter(|_| is_number).ok_or(ErrorKind::InvalidInt)
}

fn messages() -> [&'static str; 2] {
    [
        "http://schemas.microsoft.com/exchange/services/2006/messages",
        "https://schemas.microsoft.com/exchange/services/2006/messages",
    ]
}

fn types() -> [&'static str; 2] {
    [
        "http://schemas.microsoft.com/exchange/services/2006/types",
        "https://schemas.microsoft.com/exchange/services/2006/types",
    ]
}
