//! Requests of a subscriber: `Subscribe`, `Unsubscribe`, `GetEvents` and `GetStreamingEvents`.
//!
//! [`Request::to_xml`] writes the SOAP 1.1 body that Exchange expects, valid by the EWS schema. To send it is up to the
//! program: as a POST to `https://HOST/EWS/Exchange.asmx`, with the header `Content-Type` of
//! [`Request::CONTENT_TYPE`]. The module uses only the model and the characters that XML allows.
//!
//! ```
//! use ews_notifications::request::{Folder, Folders, Request};
//! use ews_notifications::{EventKind, SubscriptionId};
//!
//! let inbox = [Folder::Distinguished { name: "inbox", mailbox: None }];
//! let kinds = [EventKind::NewMail, EventKind::Deleted];
//! let body = Request::subscribe_streaming(Folders::These(&inbox), &kinds).to_xml()?;
//! assert!(body.contains(r#"<t:DistinguishedFolderId Id="inbox"/>"#));
//!
//! let ids = [SubscriptionId::new("the id from the response")];
//! let body = Request::get_streaming_events(&ids, 30).to_xml()?;
//! assert!(body.contains("<m:ConnectionTimeout>30</m:ConnectionTimeout>"));
//! # Ok::<(), ews_notifications::request::RequestError>(())
//! ```

use core::fmt;

use alloc::string::{String, ToString as _};

use crate::model::{EventKind, SubscriptionId, Watermark};
use crate::scan::is_char;

/// A request, made by the function of its operation. It borrows its values, and [`to_xml`](Self::to_xml) checks them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request<'a> {
    body: Body<'a>,
    server_version: &'a str,
    impersonation: Option<Impersonation<'a>>,
}

/// The operations, with the values of their elements in the order of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Body<'a> {
    Subscribe {
        folders: Folders<'a>,
        kinds: &'a [EventKind],
        mode: Mode<'a>,
    },
    Unsubscribe(SubscriptionId<'a>),
    GetEvents(SubscriptionId<'a>, Watermark<'a>),
    GetStreamingEvents(&'a [SubscriptionId<'a>], u16),
}

/// How the events of a subscription reach the subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mode<'a> {
    Push {
        watermark: Option<Watermark<'a>>,
        status_frequency: u16,
        url: &'a str,
    },
    Pull {
        watermark: Option<Watermark<'a>>,
        timeout: u16,
    },
    Streaming,
}

/// The folders of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Folders<'a> {
    /// All folders of the mailbox (`SubscribeToAllFolders`). Exchange 2007 does not know it.
    All,
    /// These folders, at least one. Their subfolders are not included.
    These(&'a [Folder<'a>]),
}

/// A folder to subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Folder<'a> {
    /// `DistinguishedFolderId`: a folder that every mailbox has.
    Distinguished {
        /// One of the [names of the schema][names], such as `inbox`, `calendar` or `msgfolderroot`. The name is not
        /// compared with them, because new servers add names. The server refuses a request with an unknown one.
        ///
        /// [names]: https://learn.microsoft.com/exchange/client-developer/web-service-reference/distinguishedfolderid
        name: &'a str,
        /// The SMTP address of the mailbox, if it is another one than that of the account.
        mailbox: Option<&'a str>,
    },
    /// `FolderId`: the folder with this id.
    Id(&'a str),
}

