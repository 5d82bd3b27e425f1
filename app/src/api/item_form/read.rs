//! Reading an item out of its form, with everything that is wrong at once.

use std::collections::BTreeSet;

use domain::{
    capture::CaptureGrade,
    eligibility::{Condition, RuleList, RuleSet},
    grade::Grade,
    ids::LineId,
    item::{
        ChecklistLine, EvidenceKind, EvidenceRequest, Example, ItemContent, LegalBasis, Regime, Remote, RemoteMethod,
    },
    text::{Name, Note},
};

use super::{
    BASES, CONDITIONS, ItemForm, KINDS, LINES, LISTS, Takes, capture_code, condition_of, kind_code, method_code,
    regime_code,
};
use crate::{
    api::Fields,
    wording::{Wording, is_example},
};

impl ItemForm {
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
        let grade = self.get(&of("grade"));
        let least_grade = CaptureGrade::REQUIRABLE.into_iter().find(|known| capture_code(*known) == grade);
        if !grade.is_empty() && least_grade.is_none() {
            fields.wrong(&of("grade"), w.item_form_capture_wrong());
        }
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
            least_grade,
            needs_place: self.get(&of("needs_place")) == "yes",
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
        if !is_example(key) {
            fields.wrong(&picture, w.item_form_picture_wrong());
            return None;
        }
        let key: Option<Name> = fields.text(&picture, &w.item_form_picture(label), key);
        let words: Option<Name> = fields.text(&caption, &w.item_form_caption(label), words);
        Some(Example { picture: key?, caption: words? })
    }
}
