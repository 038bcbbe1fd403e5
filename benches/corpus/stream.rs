//! Frames of a stream, as Exchange writes them since 2013: one Envelope each, without an XML declaration.

use super::dialect::Namespace::Messages;
use super::dialect::{Dialect, MESSAGES, SOAP_1_1, TYPES, Writer};
use super::mailbox::Notification;

/// A server that streams. Its frames are equal to the byte up to what they say.
pub(super) struct Server {
    /// Of ServerVersionInfo: those of the version, then those of the build.
    numbers: [u32; 4],
    version: &'static str,
}

/// Four servers of one fleet.
pub(super) const SERVERS: [Server; 4] = [
    Server {
        numbers: [15, 1, 544, 27],
        version: "V2016_07_13",
    },
    Server {
        numbers: [15, 1, 1591, 10],
        version: "V2017_07_11",
    },
    Server {
        numbers: [15, 2, 1118, 7],
        version: "V2017_07_11",
    },
    Server {
        numbers: [15, 20, 3611, 27],
        version: "V2018_01_08",
    },
];

const SCHEMA: &str = r#"xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;

impl Server {
    /// What happened, by subscription.
    pub(super) fn events(&self, notifications: &[Notification]) -> Vec<u8> {
        self.frame(|writer| {
            writer.start(Messages, "Notifications", &[]);
            for notification in notifications {
                writer.notification(notification);
            }
        })
    }

    /// Nothing happened; the connection lives. Always the same bytes.
    pub(super) fn heartbeat(&self) -> Vec<u8> {
        self.frame(|writer| writer.leaf(Messages, "ConnectionStatus", &[], "OK"))
    }

    fn frame(&self, say: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        let dialect = Dialect::exchange_2010();
        let open = ["Envelope", "soap11:Body", "m:GetStreamingEventsResponse"];
        let mut writer = Writer {
            dialect: &dialect,
            body: self.head(),
            open: open.map(str::to_owned).to_vec(),
        };
        writer.start(Messages, "ResponseMessages", &[]);
        let class = [("ResponseClass".to_owned(), "Success")];
        writer.start(Messages, "GetStreamingEventsResponseMessage", &class);
        writer.leaf(Messages, "ResponseCode", &[], "NoError");
        say(&mut writer);
        writer.finish()
    }

    /// Up to the operation. SOAP is declared three times, and the header's default namespace behind its
    /// attributes.
    fn head(&self) -> String {
        let Self { numbers, version } = self;
        let names = [
            "MajorVersion",
            "MinorVersion",
            "MajorBuildNumber",
            "MinorBuildNumber",
        ];
        let numbers = names.iter().zip(numbers);
        let numbers: String = numbers
            .map(|(name, number)| format!(r#" {name}="{number}""#))
            .collect();
        [
            format!(r#"<Envelope xmlns="{SOAP_1_1}">"#),
            format!(r#"<soap11:Header xmlns:soap11="{SOAP_1_1}">"#),
            format!(
                r#"<ServerVersionInfo {SCHEMA}{numbers} Version="{version}" xmlns="{TYPES}" />"#
            ),
            "</soap11:Header>".to_owned(),
            format!(r#"<soap11:Body xmlns:soap11="{SOAP_1_1}">"#),
            format!(
                r#"<m:GetStreamingEventsResponse {SCHEMA} xmlns:t="{TYPES}" xmlns:m="{MESSAGES}">"#
            ),
        ]
        .concat()
    }
}
