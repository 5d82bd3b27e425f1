//! An item of the catalogue as a form: every field by a name, so that it can be
//! shown again with whatever was typed, rearranged, and read back.
//!
//! Rows that can be added, removed and moved (legal bases, conditions, lines) have
//! keys of their own: `lines` holds the keys in their order, `line.KEY.title` a
//! field of one row. A line's key is its id, which stays the same across versions.

mod codes;
mod read;

use std::collections::BTreeMap;

use domain::{
    item::{ChecklistLine, EvidenceKind, EvidenceRequest, ItemContent, Remote},
    text::{Name, Note},
};
use uuid::Uuid;

use codes::condition_parts;
pub use codes::{KINDS, LISTS, Takes, capture_code, condition_of, kind_code, method_code, regime_code};

/// What stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemForm {
    /// Values by field.
    pub values: BTreeMap<String, Vec<String>>,
}

/// The rows that come and go.
pub const BASES: &str = "bases";
/// The conditions of the eligibility rules.
pub const CONDITIONS: &str = "conditions";
/// The lines of the checklist.
pub const LINES: &str = "lines";

impl ItemForm {
    /// A form with one row of each kind and the usual terms filled in.
    pub fn blank(rectification_days: u16) -> Self {
        let mut form = Self::default();
        form.set("rectification_days", rectification_days);
        form.set("self_check_months", 12);
        form.set("bar_years", 3);
        form.set("valid_months", 36);
        form.push(BASES, "1");
        form.push(CONDITIONS, "1");
        form.set("condition.1.list", "required");
        form.set("condition.1.kind", "confirmed");
        form.push(LINES, Uuid::new_v4());
        form
    }

    /// What an item says.
    pub fn of(content: &ItemContent) -> Self {
        let mut form = Self::default();
        form.set("name", &content.name);
        form.set("subject", &content.subject);
        form.set("content", &content.content);
        form.set("standard", &content.standard);
        form.set("regime", regime_code(content.regime));
        form.set("yearly_cap", content.yearly_cap);
        form.set("industries", content.industries.iter().map(Name::as_str).collect::<Vec<_>>().join("\n"));
        form.set("standard_minutes", content.standard_minutes);
        form.set("rectification_days", content.rectification_days);
        form.set("self_check_months", content.self_check_months);
        form.set("bar_years", content.eligibility.bar_years);
        form.set("valid_months", content.eligibility.valid_months);
        match &content.remote {
            Remote::Suitable { methods, closable_under_key } => {
                form.set("remote", "suitable");
                for method in methods {
                    form.push("methods", method_code(*method));
                }
                if *closable_under_key {
                    form.set("closable_under_key", "yes");
                }
            }
            Remote::Unsuitable { reason } => {
                form.set("remote", "unsuitable");
                form.set("reason", reason);
            }
        }
        for (index, basis) in content.legal_basis.iter().enumerate() {
            form.push(BASES, index + 1);
            form.set(&format!("basis.{}.act", index + 1), &basis.act);
            form.set(&format!("basis.{}.article", index + 1), &basis.article);
        }
        let rules = &content.eligibility;
        let lists = [("required", &rules.required), ("any_of", &rules.any_of), ("exclude", &rules.exclude)];
        let conditions = lists.iter().flat_map(|(list, all)| all.iter().map(move |condition| (*list, condition)));
        for (index, (list, condition)) in conditions.enumerate() {
            let key = index + 1;
            let (kind, value) = condition_parts(condition);
            form.push(CONDITIONS, key);
            form.set(&format!("condition.{key}.list"), list);
            form.set(&format!("condition.{key}.kind"), kind);
            form.set(&format!("condition.{key}.value"), value);
        }
        for line in &content.lines {
            form.set_line(line);
        }
        form
    }

