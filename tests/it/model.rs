//! What the model says of itself: values as they stand on the wire, and the version that a header names.

use core::fmt::Display;

use ews_notifications::{
    ConnectionStatus, EventKind, Operation, Parser, ResponseClass, ResponseCode, SubscriptionId,
    Timestamp, TimestampError, Watermark,
};

#[test]
fn values_are_shown_as_they_are_written() {
    let shown: [(&dyn Display, &str); 22] = [
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
        // As text is, in a table.
        assert_eq!(format!("{value:>30}|"), format!("{written:>30}|"));
    }
}

#[test]
fn a_timestamp_that_is_no_instant_says_why() {
    for (text, error, says) in [
        (
            "2026-03-02",
            TimestampError::Form,
            "not a date and time as XML Schema writes them",
        ),
        (
            "2026-02-30T10:00:00Z",
            TimestampError::Range,
            "a date or time that does not exist, or a year of ten digits or more",
        ),
        (
            "2026-03-02T10:00:00",
            TimestampError::NoOffset,
            "a date and time without offset from UTC",
        ),
    ] {
        let found = Timestamp::new(text).to_unix().unwrap_err();
        assert_eq!((found, found.to_string()), (error, says.to_owned()));
    }
}

#[test]
fn the_version_of_the_header_is_that_of_the_request_or_else_of_the_server() {
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
