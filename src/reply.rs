//! The answers to a push: `SendNotificationResult`, as constant bytes.

use crate::model::SoapVersion;

/// The answer to a push: a body, and the content type to send it with.
///
/// Exchange accepts two answers, both with HTTP status 200: `OK` keeps the subscription, `Unsubscribe`
/// ends it. Nothing else ends a push subscription. Without an answer, Exchange sends the same notification again
/// after 30 seconds, then after 60, 120 and so on, for as many minutes as the [StatusFrequency] of the subscription
/// says. Then it drops the subscription. Any other answer is taken to have the same effect as none.
///
/// Answer in the version of SOAP of the push, [`Message::soap`](crate::Message::soap).
///
/// ```
/// use ews_notifications::{Parser, Reply};
///
/// # let body = include_bytes!("../tests/data/push/mail.xml");
/// let mut parser = Parser::new();
/// let message = parser.parse(body)?;
/// let reply = Reply::ok(message.soap);
/// assert_eq!(reply.content_type, "text/xml; charset=utf-8");
/// assert!(reply.body.starts_with(b"<?xml"));
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// [StatusFrequency]: https://learn.microsoft.com/exchange/client-developer/web-service-reference/statusfrequency
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Reply {
    /// The value of the header `Content-Type`.
    pub content_type: &'static str,
    /// The response body.
    pub body: &'static [u8],
}

/// The bytes of one answer, from its SOAP namespace and its status.
macro_rules! send_notification_result {
    ($soap:literal, $status:literal) => {
        concat!(
            r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap=""#,
            $soap,
            r#""><soap:Body><m:SendNotificationResult "#,
            r#"xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">"#,
            "<m:SubscriptionStatus>",
            $status,
            "</m:SubscriptionStatus></m:SendNotificationResult></soap:Body></soap:Envelope>"
        )
        .as_bytes()
    };
}

impl Reply {
    /// `OK`: the notification has been stored, and the subscription is to continue.
    ///
    /// Without a version the answer is in SOAP 1.1, in which Exchange pushes.
    #[must_use]
    pub const fn ok(soap: Option<SoapVersion>) -> Self {
        Self::new(
            soap,
            send_notification_result!("http://schemas.xmlsoap.org/soap/envelope/", "OK"),
            send_notification_result!("http://www.w3.org/2003/05/soap-envelope", "OK"),
        )
    }

    /// `Unsubscribe`: the subscription is to end.
    ///
    /// Without a version the answer is in SOAP 1.1, in which Exchange pushes.
    #[must_use]
    pub const fn unsubscribe(soap: Option<SoapVersion>) -> Self {
        Self::new(
            soap,
            send_notification_result!("http://schemas.xmlsoap.org/soap/envelope/", "Unsubscribe"),
            send_notification_result!("http://www.w3.org/2003/05/soap-envelope", "Unsubscribe"),
        )
    }

    /// The answer with the body of this version. The content types are those of the HTTP bindings of both versions.
    const fn new(
        soap: Option<SoapVersion>,
        soap_11: &'static [u8],
        soap_12: &'static [u8],
    ) -> Self {
        match soap {
            None | Some(SoapVersion::Soap11) => Self {
                content_type: "text/xml; charset=utf-8",
                body: soap_11,
            },
            Some(SoapVersion::Soap12) => Self {
                content_type: "application/soap+xml; charset=utf-8",
                body: soap_12,
            },
        }
    }
}
