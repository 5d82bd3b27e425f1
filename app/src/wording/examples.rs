//! The pictures that checklists can show as examples: drawings in `public/examples`, each of
//! something in order and of the same thing out of order.

use super::Wording;

/// The beginning of its key, and what it shows.
const DRAWN: [(&str, &str, &str); 13] = [
    ("cabinet", "消毒保洁柜", "Disinfection cabinet"),
    ("duct", "排烟管道", "Exhaust duct"),
    ("exit", "安全出口", "Emergency exit"),
    ("hood", "油烟净化设备", "Kitchen hood"),
    ("kitchen", "加工操作场所", "Kitchen"),
    ("ledger", "台账记录", "Records"),
    ("licence", "证照公示", "Licence on display"),
    ("plate", "设备铭牌", "Name plate"),
    ("price", "明码标价", "Price tags"),
    ("scale", "计量器具", "Scales"),
    ("shelf", "货架陈列", "Shelves"),
    ("sign", "警示标志", "Warning sign"),
    ("waste", "废弃物存放", "Waste storage"),
];

/// The key of a drawing of something in order, or out of order.
fn key(stem: &str, good: bool) -> String {
    format!("{stem}-{}", if good { "good" } else { "bad" })
}

/// Whether there is such a drawing.
pub(crate) fn is_example(wanted: &str) -> bool {
    DRAWN.iter().any(|(stem, ..)| [true, false].iter().any(|good| key(stem, *good) == wanted))
}

impl Wording {
    /// The drawings of things in order, or out of order: key and what it shows.
    pub fn examples(self, good: bool) -> impl Iterator<Item = (String, &'static str)> {
        DRAWN.iter().map(move |(stem, zh, en)| (key(stem, good), self.pick(*zh, *en)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_can_be_chosen_is_there_and_what_is_there_can_be_chosen() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/examples");
        let files = std::fs::read_dir(folder).unwrap();
        let mut there: Vec<String> =
            files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
        there.sort_unstable();
        let mut known: Vec<String> = DRAWN.iter().flat_map(|(stem, ..)| [key(stem, true), key(stem, false)]).collect();
        known.sort_unstable();
        assert_eq!(known, there);
        assert!(known.iter().all(|key| is_example(key)) && !is_example("kitchen") && !is_example(""));
    }
}
