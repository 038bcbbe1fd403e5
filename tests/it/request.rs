//! Requests: the documents of all operations, escaping, and refused values.
//!
//! `schema::requests_validate` validates documents with these [`Options`] against the EWS schema.

use ews_notifications::request::{Folder, Folders, Impersonation, Request, RequestError};
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, EventKind, SubscriptionId, Watermark};
use proptest::prelude::*;

const INBOX: Folder<'static> = Folder::Distinguished {
    name: "inbox",
    mailbox: None,
};
const SHARED: Folder<'static> = Folder::Distinguished {
    name: "calendar",
    mailbox: Some("team@example.org"),
};

/// All kinds that the schema has for `Subscribe`.
const KINDS: &[EventKind] = Request::EVENT_KINDS;

/// A document with this content of the Body and the default header.
fn document(body: &str) -> String {
    let lines = body.lines().map(|line| format!("    {line}\n"));
    let body: String = lines.collect();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
  <soap:Header>
    <t:RequestServerVersion Version="Exchange2010_SP2"/>
  </soap:Header>
  <soap:Body>
{body}  </soap:Body>
</soap:Envelope>"#
    )
}

#[test]
fn subscribe_push_has_folders_kinds_watermark_frequency_and_url() {
    let folders = [INBOX, SHARED, Folder::Id("AAMkAG==")];
    let kinds = [EventKind::NewMail, EventKind::FreeBusyChanged];
    let watermark = Some(Watermark::new("AQAAAA=="));
    let url = "https://listener.example.org/ews?key=1&x=2";
    let request = Request::subscribe_push(Folders::These(&folders), &kinds, watermark, 1440, url);
    let expected = document(
        r#"<m:Subscribe>
  <m:PushSubscriptionRequest>
    <t:FolderIds>
      <t:DistinguishedFolderId Id="inbox"/>
      <t:DistinguishedFolderId Id="calendar">
        <t:Mailbox>
          <t:EmailAddress>team@example.org</t:EmailAddress>
        </t:Mailbox>
      </t:DistinguishedFolderId>
      <t:FolderId Id="AAMkAG=="/>
    </t:FolderIds>
    <t:EventTypes>
      <t:EventType>NewMailEvent</t:EventType>
      <t:EventType>FreeBusyChangedEvent</t:EventType>
    </t:EventTypes>
    <t:Watermark>AQAAAA==</t:Watermark>
    <t:StatusFrequency>1440</t:StatusFrequency>
    <t:URL>https://listener.example.org/ews?key=1&amp;x=2</t:URL>
  </m:PushSubscriptionRequest>
</m:Subscribe>"#,
    );
    assert_eq!(request.to_xml().unwrap(), expected);
}

#[test]
fn subscribe_pull_has_a_timeout() {
    let kinds = [EventKind::Created];
    let request = Request::subscribe_pull(Folders::All, &kinds, None, 1);
    let expected = document(
        r#"<m:Subscribe>
  <m:PullSubscriptionRequest SubscribeToAllFolders="true">
    <t:EventTypes>
      <t:EventType>CreatedEvent</t:EventType>
    </t:EventTypes>
    <t:Timeout>1</t:Timeout>
  </m:PullSubscriptionRequest>
</m:Subscribe>"#,
    );
    assert_eq!(request.to_xml().unwrap(), expected);
}

#[test]
fn subscribe_streaming_has_folders_and_kinds() {
    let request = Request::subscribe_streaming(Folders::These(&[INBOX]), KINDS);
    let expected = document(
        r#"<m:Subscribe>
  <m:StreamingSubscriptionRequest>
    <t:FolderIds>
      <t:DistinguishedFolderId Id="inbox"/>
    </t:FolderIds>
    <t:EventTypes>
      <t:EventType>CreatedEvent</t:EventType>
      <t:EventType>DeletedEvent</t:EventType>
      <t:EventType>ModifiedEvent</t:EventType>
      <t:EventType>MovedEvent</t:EventType>
      <t:EventType>CopiedEvent</t:EventType>
      <t:EventType>NewMailEvent</t:EventType>
      <t:EventType>FreeBusyChangedEvent</t:EventType>
    </t:EventTypes>
  </m:StreamingSubscriptionRequest>
</m:Subscribe>"#,
    );
    assert_eq!(request.to_xml().unwrap(), expected);
}

