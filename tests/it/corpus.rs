//! Bodies that this project did not write: captures, documentation samples, other projects' fixtures.
//!
//! `EWS_CORPUS` names their folder. `INDEX.tsv` in it describes each file.

use std::fs;
use std::path::PathBuf;

use crate::support::{framing, json, reference};
use ews_notifications::{Config, ErrorKind, Parser};
use serde_json::Value;

fn corpus() -> PathBuf {
    std::env::var_os("EWS_CORPUS")
        .expect("EWS_CORPUS is not set")
        .into()
}

#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn pushes_give_exactly_their_fields() {
    let mut parser = Parser::new();
    for (name, expected) in [
        ("rooms-exo-2020.restored", EXO_2020),
        ("tistory-readeventsfailed", READ_EVENTS_FAILED),
        ("xtt-status", XTT_STATUS),
    ] {
        let body = fs::read(corpus().join(format!("push/sendnotification-{name}.xml"))).unwrap();
        let message = parser.parse(&body).unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(json::of_message(&message), expected);
        assert_eq!(reference::read(&body), Ok(expected));
    }
}

#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn malformed_pushes_give_the_position_of_the_defect() {
    let defects: [(&str, ErrorKind, &str); 4] = [
        ("ewsjava-issue151-truncated", ErrorKind::UnexpectedEnd, ""),
        (
            "rooms-exo-2020",
            ErrorKind::ElementInLeaf,
            "t:SubscriptionId><t:PreviousWatermark>",
        ),
        ("tistory-status-truncated", ErrorKind::UnexpectedEnd, ""),
        (
            "workmail-status-2018",
            ErrorKind::DeclarationVersion,
            " (http://www.w3.org",
        ),
    ];
    for (name, kind, rest) in defects {
        check_defect(&format!("push/sendnotification-{name}"), kind, rest);
    }
}

/// Responses and faults, against the reference. The list gives the operation, the events and the first code of each.
#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn responses_and_faults_give_exactly_their_fields() {
    let mut parser = Parser::new();
    let mut found = Vec::new();
    for path in files(&["pull", "streaming", "fault"]) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.contains(".malformed.") || name.contains(".multi.") {
            continue;
        }
        let body = fs::read(&path).unwrap();
        let message = parser.parse(&body).unwrap();
        assert_eq!(
            Ok(json::of_message(&message)),
            reference::read(&body),
            "{name}"
        );
        let response = message.responses.first();
        let code = response.and_then(|response| response.code);
        let code = code.or(message.fault.and_then(|fault| fault.response_code));
        let events = message.notifications().map(|one| one.events.len());
        found.push(format!(
            "{name} {} {:?} {}",
            message.operation,
            events.collect::<Vec<_>>(),
            code.map_or("-", |code| code.as_str())
        ));
    }
    assert_eq!(found, ANSWERS);
}

/// Whole, byte by byte and in pieces.
#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn the_stream_is_its_frames() {
    let read = |name: &str| fs::read(corpus().join("streaming").join(name)).unwrap();
    let stream = read("stream-ok-events-ok-closed.multi.xml");
    let [ok, events, closed] = ["frame-ok.xml", "frame-events.xml", "frame-closed.xml"].map(read);
    let frames = [&ok, &events, &ok, &closed];
    for length in [1, 2, 7, 64, 1000, 4096, stream.len()] {
        let (found, end) = framing::framed(Config::default(), stream.chunks(length));
        assert_eq!(end, Ok(()));
        let found: Vec<&Vec<u8>> = found.iter().map(|(_, body)| body).collect();
        assert_eq!(found, frames);
    }
    for cut in 0..=stream.len() {
        let (start, rest) = stream.split_at(cut);
        let (found, end) = framing::framed(Config::default(), [start, rest]);
        assert_eq!((found.len(), end), (frames.len(), Ok(())), "{cut}");
    }
}

