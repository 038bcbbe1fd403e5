//! The output format `table`, for people: one row for each event, and totals.
//!
//! On a terminal, a heading names the file, identifiers are shortened, and columns that do not fit are hidden. In a file
//! or a pipe, a column names the file, and all values are complete.

mod columns;

use core::mem;
use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use ews_notifications::{Event, EventKind, Fault, Message, Notification, Response, ResponseClass};

use self::columns::{Columns, ID_WIDTH};
use crate::findings::Findings;
use crate::output::Place;
use crate::text::{HEAD, count, printable, shorten, wrap};

/// How a table is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    /// The most cells of a line; `None`: any number, and all values are complete.
    pub(crate) line_width: Option<usize>,
    /// Whether the file has a heading instead of a column.
    pub(crate) has_headings: bool,
    /// Whether each row is formatted at once, before the next ones are known.
    pub(crate) is_live: bool,
}

/// Formats rows and counts totals.
pub(crate) struct Table {
    layout: Layout,
    columns: Columns,
    /// What is not formatted yet. Until the widths of the columns are known, this is the sample that they come from.
    entries: Vec<Entry>,
    has_widths: bool,
    /// The file of the last row.
    file: Option<String>,
    responses: usize,
    notifications: usize,
    /// Events before a defect.
    partial_events: usize,
    /// The number of events of each kind, and the style of the kind.
    events: BTreeMap<String, (usize, Style)>,
}

enum Entry {
    Heading(String),
    Row(Row),
    Report(String),
}

