//! Values: white space around them is ignored, an empty id is a missing one, and numbers are read as such.

use ews_notifications::{ErrorKind, Message, Parser};

use crate::support::bodies::{ERRORS, SOAP_1_2, TYPES};
use crate::support::differential::{ParserPair, push_body, push_body_without_id};
use crate::support::fixtures;

/// The texts of a message that `Debug` shows.
fn shown(body: &str) -> String {
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes());
    format!(
        "{:?}",
        message.unwrap_or_else(|error| panic!("{error}: {body}"))
    )
}

/// Calls `change` for the ranges of all values between tags and of all attribute values that are no namespaces.
fn padded(body: &str, text: &str, value: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        if before.is_empty() || before.trim().is_empty() {
            out.push_str(before);
        } else {
            out.push_str(&format!("{text}{before}{text}"));
        }
        let (tag, after) = tag.split_at(tag.find('>').unwrap() + 1);
        let is_named = tag.starts_with("<?");
        for attribute in tag.split_inclusive("=\"") {
            let Some((inside, more)) = attribute.split_once('"').filter(|_| out.ends_with("=\""))
            else {
                out.push_str(attribute);
                continue;
            };
            let is_uri = inside.contains("://") || is_named;
            let space = if is_uri { "" } else { value };
            out.push_str(&format!("{space}{inside}{space}\"{more}"));
        }
        rest = after;
    }
    out + rest
}

#[test]
fn white_space_around_ids_watermarks_codes_and_times_is_ignored() {
    for fixture in [
        "push/every-kind.xml",
        "pull/exchange-2016.xml",
        "stream/heartbeat.xml",
        "stream/two-subscriptions.xml",
    ] {
        let fixtures = fixtures::accepted();
        let fixture = { fixtures.iter() }
            .find(|one| one.path.ends_with(fixture))
            .unwrap();
        let body = String::from_utf8(fixture.body.clone()).unwrap();
        let expected = shown(&body);
        for (text, value) in [
            ("\n      ", ""),
            ("", " "),
            ("\r\n\t", "\r\n"),
            ("&#32;", "&#10;"),
            ("<!-- -->\n", "\t"),
        ] {
            let body = padded(&body, text, value);
            assert_eq!(shown(&body), expected, "{body}");
            for mut parsers in [ParserPair::new(), ParserPair::warm()] {
                assert_eq!(parsers.read(&body).error, None);
                assert_eq!(parsers.read(&body).error, None);
            }
        }
    }
}

/// Line ends of both systems: the values are parts of the body.
#[test]
fn trimmed_values_are_borrowed_from_the_body() {
    let body = push_body(
        "<t:PreviousWatermark>\r\n  P\r\n</t:PreviousWatermark><t:NewMailEvent><t:Watermark>\n\tW </t:Watermark>\
         <t:ItemId Id='\r\n I' ChangeKey=' K '/></t:NewMailEvent>",
    );
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let notification = message.notifications().next().unwrap();
    let event = notification.events[0];
    let item = event.item_id.unwrap();
    let values = [
        (notification.previous_watermark.unwrap().as_str(), "P"),
        (event.watermark.unwrap().as_str(), "W"),
        (item.id, "I"),
        (item.change_key.unwrap(), "K"),
    ];
    for (value, expected) in values {
        assert_eq!(value, expected);
        assert!(
            body.as_bytes().as_ptr_range().contains(&value.as_ptr()),
            "{value}"
        );
    }
}

#[test]
fn white_space_inside_a_value_and_in_texts_for_people_is_kept() {
    let body = push_body("<t:NewMailEvent><t:Watermark> a  b </t:Watermark></t:NewMailEvent>");
    let body = body.replacen(
        "<m:ResponseCode>",
        "<m:MessageText> two\n words </m:MessageText><m:ResponseCode>",
        1,
    );
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let event = message.notifications().next().unwrap().events[0];
    assert_eq!(event.watermark.unwrap().as_str(), "a  b");
    assert_eq!(message.responses[0].message_text, Some(" two\n words "));
}

#[test]
fn an_empty_id_is_a_missing_one() {
    for id in ["", " ", "\n\t", "&#32;", "<![CDATA[ ]]>", "<!-- -->"] {
        let body = push_body_without_id(&format!("<t:SubscriptionId>{id}</t:SubscriptionId>"));
        let mut parsers = ParserPair::warm();
        for _ in 0..2 {
            let outcome = parsers.read(&body);
            let (kind, rest) = outcome.error_at(&body).unwrap();
            assert_eq!(kind, ErrorKind::MissingSubscriptionId, "{body}");
            assert!(rest.starts_with("m:Notification>"), "{rest}");
        }
    }
    for element in [
        "ItemId",
        "FolderId",
        "ParentFolderId",
        "OldItemId",
        "OldFolderId",
        "OldParentFolderId",
    ] {
        for id in ["", " ", "\t\n", "&#32;"] {
            let body = push_body(&format!(
                "<t:MovedEvent><t:{element} Id=\"{id}\" ChangeKey=\"K\" /></t:MovedEvent>"
            ));
            let outcome = ParserPair::warm().read(&body);
            let (kind, rest) = outcome.error_at(&body).unwrap();
            assert_eq!(kind, ErrorKind::MissingId, "{body}");
            assert!(rest.starts_with(&format!("t:{element} ")), "{rest}");
        }
    }
    // Other values may be empty.
    let body = push_body(
        "<t:NewMailEvent><t:TimeStamp></t:TimeStamp><t:ItemId Id=\"I\" ChangeKey=\"\"/></t:NewMailEvent>",
    );
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let event = message.notifications().next().unwrap().events[0];
    assert_eq!(event.timestamp.unwrap().as_str(), "");
    assert_eq!(event.item_id.unwrap().change_key, Some(""));
}

