//! A typed consumer of notifications, as a user of quick-xml writes it by hand. It fills the model of this crate.
//!
//! It finds elements by their local names. It neither checks namespaces nor refuses repeated or misplaced elements, so it
//! does less than this crate. `T` is the type of texts: `Cow<str>` borrows from the body, `String` owns.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a contestant that fails must not be timed"
)]

use std::borrow::Cow;

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event as XmlEvent};
use quick_xml::{Reader, XmlVersion};
use serde::Serialize;

/// The reader, and the body that it reads.
struct Source<'b> {
    body: &'b str,
    reader: Reader<&'b [u8]>,
}

/// As `ews_notifications::Message`. The same goes for the other types.
#[derive(Serialize)]
pub(crate) struct Message<T> {
    operation: &'static str,
    soap: Option<&'static str>,
    request_server_version: Option<T>,
    server_version_info: Option<ServerVersionInfo<T>>,
    must_understand: [(); 0],
    responses: Vec<Response<T>>,
    fault: Option<()>,
}

#[derive(Serialize)]
struct ServerVersionInfo<T> {
    major_version: Option<i32>,
    minor_version: Option<i32>,
    major_build_number: Option<i32>,
    minor_build_number: Option<i32>,
    version: Option<T>,
}

#[derive(Serialize)]
struct Response<T> {
    class: Option<T>,
    message_text: Option<T>,
    code: Option<T>,
    descriptive_link_key: Option<i32>,
    message_xml: Vec<MessageXmlValue<T>>,
    notifications: Vec<Notification<T>>,
    connection_status: Option<T>,
    error_subscription_ids: Vec<T>,
}

#[derive(Serialize)]
struct MessageXmlValue<T> {
    name: Option<T>,
    value: T,
}

#[derive(Serialize)]
struct Notification<T> {
    subscription_id: Option<T>,
    previous_watermark: Option<T>,
    more_events: Option<bool>,
    events: Vec<Event<T>>,
}

#[derive(Serialize)]
struct Event<T> {
    kind: &'static str,
    watermark: Option<T>,
    timestamp: Option<T>,
    item_id: Option<Id<T>>,
    folder_id: Option<Id<T>>,
    parent_folder_id: Option<Id<T>>,
    old_item_id: Option<Id<T>>,
    old_folder_id: Option<Id<T>>,
    old_parent_folder_id: Option<Id<T>>,
    unread_count: Option<i32>,
    other: Option<()>,
}

#[derive(Serialize)]
struct Id<T> {
    id: T,
    change_key: Option<T>,
}

/// Reads a push, or the response of a stream.
pub(crate) fn read<'b, T: From<Cow<'b, str>>>(body: &'b [u8]) -> Message<T> {
    let body = simdutf8::basic::from_utf8(body).expect("the body is UTF-8");
    let mut source = Source {
        body,
        reader: Reader::from_str(body),
    };
    let mut message = Message {
        operation: "",
        soap: None,
        request_server_version: None,
        server_version_info: None,
        must_understand: [],
        responses: Vec::new(),
        fault: None,
    };
    loop {
        match source.reader.read_event().expect("the body is well-formed") {
            XmlEvent::Start(tag) => message.start(&tag, &mut source),
            XmlEvent::Empty(tag) => message.empty(&tag, body),
            XmlEvent::Eof => return message,
            _ => {}
        }
    }
}

impl<'b, T: From<Cow<'b, str>>> Message<T> {
    /// A start tag. The text of a leaf is read with it.
    fn start(&mut self, tag: &BytesStart<'_>, source: &mut Source<'b>) {
        let name = tag.local_name();
        match name.as_ref() {
            "Envelope" => self.soap = soap_version(tag),
            "SendNotification" => self.operation = "SendNotification",
            "GetEventsResponse" => self.operation = "GetEventsResponse",
            "GetStreamingEventsResponse" => self.operation = "GetStreamingEventsResponse",
            "Notification" => {
                if let Some(response) = self.responses.last_mut() {
                    response.notifications.push(Notification {
                        subscription_id: None,
                        previous_watermark: None,
                        more_events: None,
                        events: Vec::new(),
                    });
                }
            }
            name if name.ends_with("ResponseMessage") => self.responses.push(Response {
                class: attribute(tag, "ResponseClass", source.body),
                message_text: None,
                code: None,
                descriptive_link_key: None,
                message_xml: Vec::new(),
                notifications: Vec::new(),
                connection_status: None,
                error_subscription_ids: Vec::new(),
            }),
            name => {
                let Some(response) = self.responses.last_mut() else {
                    return self.empty(tag, source.body);
                };
                match name {
                    "MessageText" => response.message_text = Some(text(source)),
                    "ResponseCode" => response.code = Some(text(source)),
                    "DescriptiveLinkKey" => response.descriptive_link_key = number(source),
                    "ConnectionStatus" => response.connection_status = Some(text(source)),
                    "Value" => response.message_xml.push(MessageXmlValue {
                        name: attribute(tag, "Name", source.body),
                        value: text(source),
                    }),
                    name => {
                        if let Some(notification) = response.notifications.last_mut() {
                            notification.start(name, tag, source);
                        }
                    }
                }
            }
        }
    }

