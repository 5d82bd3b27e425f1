//! Text from a bundle on a terminal: what a terminal would obey is written out instead.

use serde::Serialize;

use super::CommandError;

/// Whether a terminal obeys a character, or orders by it what stands around, instead of showing it: controls, and what
/// Unicode calls format and separators of lines.
fn is_hidden(c: char) -> bool {
    let format = matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    );
    format || c.is_control()
}

/// A line with nothing hidden in it: `\u{1b}` stands for an escape.
pub(super) fn line(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// As JSON. What is hidden stands in its strings alone, and JSON can escape it there.
pub(super) fn json(found: &impl Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(found).map_err(std::io::Error::from)?;
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(c);
        }
    }
    Ok(shown)
}