#[test]
fn unsubscribe_has_the_id() {
    let request = Request::unsubscribe(SubscriptionId::new("JgBtYng="));
    let expected = document(
        "<m:Unsubscribe>
  <m:SubscriptionId>JgBtYng=</m:SubscriptionId>
</m:Unsubscribe>",
    );
    assert_eq!(request.to_xml().unwrap(), expected);
}

#[test]
fn get_events_has_the_id_and_the_watermark() {
    let request = Request::get_events("JgBtYng=".into(), "AQAAAA==".into());
    let expected = document(
        "<m:GetEvents>
  <m:SubscriptionId>JgBtYng=</m:SubscriptionId>
  <m:Watermark>AQAAAA==</m:Watermark>
</m:GetEvents>",
    );
    assert_eq!(request.to_xml().unwrap(), expected);
}

#[test]
fn get_streaming_events_has_all_ids_and_a_timeout() {
    let ids = ["ONE", "TWO"].map(SubscriptionId::new);
    let request = Request::get_streaming_events(&ids, 30);
    let expected = document(
        "<m:GetStreamingEvents>
  <m:SubscriptionIds>
    <t:SubscriptionId>ONE</t:SubscriptionId>
    <t:SubscriptionId>TWO</t:SubscriptionId>
  </m:SubscriptionIds>
  <m:ConnectionTimeout>30</m:ConnectionTimeout>
</m:GetStreamingEvents>",
    );
    assert_eq!(request.to_xml().unwrap(), expected);
}

#[test]
fn the_header_has_the_version_and_the_account_to_act_for() {
    let request = Request::unsubscribe("ONE".into()).server_version("Exchange2016");
    for (impersonation, expected) in [
        (
            Impersonation::PrimarySmtpAddress("a@example.org"),
            "<t:PrimarySmtpAddress>a@example.org</t:PrimarySmtpAddress>",
        ),
        (
            Impersonation::Sid("S-1-5-21-1"),
            "<t:SID>S-1-5-21-1</t:SID>",
        ),
        (
            Impersonation::PrincipalName("a@corp.example.org"),
            "<t:PrincipalName>a@corp.example.org</t:PrincipalName>",
        ),
    ] {
        let body = request.impersonation(impersonation).to_xml().unwrap();
        let header = format!(
            r#"  <soap:Header>
    <t:RequestServerVersion Version="Exchange2016"/>
    <t:ExchangeImpersonation>
      <t:ConnectingSID>
        {expected}
      </t:ConnectingSID>
    </t:ExchangeImpersonation>
  </soap:Header>
"#
        );
        assert!(body.contains(&header), "{body}");
    }
}

