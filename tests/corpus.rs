//! Bodies that this project did not write: captures, documentation samples, other projects' fixtures.
//!
//! `EWS_CORPUS` names their folder; `INDEX.tsv` in it says what each file is.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

mod support;

use std::fs;
use std::path::PathBuf;

use ews_notifications::{ErrorClass, ErrorKind, Parser};
use support::{reference, text};

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
        assert_eq!(text::of_message(&message), expected);
        assert_eq!(reference::read(&body).unwrap(), expected);
    }
}

#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn malformed_pushes_give_the_place_of_the_defect() {
    let mut parser = Parser::new();
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
        let path = corpus().join(format!("push/sendnotification-{name}.malformed.xml"));
        let body = fs::read(path).unwrap();
        let error = parser.parse(&body).unwrap_err();
        assert_eq!(error.kind(), kind, "{name}");
        let from = &body[error.offset()..];
        assert!(
            from.starts_with(rest.as_bytes()) && from.is_empty() == rest.is_empty(),
            "{name}"
        );
    }
}

#[test]
#[ignore = "needs the corpus, named by EWS_CORPUS"]
fn other_operations_are_named() {
    let index = fs::read_to_string(corpus().join("INDEX.tsv")).unwrap();
    let mut named = 0;
    for row in index
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
    {
        let body = fs::read(corpus().join(row[0])).unwrap();
        let mut parser = Parser::new();
        let result = parser.parse(&body);
        if row[0].starts_with("push/") {
            continue;
        }
        let error = result
            .err()
            .unwrap_or_else(|| panic!("{} is accepted", row[0]));
        if row[4] == "yes" {
            assert_eq!(error.class(), ErrorClass::Schema, "{}", row[0]);
            // Documentation samples with https:// or a misspelt namespace fail before.
            if error.kind() == ErrorKind::UnexpectedOperation {
                let operation = row[1].replace("SOAPFault", "Fault");
                let name = error.describe(&body).name.unwrap();
                assert_eq!(
                    name.rsplit(':').next(),
                    Some(operation.as_str()),
                    "{}",
                    row[0]
                );
                named += 1;
            } else {
                assert_eq!(error.kind(), ErrorKind::EnvelopeNamespace, "{}", row[0]);
            }
        }
    }
    assert!(named >= 25, "{named}");
}

const EXO_2020: &str = r#"RequestServerVersion "Exchange2010"
SendNotification
  Response
    ResponseClass "Success"
    ResponseCode "NoError"
    Notification
      SubscriptionId "LABkYjhwcjAxbWI2NDg1LmV1cnByZDAxLnByb2QuZXhjaGFuZ2VsYWJzLmNvbRAAAADELVfykPBZQp7Q8IIUrUfmCKn7JnqX2AgQAAAAWTlI8+A2EEqLQp01E8Pw2Q=="
      PreviousWatermark "AQAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE="
      MoreEvents false
      ModifiedEvent
        Watermark "AQAAAExY/dNdjDVKjtBVHKR5IOsoIukhAAAAAAE="
        TimeStamp "2020-12-03T11:03:50Z"
        ItemId "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQBGAAADdiwJfgoT4UeFDoYZ5kbJFQcAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAAbsZeBEfd1Eyd3oyV64JNiAACUQqtogAAAA=="
          ChangeKey "DwAAAA=="
        ParentFolderId "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQAuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAA"
          ChangeKey "AQAAAA=="
      ModifiedEvent
        Watermark "AQAAAExY/dNdjDVKjtBVHKR5IOstIukhAAAAAAE="
        TimeStamp "2020-12-03T11:03:50Z"
        FolderId "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQAuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAA"
          ChangeKey "AgAAAA=="
        ParentFolderId "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQAuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgEIAAAA"
          ChangeKey "AQAAAA=="
"#;

const READ_EVENTS_FAILED: &str = r#"RequestServerVersion "Exchange2007_SP1"
SendNotification
  Response
    ResponseClass "Error"
    MessageText "이 구독의 이벤트를 검색할 수 없습니다. 구독을 다시 만들어야 합니다."
    ResponseCode "ErrorReadEventsFailed"
    DescriptiveLinkKey 0
    Value "HwBlaGRldjAaLm15c2luZ2alZGV2LnNhbXNabmcuY29tEAaAAEDzY414aNRHmaqvPaxcOC6bMacSPTbQCA=="
      Name "SubscriptionId"
"#;

const XTT_STATUS: &str = r#"SendNotification
  Response
    ResponseClass "Success"
    ResponseCode "NoError"
    Notification
      SubscriptionId "c3Vi"
      PreviousWatermark "d20="
      MoreEvents false
      StatusEvent
        Watermark "d20="
"#;