/// A part of the output.
pub(crate) enum Piece {
    /// A line of the table, without its end.
    Line(String),
    /// A report for standard error.
    Report(String),
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
    /// The number of entries from which the widths of the columns are computed.
    const SAMPLE: usize = 256;

    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            layout,
            columns: Columns::new(layout),
            entries: Vec::new(),
            has_widths: false,
            file: None,
            responses: 0,
            notifications: 0,
            partial_events: 0,
            events: BTreeMap::new(),
        }
    }

    /// Adds the rows of a message. What comes before a defect is marked, and does not count.
    pub(crate) fn add(&mut self, place: &Place<'_>, message: &Message<'_>) {
        let file = place.file;
        if self.layout.has_headings && self.file.as_deref() != Some(file) {
            self.file = Some(file.to_owned());
            self.entries.push(Entry::Heading(printable(file)));
        }
        let first_row = self.entries.len();
        if let Some(fault) = message.fault {
            self.push(Row::of_fault(file, fault));
        } else if message.responses.is_empty() {
            self.push(Row::of_nothing(file, "no responses", None));
        }
        for response in message.responses {
            let has_failed = !matches!(response.class, None | Some(ResponseClass::Success));
            if has_failed || response.notifications.is_empty() {
                self.push(Row::of_response(file, response));
            }
            for notification in response.notifications {
                if notification.events.is_empty() {
                    self.push(Row::of_nothing(file, "no events", Some(notification)));
                }
                for event in notification.events {
                    self.push(Row::of_event(file, notification, event));
                }
            }
        }
        let events = message
            .notifications()
            .flat_map(|notification| notification.events);
        if place.is_partial {
            self.partial_events += events.count();
            for entry in self.entries.iter_mut().skip(first_row) {
                if let Entry::Row(row) = entry
                    && let Some(kind) = row.cells.get_mut(1)
                {
                    kind.insert(0, PARTIAL);
                }
            }
            return;
        }
        self.responses += message.responses.len();
        self.notifications += message.notifications().count();
        for event in events {
            let kind = shorten(&printable(kind(event)), HEAD, ID_WIDTH);
            let counter = self.events.entry(kind);
            counter.or_insert((0, style_of(event.kind))).0 += 1;
        }
    }

    /// Adds a report between the rows.
    pub(crate) fn report(&mut self, report: String) {
        self.entries.push(Entry::Report(report));
    }

    /// Takes what can be formatted. Until the widths of the columns are known, this is nothing, unless the table
    /// `is_complete`.
    pub(crate) fn take(&mut self, is_complete: bool) -> Vec<Piece> {
        let is_sampled = is_complete || self.layout.is_live || self.entries.len() >= Self::SAMPLE;
        if !self.has_widths && !is_sampled {
            return Vec::new();
        }
        let mut pieces = Vec::new();
        let entries = mem::take(&mut self.entries);
        let rows = entries.iter().filter_map(|entry| match entry {
            Entry::Row(row) => Some(row),
            _ => None,
        });
        if !self.has_widths && rows.clone().next().is_some() {
            self.has_widths = true;
            self.columns.set_widths(rows, is_complete);
            pieces.extend(self.columns.head().map(Piece::Line));
        }
        for entry in entries {
            pieces.push(match entry {
                Entry::Heading(file) => Piece::Line(self.columns.heading(&file)),
                Entry::Row(row) => Piece::Line(self.columns.line(&row)),
                Entry::Report(report) => Piece::Report(report),
            });
        }
        pieces
    }

    /// The totals, in lines with their ends.
    pub(crate) fn totals(&self, files: usize, failed: usize, findings: &Findings) -> String {
        let red = AnsiColor::Red.on_default().bold();
        let mut counts = vec![count(files, "file")];
        counts.extend((failed > 0).then(|| format!("{red}{failed} failed{red:#}")));
        counts.push(count(self.responses, "response"));
        counts.push(count(self.notifications, "notification"));
        let events: usize = self.events.values().map(|(events, _)| events).sum();
        counts.push(count(events, "event"));
        counts.extend(
            findings
                .counts()
                .map(|count| format!("{red}{count}{red:#}")),
        );
        let kinds = self.events.iter();
        let kinds = kinds.map(|(kind, (events, style))| format!("{events} {style}{kind}{style:#}"));

        let mut lines = vec![counts.join(", "), kinds.collect::<Vec<_>>().join(", ")];
        if self.partial_events > 0 {
            let events = count(self.partial_events, "event");
            lines.push(format!(
                "{PARTIAL} before a defect, so not final and not counted: {events}"
            ));
        }
        let mut totals = String::from(if self.has_widths { "\n" } else { "" });
        for line in lines.iter().filter(|line| !line.is_empty()) {
            totals += &wrap(line, self.layout.line_width);
            totals.push('\n');
        }
        totals
    }

    fn push(&mut self, mut row: Row) {
        self.columns.shorten_cells(&mut row);
        self.entries.push(Entry::Row(row));
    }
}

/// Marks the kind of an event that comes before a defect.
const PARTIAL: char = '~';

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
        let ids = ids.map(|id| format!("({id})"));
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

    /// A row for a message or a notification without content.
    fn of_nothing(file: &str, what: &str, notification: Option<&Notification<'_>>) -> Self {
        let id = notification.map(|notification| notification.subscription_id.to_string());
        Self {
            cells: vec![
                file.to_owned(),
                what.to_owned(),
                String::new(),
                id.unwrap_or_default(),
            ],
            style: Style::new().dimmed(),
            note: String::new(),
        }
    }

    fn of_event(file: &str, notification: &Notification<'_>, event: &Event<'_>) -> Self {
        let target = match (event.item_id, event.folder_id) {
            (Some(_), Some(_)) => "+folder",
            (None, Some(_)) => " folder",
            (_, None) => "",
        };
        let ids = [
            event.item_id.map(|item| item.id),
            event.folder_id.map(|folder| folder.id),
        ];
        let ids: Vec<&str> = ids.into_iter().flatten().collect();
        let cells = [
            Some(file.to_owned()),
            Some(format!("{}{target}", kind(event))),
            event.timestamp.map(|time| time.to_string()),
            Some(notification.subscription_id.to_string()),
            Some(ids.join(" ")),
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