#[test]
fn refuses_values_that_the_schema_or_xml_does_not_allow() {
    let push = |minutes, url| {
        Request::subscribe_push(Folders::All, &[EventKind::Moved], None, minutes, url).to_xml()
    };
    let pull = |minutes| Request::subscribe_pull(Folders::All, KINDS, None, minutes).to_xml();
    let stream = |minutes| Request::get_streaming_events(&["ONE".into()], minutes).to_xml();
    let kinds = |kinds| Request::subscribe_streaming(Folders::All, kinds).to_xml();
    let folder = |folder| {
        let folders = [folder];
        Request::subscribe_streaming(Folders::These(&folders), KINDS).to_xml()
    };
    let id = |id| Request::unsubscribe(SubscriptionId::new(id)).to_xml();
    for (xml, expected) in [
        (
            push(0, "http://h"),
            "StatusFrequency is 0 minutes; expected 1 to 1440 minutes",
        ),
        (
            push(1441, "http://h"),
            "StatusFrequency is 1441 minutes; expected 1 to 1440 minutes",
        ),
        (
            pull(u16::MAX),
            "Timeout is 65535 minutes; expected 1 to 1440 minutes",
        ),
        (
            stream(31),
            "ConnectionTimeout is 31 minutes; expected 1 to 30 minutes",
        ),
        (
            Request::get_streaming_events(&[], 30).to_xml(),
            "SubscriptionIds is empty",
        ),
        (kinds(&[]), "EventTypes is empty"),
        (
            Request::subscribe_streaming(Folders::These(&[]), KINDS).to_xml(),
            "FolderIds is empty",
        ),
        (
            kinds(&[EventKind::Moved, EventKind::Status]),
            "StatusEvent is no kind of event to subscribe to; expected a kind such as NewMailEvent",
        ),
        (
            kinds(&[EventKind::Other]),
            "Other is no kind of event to subscribe to; expected a kind such as NewMailEvent",
        ),
        (folder(Folder::Id("")), "FolderId is empty"),
        (
            folder(Folder::Distinguished {
                name: "inbox",
                mailbox: Some(" "),
            }),
            "EmailAddress is empty",
        ),
        (id(" \t\r\n"), "SubscriptionId is empty"),
        (
            id("A\u{0}"),
            "SubscriptionId has the character U+0000, which XML does not allow",
        ),
        (
            folder(Folder::Id("\u{FFFE}")),
            "FolderId has the character U+FFFE, which XML does not allow",
        ),
        (
            Request::unsubscribe("ONE".into())
                .server_version("\u{1B}")
                .to_xml(),
            "RequestServerVersion has the character U+001B, which XML does not allow",
        ),
    ] {
        assert_eq!(xml.unwrap_err().to_string(), expected);
    }
    for url in [
        "",
        "listener",
        "ftp://h/",
        "https://",
        "https://h/a b",
        "https://h/\n",
        "http:/h",
    ] {
        assert_eq!(push(30, url), Err(RequestError::Url), "{url}");
    }
    let message = RequestError::Url.to_string();
    assert!(message.starts_with("the URL is not valid; expected http://"));
    assert!(push(30, "HTTPS://h").is_ok());
}

/// The values of a request; each operation uses some of them.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    operation: u8,
    /// `None` is all folders. A folder with the name of a distinguished folder and a mailbox, or with an id.
    folders: Option<Vec<(Option<&'static str>, Option<String>)>>,
    kinds: Vec<EventKind>,
    ids: Vec<String>,
    watermark: Option<String>,
    minutes: u16,
    url: String,
    version: &'static str,
    impersonation: Option<(u8, String)>,
}

impl Options {
    pub(crate) fn to_xml(&self) -> String {
        let folders: Vec<_> = { self.folders.iter().flatten() }
            .map(|(name, text)| match name {
                Some(name) => Folder::Distinguished {
                    name,
                    mailbox: text.as_deref(),
                },
                None => Folder::Id(text.as_deref().unwrap_or("AAMkAG==")),
            })
            .collect();
        let folders = match self.folders {
            Some(_) => Folders::These(&folders),
            None => Folders::All,
        };
        let ids: Vec<SubscriptionId<'_>> = self.ids.iter().map(|id| id.as_str().into()).collect();
        let watermark = self.watermark.as_deref().map(Watermark::new);
        let url = format!("https://h/{}", self.url.replace(char::is_whitespace, ""));
        let (kinds, minutes) = (&self.kinds, self.minutes);
        let request = match self.operation {
            0 => Request::subscribe_push(folders, kinds, watermark, minutes, &url),
            1 => Request::subscribe_pull(folders, kinds, watermark, minutes),
            2 => Request::subscribe_streaming(folders, kinds),
            3 => Request::unsubscribe(ids[0]),
            4 => Request::get_events(ids[0], watermark.unwrap_or("AQAAAA==".into())),
            _ => Request::get_streaming_events(&ids, minutes.min(30)),
        };
        let request = request.server_version(self.version);
        let request = match &self.impersonation {
            Some((0, account)) => request.impersonation(Impersonation::PrimarySmtpAddress(account)),
            Some((1, account)) => request.impersonation(Impersonation::Sid(account)),
            Some((_, account)) => request.impersonation(Impersonation::PrincipalName(account)),
            None => request,
        };
        request.to_xml().unwrap()
    }
}

