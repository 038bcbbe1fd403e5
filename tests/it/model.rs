//! Values of the model as text, and the methods of the model.

use core::fmt::Display;

use ews_notifications::{
    ConnectionStatus, EventKind, FolderId, ItemId, Operation, Parser, ResponseClass, ResponseCode,
    SoapVersion, SubscriptionId, Target, Timestamp, TimestampError, Watermark,
};

const TYPES: [&str; 2] = [
    "http://schemas.microsoft.com/exchange/services/2006/types",
    "https://schemas.microsoft.com/exchange/services/2006/types",
];

/// A push with these events. The prefix `t` has the first spelling of the namespace of types, `u` the second one.
fn push(events: &str) -> String {
    let [t, u] = TYPES;
    format!(
        "<m:SendNotification xmlns:m='http://schemas.microsoft.com/exchange/services/2006/messages' \
         xmlns:t='{t}' xmlns:u='{u}'><m:ResponseMessages><m:SendNotificationResponseMessage>\
         <m:Notification><t:SubscriptionId>S</t:SubscriptionId>{events}</m:Notification>\
         </m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification>"
    )
}

#[test]
fn values_are_displayed_as_the_text_of_ews() {
    let shown: [(&dyn Display, &str); 25] = [
        (&Operation::SendNotification, "SendNotification"),
        (&Operation::GetEvents, "GetEventsResponse"),
        (&Operation::GetStreamingEvents, "GetStreamingEventsResponse"),
        (&Operation::Fault, "Fault"),
        (&EventKind::Status, "StatusEvent"),
        (&EventKind::Created, "CreatedEvent"),
        (&EventKind::Deleted, "DeletedEvent"),
        (&EventKind::Modified, "ModifiedEvent"),
        (&EventKind::Moved, "MovedEvent"),
        (&EventKind::Copied, "CopiedEvent"),
        (&EventKind::NewMail, "NewMailEvent"),
        (&EventKind::FreeBusyChanged, "FreeBusyChangedEvent"),
        (&EventKind::Other, "Other"),
        (&SoapVersion::Soap11, "1.1"),
        (&SoapVersion::Soap12, "1.2"),
        (&ResponseClass::new("Success"), "Success"),
        (&ResponseClass::new("Warning"), "Warning"),
        (&ResponseClass::new("Error"), "Error"),
        (&ResponseClass::new("Odd"), "Odd"),
        (&ConnectionStatus::new("OK"), "OK"),
        (&ConnectionStatus::new("Closed"), "Closed"),
        (&ResponseCode::NO_ERROR, "NoError"),
        (&SubscriptionId::new("FgBt"), "FgBt"),
        (&Watermark::new("AQ=="), "AQ=="),
        (&Timestamp::new("then"), "then"),
    ];
    for (value, written) in shown {
        assert_eq!(value.to_string(), written);
        // Width and alignment work as for a `str`.
        assert_eq!(format!("{value:>30}|"), format!("{written:>30}|"));
    }
}

#[test]
fn a_kind_is_parsed_only_from_the_name_of_its_element() {
    for name in [
        "StatusEvent",
        "CreatedEvent",
        "DeletedEvent",
        "ModifiedEvent",
        "MovedEvent",
        "CopiedEvent",
        "NewMailEvent",
        "FreeBusyChangedEvent",
    ] {
        let kind: EventKind = name.parse().unwrap();
        assert_eq!(kind.name(), name);
    }
    for name in ["", "Other", "NewMail", "newmailevent", " NewMailEvent"] {
        let error = name.parse::<EventKind>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected the name of an event element, such as NewMailEvent"
        );
    }
}

/// A macro, because the types have no trait in common that a function could name.
macro_rules! check_text {
    ($($type:ident),+) => {$({
        let value = $type::new("AQ==");
        assert_eq!($type::from("AQ=="), value);
        assert_eq!(value, "AQ==");
        assert_eq!(value, *"AQ==");
        assert_ne!(value, "aq==");
        assert_eq!(value.as_ref() as &str, "AQ==");
        assert_eq!(value.as_str(), "AQ==");
        assert_eq!(String::from(value), "AQ==");
        assert_eq!(format!("{value:>6}"), "  AQ==");
    })+};
}

