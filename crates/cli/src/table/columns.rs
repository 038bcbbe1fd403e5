//! The columns of the table: their widths, and rows as lines of text.

use core::fmt::Write as _;

use anstyle::Style;

use super::Row;
use crate::text::{HEAD, printable, shorten, truncate, width};

pub(super) struct Columns {
    columns: [Column; 8],
    /// The maximum width of a line, in cells.
    line_width: usize,
}

struct Column {
    title: &'static str,
    /// The minimum width, unless all cells are narrower.
    min: usize,
    /// The maximum width.
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
    /// The width of a line without a terminal, such as in a file. All columns fit.
    const DEFAULT_LINE_WIDTH: usize = 120;

    pub(super) fn new() -> Self {
        // The size of the first terminal among standard output, error and input. With a pager, output is a pipe.
        let terminal = terminal_size::terminal_size();
        Self {
            columns: [
                Column {
                    // The end of a path, the name of the file, is more useful than its folders.
                    head: 0,
                    ..Column::new("FILE", 10, 40, 0)
                },
                Column::new("EVENT", 15, 22, 0),
                Column::new("TIME", 20, 30, 0),
                Column::new("SUBSCR.", 9, ID_WIDTH, 1),
                Column::new("ID", 9, ID_WIDTH, 0),
                Column::new("PARENT", 9, ID_WIDTH, 2),
                Column {
                    is_number: true,
                    ..Column::new("UNREAD", 6, 11, 0)
                },
                Column::new("WATERMARK", 9, ID_WIDTH, 3),
            ],
            line_width: terminal
                .map_or(Self::DEFAULT_LINE_WIDTH, |(width, _)| usize::from(width.0)),
        }
    }

    /// Makes the cells printable and shortens them to the maximum widths.
    pub(super) fn shorten_cells(&self, row: &mut Row) {
        for (column, cell) in self.columns.iter().zip(&mut row.cells) {
            *cell = shorten(&printable(cell), column.head, column.max);
        }
        row.note = truncate(&printable(&row.note), self.line_width);
    }

    /// Sets the widths to those of the cells of these rows. If the rows are not all, later cells may be wider, so each
    /// column has at least its minimum width.
    pub(super) fn set_widths(&mut self, rows: &[Row], are_all: bool) {
        for row in rows {
            for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
                column.width = column.width.max(width(cell));
            }
        }
        if !are_all {
            for column in &mut self.columns {
                column.width = column.width.max(column.min);
            }
        }
        self.fit_line();
    }

    /// Sets widths for rows that are not known: the maximum width for identifiers, and the minimum width for the others.
    /// The files are hidden, since there is one, and the watermarks, since Exchange does not stream them.
    pub(super) fn set_fixed_widths(&mut self) {
        for column in &mut self.columns {
            column.width = if column.max == ID_WIDTH {
                ID_WIDTH
            } else {
                column.min
            };
        }
        let [file, .., watermark] = &mut self.columns;
        (file.width, watermark.width) = (0, 0);
        self.fit_line();
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
        // Blanks are written only before a cell, so that no line ends in blanks.
        let (mut used, mut blanks) = (0, 0);
        for (index, (column, cell)) in self.columns.iter().zip(&row.cells).enumerate() {
            if column.width == 0 {
                continue;
            }
            let cell = shorten(cell, column.head, column.width);
            let padding = column.width - width(&cell);
            let before = if column.is_number { padding } else { 0 };
            blanks += before;
            if !cell.is_empty() {
                let style = if index == 1 { row.style } else { Style::new() };
                // Writing to a String does not fail.
                let _ = write!(line, "{:blanks$}{style}{cell}{style:#}", "");
                blanks = 0;
            }
            blanks += padding - before + Self::GAP;
            used += column.width + Self::GAP;
        }
        if !row.note.is_empty() {
            let note = truncate(&row.note, self.line_width.saturating_sub(used));
            let _ = write!(line, "{:blanks$}{note}", "");
        }
        line
    }

    /// Makes the columns fit the line: hides columns that do not fit at their minimum widths, then narrows the others in
    /// proportion.
    fn fit_line(&mut self) {
        while self.width_of(|column| column.width.min(column.min)) > self.line_width {
            let columns = self.columns.iter_mut();
            let Some(column) = columns
                .filter(|column| column.hide_order > 0 && column.width > 0)
                .max_by_key(|column| column.hide_order)
            else {
                break;
            };
            column.width = 0;
        }
        while self.width_of(|column| column.width) > self.line_width {
            let spare = |column: &Column| {
                let max = column.max - column.min;
                1_000 * column.width.saturating_sub(column.min) / max
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