/// Characters that are special to XML or to terminals, and any other ones.
fn text() -> impl Strategy<Value = String> {
    let special = "[&<>\"'\\]\t\n\r \u{85}\u{2028}\u{202E}\u{FEFF}\u{FFFD}א]{1,8}|\\]\\]>|&amp;|<!\\[CDATA\\[";
    let any = prop::collection::vec(any::<char>(), 1..20);
    let any = any.prop_map(|text| text.into_iter().filter(|c| is_char(*c)).collect());
    let text = prop_oneof![special, any];
    text.prop_filter("empty", |text: &String| !text.trim_ascii().is_empty())
}

/// `[2] Char` of XML 1.0.
fn is_char(c: char) -> bool {
    matches!(u32::from(c), 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// Requests that the schema allows.
pub(crate) fn options() -> impl Strategy<Value = Options> {
    let name = prop::sample::select(vec!["inbox", "msgfolderroot", "archive", "onedriveroot"]);
    let folder = (prop::option::of(name), prop::option::of(text()));
    let folders = prop::option::of(prop::collection::vec(folder, 1..4));
    let kinds = prop::sample::subsequence(KINDS.to_vec(), 1..=KINDS.len());
    let ids = prop::collection::vec(text(), 1..4);
    let versions = ["Exchange2007_SP1", Request::SERVER_VERSION, "V2017_07_11"];
    let version = prop::sample::select(versions.to_vec());
    let impersonation = prop::option::of((0_u8..3, text()));
    (
        0_u8..6,
        folders,
        kinds,
        ids,
        prop::option::of(text()),
        1_u16..=1440,
        text(),
        version,
        impersonation,
    )
        .prop_map(
            |(operation, folders, kinds, ids, watermark, minutes, url, version, impersonation)| {
                Options {
                    operation,
                    folders,
                    kinds,
                    ids,
                    watermark,
                    minutes,
                    url,
                    version,
                    impersonation,
                }
            },
        )
}

proptest! {
    /// The parser is independent of this crate.
    #[test]
    fn every_request_is_well_formed_and_keeps_its_values(options in options()) {
        let xml = options.to_xml();
        let mut buffers = Buffers::default();
        let mut tokens = Tokenizer::new(xml.as_bytes(), &mut buffers, &Config::new()).unwrap();
        while tokens.next().unwrap().is_some() {}

        let document = roxmltree::Document::parse(&xml).unwrap();
        let texts = |name: &str| -> Vec<String> {
            let elements = document.descendants().filter(|node| node.has_tag_name(name));
            elements.map(|element| element.text().unwrap().to_owned()).collect()
        };
        let addresses = texts("EmailAddress");
        let ids = document.descendants().filter(|node| node.has_tag_name("FolderId"));
        let folders: Vec<_> = ids.map(|id| id.attribute("Id").unwrap()).collect();
        if let 0..3 = options.operation {
            let given = options.folders.iter().flatten();
            let (named, by_id): (Vec<_>, Vec<_>) = given.partition(|(name, _)| name.is_some());
            let expected: Vec<_> = named.iter().filter_map(|(_, text)| text.as_ref()).collect();
            prop_assert_eq!(addresses.iter().collect::<Vec<_>>(), expected);
            let expected: Vec<_> = { by_id.iter() }
                .map(|(_, text)| text.as_deref().unwrap_or("AAMkAG=="))
                .collect();
            prop_assert_eq!(folders, expected);
            let kinds = options.kinds.iter().map(ToString::to_string);
            prop_assert_eq!(texts("EventType"), kinds.collect::<Vec<_>>());
        }
        let expected = match options.operation {
            0..3 => &[],
            5 => options.ids.as_slice(),
            _ => &options.ids[..1],
        };
        prop_assert_eq!(texts("SubscriptionId"), expected);
        if let (0..2 | 4, Some(watermark)) = (options.operation, &options.watermark) {
            prop_assert_eq!(&texts("Watermark")[0], watermark);
        }
    }
}
