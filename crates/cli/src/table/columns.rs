//! The columns of the table: their widths, and rows as lines of text.

use core::fmt::Write as _;

use anstyle::Style;

use super::{Layout, Row};
use crate::text::{HEAD, fits, printable, shorten, truncate, width, wrap};

pub(super) struct Columns {
    columns: [Column; 8],
    layout: Layout,
}

struct Column {
    title: &'static str,
    /// The minimum width, unless all cells are narrower.
    min: usize,
    /// The maximum width, if lines have one.
    max: usize,
    /// The number of cells kept of the start of a shortened text.
    head: usize,
    is_number: bool,
    /// If the line is too narrow, columns with a higher number are hidden first. 0 is never hidden.
    hide_order: u8,
    /// The current width; 0 if hidden.
    width: usize,
}

impl Column {
    const fn new(title: &'static str, min: usize, max: usize, hide_order: u8) -> Self {
        Self {
            title,
            min,
            max,
            head: HEAD,
            is_number: false,
            hide_order,
            width: title.len(),
        }
    }
}

/// The maximum width of an identifier.
pub(super) const ID_WIDTH: usize = 19;

impl Columns {
    /// The number of cells between columns.
    const GAP: usize = 2;
    /// The maximum width of a column if lines have none. Longer cells shift those after them.
    const MAX_WIDTH: usize = 256;

    pub(super) fn new(layout: Layout) -> Self {
        let mut columns = [
            Column {
                // The end of a path, the name of the file, is more useful than its folders.
                head: 0,
                ..Column::new("FILE", 10, 40, 0)
            },
            Column::new("EVENT", 15, 22, 0),
            Column::new("TIME", 20, 30, 1),
            Column::new("SUBSCR.", 9, ID_WIDTH, 3),
            Column::new("ID", 9, ID_WIDTH, 0),
            Column::new("PARENT", 9, ID_WIDTH, 4),
            Column {
                is_number: true,
                ..Column::new("UNREAD", 6, 11, 2)
            },
            Column::new("WATERMARK", 9, ID_WIDTH, 5),
        ];
        let [file, ..] = &mut columns;
        if layout.has_headings {
            file.width = 0;
        }
        Self { columns, layout }
    }

    /// Makes the cells printable and shortens them to the maximum widths.
    pub(super) fn shorten_cells(&self, row: &mut Row) {
        for (column, cell) in self.columns.iter().zip(&mut row.cells) {
            *cell = printable(&self.fit(column, cell, column.max));
        }
        let max = self.layout.line_width.unwrap_or(usize::MAX);
        row.note = printable(&truncate(&row.note, max));
    }