/// Nobody can resume from it, and two of them would be equal.
#[test]
fn an_empty_watermark_is_a_missing_one() {
    for mark in ["", " ", "<![CDATA[\t]]>"] {
        let body = push_body(&format!(
            "<t:PreviousWatermark>{mark}</t:PreviousWatermark>\
             <t:NewMailEvent><t:Watermark>{mark}</t:Watermark></t:NewMailEvent>\
             <t:SharedEvent><t:Watermark>{mark}</t:Watermark></t:SharedEvent>"
        ));
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes()).unwrap();
        let notification = message.notifications().next().unwrap();
        assert_eq!(notification.previous_watermark, None);
        assert!(
            notification
                .events
                .iter()
                .all(|event| event.watermark.is_none())
        );
        assert_eq!(ParserPair::warm().read(&body).error, None);
    }
}

#[test]
fn the_subscription_of_an_error_is_trimmed_and_none_if_it_is_empty() {
    for (value, expected) in [("\n  abc\n  ", Some("abc")), (" ", None), ("", None)] {
        let values = format!(
            "<m:MessageXml><t:Value Name='SubscriptionId'>{value}</t:Value></m:MessageXml>"
        );
        let (head, _) = push_body("")
            .split_once("<m:Notification>")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let tail = "</m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></soap11:Body></soap11:Envelope>";
        let body = format!("{head}{values}{tail}");
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes()).unwrap();
        let id = message.responses[0].subscription_id();
        assert_eq!(id.map(|id| id.as_str()), expected);
    }
}

#[test]
fn an_empty_id_of_a_failed_subscription_is_skipped_and_counted() {
    let ids = "<m:ErrorSubscriptionIds><m:SubscriptionId> A </m:SubscriptionId><m:SubscriptionId> </m:SubscriptionId></m:ErrorSubscriptionIds>";
    let body = push_body("").replacen("<m:Notification>", &format!("{ids}<m:Notification>"), 1);
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let ids = message.responses[0].error_subscription_ids.iter();
    assert_eq!(ids.map(|id| id.as_str()).collect::<Vec<_>>(), ["A"]);
    assert_eq!(parser.stats().elements_skipped, 1);
}

fn fault(content: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='{SOAP_1_2}'><s:Body><s:Fault>{content}</s:Fault></s:Body></s:Envelope>"
    )
}

#[test]
fn a_fault_of_soap_1_2_has_its_subcode() {
    let of = |code: &str, check: &dyn Fn(Message<'_>)| {
        let body = fault(&format!("<s:Code>{code}</s:Code>"));
        check(Parser::new().parse(body.as_bytes()).unwrap());
    };
    let inner = "<s:Subcode><s:Value>e:Deeper</s:Value></s:Subcode>";
    of(
        &format!(
            "<s:Value>s:Sender</s:Value><s:Subcode><s:Value> e:ErrorInvalidRequest\n</s:Value>{inner}</s:Subcode>"
        ),
        &|message| {
            let fault = message.fault.unwrap();
            assert_eq!(fault.code, Some("s:Sender"));
            assert_eq!(fault.subcode, Some("e:ErrorInvalidRequest"));
        },
    );
    of("<s:Value>s:Sender</s:Value>", &|message| {
        assert_eq!(message.fault.unwrap().subcode, None);
    });
}

#[test]
fn back_off_milliseconds_are_a_number() {
    for (text, expected) in [
        ("297749", Some(297_749)),
        (" 0\n", Some(0)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("-1", None),
        ("soon", None),
        ("", None),
    ] {
        let values = format!(
            "<t:MessageXml xmlns:t='{TYPES}'><t:Value Name='Other'>7</t:Value><t:Value Name=' BackOffMilliseconds'>{text}</t:Value></t:MessageXml>"
        );
        let body = fault(&format!(
            "<s:Detail><e:ResponseCode xmlns:e='{ERRORS}'>ErrorServerBusy</e:ResponseCode>{values}</s:Detail>"
        ));
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes()).unwrap();
        assert_eq!(message.fault.unwrap().back_off_ms(), expected, "{text}");
        assert_eq!(message.fault.unwrap().value("Other"), Some("7"));
        let values = values.replace("t:MessageXml", "m:MessageXml");
        let body =
            push_body("").replacen("<m:Notification>", &format!("{values}<m:Notification>"), 1);
        let message = parser.parse(body.as_bytes()).unwrap();
        assert_eq!(message.responses[0].back_off_ms(), expected, "{text}");
    }
    let body = fault("");
    let mut parser = Parser::new();
    assert_eq!(
        parser
            .parse(body.as_bytes())
            .unwrap()
            .fault
            .unwrap()
            .back_off_ms(),
        None
    );
}
