//! Visits that are due or took place. The items of the agency are in
//! [`super::agency_items`].

use domain::{
    ids::{DueVisitId, EnterpriseId, ItemId},
    text::Note,
    time::Timestamp,
    visit_ledger::{DueReason, ExtraGround, LedgerError},
};
use leptos::prelude::*;
use portal::services::ledgers::{NewDueVisit, NewSiteVisit, Planned};
use time::{Date, Time};

use super::{Cx, Done, post};
use crate::{error::AppError, format, routes};

/// The code of a reason in forms.
pub const fn reason_code(reason: DueReason) -> &'static str {
    match reason {
        DueReason::Plan => "plan",
        DueReason::RandomDraw => "random_draw",
        DueReason::Campaign => "campaign",
        DueReason::Recheck => "recheck",
        DueReason::Complaint => "complaint",
    }
}

/// The code of a ground in forms.
pub const fn ground_code(ground: ExtraGround) -> &'static str {
    match ground {
        ExtraGround::HigherLaw => "higher_law",
        ExtraGround::SuperiorCampaign => "superior_campaign",
        ExtraGround::Clue => "clue",
    }
}

fn read_ground(code: &str) -> Option<ExtraGround> {
    ExtraGround::ALL.into_iter().find(|known| ground_code(*known) == code)
}

/// A visit beyond the cap is told beside the field that asks for its ground.
fn capped<T>(cx: &Cx, result: portal::Result<T>) -> Result<T, AppError> {
    match result {
        Err(portal::Error::Ledger(error @ LedgerError::OverCap { .. })) => {
            let mut fields = cx.fields();
            fields.wrong("ground", cx.w.fault_ledger(&error));
            fields.done()?;
            Err(portal::Error::Ledger(error).into())
        }
        other => Ok(other?),
    }
}

/// Day and time of a visit, as its form asks for them.
pub fn visit_moment(day: &str, clock: &str) -> Option<Timestamp> {
    let day = format::read_day(day)?;
    let (hour, minute) = clock.trim().split_once(':')?;
    let time = Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()?;
    let at = Timestamp::start_of(day);
    Some(at.plus_minutes(i64::from(time.hour()) * 60 + i64::from(time.minute())))
}

/// Every value chosen under a name.
fn chosen(cx: &Cx, name: &str) -> Vec<String> {
    cx.typed().0.remove(name).unwrap_or_default()
}

/// Puts a visit on the plan.
#[server(endpoint = "visit/plan")]
pub async fn plan_visit(
    enterprise: String,
    #[server(default)] reason: String,
    #[server(default)] reference: String,
    #[server(default)] until: String,
    #[server(default)] ground: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let enterprise: EnterpriseId = cx.id(&enterprise)?;
        let actor = cx.actor()?;
        let mut fields = cx.fields();
        let items = chosen(cx, "items").iter().map(|id| cx.id(id)).collect::<Result<Vec<ItemId>, _>>()?;
        if items.is_empty() {
            fields.wrong("items", cx.w.visit_items_missing());
        }
        let reason = DueReason::ALL.into_iter().find(|known| reason_code(*known) == reason);
        if reason.is_none() {
            fields.wrong("reason", cx.w.plan_reason_missing());
        }
        let reference: Option<Note> = fields.text("reference", cx.w.plan_reference(), &reference);
        let until: Option<Date> = format::read_day(&until).filter(|day| *day >= cx.portal.now().date());
        if until.is_none() {
            fields.wrong("until", cx.w.plan_until_missing());
        }
        fields.done()?;
        let (Some(reason), Some(reference), Some(until)) = (reason, reference, until) else {
            return Err(AppError::NotFound);
        };
        let new = NewDueVisit { enterprise, items, reason, reference, until, ground: read_ground(&ground) };
        let (_, planned) = capped(cx, cx.portal.ledgers().plan(&actor, new).await)?;
        let told = match planned {
            Planned::Covered(_) => cx.w.plan_covered(),
            Planned::Joined(_) => cx.w.plan_joined(),
            Planned::OnSite => cx.w.plan_on_site(),
        };
        Ok(Done::at(routes::AGENCY_VISITS).saying(told))
    })
    .await
}

/// Records a visit that took place.
#[server(endpoint = "visit/record")]
pub async fn record_visit(
    enterprise: String,
    day: String,
    clock: String,
    #[server(default)] due: String,
    #[server(default)] note: String,
    #[server(default)] ground: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let enterprise: EnterpriseId = cx.id(&enterprise)?;
        let actor = cx.actor()?;
        let due_visit: Option<DueVisitId> = if due.is_empty() { None } else { Some(cx.id(&due)?) };
        let items = chosen(cx, "items").iter().map(|id| cx.id(id)).collect::<Result<Vec<ItemId>, _>>()?;
        let mut fields = cx.fields();
        let at = visit_moment(&day, &clock).filter(|at| *at <= cx.portal.now());
        if at.is_none() {
            fields.wrong("", cx.w.record_future());
        }
        let note: Option<Note> = fields.text("note", cx.w.record_note(), &note);
        fields.done()?;
        let (Some(at), Some(note)) = (at, note) else { return Err(AppError::NotFound) };
        let ground = read_ground(&ground);
        let new = NewSiteVisit { enterprise, items, at, due_visit, case: None, note, ground };
        let reversed = capped(cx, cx.portal.ledgers().record_site_visit(&actor, new).await)?;
        let told = if reversed == 0 { cx.w.record_done().to_owned() } else { cx.w.record_done_reversed(reversed) };
        Ok(Done::at(routes::AGENCY_VISITS).saying(told))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_visit_has_a_day_and_a_time_in_beijing() {
        let at = visit_moment("2026-03-05", "09:30").unwrap();
        assert_eq!(at.in_beijing(), datetime!(2026-03-05 9:30 +8));
        for (day, clock) in [("2026-03-05", ""), ("2026-03-05", "25:00"), ("", "09:30"), ("2026-03-05", "9")] {
            assert_eq!(visit_moment(day, clock), None, "{day} {clock}");
        }
    }
}
