//! Tables for spreadsheets.
//!
//! The wording of headings comes from the caller. A cell that a spreadsheet would
//! take for a formula is written as text.

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

/// A table as CSV (RFC 4180), UTF-8 with a byte order mark, which Excel needs to
/// read Chinese.
///
/// # Errors
/// [`Error::Impossible`] when it cannot be written.
pub fn csv(head: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| Error::Impossible(error.to_string());
    let mut bytes = vec![0xef, 0xbb, 0xbf];
    {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut bytes);
        writer.write_record(head).map_err(failed)?;
        for row in rows {
            let cells = row.iter().map(|cell| match cell {
                Cell::Text(text) => harmless(text),
                Cell::Number(number) => number.to_string(),
            });
            writer.write_record(cells).map_err(failed)?;
        }
        writer.flush()?;
    }
    Ok(bytes)
}

/// A table as XLSX (ISO/IEC 29500).
///
/// # Errors
/// [`Error::Impossible`] when it cannot be written.
pub fn xlsx(sheet: &str, head: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>> {
    use rust_xlsxwriter::{Format, Workbook, XlsxError};
    let failed = |error: XlsxError| Error::Impossible(error.to_string());
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let table = book.add_worksheet();
    table.set_name(sheet).map_err(failed)?;
    for (column, title) in (0_u16..).zip(head) {
        table.write_string_with_format(0, column, *title, &bold).map_err(failed)?;
    }
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Text(text) => table.write_string(row, column, text).map_err(failed)?,
                #[expect(clippy::cast_precision_loss, reason = "counts and minutes stay far below 2^53")]
                Cell::Number(number) => table.write_number(row, column, *number as f64).map_err(failed)?,
            };
        }
    }
    table.autofit();
    book.save_to_buffer().map_err(failed)
}

/// Spreadsheets run cells that begin with these characters.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_becomes_a_formula() {
        let table = csv(&["名称"], &[vec![Cell::text("=HYPERLINK(\"x\")")]]).unwrap();
        let text = String::from_utf8(table).unwrap();
        assert!(text.starts_with('\u{feff}'));
        assert!(text.contains("'=HYPERLINK"));
    }
}
