//! The output format `table`, for people: one row for each event, identifiers shortened to fit the line, and totals.

mod columns;

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use ews_notifications::{
    Event, EventKind, Fault, Message, Notification, Response, ResponseClass, Target,
};

use self::columns::{Columns, ID_WIDTH};
use crate::text::{HEAD, count, printable, shorten};

/// Formats rows and counts totals.
pub(crate) struct Table {
    columns: Columns,
    /// The rows from which the widths of the columns are computed; empty once they are.
    sample: Vec<Row>,
    has_widths: bool,
    /// Whether the widths do not depend on the rows.
    is_fixed: bool,
    responses: usize,
    notifications: usize,
    /// The number of events of each kind, and the style of the kind.
    events: BTreeMap<String, (usize, Style)>,
}

struct Row {
    /// The first cells: the file, the kind, and so on.
    cells: Vec<String>,
    /// The style of the second cell.
    style: Style,
    /// A text in place of the remaining cells.
    note: String,
}

impl Table {
    /// The number of rows from which the widths of the columns are computed. Cells of later rows are shortened to them.
    const SAMPLE: usize = 256;

    pub(crate) fn new() -> Self {
        Self {
            columns: Columns::new(),
            sample: Vec::new(),
            has_widths: false,
            is_fixed: false,
            responses: 0,
            notifications: 0,
            events: BTreeMap::new(),
        }
    }

    /// A table for one stream: each row is written at once, so the widths cannot depend on the rows.
    pub(crate) fn with_fixed_widths() -> Self {
        Self {
            is_fixed: true,
            ..Self::new()
        }
    }

