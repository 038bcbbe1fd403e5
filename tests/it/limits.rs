//! Each limit: accepted at the limit, refused one past it.

use crate::support::invariance::baseline;
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, ErrorKind, IllegalReferences, Limits, Parser};

/// Checks well-formedness with the tokenizer alone.
fn tokenize(body: &str, config: &Config) -> Result<(), Error> {
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, config)?;
    while tokens.next()?.is_some() {}
    Ok(())
}

fn check(kind: ErrorKind, body: impl Fn(usize) -> String, limit: usize) {
    let config = Config::default();
    assert_eq!(
        tokenize(&body(limit), &config),
        Ok(()),
        "{kind:?} at the limit"
    );
    let error = tokenize(&body(limit + 1), &config).unwrap_err();
    assert_eq!((error.kind(), error.class()), (kind, ErrorClass::Limit));
    let mut unlimited = Config::default();
    unlimited.limits = Limits::unlimited();
    assert_eq!(
        tokenize(&body(limit + 1), &unlimited),
        Ok(()),
        "{kind:?} lifted"
    );
}

#[test]
fn the_limit_of_depth_is_exact() {
    check(
        ErrorKind::DepthLimit,
        |n| "<a>".repeat(n) + &"</a>".repeat(n),
        Limits::DEPTH,
    );
}

#[test]
fn the_limit_of_attributes_is_exact() {
    let attributes = |n| (0..n).map(|at| format!(" a{at}='x'")).collect::<String>();
    check(
        ErrorKind::AttributeLimit,
        |n| format!("<a{}/>", attributes(n)),
        Limits::ATTRIBUTES,
    );
}

#[test]
fn the_limit_of_bindings_is_exact() {
    let bindings = |n| {
        (0..n)
            .map(|at| format!(" xmlns:p{at}='x'"))
            .collect::<String>()
    };
    check(
        ErrorKind::BindingLimit,
        |n| format!("<a{}/>", bindings(n)),
        Limits::BINDINGS,
    );
    let nested = |n: usize| {
        let half = n / 2;
        format!(
            "<a{}><b xmlns:q='x'/><b{}/></a>",
            bindings(half),
            bindings(n - half)
        )
    };
    check(ErrorKind::BindingLimit, nested, Limits::BINDINGS);
}

#[test]
fn the_limit_of_names_is_exact() {
    check(
        ErrorKind::NameLimit,
        |n| format!("<{}/>", "n".repeat(n)),
        Limits::NAME_BYTES,
    );
    let qualified = |n: usize| format!("<a xmlns:p='x'><p:{}/></a>", "n".repeat(n - 2));
    check(ErrorKind::NameLimit, qualified, Limits::NAME_BYTES);
    check(
        ErrorKind::NameLimit,
        |n| format!("<a {}=''/>", "n".repeat(n)),
        Limits::NAME_BYTES,
    );
    check(
        ErrorKind::NameLimit,
        |n| format!("<?{}?><a/>", "n".repeat(n)),
        Limits::NAME_BYTES,
    );
}

#[test]
fn the_limit_of_body_is_exact() {
    let body = |n: usize| format!("<a>{}</a>", " ".repeat(n - 7));
    check(ErrorKind::BodyLimit, body, Limits::BODY_BYTES);
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let mut config = Config::default();
    config.limits.body_bytes = 3;
    let error = Parser::with_config(config)
        .parse(b"\xFF\xFF\xFF\xFF")
        .unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::BodyLimit, 0));
}

const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";

fn push(responses: &str) -> String {
    format!(
        "<m:SendNotification xmlns:m='{MESSAGES}' xmlns:t='{TYPES}'><m:ResponseMessages>{responses}\
         </m:ResponseMessages></m:SendNotification>"
    )
}

fn response(content: &str) -> String {
    format!("<m:SendNotificationResponseMessage>{content}</m:SendNotificationResponseMessage>")
}