/// `ConnectingSID`: the account to act for, which the sender of the request must be allowed to impersonate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Impersonation<'a> {
    /// `PrimarySmtpAddress`: the primary SMTP address of the account.
    PrimarySmtpAddress(&'a str),
    /// `SID`: the security identifier of the account, such as `S-1-5-21-…`.
    Sid(&'a str),
    /// `PrincipalName`: the user principal name of the account.
    PrincipalName(&'a str),
}

impl<'a> Request<'a> {
    /// The kinds of events that one can subscribe to: all except [`EventKind::Status`] and [`EventKind::Other`].
    /// Exchange 2007 does not know [`EventKind::FreeBusyChanged`].
    pub const EVENT_KINDS: &'static [EventKind] = &[
        EventKind::Created,
        EventKind::Deleted,
        EventKind::Modified,
        EventKind::Moved,
        EventKind::Copied,
        EventKind::NewMail,
        EventKind::FreeBusyChanged,
    ];

    /// The value of the header `Content-Type` of the HTTP request.
    pub const CONTENT_TYPE: &'static str = "text/xml; charset=utf-8";

    /// Default of [`server_version`](Self::server_version). It is the oldest version that has all these requests, and
    /// newer servers accept it.
    pub const SERVER_VERSION: &'static str = "Exchange2010_SP2";

    /// `Subscribe` to pushes: the server posts notifications to `url`.
    ///
    /// `kinds` has at least one of [`EVENT_KINDS`](Self::EVENT_KINDS). A `watermark` resumes an earlier subscription. `status_frequency` is in minutes, from 1 to 1440: without events the server pushes that
    /// often, and for that time it repeats a push that fails. `url` is an absolute `http` or `https` URL.
    #[must_use]
    pub const fn subscribe_push(
        folders: Folders<'a>,
        kinds: &'a [EventKind],
        watermark: Option<Watermark<'a>>,
        status_frequency: u16,
        url: &'a str,
    ) -> Self {
        let mode = Mode::Push {
            watermark,
            status_frequency,
            url,
        };
        Self::subscribe(folders, kinds, mode)
    }

    /// `Subscribe` for [`get_events`](Self::get_events).
    ///
    /// `kinds` and `watermark` are those of [`subscribe_push`](Self::subscribe_push). `timeout` is in minutes, from 1 to
    /// 1440: the subscription ends if `GetEvents` is not called for that time.
    #[must_use]
    pub const fn subscribe_pull(
        folders: Folders<'a>,
        kinds: &'a [EventKind],
        watermark: Option<Watermark<'a>>,
        timeout: u16,
    ) -> Self {
        Self::subscribe(folders, kinds, Mode::Pull { watermark, timeout })
    }

    /// `Subscribe` for [`get_streaming_events`](Self::get_streaming_events), from Exchange 2010 SP1.
    ///
    /// `kinds` are those of [`subscribe_push`](Self::subscribe_push).
    #[must_use]
    pub const fn subscribe_streaming(folders: Folders<'a>, kinds: &'a [EventKind]) -> Self {
        Self::subscribe(folders, kinds, Mode::Streaming)
    }

    /// `Unsubscribe`: ends a pull or streaming subscription. A push subscription ends with
    /// [`Reply::unsubscribe`](crate::Reply::unsubscribe).
    #[must_use]
    pub const fn unsubscribe(id: SubscriptionId<'a>) -> Self {
        Self::new(Body::Unsubscribe(id))
    }

    /// `GetEvents`: the events of a pull subscription after this watermark, which is the last one received.
    #[must_use]
    pub const fn get_events(id: SubscriptionId<'a>, watermark: Watermark<'a>) -> Self {
        Self::new(Body::GetEvents(id, watermark))
    }

    /// `GetStreamingEvents`: a stream of the events of these subscriptions, at least one and in Exchange at most 200.
    ///
    /// `connection_timeout` is in minutes, from 1 to 30: after that time the server closes the connection.
    #[must_use]
    pub const fn get_streaming_events(
        ids: &'a [SubscriptionId<'a>],
        connection_timeout: u16,
    ) -> Self {
        Self::new(Body::GetStreamingEvents(ids, connection_timeout))
    }

    const fn subscribe(folders: Folders<'a>, kinds: &'a [EventKind], mode: Mode<'a>) -> Self {
        Self::new(Body::Subscribe {
            folders,
            kinds,
            mode,
        })
    }

    const fn new(body: Body<'a>) -> Self {
        Self {
            body,
            server_version: Self::SERVER_VERSION,
            impersonation: None,
        }
    }

    /// Sets `RequestServerVersion`, the version of the schema. A server refuses a version newer than its own. Default:
    /// [`SERVER_VERSION`](Self::SERVER_VERSION).
    #[must_use]
    pub const fn server_version(mut self, version: &'a str) -> Self {
        self.server_version = version;
        self
    }

    /// Sets `ExchangeImpersonation`: the request acts for this account. Default: none.
    #[must_use]
    pub const fn impersonation(mut self, impersonation: Impersonation<'a>) -> Self {
        self.impersonation = Some(impersonation);
        self
    }

    /// The body of the request in UTF-8: one element in each line, without a line feed at the end.
    ///
    /// Every value is escaped, so any text that XML can represent reaches the server unchanged. The elements are in the
    /// order of `messages.xsd` and `types.xsd` of Exchange. Takes linear time, and allocates the text.
    ///
    /// # Errors
    ///
    /// A [`RequestError`] for the first value that the schema or XML does not allow.
    pub fn to_xml(&self) -> Result<String, RequestError> {
        let mut writer = Writer::default();
        writer.text += r#"<?xml version="1.0" encoding="utf-8"?>"#;
        let namespaces = [
            ("xmlns:soap", "http://schemas.xmlsoap.org/soap/envelope/"),
            (
                "xmlns:m",
                "http://schemas.microsoft.com/exchange/services/2006/messages",
            ),
            (
                "xmlns:t",
                "http://schemas.microsoft.com/exchange/services/2006/types",
            ),
        ];
        writer.parent("soap:Envelope", &namespaces, |writer| {
            writer.parent("soap:Header", &[], |writer| self.write_header(writer))?;
            writer.parent("soap:Body", &[], |writer| self.body.write(writer))
        })?;
        Ok(writer.text)
    }

    fn write_header(&self, writer: &mut Writer) -> Result<(), RequestError> {
        let version = [("Version", self.server_version)];
        writer.empty("t:RequestServerVersion", &version)?;
        let (name, account) = match self.impersonation {
            None => return Ok(()),
            Some(Impersonation::PrimarySmtpAddress(address)) => ("t:PrimarySmtpAddress", address),
            Some(Impersonation::Sid(sid)) => ("t:SID", sid),
            Some(Impersonation::PrincipalName(account)) => ("t:PrincipalName", account),
        };
        writer.parent("t:ExchangeImpersonation", &[], |writer| {
            writer.parent("t:ConnectingSID", &[], |writer| writer.leaf(name, account))
        })
    }
}