    /// Sets the widths to those of the cells of these rows. If the rows are not all, later cells may be wider, so each
    /// column has at least its minimum width. Rows of a live table say little about the next ones, so identifiers get
    /// their maximum width.
    pub(super) fn set_widths<'r>(&mut self, rows: impl Iterator<Item = &'r Row>, are_all: bool) {
        for row in rows {
            for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
                if column.width > 0 {
                    column.width = column.width.max(width(cell).min(Self::MAX_WIDTH));
                }
            }
        }
        let is_live = self.layout.is_live;
        for column in self.columns.iter_mut().filter(|column| column.width > 0) {
            if is_live && column.max == ID_WIDTH {
                column.width = column.width.max(column.max);
            } else if !are_all {
                column.width = column.width.max(column.min);
            }
        }
        if let Some(width) = self.layout.line_width {
            self.fit_line(width);
        }
    }

    /// The first lines: which columns are hidden, if any, and the titles.
    pub(super) fn head(&mut self) -> String {
        let hidden = self.columns.iter().filter(|column| column.width == 0);
        // A heading replaces the file.
        let hidden = hidden.skip(usize::from(self.layout.has_headings));
        let hidden: Vec<&str> = hidden.map(|column| column.title).collect();
        let notice = format!("hidden: {} (--wide shows all)", hidden.join(", "));
        let notice = wrap(&notice, self.layout.line_width);
        let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
        let notice = match hidden.is_empty() {
            true => String::new(),
            false => format!("{dim}{notice}{dim:#}\n"),
        };
        let titles = self.columns.iter().map(|column| column.title.to_owned());
        let titles = self.line(&Row {
            cells: titles.collect(),
            style: Style::new(),
            note: String::new(),
        });
        format!("{notice}{bold}{titles}{bold:#}")
    }

    /// The lines above the rows of a file: an empty one, and the name.
    pub(super) fn heading(&self, file: &str) -> String {
        let max = self
            .layout
            .line_width
            .map_or(usize::MAX, |width| width.saturating_sub(1));
        let style = Style::new().bold().underline();
        format!("\n{style}{}{style:#}:", shorten(file, 0, max))
    }

    pub(super) fn line(&mut self, row: &Row) -> String {
        let mut line = String::new();
        let max = self.layout.line_width.unwrap_or(usize::MAX);
        // Blanks are written only before a cell, so that no line ends in blanks.
        let (mut used, mut blanks) = (0, 0);
        for (index, cell) in row.cells.iter().enumerate() {
            let room = max.saturating_sub(used);
            let Some(column) = self
                .columns
                .get(index)
                .filter(|column| column.width > 0 && room > 0)
            else {
                continue;
            };
            let cell = self.fit(column, cell, column.width.min(room));
            let column_width = column.width.max(width(&cell).min(Self::MAX_WIDTH));
            let padding = column_width.saturating_sub(width(&cell));
            let before = if column.is_number { padding } else { 0 };
            blanks += before;
            if !cell.is_empty() {
                let style = if index == 1 { row.style } else { Style::new() };
                // Writing to a String does not fail.
                let _ = write!(line, "{:blanks$}{style}{cell}{style:#}", "");
                blanks = 0;
            }
            blanks += padding - before + Self::GAP;
            used += column_width + Self::GAP;
            if let Some(column) = self.columns.get_mut(index) {
                column.width = column_width;
            }
        }
        let room = max.saturating_sub(used);
        if !row.note.is_empty() && room > 0 {
            let note = truncate(&row.note, room);
            let _ = write!(line, "{:blanks$}{note}", "");
        }
        line
    }

    /// The cell in at most `max` cells of the terminal. Without a maximum of the line, all of it. If it has two
    /// identifiers, both are shortened.
    fn fit(&self, column: &Column, cell: &str, max: usize) -> String {
        if self.layout.line_width.is_none() {
            return cell.to_owned();
        }
        match cell.split_once(' ') {
            Some((item, folder)) if column.max == ID_WIDTH && !fits(cell, max) => {
                let half = max.saturating_sub(1) / 2;
                let ids = [item, folder].map(|id| shorten(id, HEAD, half));
                ids.join(" ")
            }
            _ => shorten(cell, column.head, max),
        }
    }

    /// Makes the columns fit the line: hides columns that do not fit at their minimum widths, then narrows the others in
    /// proportion.
    fn fit_line(&mut self, max: usize) {
        while self.width_of(|column| column.width.min(column.min)) > max {
            let columns = self.columns.iter_mut();
            let Some(column) = columns
                .filter(|column| column.hide_order > 0 && column.width > 0)
                .max_by_key(|column| column.hide_order)
            else {
                break;
            };
            column.width = 0;
        }
        while self.width_of(|column| column.width) > max {
            let spare = |column: &Column| {
                let range = column.max - column.min;
                1_000 * column.width.saturating_sub(column.min) / range
            };
            let widest = self.columns.iter_mut().max_by_key(|column| spare(column));
            match widest {
                Some(column) if spare(column) > 0 => column.width -= 1,
                _ => break,
            }
        }
    }

    /// The width of a line with columns of these widths, in cells.
    fn width_of(&self, width: impl Fn(&Column) -> usize) -> usize {
        let columns = self.columns.iter().map(width).filter(|width| *width > 0);
        columns.map(|width| width + Self::GAP).sum::<usize>() - Self::GAP
    }
}
