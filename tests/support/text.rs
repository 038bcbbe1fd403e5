//! A message as lines of text, for people to read and for tests to compare.

use core::fmt::{Debug, Write as _};

use ews_notifications::{Event, Message};

/// A tree of `name value` lines, indented.
#[derive(Default)]
pub(crate) struct Lines {
    text: String,
}

impl Lines {
    pub(crate) fn line(&mut self, depth: usize, name: &str, value: impl Debug) {
        writeln!(
            self.text,
            "{:width$}{name} {value:?}",
            "",
            width = 2 * depth
        )
        .unwrap();
    }

    pub(crate) fn head(&mut self, depth: usize, name: &str) {
        writeln!(self.text, "{:width$}{name}", "", width = 2 * depth).unwrap();
    }

    /// Nothing where there is no value.
    pub(crate) fn optional(&mut self, depth: usize, name: &str, value: Option<impl Debug>) {
        if let Some(value) = value {
            self.line(depth, name, value);
        }
    }

    pub(crate) fn id(&mut self, name: &str, id: Option<(&str, Option<&str>)>) {
        if let Some((id, change_key)) = id {
            self.line(4, name, id);
            self.optional(5, "ChangeKey", change_key);
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// The message, every field of it, in the order of the schema.
pub(crate) fn of_message(message: &Message<'_>) -> String {
    let mut lines = Lines::default();
    lines.optional(0, "RequestServerVersion", message.request_server_version);
    if let Some(info) = message.server_version_info {
        lines.head(0, "ServerVersionInfo");
        lines.optional(1, "MajorVersion", info.major_version);
        lines.optional(1, "MinorVersion", info.minor_version);
        lines.optional(1, "MajorBuildNumber", info.major_build_number);
        lines.optional(1, "MinorBuildNumber", info.minor_build_number);
        lines.optional(1, "Version", info.version);
    }
    lines.head(0, message.operation.name());
    if let Some(fault) = message.fault {
        lines.optional(1, "faultcode", fault.code);
        lines.optional(1, "faultstring", fault.string);
        lines.optional(
            1,
            "ResponseCode",
            fault.response_code.map(|code| code.as_str()),
        );
        lines.optional(1, "Message", fault.message_text);
        for value in fault.message_xml {
            lines.line(1, "Value", value.value);
            lines.optional(2, "Name", value.name);
        }
    }
    for response in message.responses {
        lines.head(1, "Response");
        lines.optional(
            2,
            "ResponseClass",
            response.class.map(|class| class.as_str()),
        );
        lines.optional(2, "MessageText", response.message_text);
        lines.optional(2, "ResponseCode", response.code.map(|code| code.as_str()));
        lines.optional(2, "DescriptiveLinkKey", response.descriptive_link_key);
        for value in response.message_xml {
            lines.line(2, "Value", value.value);
            lines.optional(3, "Name", value.name);
        }
        for notification in response.notifications {
            lines.head(2, "Notification");
            lines.line(3, "SubscriptionId", notification.subscription_id.as_str());
            let previous = notification.previous_watermark;
            lines.optional(3, "PreviousWatermark", previous.map(|mark| mark.as_str()));
            lines.optional(3, "MoreEvents", notification.more_events);
            notification
                .events
                .iter()
                .for_each(|event| event_lines(&mut lines, event));
        }
        for id in response.error_subscription_ids {
            lines.line(2, "ErrorSubscriptionId", id.as_str());
        }
        let status = response.connection_status;
        lines.optional(2, "ConnectionStatus", status.map(|status| status.as_str()));
    }
    lines.into_text()
}

fn event_lines(lines: &mut Lines, event: &Event<'_>) {
    let name = event.other.map_or(event.kind.name(), |other| other.name);
    lines.head(3, name);
    if let Some(other) = event.other {
        lines.line(4, "raw", other.raw);
    }
    lines.optional(4, "Watermark", event.watermark.map(|mark| mark.as_str()));
    lines.optional(4, "TimeStamp", event.timestamp.map(|time| time.as_str()));
    let old = event.old_ids.copied().unwrap_or_default();
    lines.id("ItemId", event.item_id.map(|id| (id.id, id.change_key)));
    lines.id("FolderId", event.folder_id.map(|id| (id.id, id.change_key)));
    lines.id(
        "ParentFolderId",
        event.parent_folder_id.map(|id| (id.id, id.change_key)),
    );
    lines.id(
        "OldItemId",
        old.old_item_id.map(|id| (id.id, id.change_key)),
    );
    lines.id(
        "OldFolderId",
        old.old_folder_id.map(|id| (id.id, id.change_key)),
    );
    lines.id(
        "OldParentFolderId",
        old.old_parent_folder_id.map(|id| (id.id, id.change_key)),
    );
    lines.optional(4, "UnreadCount", event.unread_count);
}