impl Body<'_> {
    fn write(&self, writer: &mut Writer) -> Result<(), RequestError> {
        match *self {
            Self::Subscribe {
                folders,
                kinds,
                mode,
            } => writer.parent("m:Subscribe", &[], |writer| {
                let all = [("SubscribeToAllFolders", "true")];
                let attributes: &[_] = if folders == Folders::All { &all } else { &[] };
                writer.parent(mode.element(), attributes, |writer| {
                    folders.write(writer)?;
                    write_kinds(kinds, writer)?;
                    mode.write(writer)
                })
            }),
            Self::Unsubscribe(id) => writer.parent("m:Unsubscribe", &[], |writer| {
                writer.leaf("m:SubscriptionId", id.as_str())
            }),
            Self::GetEvents(id, watermark) => writer.parent("m:GetEvents", &[], |writer| {
                writer.leaf("m:SubscriptionId", id.as_str())?;
                writer.leaf("m:Watermark", watermark.as_str())
            }),
            Self::GetStreamingEvents(ids, connection_timeout) => {
                writer.parent("m:GetStreamingEvents", &[], |writer| {
                    writer.list("m:SubscriptionIds", ids, |id, writer| {
                        writer.leaf("t:SubscriptionId", id.as_str())
                    })?;
                    writer.minutes("m:ConnectionTimeout", connection_timeout, 30)
                })
            }
        }
    }
}