    fn set_line(&mut self, line: &ChecklistLine) {
        let id = line.id;
        self.push(LINES, id);
        let mut set = |field: &str, value: String| self.set(&format!("line.{id}.{field}"), value);
        set("title", line.title.to_string());
        set("standard", line.standard.to_string());
        set("act", line.clause.act.to_string());
        set("article", line.clause.article.to_string());
        set("fix", line.how_to_fix.iter().map(Note::as_str).collect::<Vec<_>>().join("\n"));
        for kind in EvidenceKind::ALL {
            let of_kind: Vec<_> = line.requests.iter().filter(|request| request.kind == kind).collect();
            if !of_kind.is_empty() {
                let sum = |part: fn(&EvidenceRequest) -> u8| of_kind.iter().map(|r| u32::from(part(r))).sum::<u32>();
                set(&format!("{}.least", kind_code(kind)), sum(|request| request.at_least).to_string());
                set(&format!("{}.most", kind_code(kind)), sum(|request| request.at_most).to_string());
            }
        }
        for (which, example) in [("good", &line.good_example), ("bad", &line.bad_example)] {
            if let Some(example) = example {
                set(&format!("{which}.picture"), example.picture.to_string());
                set(&format!("{which}.caption"), example.caption.to_string());
            }
        }
        if line.allows_not_applicable {
            set("not_applicable", "yes".to_owned());
        }
        if let Some(grade) = line.least_grade {
            set("grade", capture_code(grade).to_owned());
        }
        if line.needs_place {
            set("needs_place", "yes".to_owned());
        }
    }

    fn set(&mut self, field: &str, value: impl ToString) {
        self.values.insert(field.to_owned(), vec![value.to_string()]);
    }

    fn push(&mut self, field: &str, value: impl ToString) {
        self.values.entry(field.to_owned()).or_default().push(value.to_string());
    }

    /// What stands in a field.
    pub fn get(&self, field: &str) -> &str {
        self.values.get(field).and_then(|values| values.first()).map_or("", |value| value.trim())
    }

    /// The keys of the rows of a kind, in their order.
    pub fn keys(&self, rows: &str) -> Vec<String> {
        self.values.get(rows).cloned().unwrap_or_default()
    }

