//! Registrations: confirming them, and what is on record about an enterprise.

use domain::{enterprise::Conduct, ids::EnterpriseId};
use leptos::prelude::*;
use time::Date;

use super::{
    Cx, Done, Fields, post,
    review_fields::{past_day, reason as reason_of},
};
use crate::{error::AppError, routes};

/// Confirms a registration.
#[server(endpoint = "review/registration/confirm")]
pub async fn confirm_registration(enterprise: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = cx.id::<EnterpriseId>(&enterprise)?;
        cx.portal.enterprises().confirm(&cx.actor()?, id).await?;
        Ok(Done::at(routes::review_registration(id)).saying(cx.w.registration_confirmed()))
    })
    .await
}

/// Does not confirm a registration.
#[server(endpoint = "review/registration/reject")]
pub async fn reject_registration(enterprise: String, #[server(default)] reject_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = cx.id::<EnterpriseId>(&enterprise)?;
        let reason = reason_of(cx, "reject_reason", &reject_reason)?;
        cx.portal.enterprises().reject(&cx.actor()?, id, reason).await?;
        Ok(Done::at(routes::review_registration(id)).saying(cx.w.registration_rejected()))
    })
    .await
}

/// Records what is known of an enterprise's conduct; what is left at "not
/// recorded" stays unknown and is never taken for a clean record.
#[server(endpoint = "review/registration/conduct")]
pub async fn record_conduct(
    enterprise: String,
    #[server(default)] grade: String,
    #[server(default)] operating: String,
    #[server(default)] low_risk_field: String,
    #[server(default)] major_hazard: String,
    #[server(default)] listed_dishonest: String,
    #[server(default)] last_penalty: String,
    #[server(default)] last_penalty_day: String,
    #[server(default)] last_complaint: String,
    #[server(default)] last_complaint_day: String,
    #[server(default)] last_tampering: String,
    #[server(default)] last_tampering_day: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let id = cx.id::<EnterpriseId>(&enterprise)?;
        let mut fields = cx.fields();
        let conduct = Conduct {
            grade: grade.parse().ok(),
            operating: yes_or_no(&operating),
            low_risk_field: yes_or_no(&low_risk_field),
            major_hazard: yes_or_no(&major_hazard),
            listed_dishonest: yes_or_no(&listed_dishonest),
            last_penalty: last(cx, &mut fields, "last_penalty_day", &last_penalty, &last_penalty_day),
            last_complaint: last(cx, &mut fields, "last_complaint_day", &last_complaint, &last_complaint_day),
            last_tampering: last(cx, &mut fields, "last_tampering_day", &last_tampering, &last_tampering_day),
        };
        fields.done()?;
        cx.portal.enterprises().record_conduct(&cx.actor()?, id, conduct).await?;
        Ok(Done::at(routes::review_registration(id)).saying(cx.w.conduct_recorded()))
    })
    .await
}

fn yes_or_no(typed: &str) -> Option<bool> {
    match typed {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// `None` where nobody has it on record, `Some(None)` for "none on record".
fn last(cx: &Cx, fields: &mut Fields, field: &str, choice: &str, typed: &str) -> Option<Option<Date>> {
    match choice {
        "none" => Some(None),
        "day" => past_day(cx, fields, field, typed).map(Some),
        _ => None,
    }
}
