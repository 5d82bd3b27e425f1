//! Short PDF documents, written by hand: a page of Latin text under a ruled line.
//! Chinese would need an embedded font.

use std::fmt::Write;

/// A PDF of one page with these lines; the first is its title.
pub(super) fn pdf(lines: &[String]) -> Vec<u8> {
    let mut text = String::from("0.6 w 56 770 m 540 770 l S\nBT /F1 11 Tf 16 TL 56 790 Td\n");
    for (index, line) in lines.iter().enumerate() {
        // Only what a literal string holds as it is.
        let plain: String = line.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        let escaped = plain.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        if index == 1 {
            text.push_str("0 -24 Td\n");
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "({escaped}) Tj T*");
    }
    text.push_str("ET\n");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}endstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(file, "{offset:010} 00000 n ");
    }
    let _ = write!(file, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_points_at_the_objects() {
        let file = String::from_utf8(pdf(&["Training (record)".into(), "line".into()])).unwrap();
        let table: usize = file.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(file[table..].starts_with("xref"));
        let third: usize = file[table..].lines().nth(5).unwrap()[..10].parse().unwrap();
        assert!(file[third..].starts_with("3 0 obj"));
        assert!(file.contains("(Training \\(record\\)) Tj"));
    }
}
