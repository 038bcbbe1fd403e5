//! How wide each column is, and a row as a line of text.

use core::fmt::Write as _;

use anstyle::Style;

use super::Row;
use crate::text::{HEAD, cut, printable, shorten, width};

pub(super) struct Columns {
    columns: [Column; 8],
    /// The width that lines may have, in cells.
    room: usize,
}

struct Column {
    title: &'static str,
    /// It is made no narrower than this, if its cells are wider.
    least: usize,
    /// It is never wider than this.
    most: usize,
    /// What is kept of the start of a cell that is shortened.
    head: usize,
    is_number: bool,
    /// The first to be left out where there is no room is that with the highest number. 0 stays.
    spare: u8,
    /// As laid out; 0 if left out.
    width: usize,
}

impl Column {
    const fn new(title: &'static str, least: usize, most: usize, spare: u8) -> Self {
        Self {
            title,
            least,
            most,
            head: HEAD,
            is_number: false,
            spare,
            width: title.len(),
        }
    }
}

/// The most of an identifier.
pub(super) const ID: usize = 19;

impl Columns {
    /// Cells between columns.
    const GAP: usize = 2;
    /// The width where no terminal is seen: in a file or the log of a build, all columns have room.
    const WIDTH: usize = 120;

    pub(super) fn new() -> Self {
        // Of the first that is a terminal among standard output, error and input: behind a pager too.
        let terminal = terminal_size::terminal_size();
        Self {
            columns: [
                Column {
                    // The name of a file tells more than the folders that all of them are in.
                    head: 0,
                    ..Column::new("FILE", 10, 40, 0)
                },
                Column::new("EVENT", 15, 22, 0),
                Column::new("TIME", 20, 30, 0),
                Column::new("SUBSCR.", 9, ID, 1),
                Column::new("ID", 9, ID, 0),
                Column::new("PARENT", 9, ID, 2),
                Column {
                    is_number: true,
                    ..Column::new("UNREAD", 6, 11, 0)
                },
                Column::new("WATERMARK", 9, ID, 3),
            ],
            room: terminal.map_or(Self::WIDTH, |(width, _)| usize::from(width.0)),
        }
    }

    /// Makes the row fit for a terminal, and no larger than a line can need.
    pub(super) fn trim(&self, row: &mut Row) {
        for (column, cell) in self.columns.iter().zip(&mut row.cells) {
            *cell = shorten(&printable(cell), column.head, column.most);
        }
        row.note = cut(&printable(&row.note), self.room);
    }

    /// Sets the widths by what these rows hold. If others may follow them, whose cells are wider, no
    /// column is so narrow that it could not show those at all.
    pub(super) fn fit(&mut self, rows: &[Row], are_all: bool) {
        for row in rows {
            for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
                column.width = column.width.max(width(cell));
            }
        }
        if !are_all {
            for column in &mut self.columns {
                column.width = column.width.max(column.least);
            }
        }
        self.squeeze();
    }

    /// Sets the widths whatever the rows hold: identifiers as wide as they can be, the rest as wide as servers
    /// write it. Without files, and without watermarks, which Exchange does not stream.
    pub(super) fn fix(&mut self) {
        for column in &mut self.columns {
            column.width = if column.most == ID { ID } else { column.least };
        }
        let [file, .., watermark] = &mut self.columns;
        (file.width, watermark.width) = (0, 0);
        self.squeeze();
    }

    pub(super) fn titles(&self) -> String {
        let titles = self.columns.iter().map(|column| column.title.to_owned());
        self.line(&Row {
            cells: titles.collect(),
            style: Style::new(),
            note: String::new(),
        })
    }

    pub(super) fn line(&self, row: &Row) -> String {
        let mut line = String::new();
        // Blanks are owed until something follows them, so that no line ends in blanks.
        let (mut used, mut owed) = (0, 0);
        for (index, (column, cell)) in self.columns.iter().zip(&row.cells).enumerate() {
            if column.width == 0 {
                continue;
            }
            let cell = shorten(cell, column.head, column.width);
            let blanks = column.width - width(&cell);
            let before = if column.is_number { blanks } else { 0 };
            owed += before;
            if !cell.is_empty() {
                let style = if index == 1 { row.style } else { Style::new() };
                // Writing to a String does not fail.
                let _ = write!(line, "{:owed$}{style}{cell}{style:#}", "");
                owed = 0;
            }
            owed += blanks - before + Self::GAP;
            used += column.width + Self::GAP;
        }
        if !row.note.is_empty() {
            let note = cut(&row.note, self.room.saturating_sub(used));
            let _ = write!(line, "{:owed$}{note}", "");
        }
        line
    }

    /// Makes the columns fit: leaves out what has no room at all, then narrows the others in
    /// proportion.
    fn squeeze(&mut self) {
        while self.needed(|column| column.width.min(column.least)) > self.room {
            let columns = self.columns.iter_mut();
            let Some(column) = columns
                .filter(|column| column.spare > 0 && column.width > 0)
                .max_by_key(|column| column.spare)
            else {
                break;
            };
            column.width = 0;
        }
        while self.needed(|column| column.width) > self.room {
            let to_spare = |column: &Column| {
                let most = column.most - column.least;
                1_000 * column.width.saturating_sub(column.least) / most
            };
            let widest = self
                .columns
                .iter_mut()
                .max_by_key(|column| to_spare(column));
            match widest {
                Some(column) if to_spare(column) > 0 => column.width -= 1,
                _ => break,
            }
        }
    }

    /// The width of a line with columns of these widths.
    fn needed(&self, width: impl Fn(&Column) -> usize) -> usize {
        let columns = self.columns.iter().map(width).filter(|width| *width > 0);
        columns.map(|width| width + Self::GAP).sum::<usize>() - Self::GAP
    }
}
