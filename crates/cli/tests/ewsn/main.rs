//! Runs the binary `ewsn` in a temporary folder and compares its output.
//!
//! This file has the helpers. The modules `follow` and `request` test these commands, `generate` those for packages; the
//! others test `inspect`. The module `terminal` gives it a terminal.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, in its helpers as well"
)]

mod captures;
mod failures;
mod follow;
mod generate;
mod inputs;
mod ndjson;
mod request;
mod streams;
mod table;
#[cfg(unix)]
mod terminal;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The result of a run.
#[derive(Debug, PartialEq)]
struct Run {
    stdout: String,
    stderr: String,
    status: i32,
}

/// A temporary folder with these files.
fn folder<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, body) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body).unwrap();
    }
    folder
}

/// `ewsn` in that folder, with all streams piped and no variable that sets colours.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ewsn"));
    command.args(arguments).current_dir(folder);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(mut command: Command, stdin: &[u8]) -> Run {
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    }
}

fn ewsn(folder: &TempDir, arguments: &[&str]) -> Run {
    run(command(folder.path(), arguments), b"")
}

fn rows(run: &Run) -> Vec<serde_json::Value> {
    let rows = run.stdout.lines();
    rows.map(|row| serde_json::from_str(row).unwrap()).collect()
}

/// The value at this JSON pointer in each row.
fn values(run: &Run, pointer: &str) -> Vec<String> {
    let value = |row: &serde_json::Value| {
        let value = row.pointer(pointer).unwrap();
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    rows(run).iter().map(value).collect()
}

/// A SOAP 1.1 envelope around the response messages.
fn envelope(responses: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"
    xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">
<soap:Header><t:RequestServerVersion Version="Exchange2013"/></soap:Header>
<soap:Body><m:SendNotification><m:ResponseMessages>{responses}</m:ResponseMessages></m:SendNotification></soap:Body>
</soap:Envelope>
"#
    )
}

/// An envelope of a stream, as Exchange writes it, with a response message of this class.
fn streamed(class: &str, content: &str) -> String {
    const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
    const EWS: &str = "http://schemas.microsoft.com/exchange/services/2006";
    format!(
        r#"<Envelope xmlns="{SOAP}"><soap11:Body xmlns:soap11="{SOAP}"><m:GetStreamingEventsResponse xmlns:t="{EWS}/types" xmlns:m="{EWS}/messages"><m:ResponseMessages><m:GetStreamingEventsResponseMessage ResponseClass="{class}">{content}</m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse></soap11:Body></Envelope>"#
    )
}

/// An envelope of a stream with this ConnectionStatus.
fn connection(status: &str) -> String {
    let content = format!(
        "<m:ResponseCode>NoError</m:ResponseCode><m:ConnectionStatus>{status}</m:ConnectionStatus>"
    );
    streamed("Success", &content)
}

/// An envelope of a stream with one notification that has this content.
fn notification(content: &str) -> String {
    let content = format!(
        "<m:ResponseCode>NoError</m:ResponseCode><m:Notifications><m:Notification>\
         <t:SubscriptionId>SUBSCRIPTIONxONE</t:SubscriptionId>{content}\
         </m:Notification></m:Notifications>"
    );
    streamed("Success", &content)
}

/// A push with one notification that has these events.
fn push(events: &str) -> String {
    envelope(&format!(
        r#"<m:SendNotificationResponseMessage ResponseClass="Success">
<m:ResponseCode>NoError</m:ResponseCode>
<m:Notification>
<t:SubscriptionId>SUBSCRIPTIONxONE</t:SubscriptionId>
<t:PreviousWatermark>WATERMARKxBEFORE</t:PreviousWatermark>
<t:MoreEvents>false</t:MoreEvents>
{events}
</m:Notification>
</m:SendNotificationResponseMessage>"#
    ))
}

const NEW_MAIL: &str = r#"<t:NewMailEvent>
<t:Watermark>WATERMARKxMAIL</t:Watermark>
<t:TimeStamp>2031-02-03T04:05:06Z</t:TimeStamp>
<t:ItemId Id="AAMkAGxITEMxOFxTHExMAILxAAA=" ChangeKey="KEYxMAIL"/>
<t:ParentFolderId Id="AAMkAGxFOLDERxINBOXxAAA="/>
</t:NewMailEvent>"#;

const MOVED_FOLDER: &str = r#"<t:MovedEvent>
<t:Watermark>WATERMARKxMOVE</t:Watermark>
<t:TimeStamp>2031-02-03T04:05:07Z</t:TimeStamp>
<t:FolderId Id="AAMkAGxFOLDERxNEWxAAA=" ChangeKey="KEYxNEW"/>
<t:ParentFolderId Id="AAMkAGxFOLDERxROOTxAAA=" ChangeKey="KEYxROOT"/>
<t:OldFolderId Id="AAMkAGxFOLDERxOLDxAAA=" ChangeKey="KEYxOLD"/>
<t:OldParentFolderId Id="AAMkAGxFOLDERxBINxAAA=" ChangeKey="KEYxBIN"/>
</t:MovedEvent>"#;

const UNREAD: &str = r#"<t:ModifiedEvent>
<t:Watermark>WATERMARKxREAD</t:Watermark>
<t:TimeStamp>2031-02-03T04:05:08Z</t:TimeStamp>
<t:FolderId Id="AAMkAGxFOLDERxINBOXxAAA="/>
<t:ParentFolderId Id="AAMkAGxFOLDERxROOTxAAA="/>
<t:UnreadCount>7</t:UnreadCount>
</t:ModifiedEvent>"#;

/// A response of a subscription that has ended.
const ERROR: &str = r#"<m:SendNotificationResponseMessage ResponseClass="Error">
<m:MessageText>구독의 "이벤트" &amp; 검색</m:MessageText>
<m:ResponseCode>ErrorReadEventsFailed</m:ResponseCode>
<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>
<m:MessageXml><t:Value Name="SubscriptionId">SUBSCRIPTIONxTWO</t:Value></m:MessageXml>
</m:SendNotificationResponseMessage>"#;