/// The text at the defect of responses that are not well-formed. It is empty where they end too early.
#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn malformed_responses_give_the_position_of_the_defect() {
    use ErrorKind as E;
    let defects = [
        (
            "pull/getevents-kde-newmail",
            E::ElementInLeaf,
            "SubscriptionId><PreviousWatermark>",
        ),
        (
            "pull/getevents-msdocs-howto-pull",
            E::UnexpectedOperation,
            "GetEventsResponseType ",
        ),
        (
            "streaming/getstreamingevents-ewsjava-issue552-truncated",
            E::UnexpectedEnd,
            "",
        ),
        (
            "streaming/getstreamingevents-msdocs-error",
            E::EndTagMismatch,
            "m:ResponseMessages>",
        ),
        (
            "streaming/getstreamingevents-msdocs-howto",
            E::WrongNamespace,
            "s:Envelope ",
        ),
        (
            "streaming/getstreamingevents-nodeews-issue56-truncated",
            E::UnexpectedEnd,
            "",
        ),
        (
            "streaming/getstreamingevents-phpews-issue453-multi-truncated",
            E::SecondRoot,
            "Envelope\n",
        ),
    ];
    for (name, kind, rest) in defects {
        check_defect(name, kind, rest);
    }
}

#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn other_operations_are_named() {
    let mut named = 0;
    for path in files(&["other", "reply"]) {
        let body = fs::read(&path).unwrap();
        let error = Parser::new().parse(&body).unwrap_err();
        if error.kind() == ErrorKind::UnexpectedOperation {
            let name = error.describe(&body).name.unwrap();
            let local = name.rsplit(':').next().unwrap();
            assert!(
                local.starts_with("Su") || local.starts_with("Un") || local.starts_with("Send"),
                "{name}"
            );
            named += 1;
        }
    }
    assert_eq!(named, 14);
}

/// The body is refused for this reason, at a position where this text follows. The text is empty at the end of the
/// body.
fn check_defect(name: &str, kind: ErrorKind, rest: &str) {
    let body = fs::read(corpus().join(format!("{name}.malformed.xml"))).unwrap();
    let error = Parser::new().parse(&body).unwrap_err();
    assert_eq!(error.kind(), kind, "{name}");
    let from = &body[error.offset()..];
    assert!(
        from.starts_with(rest.as_bytes()) && from.is_empty() == rest.is_empty(),
        "{name}"
    );
}

