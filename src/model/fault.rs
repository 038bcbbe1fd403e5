//! SOAP faults.

use super::{MessageXmlValue, ResponseCode};

/// `Fault` of SOAP 1.1 or 1.2, with the detail that Exchange adds.
///
/// It is the response, with HTTP status 500, to a request that the server does not carry out. A push never has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fault<'a> {
    /// `faultcode`, in SOAP 1.2 the `Value` of `Code`. It is a QName, such as `a:ErrorSchemaValidation` or `s:Client`,
    /// whose prefix is declared in the body.
    pub code: Option<&'a str>,
    /// The `Value` of the `Subcode` of SOAP 1.2: a QName like the code. Subcodes of it are skipped.
    pub subcode: Option<&'a str>,
    /// `faultstring`, in SOAP 1.2 the first `Text` of `Reason`: a text for people.
    pub string: Option<&'a str>,
    /// `ResponseCode` of the detail, such as `ErrorServerBusy`.
    pub response_code: Option<ResponseCode<'a>>,
    /// `Message` of the detail: a text for people.
    pub message_text: Option<&'a str>,
    /// The `Value` elements of the detail's `MessageXml`.
    pub message_xml: &'a [MessageXmlValue<'a>],
}

impl<'a> Fault<'a> {
    /// The first `Value` of `MessageXml` with this `@Name`, without the white space around it.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        MessageXmlValue::find(self.message_xml, name)
    }

    /// `BackOffMilliseconds` of `MessageXml`: how long to wait before the next request, in milliseconds. An
    /// `ErrorServerBusy` has it. `None` if it is missing or no number. It is what the server wrote, so limit it.
    #[must_use]
    pub fn back_off_ms(&self) -> Option<u64> {
        MessageXmlValue::back_off_ms(self.message_xml)
    }
}
