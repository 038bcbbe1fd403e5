//! The output format `table`, for people: one row for each event, and totals.
//!
//! On a terminal, a heading names the file, identifiers are shortened, and columns that do not fit are hidden. In a file
//! or a pipe, a column names the file, and all values are complete.

mod columns;

use core::mem;
use std::collections::BTreeMap;
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use ews_notifications::{
    ConnectionStatus, Event, EventKind, Fault, Message, Notification, Operation, Response,
    ResponseClass,
};

use self::columns::{Columns, ID_WIDTH};
use crate::findings::Findings;
use crate::ndjson::Place;
use crate::output::Streams;
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
    /// Whether heartbeats have no rows, because a status line shows them.
    pub(crate) hides_heartbeats: bool,
}

/// Formats rows and counts totals.
pub(crate) struct Table {
    layout: Layout,
    columns: Columns,
    /// The sample that the widths of the columns come from; empty once they are known.
    sample: Vec<Entry>,
    /// The length of the texts of the sample, in bytes.
    sample_length: usize,
    has_widths: bool,
    /// The file of the last row.
    file: Option<String>,
    /// Responses to requests.
    responses: usize,
    /// Pushes of the server, which the schema calls responses too.
    messages: usize,
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

struct Row {
    /// The first cells: the file, the kind, and so on.
    cells: Vec<String>,
    /// The style of the second cell.
    style: Style,
    /// A text in place of the remaining cells.
    note: String,
}

impl Table {
    /// The number of entries of the sample.
    const SAMPLE: usize = 256;
    /// The sample is complete when its texts have this length, in bytes.
    const SAMPLE_LENGTH: usize = 4 << 20;

    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            layout,
            columns: Columns::new(layout),
            sample: Vec::new(),
            sample_length: 0,
            has_widths: false,
            file: None,
            responses: 0,
            messages: 0,
            notifications: 0,
            partial_events: 0,
            events: BTreeMap::new(),
        }
    }

    /// Writes the rows of a message. Rows before a defect are marked and not counted.
    pub(crate) fn add(
        &mut self,
        place: &Place<'_>,
        message: &Message<'_>,
        out: &mut Streams,
    ) -> io::Result<()> {
        let file = place.file;
        // A live table has one file.
        let has_heading = self.layout.has_headings && !self.layout.is_live;
        if has_heading && self.file.as_deref() != Some(file) {
            self.file = Some(file.to_owned());
            self.write(Entry::Heading(printable(file)), out)?;
        }
        let is_short = self.layout.line_width.is_some();
        let hides_heartbeats = self.layout.hides_heartbeats;
        let mut write = |row: Row| self.write_row(row, place.is_partial, out);
        if let Some(fault) = message.fault {
            write(Row::of_fault(file, fault))?;
        } else if message.responses.is_empty() {
            write(Row::of_nothing(file, "no responses", None))?;
        }
        for response in message.responses {
            if is_heartbeat(response) {
                if !hides_heartbeats {
                    write(Row::of_nothing(file, "heartbeat", None))?;
                }
                continue;
            }
            let has_failed = !matches!(response.class, None | Some(ResponseClass::Success));
            if has_failed || response.notifications.is_empty() {
                write(Row::of_response(file, response))?;
            }
            for notification in response.notifications {
                if notification.events.is_empty() {
                    write(Row::of_nothing(file, "no events", Some(notification)))?;
                }
                for event in notification.events {
                    write(Row::of_event(file, notification, event, is_short))?;
                }
            }
        }
        self.count(place, message);
        Ok(())
    }

    /// Writes a report, in its place among the rows.
    pub(crate) fn report(&mut self, report: String, out: &mut Streams) -> io::Result<()> {
        if self.sample.is_empty() {
            // Before the first row, it is above the titles.
            return out.report(&report);
        }
        self.write(Entry::Report(report), out)
    }

    /// Writes the rows of the sample, if they are not written yet, and the totals.
    pub(crate) fn finish(
        mut self,
        files: usize,
        failed: usize,
        findings: &Findings,
        out: &mut Streams,
    ) -> io::Result<()> {
        self.write_sample(true, out)?;
        let red = AnsiColor::Red.on_default().bold();
        let mut counts = vec![count(files, "file")];
        counts.extend((failed > 0).then(|| format!("{red}{failed} failed{red:#}")));
        counts.extend((self.messages > 0).then(|| count(self.messages, "message")));
        if self.responses > 0 || self.messages == 0 {
            counts.push(count(self.responses, "response"));
        }
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

        let mut lines = vec![join(counts), join(kinds)];
        if self.partial_events > 0 {
            let events = count(self.partial_events, "event");
            lines.push(format!(
                "{PARTIAL} before a defect, so not final and not counted: {events}"
            ));
        }
        if self.has_widths {
            writeln!(out)?;
        }
        for line in lines.iter().filter(|line| !line.is_empty()) {
            let line = wrap(line, self.layout.line_width);
            writeln!(out, "{}", line.replace(NO_BREAK_SPACE, " "))?;
        }
        Ok(())
    }

    fn count(&mut self, place: &Place<'_>, message: &Message<'_>) {
        let events = message
            .notifications()
            .flat_map(|notification| notification.events);
        if place.is_partial {
            self.partial_events += events.count();
            return;
        }
        let counter = match message.operation {
            Operation::SendNotification => &mut self.messages,
            _ => &mut self.responses,
        };
        *counter += message.responses.len();
        self.notifications += message.notifications().count();
        for event in events {
            let kind = shorten(&printable(kind(event)), HEAD, ID_WIDTH);
            let counter = self.events.entry(kind);
            counter.or_insert((0, style_of(event.kind))).0 += 1;
        }
    }

    fn write_row(&mut self, mut row: Row, is_partial: bool, out: &mut Streams) -> io::Result<()> {
        if is_partial && let Some(kind) = row.cells.get_mut(1) {
            kind.insert(0, PARTIAL);
        }
        self.columns.shorten_cells(&mut row);
        self.write(Entry::Row(row), out)
    }

    /// Writes an entry, or keeps it until the widths of the columns are known.
    fn write(&mut self, entry: Entry, out: &mut Streams) -> io::Result<()> {
        if self.has_widths {
            return self.write_now(&entry, out);
        }
        self.sample_length += match &entry {
            Entry::Row(row) => row.cells.iter().chain([&row.note]).map(String::len).sum(),
            Entry::Heading(text) | Entry::Report(text) => text.len(),
        };
        self.sample.push(entry);
        let is_full =
            self.sample.len() >= Self::SAMPLE || self.sample_length >= Self::SAMPLE_LENGTH;
        if self.layout.is_live || is_full {
            self.write_sample(false, out)?;
        }
        Ok(())
    }

    /// Writes the sample. If it has rows, sets the widths of the columns and writes the titles.
    fn write_sample(&mut self, is_complete: bool, out: &mut Streams) -> io::Result<()> {
        let sample = mem::take(&mut self.sample);
        self.sample_length = 0;
        let rows = sample.iter().filter_map(|entry| match entry {
            Entry::Row(row) => Some(row),
            _ => None,
        });
        if rows.clone().next().is_some() {
            self.has_widths = true;
            self.columns.set_widths(rows, is_complete);
            writeln!(out, "{}", self.columns.head())?;
        }
        sample
            .iter()
            .try_for_each(|entry| self.write_now(entry, out))
    }

    fn write_now(&mut self, entry: &Entry, out: &mut Streams) -> io::Result<()> {
        match entry {
            Entry::Heading(file) => writeln!(out, "{}", self.columns.heading(file)),
            Entry::Row(row) => writeln!(out, "{}", self.columns.line(row)),
            Entry::Report(report) => out.report(report),
        }
    }
}

