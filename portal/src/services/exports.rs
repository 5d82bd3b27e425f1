//! Tables for spreadsheets.
//!
//! The wording of headings comes from the caller. A cell that a spreadsheet would
//! take for a formula is written as text.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::error::{Error, Result};

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl Cell {
    /// A text cell.
    #[expect(clippy::needless_pass_by_value, reason = "ids and names of any kind, owned or not")]
    pub fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }
}

/// The beginning of a table as CSV (RFC 4180), UTF-8 with a byte order mark, which
/// Excel needs to read Chinese.
///
/// # Errors
/// [`Error::Impossible`] when it cannot be written.
pub fn csv_head(head: &[&str]) -> Result<Vec<u8>> {
    let mut bytes = vec![0xef, 0xbb, 0xbf];
    write_csv(&mut bytes, [head.iter().map(|title| harmless(title)).collect()])?;
    Ok(bytes)
}

/// The next rows of a table as CSV, so that a long one is never whole in memory.
///
/// # Errors
/// [`Error::Impossible`] when they cannot be written.
pub fn csv_rows(rows: &[Vec<Cell>]) -> Result<Vec<u8>> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => harmless(text),
        Cell::Number(number) => number.to_string(),
    };
    let mut bytes = Vec::new();
    write_csv(&mut bytes, rows.iter().map(|row| row.iter().map(text).collect()))?;
    Ok(bytes)
}

fn write_csv(bytes: &mut Vec<u8>, rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
    let failed = |error: csv::Error| Error::Impossible(error.to_string());
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(bytes);
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    Ok(writer.flush()?)
}

/// A table as XLSX (ISO/IEC 29500). It is whole in memory until it is written.
pub struct Sheet {
    book: Workbook,
    next: u32,
    /// How wide each column is.
    widths: Vec<u16>,
}

impl Sheet {
    /// As many rows as a table may have; CSV has no end.
    pub const ROWS: u64 = 50_000;

    /// Whether a table of so many rows is made.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub const fn takes(found: u64) -> Result<()> {
        if found > Self::ROWS { Err(Error::TooMany { found, limit: Self::ROWS }) } else { Ok(()) }
    }

    /// A table with a name and the heads of its columns.
    ///
    /// # Errors
    /// [`Error::Impossible`] when it cannot be written.
    pub fn new(name: &str, head: &[&str]) -> Result<Self> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let table = book.add_worksheet();
        table.set_name(name).map_err(unwritten)?;
        for (column, title) in (0_u16..).zip(head) {
            table.write_string_with_format(0, column, *title, &bold).map_err(unwritten)?;
        }
        table.set_freeze_panes(1, 0).map_err(unwritten)?;
        Ok(Self { book, next: 1, widths: head.iter().map(|title| width(title)).collect() })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// [`Error::Impossible`] when they cannot be written.
    pub fn push(&mut self, rows: &[Vec<Cell>]) -> Result<()> {
        let table = self.book.worksheet_from_index(0).map_err(unwritten)?;
        for cells in rows {
            for (widest, cell) in self.widths.iter_mut().zip(cells) {
                if let Cell::Text(text) = cell {
                    *widest = (*widest).max(width(text));
                }
            }
            for (column, cell) in (0_u16..).zip(cells) {
                match cell {
                    Cell::Text(text) => table.write_string(self.next, column, fitting(text)).map_err(unwritten)?,
                    #[expect(clippy::cast_precision_loss, reason = "counts and minutes stay far below 2^53")]
                    Cell::Number(number) => table.write_number(self.next, column, *number as f64).map_err(unwritten)?,
                };
            }
            self.next += 1;
        }
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// [`Error::Impossible`] when it cannot be written.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let table = self.book.worksheet_from_index(0).map_err(unwritten)?;
        for (column, width) in (0_u16..).zip(&self.widths) {
            table.set_column_width(column, *width).map_err(unwritten)?;
        }
        self.book.save_to_buffer().map_err(unwritten)
    }
}

/// The width of a column that shows a text: a Chinese character takes two places.
/// (The library's own measure takes one for it.) What is longer is cut on screen only.
fn width(text: &str) -> u16 {
    const MOST: u16 = 60;
    let places = text.chars().map(|c| if c.is_ascii() { 1_u16 } else { 2 });
    places.fold(2, u16::saturating_add).min(MOST)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unwritten(error: XlsxError) -> Error {
    Error::Impossible(error.to_string())
}

/// A spreadsheet's cell holds 32 767 characters; the rest is left out, and it says so.
fn fitting(text: &str) -> Cow<'_, str> {
    const MOST: usize = 32_767;
    // Characters beyond the first plane count twice.
    if text.encode_utf16().count() <= MOST {
        return text.into();
    }
    let mut length = 1;
    let kept = text.chars().take_while(|c| {
        length += c.len_utf16();
        length <= MOST
    });
    kept.chain(['…']).collect::<String>().into()
}

/// Spreadsheets run cells that begin with these characters; some leave out what is
/// blank before them, and some take the wide ones of Chinese keyboards for the same.
fn harmless(text: &str) -> String {
    const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let runs = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(SIGNS);
    if runs { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_becomes_a_formula() {
        let head = String::from_utf8(csv_head(&["名称", "+数量"]).unwrap()).unwrap();
        assert_eq!(head, "\u{feff}名称,'+数量\r\n");
        for formula in
            ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠a", "\u{3000}＝1"]
        {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for plain in ["", "长春市", "a=1", "1-2", " 长春"] {
            assert_eq!(harmless(plain), plain);
        }
        let rows = csv_rows(&[vec![Cell::text("=HYPERLINK(\"x\")"), Cell::Number(-3)]]).unwrap();
        assert_eq!(String::from_utf8(rows).unwrap(), "\"'=HYPERLINK(\"\"x\"\")\",-3\r\n");
    }

    #[test]
    fn a_cell_that_is_too_long_is_cut_and_not_a_fault() {
        for long in ["饺".repeat(40_000), "😀".repeat(20_000), format!("a{}", "😀".repeat(20_000))] {
            let cut = fitting(&long);
            assert!(cut.ends_with('…') && cut.encode_utf16().count() <= 32_767, "{}", cut.encode_utf16().count());
            let mut sheet = Sheet::new("台账", &["名称"]).unwrap();
            sheet.push(&[vec![Cell::text(&long)]]).unwrap();
            assert!(sheet.finish().unwrap().starts_with(b"PK"));
        }
        assert_eq!(fitting(&"饺".repeat(32_767)), "饺".repeat(32_767));
    }

    #[test]
    fn a_table_has_an_end_and_says_so() {
        assert!(Sheet::takes(Sheet::ROWS).is_ok());
        let refused = Sheet::takes(Sheet::ROWS + 1);
        assert!(matches!(refused, Err(Error::TooMany { found: 50_001, limit: 50_000 })));
    }
}