#[test]
fn opaque_values_convert_from_and_to_text_and_compare_with_it() {
    check_text!(SubscriptionId, Watermark, ResponseCode, Timestamp);
}

#[test]
fn ids_sort_by_their_bytes_for_the_keys_of_a_map() {
    let sorted = ["", "A", "AB", "a", "b"];
    assert!(sorted.map(SubscriptionId::new).is_sorted());
    assert!(sorted.map(|id| ItemId::new(id, Some("z"))).is_sorted());
    assert!(sorted.map(|id| FolderId::new(id, None)).is_sorted());
    assert!(ItemId::new("A", None) < ItemId::new("A", Some("")));
}

#[test]
fn the_target_is_the_item_or_else_the_folder() {
    let item = "<t:ItemId Id='I' ChangeKey='C'/>";
    let folder = "<t:FolderId Id='F'/>";
    let the_item = Target::Item(ItemId::new("I", Some("C")));
    let the_folder = Target::Folder(FolderId::new("F", None));
    for (children, target, id) in [
        (item.to_owned(), Some(the_item), Some("I")),
        (folder.to_owned(), Some(the_folder), Some("F")),
        ([folder, item].concat(), Some(the_item), Some("I")),
        ("<t:ParentFolderId Id='P'/>".to_owned(), None, None),
    ] {
        let body = push(&format!("<t:CreatedEvent>{children}</t:CreatedEvent>"));
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes()).unwrap();
        let found = message.notifications().next().unwrap().events[0].target();
        assert_eq!(found, target, "{children}");
        assert_eq!(found.map(|target| target.id()), id, "{children}");
    }
}

#[test]
fn an_unknown_event_has_its_name_its_namespace_and_its_bytes() {
    let [http, https] = TYPES;
    let declared_in_it = format!("<o:E xmlns:o='{https}'/>");
    for (raw, name, namespace) in [
        ("<t:NewsEvent a='1'>x</t:NewsEvent>", "NewsEvent", http),
        ("<u:Other/>", "Other", https),
        (declared_in_it.as_str(), "E", https),
    ] {
        let body = push(raw);
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes()).unwrap();
        let event = message.notifications().next().unwrap().events[0];
        assert_eq!(event.kind, EventKind::Other, "{raw}");
        let other = event.other.unwrap();
        assert_eq!(
            (other.name, other.namespace, other.raw),
            (name, namespace, raw)
        );
    }
}

#[test]
fn a_timestamp_that_is_not_an_instant_has_a_reason() {
    for (text, error, says) in [
        (
            "2026-03-02",
            TimestampError::Form,
            "malformed date and time; expected a form such as 2020-12-03T11:03:50Z",
        ),
        (
            "2026-02-30T10:00:00Z",
            TimestampError::Range,
            "nonexistent date or time, or a year of more than nine digits",
        ),
        (
            "2026-03-02T10:00:00",
            TimestampError::NoOffset,
            "date and time without offset; expected Z, or an offset such as +01:00",
        ),
    ] {
        let found = Timestamp::new(text).to_unix().unwrap_err();
        assert_eq!((found, found.to_string()), (error, says.to_owned()));
    }
}

#[test]
fn the_server_version_is_that_of_the_request_otherwise_that_of_the_server() {
    let request = "<RequestServerVersion Version='Exchange2010'/>";
    let server = "<ServerVersionInfo MajorVersion='15' Version='V2017_07_11'/>";
    let nameless = "<ServerVersionInfo MajorVersion='15'/>";
    for (header, version) in [
        (request.to_owned(), Some("Exchange2010")),
        (server.to_owned(), Some("V2017_07_11")),
        ([server, request].concat(), Some("Exchange2010")),
        ([nameless, request].concat(), Some("Exchange2010")),
        (nameless.to_owned(), None),
        (String::new(), None),
    ] {
        let body = format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' \
             xmlns='http://schemas.microsoft.com/exchange/services/2006/types'>\
             <s:Header>{header}</s:Header><s:Body><m:SendNotification \
             xmlns:m='http://schemas.microsoft.com/exchange/services/2006/messages'/>\
             </s:Body></s:Envelope>"
        );
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes()).unwrap();
        assert_eq!(message.server_version(), version, "{header}");
    }
}
