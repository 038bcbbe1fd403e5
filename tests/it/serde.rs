//! The JSON of messages, written by hand: each key, in its order, and each value.

use ews_notifications::{Parser, UnixTime};
use serde_json::Value;

use crate::support::json::{self, without_nulls};

/// The message of the body has this JSON. Null keys do not count, so that a new field changes no test.
fn check(body: &[u8], expected: &str) {
    let mut parser = Parser::new();
    let message = parser.parse(body).unwrap();
    let expected = without_nulls(serde_json::from_str(expected).unwrap());
    assert_eq!(json::of_message(&message).to_string(), expected.to_string());
}

#[test]
fn absent_values_are_null() {
    let mut parser = Parser::new();
    let message = parser.parse(include_bytes!("../data/push/status.xml"));
    let message = serde_json::to_value(message.unwrap()).unwrap();
    let Value::Object(event) = &message["responses"][0]["notifications"][0]["events"][0] else {
        panic!("{message}");
    };
    for (key, value) in event {
        let is_present = key == "kind" || key == "watermark";
        assert_eq!(value.is_null(), !is_present, "{key}");
    }
    assert_eq!(message["fault"], Value::Null);
}

#[test]
fn a_push_has_the_keys_of_events_of_all_shapes() {
    let body = r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">
        <e:Header><t:RequestServerVersion Version="Exchange2010"/></e:Header><e:Body><m:SendNotification><m:ResponseMessages>
        <m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification>
        <t:SubscriptionId>S1</t:SubscriptionId><t:PreviousWatermark>W0</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>
        <t:MovedEvent><t:Watermark>W1</t:Watermark><t:TimeStamp>2031-02-03T04:05:06Z</t:TimeStamp>
            <t:ItemId Id="I2" ChangeKey="C2"/><t:ParentFolderId Id="F2"/><t:OldItemId Id="I1"/>
            <t:OldParentFolderId Id="F1" ChangeKey=""/></t:MovedEvent>
        <t:CopiedEvent><t:FolderId Id="F4"/><t:OldFolderId Id="F3"/></t:CopiedEvent>
        <t:ModifiedEvent><t:FolderId Id="&lt;&quot;é"/><t:UnreadCount>-7</t:UnreadCount></t:ModifiedEvent>
        <t:NewsEvent a="1"/>
        </m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></e:Body></e:Envelope>"#;
    let expected = r#"
        {"operation":"SendNotification","soap":"1.1","request_server_version":"Exchange2010","server_version_info":null,"must_understand":[],
        "responses":[{"class":"Success","message_text":null,"code":"NoError","descriptive_link_key":null,"message_xml":[],
        "notifications":[{"subscription_id":"S1","previous_watermark":"W0","more_events":false,"events":[
        {"kind":"MovedEvent","watermark":"W1","timestamp":"2031-02-03T04:05:06Z",
        "item_id":{"id":"I2","change_key":"C2"},"folder_id":null,
        "parent_folder_id":{"id":"F2","change_key":null},
        "old_item_id":{"id":"I1","change_key":null},"old_folder_id":null,
        "old_parent_folder_id":{"id":"F1","change_key":""},"unread_count":null,"other":null},
        {"kind":"CopiedEvent","watermark":null,"timestamp":null,"item_id":null,
        "folder_id":{"id":"F4","change_key":null},"parent_folder_id":null,"old_item_id":null,
        "old_folder_id":{"id":"F3","change_key":null},"old_parent_folder_id":null,"unread_count":null,"other":null},
        {"kind":"ModifiedEvent","watermark":null,"timestamp":null,"item_id":null,
        "folder_id":{"id":"<\"é","change_key":null},"parent_folder_id":null,"old_item_id":null,
        "old_folder_id":null,"old_parent_folder_id":null,"unread_count":-7,"other":null},
        {"kind":"Other","watermark":null,"timestamp":null,"item_id":null,"folder_id":null,
        "parent_folder_id":null,"old_item_id":null,"old_folder_id":null,"old_parent_folder_id":null,
        "unread_count":null,"other":{"name":"NewsEvent",
        "namespace":"http://schemas.microsoft.com/exchange/services/2006/types","raw":"<t:NewsEvent a=\"1\"/>"}}
        ]}],"connection_status":null,"error_subscription_ids":[]}],"fault":null}"#;
    check(body.as_bytes(), expected);
}

#[test]
fn a_push_with_an_error_has_its_code_and_text() {
    check(
        include_bytes!("../data/push/error.xml"),
        r#"
        {"operation":"SendNotification","soap":"1.1","request_server_version":"Exchange2007_SP1","server_version_info":null,"must_understand":[],
        "responses":[{"class":"Error","message_text":"이 구독의 이벤트를 읽을 수 없습니다. 구독을 다시 만드십시오.",
        "code":"ErrorReadEventsFailed","descriptive_link_key":0,"message_xml":[{"name":"SubscriptionId",
        "value":"FgBtYngwMy5jb3JwLmV4YW1wbGUub3JnEAAAAMCCjgOBcwvv0fegJQV8dPvNfrJnuneJjQ=="}],
        "notifications":[],"connection_status":null,"error_subscription_ids":[]}],"fault":null}"#,
    );
}