impl Folders<'_> {
    fn write(self, writer: &mut Writer) -> Result<(), RequestError> {
        let Self::These(folders) = self else {
            return Ok(()); // an attribute says it
        };
        writer.list("t:FolderIds", folders, |folder, writer| match *folder {
            Folder::Id(id) => writer.empty("t:FolderId", &[("Id", id)]),
            Folder::Distinguished {
                name,
                mailbox: None,
            } => writer.empty("t:DistinguishedFolderId", &[("Id", name)]),
            Folder::Distinguished {
                name,
                mailbox: Some(address),
            } => writer.parent("t:DistinguishedFolderId", &[("Id", name)], |writer| {
                writer.parent("t:Mailbox", &[], |writer| {
                    writer.leaf("t:EmailAddress", address)
                })
            }),
        })
    }
}

fn write_kinds(kinds: &[EventKind], writer: &mut Writer) -> Result<(), RequestError> {
    writer.list("t:EventTypes", kinds, |kind, writer| match kind {
        kind if Request::EVENT_KINDS.contains(kind) => writer.leaf("t:EventType", kind.name()),
        kind => Err(RequestError::EventKind(*kind)),
    })
}

impl Mode<'_> {
    const fn element(&self) -> &'static str {
        match self {
            Self::Push { .. } => "m:PushSubscriptionRequest",
            Self::Pull { .. } => "m:PullSubscriptionRequest",
            Self::Streaming => "m:StreamingSubscriptionRequest",
        }
    }

    /// The elements after `EventTypes`.
    fn write(&self, writer: &mut Writer) -> Result<(), RequestError> {
        match *self {
            Self::Push {
                watermark,
                status_frequency,
                url,
            } => {
                write_watermark(watermark, writer)?;
                writer.minutes("t:StatusFrequency", status_frequency, 1440)?;
                if !is_http_url(url) {
                    return Err(RequestError::Url);
                }
                writer.leaf("t:URL", url)
            }
            Self::Pull { watermark, timeout } => {
                write_watermark(watermark, writer)?;
                writer.minutes("t:Timeout", timeout, 1440)
            }
            Self::Streaming => Ok(()),
        }
    }
}

fn write_watermark(
    watermark: Option<Watermark<'_>>,
    writer: &mut Writer,
) -> Result<(), RequestError> {
    watermark.map_or(Ok(()), |watermark| {
        writer.leaf("t:Watermark", watermark.as_str())
    })
}

/// Whether Exchange could post to it, as far as this can be said without a parser of URLs.
fn is_http_url(url: &str) -> bool {
    let has_scheme = url.split_once("://").is_some_and(|(scheme, rest)| {
        let is_http = ["http", "https"].map(|name| scheme.eq_ignore_ascii_case(name));
        is_http.contains(&true) && !rest.is_empty()
    });
    has_scheme && !url.contains(char::is_whitespace)
}

