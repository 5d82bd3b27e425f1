//! `wugan admin agency`, `agencies` and `first-violations`: what an installation begins with. Agencies and the list of
//! first violations come from decisions on paper; whoever runs the machine enters them.

use std::path::PathBuf;

use clap::Args;
use domain::{
    agency::{Agency, Level},
    first_violation::{Category, FirstScope, ListEntry},
    ids::{AgencyId, ItemId},
    item::LegalBasis,
    region::RegionCode,
    text::{Name, Note},
};
use figment::{
    Figment,
    providers::{Format, Toml},
};
use portal::{Portal, first_violation_list::FirstViolationEntry};
use serde::Deserialize;
use time::{Date, macros::format_description};
use uuid::Uuid;

use super::CommandError;

/// A new agency.
#[derive(Debug, Args)]
pub(super) struct NewAgency {
    /// 部门全称，印在文书上 · Full name, as it stands on documents
    #[arg(long)]
    name: String,
    /// 机关代字，用于文书编号，如“长市监” · The characters that stand for it in document numbers
    #[arg(long)]
    mark: String,
    /// 层级：city 市级，district 县（市）区级 · Level, which decides who approves: city or district
    #[arg(long, default_value = "city", value_parser = ["city", "district"])]
    level: String,
    /// 行政区划代码 · Division where it has authority
    #[arg(long, default_value = "220100")]
    region: String,
    /// 联系电话 · Telephone number that people may call
    #[arg(long)]
    phone: String,
}

impl NewAgency {
    pub(super) async fn run(self, portal: &Portal) -> Result<(), CommandError> {
        let agency = Agency {
            id: AgencyId(Uuid::new_v4()),
            name: named("--name", &self.name)?,
            document_mark: named("--mark", &self.mark)?,
            level: if self.level == "district" { Level::District } else { Level::City },
            region: self.region.parse::<RegionCode>().map_err(|error| bad("--region", &error))?,
            phone: named("--phone", &self.phone)?,
        };
        portal.catalogue().add_agency_locally(&agency).await?;
        println!("{} {}", agency.id, agency.name);
        Ok(())
    }
}

/// Prints every agency with its id.
pub(super) async fn agencies(portal: &Portal) -> Result<(), CommandError> {
    for agency in portal.catalogue().agencies().await? {
        println!("{} {} {} {}", agency.id, agency.region, agency.document_mark, agency.name);
    }
    Ok(())
}

/// A published list of first violations.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLE)]
pub(super) struct Import {
    /// 清单文件（TOML） · File with the list
    file: PathBuf,
}

const EXAMPLE: &str = r#"清单文件示例 · An example of a file:

  [[entries]]
  code = "SJ-01"
  version = "2026年第一版"
  agency = "部门编号，见 wugan admin agencies"
  item = "事项编号，见事项页面的网址"
  field = "食品安全"
  act = "食品经营者未按要求公示食品经营许可证"
  violated = { act = "食品经营许可和备案管理办法", article = "第三十五条" }
  penalty = { act = "食品经营许可和备案管理办法", article = "第五十六条" }
  category = "first_may_be_spared"   # minor_is_spared, mitigated
  conditions = ["危害后果轻微"]
  exclusions = ["造成食品安全事故"]
  correct_within_days = 5            # 工作日 · working days
  follow_up = "三个月内复查一次"
  window_months = 24                 # 不写则不限 · without it: no limit
  scope = "same_item"                # same_field, any_of_agency
  valid_from = "2026-01-01"
  valid_to = "2027-12-31"            # 可不写 · may be left out
"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entries: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    code: Name,
    version: Name,
    agency: AgencyId,
    item: ItemId,
    field: Name,
    act: Note,
    violated: LegalBasis,
    penalty: LegalBasis,
    category: Category,
    #[serde(default)]
    conditions: Vec<Note>,
    #[serde(default)]
    exclusions: Vec<Note>,
    correct_within_days: u16,
    follow_up: Note,
    window_months: Option<u16>,
    scope: FirstScope,
    valid_from: String,
    valid_to: Option<String>,
}

impl Import {
    pub(super) async fn run(self, portal: &Portal) -> Result<(), CommandError> {
        let text = std::fs::read_to_string(&self.file).map_err(|error| bad(self.file.display(), &error))?;
        let file: File =
            Figment::from(Toml::string(&text)).extract().map_err(|error| bad(self.file.display(), &error))?;
        // Everything is read before anything is written.
        let entries = file.entries.into_iter().map(Line::entry).collect::<Result<Vec<_>, _>>()?;
        let agencies = portal.catalogue().agencies().await?;
        for entry in &entries {
            let code = &entry.entry.code;
            if !agencies.iter().any(|agency| agency.id == entry.entry.agency) {
                return Err(CommandError::Usage(format!("{code}: there is no agency {}", entry.entry.agency)));
            }
            let item = portal.catalogue().public(entry.entry.item).await.map_err(|error| bad(code, &error))?;
            if item.agency != entry.entry.agency {
                return Err(CommandError::Usage(format!("{code}: the item is another agency's")));
            }
        }
        for entry in &entries {
            portal.catalogue().add_first_violation_entry_locally(entry).await?;
            println!("{} {}", entry.entry.code, entry.entry.act);
        }
        Ok(())
    }
}

impl Line {
    fn entry(self) -> Result<FirstViolationEntry, CommandError> {
        let valid_from = day(&self.code, &self.valid_from)?;
        let valid_to = self.valid_to.as_deref().map(|text| day(&self.code, text)).transpose()?;
        let entry = ListEntry {
            code: self.code,
            version: self.version,
            agency: self.agency,
            item: self.item,
            field: self.field,
            act: self.act,
            violated: self.violated,
            penalty: self.penalty,
            category: self.category,
            conditions: self.conditions,
            exclusions: self.exclusions,
            correct_within_days: self.correct_within_days,
            follow_up: self.follow_up,
            window_months: self.window_months,
            scope: self.scope,
            valid_from,
            valid_to,
        };
        Ok(FirstViolationEntry { id: Uuid::new_v4(), entry })
    }
}

fn day(code: &Name, text: &str) -> Result<Date, CommandError> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|error| bad(code, &error))
}

fn named(what: &str, text: &str) -> Result<Name, CommandError> {
    Name::parse(text).map_err(|error| bad(what, &error))
}

fn bad(what: impl std::fmt::Display, why: &dyn std::fmt::Display) -> CommandError {
    CommandError::Usage(format!("{what}: {why}"))
}
