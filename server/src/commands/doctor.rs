//! `wugan doctor`: is everything there that serving needs?

use clap::Args;
use domain::calendar::Calendar;
use media::derive::Tools;
use portal::{Portal, store::Drift};
use time::Date;

use super::CommandError;
use crate::{config::Config, http::health, wiring};

/// What is to be looked at.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// 重新清点数字页的汇总数，与记录核对 · Count the records anew and compare them with the dashboard's totals
    #[arg(long)]
    recount: bool,
    /// 汇总数与记录不符时按记录更正，并记入审计 · Set totals that differ to what was counted, and note it in the audit trail
    #[arg(long, requires = "recount")]
    mend: bool,
}

impl Doctor {
    /// Checks one thing after another and says what it found.
    pub(super) async fn run(self, config: &Config) -> Result<(), CommandError> {
        println!("settings   ok       {}", config.public_url());
        if !config.is_https() {
            println!("           note     public_url is not https: session cookies are sent in the clear");
        }
        let store = wiring::store(config).await?;
        let portal = wiring::portal(config, store, wiring::objects(config)?)?;
        let report = health::Report::of(&portal, config).await;
        for (name, part) in report.parts() {
            println!("{name:<10} {:<8} {}", if part.ok { "ok" } else { "FAILED" }, part.note);
        }
        for line in calendar_lines(portal.calendar(), portal.now().date()) {
            println!("{line}");
        }
        let waiting = portal.examinations().waiting().await?;
        println!("files      ok       {waiting} wait to be examined");
        let Tools { ffmpeg, pdftoppm } = Tools::on_path();
        for (name, tool, what) in [("ffmpeg", ffmpeg, "films"), ("pdftoppm", pdftoppm, "documents")] {
            match tool {
                Some(path) => println!("{name:<10} ok       {}", path.display()),
                None => println!("{name:<10} note     not on the path: there are no previews of {what}"),
            }
        }
        match portal.scanner_version().await {
            Some(version) => println!("scanner    ok       {version}"),
            None if config.scanner.is_empty() => {
                println!("scanner    note     files are not looked through for malware");
            }
            None => println!("scanner    FAILED   {} does not answer", config.scanner),
        }
        let totals = !self.recount || self.totals(&portal).await?;
        if report.is_ready() && totals { Ok(()) } else { Err(CommandError::Usage("not ready".to_owned())) }
    }

    /// Whether the totals are right, or are now.
    async fn totals(&self, portal: &Portal) -> Result<bool, CommandError> {
        let ledgers = portal.ledgers();
        let drifts = if self.mend { ledgers.mend_totals_locally().await? } else { ledgers.recount_locally().await? };
        for Drift { tally, said, counted } in &drifts {
            println!("           {tally}: says {} ({} min), counted {} ({} min)", said.0, said.1, counted.0, counted.1);
        }
        let right = drifts.is_empty() || self.mend;
        let note = match (drifts.len(), self.mend) {
            (0, _) => "as counted".to_owned(),
            (wrong, true) => format!("{wrong} set to what was counted"),
            (wrong, false) => {
                format!("{wrong} differ from what was counted: `wugan doctor --recount --mend` sets them")
            }
        };
        println!("totals     {:<8} {note}", if right { "ok" } else { "FAILED" });
        Ok(right)
    }
}

/// Whether the days off of the years in which terms run now are loaded.
fn calendar_lines(calendar: &Calendar, today: Date) -> Vec<String> {
    let missing = calendar.unloaded_soon(today);
    if missing.is_empty() {
        return vec!["calendar   ok       the days off of the next 90 days are loaded".to_owned()];
    }
    let line = |year: i32| {
        format!(
            "calendar   FAILED   the days off of {year} are not loaded, so its terms count Monday to Friday: write \
             them into calendar.toml in the data folder"
        )
    };
    missing.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_year_that_is_not_loaded_is_told_in_time() {
        let china = Calendar::china().unwrap();
        let told = |today| calendar_lines(&china, today).join("\n");
        assert!(told(date!(2027 - 06 - 01)).starts_with("calendar   ok "));
        let late = told(date!(2028 - 12 - 31));
        assert_eq!(late.matches("FAILED").count(), 2, "{late}");
        assert!(late.contains("2028") && late.contains("2029"), "{late}");
    }
}