/// Writes elements, each in a line of its own and indented by its depth.
#[derive(Default)]
struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    /// An element with other elements in it.
    fn parent(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        write: impl FnOnce(&mut Self) -> Result<(), RequestError>,
    ) -> Result<(), RequestError> {
        self.start(name, attributes)?;
        self.text.push('>');
        self.depth += 1;
        write(self)?;
        self.depth -= 1;
        self.new_line();
        self.end(name);
        Ok(())
    }

    /// An element with one element for each value. The schema has no empty lists.
    fn list<T>(
        &mut self,
        name: &'static str,
        values: &[T],
        write: impl Fn(&T, &mut Self) -> Result<(), RequestError>,
    ) -> Result<(), RequestError> {
        if values.is_empty() {
            return Err(RequestError::Empty(local(name)));
        }
        self.parent(name, &[], |writer| {
            values.iter().try_for_each(|value| write(value, writer))
        })
    }

    /// An element with a text.
    fn leaf(&mut self, name: &'static str, text: &str) -> Result<(), RequestError> {
        self.start(name, &[])?;
        self.text.push('>');
        self.escape(name, text)?;
        self.end(name);
        Ok(())
    }

    /// An element with a number of minutes, from 1 to `most`.
    fn minutes(&mut self, name: &'static str, minutes: u16, most: u16) -> Result<(), RequestError> {
        if !(1..=most).contains(&minutes) {
            let element = local(name);
            return Err(RequestError::Minutes {
                element,
                minutes,
                most,
            });
        }
        self.leaf(name, &minutes.to_string())
    }

    /// An element with attributes alone.
    fn empty(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
    ) -> Result<(), RequestError> {
        self.start(name, attributes)?;
        self.text += "/>";
        Ok(())
    }

    /// The start tag without its end.
    fn start(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
    ) -> Result<(), RequestError> {
        self.new_line();
        self.text.push('<');
        self.text += name;
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text += attribute;
            self.text += "=\"";
            self.escape(name, value)?;
            self.text.push('"');
        }
        Ok(())
    }

    fn end(&mut self, name: &'static str) {
        self.text += "</";
        self.text += name;
        self.text.push('>');
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.text.extend((0..self.depth).map(|_| "  "));
    }

    /// Writes a value of this element, its text or an attribute in double quotes. Tabs and line breaks are references,
    /// because a parser changes them otherwise.
    fn escape(&mut self, name: &'static str, value: &str) -> Result<(), RequestError> {
        if value.trim_ascii().is_empty() {
            return Err(RequestError::Empty(local(name)));
        }
        for character in value.chars() {
            match character {
                '&' => self.text += "&amp;",
                '<' => self.text += "&lt;",
                '>' => self.text += "&gt;",
                '"' => self.text += "&quot;",
                '\t' => self.text += "&#9;",
                '\n' => self.text += "&#10;",
                '\r' => self.text += "&#13;",
                _ if is_char(character) => self.text.push(character),
                _ => {
                    let element = local(name);
                    return Err(RequestError::IllegalChar { element, character });
                }
            }
        }
        Ok(())
    }
}

/// The name without its prefix.
fn local(name: &'static str) -> &'static str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// A value that cannot be in a request, from [`Request::to_xml`].
///
/// An element is named without prefix, as in `FolderIds`. The value may be its text or an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestError {
    /// The value of this element is empty or white space, or the list has no value.
    Empty(&'static str),
    /// The value of an element has a character that XML 1.0 does not allow, not even as a reference.
    IllegalChar {
        /// The name of the element.
        element: &'static str,
        /// The first such character.
        character: char,
    },
    /// A time is outside of the range of the schema.
    Minutes {
        /// The name of the element.
        element: &'static str,
        /// The time, in minutes.
        minutes: u16,
        /// The longest time that the schema allows, in minutes. The shortest is 1.
        most: u16,
    },
    /// A kind that is not one of [`Request::EVENT_KINDS`].
    EventKind(EventKind),
    /// The URL of a push subscription is not an absolute `http` or `https` URL, or has white space.
    Url,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty(element) => write!(f, "{element} is empty"),
            Self::IllegalChar { element, character } => write!(
                f,
                "{element} has the character U+{:04X}, which XML does not allow",
                u32::from(character)
            ),
            Self::Minutes {
                element,
                minutes,
                most,
            } => write!(
                f,
                "{element} is {minutes} minutes; expected 1 to {most} minutes"
            ),
            Self::EventKind(kind) => write!(
                f,
                "{kind} is no kind of event to subscribe to; expected a kind such as NewMailEvent"
            ),
            Self::Url => f.write_str(
                "the URL is not valid; expected http://… or https://… without white space, \
                 as in https://listener.example.org/ews",
            ),
        }
    }
}

impl core::error::Error for RequestError {}
