//! What a document does when it is opened. Reads the whole of it into memory and follows
//! what it points to, so it belongs into a process of its own.

use std::{collections::BTreeSet, path::Path};

use domain::examination::{ActiveContent, Oddity};
use lopdf::{Document, Object};

/// Levels of a value that are looked at: more than the reader takes (100), so that nothing lies too deep to be seen.
/// Objects that are pointed to are looked at by themselves.
const DEPTH: u8 = 128;
/// Pages that are counted.
const PAGES: u32 = 100_000;

/// What is active in a PDF, and how many pages it has; nothing of what cannot be read.
pub fn pdf(file: &Path) -> (Vec<Oddity>, Option<u32>) {
    let Ok(document) = Document::load(file) else { return (Vec::new(), None) };
    let (mut active, mut embedded) = (BTreeSet::new(), false);
    for object in document.objects.values() {
        seen(object, DEPTH, &mut active, &mut embedded);
    }
    for (_, value) in &document.trailer {
        seen(value, DEPTH, &mut active, &mut embedded);
    }
    let mut odd: Vec<Oddity> = active.into_iter().map(|what| Oddity::Active { what }).collect();
    odd.extend(embedded.then_some(Oddity::EmbeddedFiles));
    (odd, pages(&document))
}

/// How many pages the tree reaches; whatever is reached twice counts once.
fn pages(document: &Document) -> Option<u32> {
    let root = document.catalog().and_then(|catalog| catalog.get(b"Pages")).and_then(Object::as_reference).ok()?;
    let (mut open, mut seen, mut count) = (vec![root], BTreeSet::new(), 0);
    while let Some(id) = open.pop() {
        if count >= PAGES || !seen.insert(id) {
            continue;
        }
        let Ok(node) = document.get_dictionary(id) else { continue };
        match node.get(b"Kids").and_then(|kids| document.dereference(kids)) {
            Ok((_, Object::Array(kids))) => open.extend(kids.iter().filter_map(|kid| kid.as_reference().ok())),
            _ => count += 1,
        }
    }
    Some(count).filter(|count| *count > 0)
}

fn seen(object: &Object, depth: u8, active: &mut BTreeSet<ActiveContent>, embedded: &mut bool) {
    let Some(deeper) = depth.checked_sub(1) else { return };
    let dictionary = match object {
        Object::Array(values) => {
            for value in values {
                seen(value, deeper, active, embedded);
            }
            return;
        }
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        _ => return,
    };
    for (key, value) in dictionary {
        match key.as_slice() {
            b"JavaScript" | b"JS" => drop(active.insert(ActiveContent::JavaScript)),
            b"AA" => drop(active.insert(ActiveContent::OnOpening)),
            // A place in the document to begin at is no act.
            b"OpenAction" if value.as_array().is_err() => drop(active.insert(ActiveContent::OnOpening)),
            b"XFA" => drop(active.insert(ActiveContent::DynamicForm)),
            b"EmbeddedFiles" | b"EF" => *embedded = true,
            b"S" | b"Subtype" | b"Type" => match value.as_name() {
                Ok(b"JavaScript") => drop(active.insert(ActiveContent::JavaScript)),
                Ok(b"Launch") => drop(active.insert(ActiveContent::Launch)),
                Ok(b"RichMedia" | b"Movie" | b"Sound" | b"Screen") => drop(active.insert(ActiveContent::RichMedia)),
                Ok(b"EmbeddedFile") => *embedded = true,
                _ => {}
            },
            _ => {}
        }
        seen(value, deeper, active, embedded);
    }
}
