//! An item of the catalogue as a form: every field by a name, so that it can be
//! shown again with whatever was typed, rearranged, and read back.
//!
//! Rows that can be added, removed and moved (legal bases, conditions, lines) have
//! keys of their own: `lines` holds the keys in their order, `line.KEY.title` a
//! field of one row. A line's key is its id, which stays the same across versions.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    eligibility::{Condition, RuleList, RuleSet},
    grade::Grade,
    ids::LineId,
    item::{
        ChecklistLine, EvidenceKind, EvidenceRequest, Example, ItemContent, LegalBasis, Regime, Remote, RemoteMethod,
    },
    text::{Name, Note},
};
use uuid::Uuid;

use super::Fields;
use crate::wording::Wording;

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

/// The code of a regime in forms.
pub const fn regime_code(regime: Regime) -> &'static str {
    match regime {
        Regime::Undisturbed => "undisturbed",
        Regime::Key => "key",
        Regime::Random => "random",
    }
}

/// The code of a method in forms.
pub const fn method_code(method: RemoteMethod) -> &'static str {
    match method {
        RemoteMethod::Written => "written",
        RemoteMethod::Pictures => "pictures",
        RemoteMethod::SharedData => "shared_data",
        RemoteMethod::Video => "video",
        RemoteMethod::Smart => "smart",
    }
}

/// The code of a kind of evidence in forms.
pub const fn kind_code(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Photo => "photo",
        EvidenceKind::Video => "video",
        EvidenceKind::Document => "document",
    }
}

/// The lists a condition may stand on, with their codes.
pub const LISTS: [(RuleList, &str); 3] =
    [(RuleList::Required, "required"), (RuleList::AnyOf, "any_of"), (RuleList::Exclude, "exclude")];

/// What a condition takes besides its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A grade.
    Grade,
    /// A number of months.
    Months,
}

/// Every condition by its code, made with a grade or months where it takes one.
pub const KINDS: [(&str, Takes); 10] = [
    ("confirmed", Takes::Nothing),
    ("operating", Takes::Nothing),
    ("grade_at_least", Takes::Grade),
    ("low_risk_field", Takes::Nothing),
    ("major_hazard", Takes::Nothing),
    ("listed_dishonest", Takes::Nothing),
    ("no_penalty_within", Takes::Months),
    ("no_complaint_within", Takes::Months),
    ("industry_covered", Takes::Nothing),
    ("site_located", Takes::Nothing),
];

/// A condition out of its code.
pub fn condition_of(code: &str, grade: Grade, months: u16) -> Option<Condition> {
    Some(match code {
        "confirmed" => Condition::Confirmed,
        "operating" => Condition::Operating,
        "grade_at_least" => Condition::GradeAtLeast { grade },
        "low_risk_field" => Condition::LowRiskField,
        "major_hazard" => Condition::MajorHazard,
        "listed_dishonest" => Condition::ListedDishonest,
        "no_penalty_within" => Condition::NoPenaltyWithin { months },
        "no_complaint_within" => Condition::NoComplaintWithin { months },
        "industry_covered" => Condition::IndustryCovered,
        "site_located" => Condition::SiteLocated,
        _ => return None,
    })
}