    pub(crate) fn add(
        &mut self,
        file: &str,
        message: &Message<'_>,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        if let Some(fault) = message.fault {
            self.push(Row::of_fault(file, fault), out)?;
        }
        for response in message.responses {
            self.responses += 1;
            let has_failed = !matches!(response.class, None | Some(ResponseClass::Success));
            if has_failed || response.notifications.is_empty() {
                self.push(Row::of_response(file, response), out)?;
            }
            for notification in response.notifications {
                self.notifications += 1;
                if notification.events.is_empty() {
                    self.push(Row::of_empty(file, notification), out)?;
                }
                for event in notification.events {
                    let kind = shorten(&printable(kind(event)), HEAD, ID_WIDTH);
                    let counter = self.events.entry(kind);
                    counter.or_insert((0, style_of(event.kind))).0 += 1;
                    self.push(Row::of_event(file, notification, event), out)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the rows of the sample, if they are not written yet, and the totals.
    pub(crate) fn finish(
        mut self,
        files: usize,
        failed: usize,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        if !self.has_widths && !self.sample.is_empty() {
            self.write_sample(true, out)?;
        }
        if self.has_widths {
            writeln!(out)?;
        }
        write!(out, "{}", count(files, "file"))?;
        if failed > 0 {
            let red = AnsiColor::Red.on_default().bold();
            write!(out, ", {red}{failed} failed{red:#}")?;
        }
        let events = self.events.values().map(|(events, _)| events).sum();
        let totals = [
            count(self.responses, "response"),
            count(self.notifications, "notification"),
            count(events, "event"),
        ];
        writeln!(out, ", {}", totals.join(", "))?;
        let kinds = self.events.iter();
        let kinds: Vec<String> = kinds
            .map(|(kind, (events, style))| format!("{events} {style}{kind}{style:#}"))
            .collect();
        if !kinds.is_empty() {
            writeln!(out, "{}", kinds.join(", "))?;
        }
        Ok(())
    }

    fn push(&mut self, mut row: Row, out: &mut Vec<u8>) -> io::Result<()> {
        self.columns.shorten_cells(&mut row);
        if self.has_widths {
            return writeln!(out, "{}", self.columns.line(&row));
        }
        self.sample.push(row);
        if self.is_fixed || self.sample.len() == Self::SAMPLE {
            self.write_sample(false, out)?;
        }
        Ok(())
    }

    /// Sets the widths of the columns, and writes the titles and the rows of the sample.
    fn write_sample(&mut self, is_complete: bool, out: &mut Vec<u8>) -> io::Result<()> {
        self.has_widths = true;
        let rows = core::mem::take(&mut self.sample);
        if self.is_fixed {
            self.columns.set_fixed_widths();
        } else {
            self.columns.set_widths(&rows, is_complete);
        }
        let bold = Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}", self.columns.titles())?;
        rows.iter()
            .try_for_each(|row| writeln!(out, "{}", self.columns.line(row)))
    }
}

impl Row {
    /// A row with the code, the subscriptions and the text of a response, instead of the cells of an event.
    fn of_response(file: &str, response: &Response<'_>) -> Self {
        let (class, style) = match response.class {
            Some(ResponseClass::Error) => ("Error", AnsiColor::Red.on_default().bold()),
            Some(ResponseClass::Warning) => ("Warning", AnsiColor::Yellow.on_default().bold()),
            Some(class) => (class.as_str(), Style::new()),
            None => ("no class", Style::new().dimmed()),
        };
        let code = response.code.map(|code| code.to_string());
        let status = response.connection_status;
        let status = status.map(|status| format!("connection {status}"));
        let ids = response.subscription_id().into_iter();
        let ids = ids.chain(response.error_subscription_ids.iter().copied());
        let ids = ids.map(|id| format!("({})", shorten(id.as_str(), HEAD, ID_WIDTH)));
        let text = response.message_text.map(str::to_owned);
        let note: Vec<String> = code
            .into_iter()
            .chain(status)
            .chain(ids)
            .chain(text)
            .collect();
        Self {
            cells: vec![file.to_owned(), class.to_owned()],
            style,
            note: note.join(" "),
        }
    }

    fn of_fault(file: &str, fault: &Fault<'_>) -> Self {
        let code = fault.response_code.map(|code| code.as_str()).or(fault.code);
        let text = fault.message_text.or(fault.string);
        let note: Vec<&str> = code.into_iter().chain(text).collect();
        Self {
            cells: vec![file.to_owned(), "Fault".to_owned()],
            style: AnsiColor::Red.on_default().bold(),
            note: note.join(" "),
        }
    }

    fn of_empty(file: &str, notification: &Notification<'_>) -> Self {
        let subscription = notification.subscription_id.to_string();
        Self {
            cells: vec![
                file.to_owned(),
                "no events".to_owned(),
                String::new(),
                subscription,
            ],
            style: Style::new().dimmed(),
            note: String::new(),
        }
    }

    fn of_event(file: &str, notification: &Notification<'_>, event: &Event<'_>) -> Self {
        let (kind, target) = (kind(event), event.target());
        let kind = match target {
            Some(Target::Folder(_)) => format!("{kind} folder"),
            _ => kind.to_owned(),
        };
        let cells = [
            Some(file.to_owned()),
            Some(kind),
            event.timestamp.map(|time| time.to_string()),
            Some(notification.subscription_id.to_string()),
            target.map(|target| target.id().to_owned()),
            event.parent_folder_id.map(|folder| folder.id.to_owned()),
            event.unread_count.map(|count| count.to_string()),
            event.watermark.map(|watermark| watermark.to_string()),
        ];
        Self {
            cells: cells.map(Option::unwrap_or_default).into(),
            style: style_of(event.kind),
            note: String::new(),
        }
    }
}

/// The name of the event's element without the suffix `Event`, such as `NewMail`.
fn kind<'a>(event: &Event<'a>) -> &'a str {
    let name = event.other.map_or(event.kind.name(), |other| other.name);
    name.strip_suffix("Event").unwrap_or(name)
}

fn style_of(kind: EventKind) -> Style {
    match kind {
        EventKind::Status => Style::new().dimmed(),
        EventKind::Created => AnsiColor::Green.on_default(),
        EventKind::Deleted => AnsiColor::Red.on_default(),
        EventKind::Modified => AnsiColor::Yellow.on_default(),
        EventKind::Moved => AnsiColor::Blue.on_default(),
        EventKind::Copied => AnsiColor::Cyan.on_default(),
        EventKind::NewMail => AnsiColor::Green.on_default().bold(),
        EventKind::FreeBusyChanged => AnsiColor::Magenta.on_default(),
        _ => Style::new().italic(),
    }
}
