//! The columns of the table: their widths, and rows as lines of text.

use core::fmt::Write as _;
use std::collections::HashMap;

use anstyle::Style;

use super::{Layout, Row};
use crate::text::{HEAD, fits, printable, shorten, truncate, width, wrap, wrap_note};

pub(super) struct Columns {
    columns: [Column; 8],
    layout: Layout,
    short_ids: ShortIds,
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
    /// Whether it is hidden because it has no values.
    is_empty: bool,
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
            is_empty: false,
        }
    }

    const fn is_id(&self) -> bool {
        self.max == ID_WIDTH
    }
}

/// The width of an identifier that is shown beside other text. Its column is wider if the line has room.
pub(super) const ID_WIDTH: usize = 19;

impl Columns {
    /// The number of cells between columns.
    const GAP: usize = 2;
    /// The maximum width of a column if lines have none. Longer cells shift those after them.
    const MAX_WIDTH: usize = 256;
    /// The width of identifiers in a live table, if the line has room.
    const LIVE_ID_WIDTH: usize = 40;
    /// The maximum width of a note, which is wrapped.
    const NOTE: usize = 1_000;

    pub(super) fn new(layout: Layout) -> Self {
        let mut columns = [
            Column {
                // The end of a path, the name of the file, is more useful than its folders.
                head: 0,
                ..Column::new("FILE", 10, 40, 0)
            },
            Column::new("EVENT", 15, 22, 0),
            Column {
                // The date is more useful than the offset from UTC.
                head: usize::MAX,
                ..Column::new("TIME", 20, 30, 1)
            },
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
        Self {
            columns,
            layout,
            short_ids: ShortIds::default(),
        }
    }

    /// Makes the cells printable and shortens those that are no identifiers to the maximum widths.
    pub(super) fn shorten_cells(&self, row: &mut Row) {
        for (column, cell) in self.columns.iter().zip(&mut row.cells) {
            let is_complete = column.is_id() || self.layout.line_width.is_none();
            *cell = match is_complete {
                true => printable(cell),
                false => printable(&shorten(cell, column.head, column.max)),
            };
        }
        let max = self.layout.line_width.map_or(usize::MAX, |_| Self::NOTE);
        row.note = printable(&truncate(&row.note, max));
    }

    /// Sets the widths to those of the cells of these rows. If the rows are not all, later cells may be wider, so each
    /// column has at least its minimum width. If they are all, a column without values is hidden on a terminal. Rows of a
    /// live table say little about the next ones, so identifiers get a fixed width.
    pub(super) fn set_widths<'r>(&mut self, rows: impl Iterator<Item = &'r Row>, are_all: bool) {
        let has_line_width = self.layout.line_width.is_some();
        for column in &mut self.columns {
            let is_always_shown = column.hide_order == 0 && !column.is_id();
            column.is_empty = are_all && has_line_width && !is_always_shown;
        }
        for row in rows {
            for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
                column.is_empty &= cell.is_empty();
                if column.width > 0 {
                    column.width = column.width.max(width(cell).min(Self::MAX_WIDTH));
                }
            }
        }
        let is_live = self.layout.is_live;
        for column in self.columns.iter_mut().filter(|column| column.width > 0) {
            if column.is_empty {
                column.width = 0;
            } else if is_live && column.is_id() {
                let width = match has_line_width {
                    true => Self::LIVE_ID_WIDTH,
                    false => ID_WIDTH,
                };
                column.width = column.width.max(width);
            } else if !are_all {
                column.width = column.width.max(column.min);
            }
        }
        if let Some(width) = self.layout.line_width {
            let before = self.columns.each_ref().map(|column| column.width);
            self.fit_line(width);
            let ids = self.columns.iter().zip(before);
            let narrowed = ids.filter(|(column, before)| {
                column.is_id() && column.width > 0 && column.width < *before
            });
            let narrowest = narrowed.map(|(column, _)| column.width).min();
            self.short_ids.narrowest = narrowest.unwrap_or(usize::MAX);
        }
    }

    /// The first lines: which columns are hidden, if any, and the titles.
    pub(super) fn head(&mut self) -> String {
        let hidden = self
            .columns
            .iter()
            .filter(|column| column.width == 0 && !column.is_empty);
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
            let columns = self.columns.get_mut(index);
            let Some(column) = columns.filter(|column| column.width > 0 && room > 0) else {
                continue;
            };
            let cell = match self.layout.line_width {
                None => cell.to_owned(),
                Some(_) if column.is_id() => self.short_ids.fit(cell, column.width.min(room)),
                Some(_) => shorten(cell, column.head, column.width.min(room)),
            };
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
            column.width = column_width;
        }
        if !row.note.is_empty() {
            let _ = write!(line, "{:blanks$}{}", "", row.note);
            line = wrap_note(&line, used, self.layout.line_width);
        }
        line
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

/// Short forms of identifiers. If two have the same short form, the second one gets a number, so no two look the same.
#[derive(Default)]
struct ShortIds {
    /// The width of the narrowest column. Identifiers with the same short form there look alike in all columns.
    narrowest: usize,
    /// The first identifier of each of these short forms.
    owners: HashMap<String, String>,
    /// The numbers of those that came later.
    numbers: HashMap<String, usize>,
    /// How many numbers were given.
    count: usize,
    /// Whether identifiers were forgotten. Since then each one gets a number.
    has_forgotten: bool,
}

impl ShortIds {
    /// The most identifiers that are kept.
    const MAX: usize = 10_000;

    /// The cell in at most `max` cells of the terminal. If it has two identifiers, both are shortened.
    fn fit(&mut self, cell: &str, max: usize) -> String {
        if fits(cell, max) {
            return cell.to_owned();
        }
        match super::both_ids(cell) {
            Some((item, folder)) => {
                let half = max.saturating_sub(1) / 2;
                let ids = [item, folder].map(|id| self.shorten(id, half));
                ids.join(" ")
            }
            None => self.shorten(cell, max),
        }
    }

    fn shorten(&mut self, id: &str, max: usize) -> String {
        let short = shorten(id, HEAD, max);
        if short == id {
            return short;
        }
        if self.owners.len() + self.numbers.len() >= Self::MAX {
            (self.owners, self.numbers) = Default::default();
            self.has_forgotten = true;
        }
        if !self.has_forgotten {
            let narrow = shorten(id, HEAD, max.min(self.narrowest));
            let owner = self.owners.entry(narrow);
            if owner.or_insert_with(|| id.to_owned()) == id {
                return short;
            }
        }
        let number = *self.numbers.entry(id.to_owned()).or_insert_with(|| {
            self.count += 1;
            self.count
        });
        // The first one has none.
        let number = format!("#{}", number + 1);
        let short = shorten(id, HEAD, max.saturating_sub(number.len()));
        short + &number
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::ShortIds;
    use crate::text::width;

    /// Even after the first ones were forgotten.
    #[test]
    fn no_two_of_many_identifiers_look_the_same() {
        for narrowest in [9, usize::MAX] {
            let mut ids = ShortIds {
                narrowest,
                ..ShortIds::default()
            };
            let mut seen = HashMap::new();
            // Their ends repeat.
            let id = |number: usize| format!("AAMkAG{number:09}xxxxxxxxx{}", number % 7_000);
            for number in (0..3 * ShortIds::MAX).chain(0..100) {
                let short = ids.fit(&id(number), 15);
                assert!(width(&short) <= 15, "{short}");
                assert_eq!(*seen.entry(short).or_insert(number), number);
            }
            assert!(ids.owners.len() + ids.numbers.len() <= ShortIds::MAX);
        }
    }
}