/// The XML files of these folders, sorted by name.
fn files(folders: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(corpus().join(folder)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    files
}

const ANSWERS: &[&str] = &[
    "soapfault-evolution-exchange2007sp1.xml Fault [] ErrorSchemaValidation",
    "soapfault-msdocs-addimgroup.xml Fault [] ErrorSchemaValidation",
    "soapfault-msdocs-getimitemlist.xml Fault [] ErrorIncorrectSchemaVersion",
    "soapfault-msdocs-getserviceconfiguration.xml Fault [] ErrorSchemaValidation",
    "soapfault-msdocs-getuseroofsettings.xml Fault [] -",
    "soapfault-msdocs-updateitem.xml Fault [] ErrorSchemaValidation",
    "getevents-kde-error.xml GetEventsResponse [] ErrorInvalidPullSubscriptionId",
    "getevents-msdocs-newmail-httpsns.xml GetEventsResponse [2] NoError",
    "getevents-msdocs-newmail.xml GetEventsResponse [2] NoError",
    "frame-closed.xml GetStreamingEventsResponse [] NoError",
    "frame-events.xml GetStreamingEventsResponse [7, 7] NoError",
    "frame-ok.xml GetStreamingEventsResponse [] NoError",
    "getstreamingevents-bifrost-bare-newmail.xml GetStreamingEventsResponse [1] -",
    "getstreamingevents-exchangelib-closed.xml GetStreamingEventsResponse [] NoError",
    "getstreamingevents-kde-heartbeat.xml GetStreamingEventsResponse [] NoError",
    "getstreamingevents-octoblu-calendarEvent.compact.xml GetStreamingEventsResponse [2] NoError",
    "getstreamingevents-octoblu-calendarEvent.xml GetStreamingEventsResponse [2] NoError",
    "getstreamingevents-octoblu-closedEvent.compact.xml GetStreamingEventsResponse [] NoError",
    "getstreamingevents-octoblu-closedEvent.xml GetStreamingEventsResponse [] NoError",
    "getstreamingevents-octoblu-deletedNotificationEvent.compact.xml GetStreamingEventsResponse [6] NoError",
    "getstreamingevents-octoblu-deletedNotificationEvent.xml GetStreamingEventsResponse [6] NoError",
    "getstreamingevents-viewpoint-docs-2018.xml GetStreamingEventsResponse [3] NoError",
];

const EXO_2020: &str = r#"{
  "operation": "SendNotification",
  "soap": "1.1",
  "request_server_version": "Exchange2010",
  "must_understand": [],
  "responses": [
    {
      "class": "Success",
      "code": "NoError",
      "message_xml": [],
      "notifications": [
        {
          "subscription_id": "LABkYjhwcjAxbWI2NDg1LmV1cnByZDAxLnByb2QuZXhjaGFuZ2VsYWJzLmNvbRAAAADELVfykPBZQp7Q8IIUrUfmCKn7JnqX2AgQAAAAWTlI8+A2EEqLQp01E8Pw2Q==",
          "previous_watermark": "AQAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE=",
          "more_events": false,
          "events": [
            {
              "kind": "ModifiedEvent",
              "watermark": "AQAAAExY/dNdjDVKjtBVHKR5IOsoIukhAAAAAAE=",
              "timestamp": "2020-12-03T11:03:50Z",
              "item_id": {
                "id": "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQBGAAADdiwJfgoT4UeFDoYZ5kbJFQcAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAAbsZeBEfd1Eyd3oyV64JNiAACUQqtogAAAA==",
                "change_key": "DwAAAA=="
              },
              "parent_folder_id": {
                "id": "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQAuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAA",
                "change_key": "AQAAAA=="
              }
            },
            {
              "kind": "ModifiedEvent",
              "watermark": "AQAAAExY/dNdjDVKjtBVHKR5IOstIukhAAAAAAE=",
              "timestamp": "2020-12-03T11:03:50Z",
              "folder_id": {
                "id": "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQAuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAA",
                "change_key": "AgAAAA=="
              },
              "parent_folder_id": {
                "id": "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQAuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgEIAAAA",
                "change_key": "AQAAAA=="
              }
            }
          ]
        }
      ],
      "error_subscription_ids": []
    }
  ]
}"#;

const READ_EVENTS_FAILED: &str = r#"{
  "operation": "SendNotification",
  "soap": "1.1",
  "request_server_version": "Exchange2007_SP1",
  "must_understand": [],
  "responses": [
    {
      "class": "Error",
      "message_text": "이 구독의 이벤트를 검색할 수 없습니다. 구독을 다시 만들어야 합니다.",
      "code": "ErrorReadEventsFailed",
      "descriptive_link_key": 0,
      "message_xml": [
        {
          "name": "SubscriptionId",
          "value": "HwBlaGRldjAaLm15c2luZ2alZGV2LnNhbXNabmcuY29tEAaAAEDzY414aNRHmaqvPaxcOC6bMacSPTbQCA=="
        }
      ],
      "notifications": [],
      "error_subscription_ids": []
    }
  ]
}"#;

const XTT_STATUS: &str = r#"{
  "operation": "SendNotification",
  "soap": "1.1",
  "must_understand": [],
  "responses": [
    {
      "class": "Success",
      "code": "NoError",
      "message_xml": [],
      "notifications": [
        {
          "subscription_id": "c3Vi",
          "previous_watermark": "d20=",
          "more_events": false,
          "events": [
            {
              "kind": "StatusEvent",
              "watermark": "d20="
            }
          ]
        }
      ],
      "error_subscription_ids": []
    }
  ]
}"#;
