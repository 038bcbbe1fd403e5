//! The table, for people: a row an event, identifiers shortened to what fits the width, totals below.

mod columns;

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use ews_notifications::{Event, EventKind, Fault, Message, Notification, Response, ResponseClass};

use self::columns::{Columns, ID};
use crate::text::{HEAD, count, printable, shorten};

/// Rows as they come, and what is counted of them.
pub(crate) struct Table {
    columns: Columns,
    /// Rows that wait for the layout; none once it is settled.
    waiting: Vec<Row>,
    is_settled: bool,
    /// Whether the layout is the same whatever the rows hold.
    is_fixed: bool,
    responses: usize,
    notifications: usize,
    events: BTreeMap<String, (usize, Style)>,
}

struct Row {
    /// The first cells: the file, the kind, and so on.
    cells: Vec<String>,
    /// Of the second cell.
    style: Style,
    /// Text that takes the place of the other cells.
    note: String,
}

impl Table {
    /// Rows that are looked at to lay the columns out. The rest is made to fit these.
    const SAMPLE: usize = 256;

    pub(crate) fn new() -> Self {
        Self {
            columns: Columns::new(),
            waiting: Vec::new(),
            is_settled: false,
            is_fixed: false,
            responses: 0,
            notifications: 0,
            events: BTreeMap::new(),
        }
    }

    /// A table of one stream, in which no row waits for another.
    pub(crate) fn fixed() -> Self {
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
                    let counted = self
                        .events
                        .entry(shorten(&printable(kind(event)), HEAD, ID));
                    counted.or_insert((0, style_of(event.kind))).0 += 1;
                    self.push(Row::of_event(file, notification, event), out)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the rows that still wait, and the totals with those of the files.
    pub(crate) fn finish(
        mut self,
        files: usize,
        failed: usize,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        if !self.is_settled && !self.waiting.is_empty() {
            self.settle(true, out)?;
        }
        if self.is_settled {
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
        self.columns.trim(&mut row);
        if self.is_settled {
            return writeln!(out, "{}", self.columns.line(&row));
        }
        self.waiting.push(row);
        if self.is_fixed || self.waiting.len() == Self::SAMPLE {
            self.settle(false, out)?;
        }
        Ok(())
    }

    /// Lays the columns out by the rows that wait, and writes these below the titles.
    fn settle(&mut self, are_all: bool, out: &mut Vec<u8>) -> io::Result<()> {
        self.is_settled = true;
        let rows = core::mem::take(&mut self.waiting);
        if self.is_fixed {
            self.columns.fix();
        } else {
            self.columns.fit(&rows, are_all);
        }
        let bold = Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}", self.columns.titles())?;
        rows.iter()
            .try_for_each(|row| writeln!(out, "{}", self.columns.line(row)))
    }
}

impl Row {
    /// Code, subscription and text of a response, in the place of all that an event has.
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
        let ids = ids.map(|id| format!("({})", shorten(id.as_str(), HEAD, ID)));
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
        let (item, folder) = (event.item_id, event.folder_id);
        let kind = kind(event);
        let kind = folder.map_or_else(|| kind.to_owned(), |_| format!("{kind} folder"));
        let id = item.map(|item| item.id).or(folder.map(|folder| folder.id));
        let cells = [
            Some(file.to_owned()),
            Some(kind),
            event.timestamp.map(|time| time.to_string()),
            Some(notification.subscription_id.to_string()),
            id.map(str::to_owned),
            event.parent_folder_id.map(|folder| folder.id.to_owned()),
            event.unread_count.map(|count| count.to_string()),
            event.watermark.map(|mark| mark.to_string()),
        ];
        Self {
            cells: cells.map(Option::unwrap_or_default).into(),
            style: style_of(event.kind),
            note: String::new(),
        }
    }
}

/// `NewMail` of a NewMailEvent.
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