    /// An empty-element tag, or the start tag of an element whose content is of no interest.
    fn empty(&mut self, tag: &BytesStart<'_>, body: &'b str) {
        match tag.local_name().as_ref() {
            "RequestServerVersion" => self.request_server_version = attribute(tag, "Version", body),
            "ServerVersionInfo" => {
                let number = |name| attribute::<Cow<'_, str>>(tag, name, body)?.parse().ok();
                self.server_version_info = Some(ServerVersionInfo {
                    major_version: number("MajorVersion"),
                    minor_version: number("MinorVersion"),
                    major_build_number: number("MajorBuildNumber"),
                    minor_build_number: number("MinorBuildNumber"),
                    version: attribute(tag, "Version", body),
                });
            }
            name => {
                let response = self.responses.last_mut();
                let notification = response.and_then(|response| response.notifications.last_mut());
                if let Some(event) = notification.and_then(|one| one.events.last_mut()) {
                    event.id(name, tag, body);
                }
            }
        }
    }
}

impl<'b, T: From<Cow<'b, str>>> Notification<T> {
    fn start(&mut self, name: &str, tag: &BytesStart<'_>, source: &mut Source<'b>) {
        const KINDS: [&str; 8] = [
            "StatusEvent",
            "CreatedEvent",
            "DeletedEvent",
            "ModifiedEvent",
            "MovedEvent",
            "CopiedEvent",
            "NewMailEvent",
            "FreeBusyChangedEvent",
        ];
        match (name, self.events.last_mut()) {
            ("SubscriptionId", _) => self.subscription_id = Some(text(source)),
            ("PreviousWatermark", _) => self.previous_watermark = Some(text(source)),
            ("MoreEvents", _) => self.more_events = Some(text::<Cow<'_, str>>(source) == "true"),
            ("Watermark", Some(event)) => event.watermark = Some(text(source)),
            ("TimeStamp", Some(event)) => event.timestamp = Some(text(source)),
            ("UnreadCount", Some(event)) => event.unread_count = number(source),
            (name, event) => {
                if let Some(kind) = KINDS.into_iter().find(|kind| *kind == name) {
                    self.events.push(Event {
                        kind,
                        watermark: None,
                        timestamp: None,
                        item_id: None,
                        folder_id: None,
                        parent_folder_id: None,
                        old_item_id: None,
                        old_folder_id: None,
                        old_parent_folder_id: None,
                        unread_count: None,
                        other: None,
                    });
                } else if let Some(event) = event {
                    event.id(name, tag, source.body);
                }
            }
        }
    }
}

impl<'b, T: From<Cow<'b, str>>> Event<T> {
    fn id(&mut self, name: &str, tag: &BytesStart<'_>, body: &'b str) {
        let id = match name {
            "ItemId" => &mut self.item_id,
            "FolderId" => &mut self.folder_id,
            "ParentFolderId" => &mut self.parent_folder_id,
            "OldItemId" => &mut self.old_item_id,
            "OldFolderId" => &mut self.old_folder_id,
            "OldParentFolderId" => &mut self.old_parent_folder_id,
            _ => return,
        };
        let mut found = [None, None];
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.expect("the body is well-formed");
            match attribute.key.as_ref() {
                "Id" => found[0] = Some(value(&attribute, body)),
                "ChangeKey" => found[1] = Some(value(&attribute, body)),
                _ => {}
            }
        }
        let [text, change_key] = found;
        *id = text.map(|id| Id { id, change_key });
    }
}

fn attribute<'b, T: From<Cow<'b, str>>>(
    tag: &BytesStart<'_>,
    name: &str,
    body: &'b str,
) -> Option<T> {
    let attribute = tag.try_get_attribute(name);
    let attribute = attribute.expect("the body is well-formed")?;
    Some(value(&attribute, body))
}

/// The value of an attribute. quick-xml lends it for the life of the tag only, so it is found again in the body.
fn value<'b, T: From<Cow<'b, str>>>(attribute: &Attribute<'_>, body: &'b str) -> T {
    let value = attribute.normalized_value(XmlVersion::Implicit1_0);
    T::from(match value.expect("the body is well-formed") {
        Cow::Owned(text) => Cow::Owned(text),
        Cow::Borrowed(text) => {
            let start = text.as_ptr().addr() - body.as_ptr().addr();
            Cow::Borrowed(&body[start..start + text.len()])
        }
    })
}

fn soap_version(tag: &BytesStart<'_>) -> Option<&'static str> {
    let mut attributes = tag.attributes().flatten();
    attributes.find_map(|attribute| match attribute.value.as_ref() {
        "http://schemas.xmlsoap.org/soap/envelope/" => Some("1.1"),
        "http://www.w3.org/2003/05/soap-envelope" => Some("1.2"),
        _ => None,
    })
}

fn number<'b>(source: &mut Source<'b>) -> Option<i32> {
    text::<Cow<'_, str>>(source).parse().ok()
}

/// The text up to the end tag.
fn text<'b, T: From<Cow<'b, str>>>(source: &mut Source<'b>) -> T {
    let mut whole = Cow::Borrowed("");
    loop {
        let part = match source.reader.read_event().expect("the body is well-formed") {
            XmlEvent::Text(text) => text.xml10_content(),
            XmlEvent::CData(text) => text.xml10_content(),
            XmlEvent::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => quick_xml::escape::resolve_predefined_entity(&reference)
                        .expect("the entity is predefined")
                        .to_owned(),
                };
                Cow::Owned(resolved)
            }
            XmlEvent::End(_) => return T::from(whole),
            _ => continue,
        };
        match whole.is_empty() {
            true => whole = part,
            false => whole.to_mut().push_str(&part),
        }
    }
}
