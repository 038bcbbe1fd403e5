//! What a listener answers a push with: `SendNotificationResult`, as constant bytes.

/// The answer to a push: a body, and the content type to send it with.
///
/// Exchange knows two answers, both with HTTP status 200: `OK` keeps the subscription, `Unsubscribe`
/// ends it, and is the only way to end it. To anything else, and to no answer, it sends the same
/// notification again after 30 seconds, then 60, 120 and so on, until the minutes of the
/// subscription's StatusFrequency have passed; then it drops the subscription.
///
/// Answer in the version of SOAP that the push came in. Exchange pushes SOAP 1.1; a push in SOAP 1.2
/// has the content type `application/soap+xml`.
///
/// ```
/// use ews_notifications::Reply;
///
/// assert!(Reply::OK.content_type.starts_with("text/xml"));
/// assert!(Reply::OK.body.starts_with(b"<?xml"));
/// ```
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
    /// `OK`, in SOAP 1.1: go on.
    pub const OK: Self = Self {
        content_type: Self::SOAP_11,
        body: send_notification_result!("http://schemas.xmlsoap.org/soap/envelope/", "OK"),
    };
    /// `Unsubscribe`, in SOAP 1.1: end this subscription.
    pub const UNSUBSCRIBE: Self = Self {
        content_type: Self::SOAP_11,
        body: send_notification_result!("http://schemas.xmlsoap.org/soap/envelope/", "Unsubscribe"),
    };
    /// `OK`, in SOAP 1.2.
    pub const OK_SOAP_12: Self = Self {
        content_type: Self::SOAP_12,
        body: send_notification_result!("http://www.w3.org/2003/05/soap-envelope", "OK"),
    };
    /// `Unsubscribe`, in SOAP 1.2.
    pub const UNSUBSCRIBE_SOAP_12: Self = Self {
        content_type: Self::SOAP_12,
        body: send_notification_result!("http://www.w3.org/2003/05/soap-envelope", "Unsubscribe"),
    };

    const SOAP_11: &'static str = "text/xml; charset=utf-8";
    const SOAP_12: &'static str = "application/soap+xml; charset=utf-8";
}