/// Whether the response only tells that the connection is open.
fn is_heartbeat(response: &Response<'_>) -> bool {
    response.class == Some(ResponseClass::Success)
        && response.connection_status == Some(ConnectionStatus::Ok)
        && response.notifications.is_empty()
        && response.error_subscription_ids.is_empty()
}

/// The counts with commas, in a text that is wrapped only between counts.
fn join(counts: impl IntoIterator<Item = String>) -> String {
    let counts = counts.into_iter();
    let counts = counts.map(|count| count.replace(' ', NO_BREAK_SPACE));
    counts.collect::<Vec<_>>().join(", ")
}

const NO_BREAK_SPACE: &str = "\u{a0}";

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
            .chain(text)
            .chain(status)
            .chain(ids)
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

    fn of_event(
        file: &str,
        notification: &Notification<'_>,
        event: &Event<'_>,
        is_short: bool,
    ) -> Self {
        let target = match (event.item_id, event.folder_id) {
            (Some(_), Some(_)) => "+folder",
            (None, Some(_)) => " folder",
            (_, None) => "",
        };
        let ids = [
            event.item_id.map(|item| item.id),
            event.folder_id.map(|folder| folder.id),
        ];
        let id = match ids {
            [Some(item), Some(folder)] => format!("{ITEM}{item}{FOLDER}{folder}"),
            [item, folder] => item.or(folder).unwrap_or_default().to_owned(),
        };
        let cells = [
            Some(file.to_owned()),
            Some(format!("{}{target}", kind(event))),
            event.timestamp.map(|time| match is_short {
                true => without_fraction(time.as_ref()),
                false => time.to_string(),
            }),
            Some(notification.subscription_id.to_string()),
            Some(id),
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

/// Before the identifiers of an event that has both.
const ITEM: &str = "item ";
const FOLDER: &str = ", folder ";

/// The identifiers in a cell that has both.
fn both_ids(cell: &str) -> Option<(&str, &str)> {
    cell.strip_prefix(ITEM)?.split_once(FOLDER)
}

/// The name of the event's element without the suffix `Event`, such as `NewMail`.
fn kind<'a>(event: &Event<'a>) -> &'a str {
    let name = event.other.map_or(event.kind.name(), |other| other.name);
    name.strip_suffix("Event").unwrap_or(name)
}

/// The time without fractions of a second.
fn without_fraction(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, fraction)) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{seconds}{zone}")
        }
        None => time.to_owned(),
    }
}

fn style_of(kind: EventKind) -> Style {
    match kind {
        EventKind::Status => Style::new().dimmed(),
        EventKind::Created => AnsiColor::Green.on_default(),
        // No red: a deletion is no error.
        EventKind::Deleted => Style::new().bold(),
        EventKind::Modified => AnsiColor::Yellow.on_default(),
        EventKind::Moved => AnsiColor::Blue.on_default(),
        EventKind::Copied => AnsiColor::Cyan.on_default(),
        EventKind::NewMail => AnsiColor::Green.on_default().bold(),
        EventKind::FreeBusyChanged => AnsiColor::Magenta.on_default(),
        _ => Style::new().italic(),
    }
}