#[test]
fn a_response_to_a_pull_has_the_version_of_the_server() {
    check(
        include_bytes!("../data/pull/exchange-2016.xml"),
        r#"
        {"operation":"GetEventsResponse","soap":"1.1","request_server_version":null,
        "server_version_info":{"major_version":15,"minor_version":1,"major_build_number":2507,
        "minor_build_number":6,"version":"V2017_07_11"},"must_understand":[],
        "responses":[{"class":"Success","message_text":null,"code":"NoError","descriptive_link_key":null,"message_xml":[],
        "notifications":[{"subscription_id":"JgBtYngwMS5jb3JwLmV4YW1wbGUub3JnEAAAAA==",
        "previous_watermark":"AQAAAJ1","more_events":true,"events":[
        {"kind":"NewMailEvent","watermark":"AQAAAJ2","timestamp":"2026-03-01T08:15:30Z",
        "item_id":{"id":"AAMkAGYz1pQBGAAAAAAB+/kQ==","change_key":"DwAAAA=="},"folder_id":null,
        "parent_folder_id":{"id":"AAMkAGYz2pQBGAAAAAAB+/kQ==","change_key":"DwAAAA=="},
        "old_item_id":null,"old_folder_id":null,"old_parent_folder_id":null,"unread_count":null,"other":null},
        {"kind":"DeletedEvent","watermark":"AQAAAJ3","timestamp":"2026-03-02T08:15:30Z",
        "item_id":{"id":"AAMkAGYz2pQBGAAAAAAB+/kQ==","change_key":"DwAAAA=="},"folder_id":null,
        "parent_folder_id":{"id":"AAMkAGYz3pQBGAAAAAAB+/kQ==","change_key":"DwAAAA=="},
        "old_item_id":null,"old_folder_id":null,"old_parent_folder_id":null,"unread_count":null,"other":null}
        ]}],"connection_status":null,"error_subscription_ids":[]}],"fault":null}"#,
    );
}

#[test]
fn an_envelope_of_a_stream_has_its_status_and_failed_subscriptions() {
    check(
        include_bytes!("../data/stream/unknown-subscriptions.xml"),
        r#"
        {"operation":"GetStreamingEventsResponse","soap":"1.1","request_server_version":null,
        "server_version_info":{"major_version":15,"minor_version":2,"major_build_number":1544,
        "minor_build_number":4,"version":"V2017_07_11"},"must_understand":[],
        "responses":[{"class":"Error","message_text":"Nobody knows them.","code":"ErrorInvalidSubscription",
        "descriptive_link_key":0,"message_xml":[],"notifications":[],"connection_status":"Closed",
        "error_subscription_ids":["JgBtYngwMS5jb3JwLmV4YW1wbGUub3JnEAAAAA==",
        "JgBtYngwMi5jb3JwLmV4YW1wbGUub3JnEAAAAB=="]}],"fault":null}"#,
    );
}

#[test]
fn a_fault_has_its_detail() {
    check(
        include_bytes!("../data/fault/exchange-2016.xml"),
        r#"
        {"operation":"Fault","soap":"1.1","request_server_version":null,"server_version_info":null,"must_understand":[],"responses":[],
        "fault":{"code":"a:ErrorServerBusy","subcode":null,
        "string":"The server cannot service this request right now. Try again later.",
        "response_code":"ErrorServerBusy",
        "message_text":"The server cannot service this request right now. Try again later.",
        "message_xml":[{"name":"BackOffMilliseconds","value":"297749"}]}}"#,
    );
}

#[test]
fn classes_and_codes_outside_the_schema_are_written_unchanged() {
    check(
        include_bytes!("../data/unknown/response-class.xml"),
        r#"
        {"operation":"SendNotification","soap":"1.1","request_server_version":"Exchange2010","server_version_info":null,"must_understand":[],
        "responses":[{"class":"Maybe","message_text":null,"code":"ErrorFromTheFuture","descriptive_link_key":null,
        "message_xml":[],"notifications":[],"connection_status":null,"error_subscription_ids":[]},
        {"class":null,"message_text":null,"code":null,"descriptive_link_key":null,
        "message_xml":[],"notifications":[],"connection_status":null,"error_subscription_ids":[]}],"fault":null}"#,
    );
}

#[test]
fn unix_time_has_seconds_and_nanoseconds() {
    let time = UnixTime {
        seconds: -1,
        nanoseconds: 500_000_000,
    };
    let expected = r#"{"seconds":-1,"nanoseconds":500000000}"#;
    assert_eq!(serde_json::to_string(&time).unwrap(), expected);
}
