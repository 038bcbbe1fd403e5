//! Replies, parsed by an independent parser.

use ews_notifications::{Reply, SoapVersion};

const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";

#[test]
fn a_reply_has_the_version_the_content_type_and_the_status_asked_for() {
    let soap_11 = (
        "http://schemas.xmlsoap.org/soap/envelope/",
        "text/xml; charset=utf-8",
    );
    let soap_12 = (
        "http://www.w3.org/2003/05/soap-envelope",
        "application/soap+xml; charset=utf-8",
    );
    for (reply, (soap, content_type), status) in [
        (Reply::ok(None), soap_11, "OK"),
        (Reply::ok(Some(SoapVersion::Soap11)), soap_11, "OK"),
        (Reply::ok(Some(SoapVersion::Soap12)), soap_12, "OK"),
        (Reply::unsubscribe(None), soap_11, "Unsubscribe"),
        (
            Reply::unsubscribe(Some(SoapVersion::Soap11)),
            soap_11,
            "Unsubscribe",
        ),
        (
            Reply::unsubscribe(Some(SoapVersion::Soap12)),
            soap_12,
            "Unsubscribe",
        ),
    ] {
        let document = roxmltree::Document::parse(str::from_utf8(reply.body).unwrap()).unwrap();
        let path: Vec<_> = document
            .descendants()
            .filter(roxmltree::Node::is_element)
            .collect();
        let names: Vec<_> = path
            .iter()
            .map(|element| {
                (
                    element.tag_name().namespace().unwrap(),
                    element.tag_name().name(),
                )
            })
            .collect();
        let expected = [
            (soap, "Envelope"),
            (soap, "Body"),
            (MESSAGES, "SendNotificationResult"),
            (MESSAGES, "SubscriptionStatus"),
        ];
        assert_eq!(names, expected);
        assert_eq!(path[3].text(), Some(status));
        assert_eq!(reply.content_type, content_type);
    }
}
