//! What files are for, and what else is told of them: pairs of a name and a value, as the portal knows them.

/// The pairs that a text of JSON has.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Whether a page shows a file, by the pairs of both (the file's as JSON): what the page is about, the file is for. The
/// page of a case shows the files of all its lines, and one that is about nothing shows them all.
pub fn shows(page: &[(String, String)], file: &str) -> bool {
    let file = pairs(file);
    page.iter().all(|pair| file.contains(pair))
}

/// Whether a file is for something, by the pairs that the portal is told of it (as JSON): then
/// it becomes evidence with its last byte, and has not arrived before that.
pub fn becomes_evidence(place: &str) -> bool {
    has(place, &["case", "finding"])
}

/// Whether a file was taken live, by the pairs that are told of it alone (as JSON): its code
/// counts for minutes only.
pub fn is_live(more: &str) -> bool {
    has(more, &["capture"])
}

fn has(text: &str, names: &[&str]) -> bool {
    pairs(text).iter().any(|(name, _)| names.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_A_LINE: &str = r#"[["case","1"],["line","2"]]"#;

    fn page(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_page_shows_the_files_of_what_it_is_about() {
        let (case, line) = (("case", "1"), ("line", "2"));
        for about in [page(&[case, line]), page(&[line, case]), page(&[case])] {
            assert!(shows(&about, OF_A_LINE), "{about:?}");
        }
        assert!(shows(&page(&[("finding", "3")]), r#"[["finding","3"],["moment","after"]]"#));
    }

    #[test]
    fn a_page_does_not_show_the_files_of_others() {
        let others = [
            page(&[("case", "2")]),
            page(&[("line", "1")]),
            page(&[("case", "2"), ("line", "1")]),
            page(&[("case", "1"), ("line", "3")]),
            page(&[("finding", "1")]),
        ];
        for about in others {
            assert!(!shows(&about, OF_A_LINE), "{about:?}");
        }
        // The page of a line shows nothing that is for its case alone, and of what cannot be read nothing is known.
        for file in [r#"[["case","1"]]"#, "[]", "", "no pairs"] {
            assert!(!shows(&page(&[("case", "1"), ("line", "2")]), file), "{file}");
        }
    }

    #[test]
    fn a_page_about_nothing_shows_every_file() {
        for file in [OF_A_LINE, r#"[["finding","3"],["moment","after"]]"#, "[]", ""] {
            assert!(shows(&[], file), "{file}");
        }
    }

    #[test]
    fn what_is_for_a_line_or_a_finding_becomes_evidence() {
        assert!(becomes_evidence(OF_A_LINE));
        assert!(becomes_evidence(r#"[["finding","1"],["moment","after"]]"#));
        for nothing in ["[]", "", r#"[["name","case"]]"#] {
            assert!(!becomes_evidence(nothing), "{nothing}");
        }
    }

    #[test]
    fn only_what_brings_a_code_is_live() {
        assert!(is_live(r#"[["capture","1"],["place","43.8,125.3"]]"#));
        for nothing in ["[]", "", r#"[["case","1"],["name","capture"]]"#] {
            assert!(!is_live(nothing), "{nothing}");
        }
    }
}