/// A condition as its code and value.
fn condition_parts(condition: &Condition) -> (&'static str, String) {
    let none = String::new();
    match condition {
        Condition::Confirmed => ("confirmed", none),
        Condition::Operating => ("operating", none),
        Condition::GradeAtLeast { grade } => ("grade_at_least", grade.to_string()),
        Condition::LowRiskField => ("low_risk_field", none),
        Condition::MajorHazard => ("major_hazard", none),
        Condition::ListedDishonest => ("listed_dishonest", none),
        Condition::NoPenaltyWithin { months } => ("no_penalty_within", months.to_string()),
        Condition::NoComplaintWithin { months } => ("no_complaint_within", months.to_string()),
        Condition::IndustryCovered => ("industry_covered", none),
        Condition::SiteLocated => ("site_located", none),
    }
}

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

    /// Reads the item; everything wrong is noted in `fields`. `most_files` is the
    /// most files that a line takes.
    pub fn read(&self, fields: &mut Fields, most_files: u16) -> Option<ItemContent> {
        let w = fields.w;
        let name = fields.text("name", w.item_form_name(), self.get("name"));
        let subject = fields.text("subject", w.item_form_subject(), self.get("subject"));
        let content = fields.text("content", w.item_form_content(), self.get("content"));
        let standard = fields.text("standard", w.item_form_standard(), self.get("standard"));
        let regime = Regime::ALL.into_iter().find(|regime| regime_code(*regime) == self.get("regime"));
        if regime.is_none() {
            fields.wrong("regime", w.item_form_regime_missing());
        }
        let yearly_cap = self.number(fields, "yearly_cap", w.item_form_cap(), 1, 255);
        let industries = self.industries(fields);
        let standard_minutes = self.number(fields, "standard_minutes", w.item_form_minutes(), 1, 2880);
        let rectification_days = self.number(fields, "rectification_days", w.item_form_fix_days(), 1, 365);
        let self_check_months = self.number(fields, "self_check_months", w.item_form_interval(), 1, 60);
        let legal_basis: Vec<LegalBasis> =
            self.keys(BASES).iter().filter_map(|key| self.basis(fields, &format!("basis.{key}"))).collect();
        let remote = self.remote(fields);
        let eligibility = self.rules(fields);
        let lines: Vec<ChecklistLine> =
            self.keys(LINES).iter().filter_map(|key| self.line(fields, key, most_files)).collect();
        Some(ItemContent {
            name: name?,
            legal_basis,
            subject: subject?,
            content: content?,
            standard: standard?,
            regime: regime?,
            yearly_cap: yearly_cap?,
            remote: remote?,
            industries,
            standard_minutes: standard_minutes?,
            rectification_days: rectification_days?,
            self_check_months: self_check_months?,
            eligibility: eligibility?,
            lines,
        })
    }

    fn number<T: TryFrom<u32>>(
        &self,
        fields: &mut Fields,
        field: &str,
        label: &str,
        least: u32,
        most: u32,
    ) -> Option<T> {
        let number = self.get(field).parse::<u32>().ok().filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            fields.wrong(field, fields.w.number_between(label, least, most));
        }
        number
    }

    fn industries(&self, fields: &mut Fields) -> Vec<Name> {
        let w = fields.w;
        let mut industries = Vec::new();
        for code in self.get("industries").lines().map(str::trim).filter(|code| !code.is_empty()) {
            let code = code.to_uppercase();
            let digits = code.get(1..).unwrap_or_default();
            let fits = code.starts_with(|c: char| ('A'..='T').contains(&c))
                && digits.len() <= 4
                && digits.bytes().all(|byte| byte.is_ascii_digit());
            match Name::parse(&code) {
                Ok(name) if fits => industries.push(name),
                _ => fields.wrong("industries", w.item_form_industry_wrong(&code)),
            }
        }
        industries
    }

    fn basis(&self, fields: &mut Fields, stem: &str) -> Option<LegalBasis> {
        let (act, article) = (format!("{stem}.act"), format!("{stem}.article"));
        let w = fields.w;
        let act = fields.text(&act, w.item_form_act(), self.get(&act));
        let article = fields.text(&article, w.item_form_article(), self.get(&article));
        Some(LegalBasis { act: act?, article: article? })
    }

    fn remote(&self, fields: &mut Fields) -> Option<Remote> {
        let w = fields.w;
        match self.get("remote") {
            "suitable" => {
                let chosen = self.values.get("methods").cloned().unwrap_or_default();
                let has = |method: &RemoteMethod| chosen.iter().any(|code| code == method_code(*method));
                let methods: BTreeSet<RemoteMethod> = RemoteMethod::ALL.into_iter().filter(has).collect();
                Some(Remote::Suitable { methods, closable_under_key: self.get("closable_under_key") == "yes" })
            }
            "unsuitable" => {
                let reason = fields.text("reason", w.item_form_reason(), self.get("reason"))?;
                Some(Remote::Unsuitable { reason })
            }
            _ => {
                fields.wrong("remote", w.item_form_remote_missing());
                None
            }
        }
    }

    fn rules(&self, fields: &mut Fields) -> Option<RuleSet> {
        let w = fields.w;
        let bar_years = self.number(fields, "bar_years", w.item_form_bar(), 0, 20);
        let valid_months = self.number(fields, "valid_months", w.item_form_valid(), 1, 120);
        let mut rules = RuleSet::default();
        for key in self.keys(CONDITIONS) {
            let Some((list, condition)) = self.condition(fields, &key) else { continue };
            match list {
                RuleList::Required | RuleList::Bar => rules.required.push(condition),
                RuleList::AnyOf => rules.any_of.push(condition),
                RuleList::Exclude => rules.exclude.push(condition),
            }
        }
        Some(RuleSet { bar_years: bar_years?, valid_months: valid_months?, ..rules })
    }

    fn condition(&self, fields: &mut Fields, key: &str) -> Option<(RuleList, Condition)> {
        let w = fields.w;
        let list_code = self.get(&format!("condition.{key}.list"));
        let list = LISTS.into_iter().find(|(_, code)| *code == list_code).map(|(list, _)| list);
        let kind = self.get(&format!("condition.{key}.kind"));
        let takes = KINDS.into_iter().find(|(code, _)| *code == kind).map(|(_, takes)| takes);
        let (Some(list), Some(takes)) = (list, takes) else {
            let missing = if list.is_none() { "list" } else { "kind" };
            fields.wrong(&format!("condition.{key}.{missing}"), w.item_form_condition_missing());
            return None;
        };
        let field = format!("condition.{key}.value");
        let value = self.get(&field).to_uppercase();
        let (mut grade, mut months) = (Grade::A, 0);
        let fault = match takes {
            Takes::Nothing => (!value.is_empty()).then(|| w.item_form_condition_no_value()),
            Takes::Grade => match [Grade::A, Grade::B, Grade::C, Grade::D].into_iter().find(|g| g.to_string() == value)
            {
                Some(known) => {
                    grade = known;
                    None
                }
                None => Some(w.item_form_condition_grade()),
            },
            Takes::Months => match value.parse::<u16>().ok().filter(|months| (1..=120).contains(months)) {
                Some(known) => {
                    months = known;
                    None
                }
                None => Some(w.item_form_condition_months()),
            },
        };
        if let Some(fault) = fault {
            fields.wrong(&field, fault);
            return None;
        }
        Some((list, condition_of(kind, grade, months)?))
    }

    fn line(&self, fields: &mut Fields, key: &str, most_files: u16) -> Option<ChecklistLine> {
        let w = fields.w;
        let of = |field: &str| format!("line.{key}.{field}");
        // Keys are made by us; one that is no id was tampered with.
        let id: LineId = key.parse().ok()?;
        let title = fields.text(&of("title"), w.item_form_line_title(), self.get(&of("title")));
        let standard = fields.text(&of("standard"), w.item_form_line_standard(), self.get(&of("standard")));
        let clause = self.basis(fields, &format!("line.{key}"));
        let requests = EvidenceKind::ALL
            .into_iter()
            .filter_map(|kind| self.request(fields, &of(kind_code(kind)), kind, most_files))
            .collect();
        let good_example = self.example(fields, &of("good"), w.item_form_example_good());
        let bad_example = self.example(fields, &of("bad"), w.item_form_example_bad());
        let steps = self.get(&of("fix")).lines().map(str::trim).filter(|step| !step.is_empty());
        let how_to_fix: Vec<Note> =
            steps.filter_map(|step| fields.text(&of("fix"), w.item_form_line_fix(), step)).collect();
        Some(ChecklistLine {
            id,
            title: title?,
            standard: standard?,
            clause: clause?,
            requests,
            good_example,
            bad_example,
            allows_not_applicable: self.get(&of("not_applicable")) == "yes",
            how_to_fix,
        })
    }

    fn request(&self, fields: &mut Fields, stem: &str, kind: EvidenceKind, most_files: u16) -> Option<EvidenceRequest> {
        let w: Wording = fields.w;
        let name = w.evidence_kind(kind);
        let (least, most) = (format!("{stem}.least"), format!("{stem}.most"));
        let limit = u32::from(most_files.min(255));
        let count = |fields: &mut Fields, field: &str, label: &str| {
            if self.get(field).is_empty() { Some(0_u8) } else { self.number(fields, field, label, 0, limit) }
        };
        let at_least = count(fields, &least, &w.item_form_least(name));
        let at_most = count(fields, &most, &w.item_form_most(name));
        let (at_least, at_most) = (at_least?, at_most?);
        (at_least > 0 || at_most > 0).then_some(EvidenceRequest { kind, at_least, at_most })
    }

    fn example(&self, fields: &mut Fields, stem: &str, label: &str) -> Option<Example> {
        let w = fields.w;
        let (picture, caption) = (format!("{stem}.picture"), format!("{stem}.caption"));
        let (key, words) = (self.get(&picture), self.get(&caption));
        if key.is_empty() && words.is_empty() {
            return None;
        }
        if key.is_empty() || words.is_empty() {
            fields.wrong(if key.is_empty() { &picture } else { &caption }, w.item_form_example_half());
            return None;
        }
        if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            fields.wrong(&picture, w.item_form_picture_wrong());
            return None;
        }
        let key: Option<Name> = fields.text(&picture, &w.item_form_picture(label), key);
        let words: Option<Name> = fields.text(&caption, &w.item_form_caption(label), words);
        Some(Example { picture: key?, caption: words? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::Lang;

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