#[test]
fn limits_of_events_responses_notifications_and_values() {
    let notification = |events: &str| {
        response(&format!(
            "<m:Notification><t:SubscriptionId>s</t:SubscriptionId>{events}</m:Notification>"
        ))
    };
    let known = |n: usize| push(&notification(&"<t:StatusEvent/>".repeat(n)));
    let unknown = |n: usize| push(&notification(&"<t:X/>".repeat(n)));
    let spread = |n: usize| {
        push(
            &[
                notification("<t:StatusEvent/>"),
                notification(&"<t:X/>".repeat(n - 1)),
            ]
            .concat(),
        )
    };
    let responses = |n: usize| push(&response("").repeat(n));
    let stream = |notification: &str, n: usize| {
        format!(
            "<m:GetStreamingEventsResponse xmlns:m='{MESSAGES}' xmlns:t='{TYPES}'><m:ResponseMessages>\
             <m:GetStreamingEventsResponseMessage><m:Notifications>{}</m:Notifications>\
             </m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse>",
            notification.repeat(n)
        )
    };
    let notifications = |n: usize| {
        stream(
            "<m:Notification><t:SubscriptionId>s</t:SubscriptionId></m:Notification>",
            n,
        )
    };
    let predicted = |n: usize| {
        let id = "<t:SubscriptionId>s</t:SubscriptionId>";
        stream(&format!("<m:Notification>{id}</m:Notification>"), n)
    };
    let values = |n: usize| {
        push(&response(&format!(
            "<m:MessageXml>{}</m:MessageXml>",
            "<t:Value/>".repeat(n)
        )))
    };
    let bodies: [&dyn Fn(usize) -> String; 7] = [
        &known,
        &unknown,
        &spread,
        &responses,
        &notifications,
        &predicted,
        &values,
    ];
    for body in bodies {
        let mut parser = Parser::new();
        assert!(parser.parse(body(Limits::EVENTS).as_bytes()).is_ok());
        let body = body(Limits::EVENTS + 1);
        let mut fresh = Parser::with_config(baseline(&Config::default()));
        let refused = fresh.parse(body.as_bytes());
        assert_eq!(parser.parse(body.as_bytes()), refused);
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::EventLimit);
        let mut config = Config::default();
        config.limits = Limits::unlimited();
        assert!(Parser::with_config(config).parse(body.as_bytes()).is_ok());
    }
}

#[test]
fn a_million_nested_elements_are_a_limit_error() {
    let body = "<a>".repeat(1_000_000);
    assert_eq!(
        Parser::new().parse(body.as_bytes()).unwrap_err().kind(),
        ErrorKind::UnexpectedOperation
    );
    let error = tokenize(&body, &Config::default()).unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::DepthLimit, 3 * Limits::DEPTH + 1)
    );
    let body = push("").replace("</m:Resp", &(body + "</m:Resp"));
    assert_eq!(
        Parser::new().parse(body.as_bytes()).unwrap_err().kind(),
        ErrorKind::DepthLimit
    );
    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let error = Parser::with_config(config)
        .parse(body.as_bytes())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EndTagMismatch);
}

#[test]
fn illegal_references_can_be_replaced() {
    let text = "a&#xB;b&#0;c&#xFFFF;d&#xD800;e&#x110000;f&#99999999999999999999;g";
    let body = push(&response(&format!("<m:MessageText>{text}</m:MessageText>")));
    let mut parser = Parser::new();
    assert_eq!(
        parser.parse(body.as_bytes()).unwrap_err().kind(),
        ErrorKind::IllegalReference
    );
    let mut config = Config::default();
    config.illegal_references = IllegalReferences::Replace;
    let mut parser = Parser::with_config(config);
    let message = parser.parse(body.as_bytes()).unwrap();
    let expected = "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e\u{FFFD}f\u{FFFD}g";
    assert_eq!(message.responses[0].message_text, Some(expected));
    assert_eq!(parser.stats().references_replaced, 6);
    let malformed = body.replace("&#0;", "&#;");
    assert_eq!(
        parser.parse(malformed.as_bytes()).unwrap_err().kind(),
        ErrorKind::Reference
    );
}
