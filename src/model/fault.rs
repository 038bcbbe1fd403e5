//! SOAP faults: how a server answers a request that it does not carry out at all.

use super::{MessageXmlValue, ResponseCode};

/// `Fault` of SOAP 1.1 or 1.2, with what Exchange adds in its detail.
///
/// Never in a push; an answer to a pull, a streaming request or any other, with status 500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fault<'a> {
    /// `faultcode`, in SOAP 1.2 the `Value` of `Code`: a QName as it is written, such as
    /// `a:ErrorSchemaValidation` or `s:Client`. Its prefix means nothing outside of the body.
    pub code: Option<&'a str>,
    /// `faultstring`, in SOAP 1.2 the first `Text` of `Reason`: for people.
    pub string: Option<&'a str>,
    /// `ResponseCode` of the detail, such as `ErrorServerBusy`.
    pub response_code: Option<ResponseCode<'a>>,
    /// `Message` of the detail: for people.
    pub message_text: Option<&'a str>,
    /// The `Value` elements of the detail's `MessageXml`.
    pub message_xml: &'a [MessageXmlValue<'a>],
}

impl<'a> Fault<'a> {
    /// The first `Value` of `MessageXml` with this `@Name`: `BackOffMilliseconds` of an `ErrorServerBusy`
    /// tells how long to wait.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        MessageXmlValue::find(self.message_xml, name)
    }
}