    /// Adds, removes or moves rows as a button asks for. Gives the id of the
    /// place to look at afterwards; `None` when the button asks for something else.
    pub fn rearrange(&mut self, action: &str) -> Option<String> {
        let (verb, key) = action.split_once(':').unwrap_or((action, ""));
        let (rows, stem) = match verb {
            "add_basis" | "remove_basis" => (BASES, "basis"),
            "add_condition" | "remove_condition" => (CONDITIONS, "condition"),
            "add_line" | "remove_line" | "up" | "down" => (LINES, "line"),
            _ => return None,
        };
        let keys = self.values.entry(rows.to_owned()).or_default();
        let place = keys.iter().position(|known| known == key);
        let look_at = match (verb, place) {
            ("add_line", _) => {
                keys.push(Uuid::new_v4().to_string());
                keys.last().cloned()
            }
            ("add_basis" | "add_condition", _) => {
                let next = keys.iter().filter_map(|key| key.parse::<u32>().ok()).max().unwrap_or(0) + 1;
                keys.push(next.to_string());
                keys.last().cloned()
            }
            ("up", Some(place)) if place > 0 => {
                keys.swap(place, place - 1);
                Some(key.to_owned())
            }
            ("down", Some(place)) if place + 1 < keys.len() => {
                keys.swap(place, place + 1);
                Some(key.to_owned())
            }
            ("remove_basis" | "remove_condition" | "remove_line", Some(place)) => {
                keys.remove(place);
                let neighbour = keys.get(place).or(keys.last()).cloned();
                let fields = format!("{stem}.{key}.");
                self.values.retain(|field, _| !field.starts_with(&fields));
                neighbour
            }
            (_, place) => place.map(|_| key.to_owned()),
        };
        Some(look_at.map_or_else(|| rows.to_owned(), |key| format!("{stem}.{key}")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{
        capture::CaptureGrade,
        eligibility::{Condition, RuleSet},
        grade::Grade,
        ids::LineId,
        item::{Example, LegalBasis, Regime, RemoteMethod},
    };

    use super::*;
    use crate::{
        api::Fields,
        wording::{Lang, Wording},
    };

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn note(text: &str) -> Note {
        Note::parse(text).unwrap()
    }

    fn content() -> ItemContent {
        let basis = || LegalBasis { act: name("中华人民共和国消防法"), article: name("第十六条") };
        let line = |title: &str| ChecklistLine {
            id: LineId(Uuid::new_v4()),
            title: name(title),
            standard: note("压力在绿区。"),
            clause: basis(),
            requests: vec![EvidenceRequest { kind: EvidenceKind::Photo, at_least: 1, at_most: 4 }],
            good_example: Some(Example { picture: name("cabinet-good"), caption: name("指针在绿区") }),
            bad_example: None,
            allows_not_applicable: true,
            how_to_fix: vec![note("送检。"), note("更换。")],
            least_grade: Some(CaptureGrade::B),
            needs_place: true,
        };
        ItemContent {
            name: name("消防器材检查"),
            legal_basis: vec![basis(), LegalBasis { act: name("吉林省消防条例"), article: name("第二十条") }],
            subject: name("人员密集场所"),
            content: note("灭火器"),
            standard: note("完好有效"),
            regime: Regime::Random,
            yearly_cap: 2,
            remote: Remote::Suitable { methods: BTreeSet::from([RemoteMethod::Pictures]), closable_under_key: true },
            industries: vec![name("H62"), name("F5211")],
            standard_minutes: 90,
            rectification_days: 15,
            self_check_months: 6,
            eligibility: RuleSet {
                required: vec![Condition::Confirmed, Condition::GradeAtLeast { grade: Grade::B }],
                any_of: vec![Condition::NoPenaltyWithin { months: 24 }, Condition::LowRiskField],
                exclude: vec![Condition::ListedDishonest],
                bar_years: 3,
                valid_months: 36,
            },
            lines: vec![line("灭火器"), line("疏散通道")],
        }
    }

    fn fields() -> Fields {
        Fields { w: Wording(Lang::Zh), errors: Vec::new() }
    }

    fn faults(form: &ItemForm) -> Vec<String> {
        let mut fields = fields();
        form.read(&mut fields, 10);
        fields.errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_written_into_the_form_is_read_back() {
        let content = content();
        let mut fields = fields();
        assert_eq!(ItemForm::of(&content).read(&mut fields, 10), Some(content));
        assert_eq!(fields.errors, []);
        let unsuitable =
            ItemContent { remote: Remote::Unsuitable { reason: note("须现场检测") }, ..self::content() };
        assert_eq!(ItemForm::of(&unsuitable).read(&mut fields, 10).map(|c| c.remote), Some(unsuitable.remote));
    }

    #[test]
    fn lines_are_added_moved_and_removed_without_losing_what_was_typed() {
        let content = content();
        let (first, second) = (content.lines[0].id.to_string(), content.lines[1].id.to_string());
        let mut form = ItemForm::of(&content);
        form.set(&format!("line.{second}.title"), "改过的名称");
        assert_eq!(form.rearrange(&format!("up:{second}")), Some(format!("line.{second}")));
        assert_eq!(form.keys(LINES), [second.clone(), first.clone()]);
        let added = form.rearrange("add_line").unwrap();
        assert_eq!(form.keys(LINES).len(), 3);
        assert!(added.starts_with("line."));
        form.rearrange(&format!("remove_{added}").replace("remove_line.", "remove_line:"));
        form.rearrange(&format!("remove_line:{first}"));
        assert!(!form.values.keys().any(|field| field.contains(&first)));
        let read = form.read(&mut fields(), 10).unwrap();
        assert_eq!(read.lines.len(), 1);
        assert_eq!((read.lines[0].title.as_str(), read.lines[0].id), ("改过的名称", content.lines[1].id));
        assert_eq!(form.rearrange("add_basis"), Some("basis.3".into()));
        assert_eq!(form.rearrange("save"), None);
        assert_eq!(form.rearrange(&format!("up:{second}")), Some(format!("line.{second}")), "already the first");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let mut form = ItemForm::blank(15);
        let line = form.keys(LINES)[0].clone();
        assert_eq!(
            faults(&form),
            [
                "name",
                "subject",
                "content",
                "standard",
                "regime",
                "yearly_cap",
                "standard_minutes",
                "basis.1.act",
                "basis.1.article",
                "remote",
                &format!("line.{line}.title"),
                &format!("line.{line}.standard"),
                &format!("line.{line}.act"),
                &format!("line.{line}.article"),
            ]
        );
        form = ItemForm::of(&content());
        form.set("industries", "H62\nZ9\nH62101");
        form.set("condition.2.value", "E");
        form.set("condition.1.value", "3");
        let line = form.keys(LINES)[0].clone();
        form.set(&format!("line.{line}.photo.most"), "11");
        form.set(&format!("line.{line}.good.picture"), "../x");
        form.set(&format!("line.{line}.bad.caption"), "模糊");
        assert_eq!(
            faults(&form),
            [
                "industries",
                "industries",
                "condition.1.value",
                "condition.2.value",
                &format!("line.{line}.photo.most"),
                &format!("line.{line}.good.picture"),
                &format!("line.{line}.bad.picture"),
            ]
        );
    }
}
