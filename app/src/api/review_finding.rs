//! Rectifications: verifying them, sending them back, handing them on.

use domain::ids::FindingId;
use leptos::prelude::*;

use super::{Done, post, review_fields::reason as reason_of};
use crate::{error::AppError, routes};

/// The officer is satisfied.
#[server(endpoint = "review/finding/verify")]
pub async fn verify_finding(finding: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = cx.id::<FindingId>(&finding)?;
        cx.portal.findings().verify(&cx.actor()?, id).await?;
        Ok(Done::at(routes::review_finding(id)).saying(cx.w.finding_verified()))
    })
    .await
}

/// The officer is not satisfied.
#[server(endpoint = "review/finding/return")]
pub async fn return_finding(finding: String, #[server(default)] return_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = cx.id::<FindingId>(&finding)?;
        let reason = reason_of(cx, "return_reason", &return_reason)?;
        cx.portal.findings().send_back(&cx.actor()?, id, reason).await?;
        Ok(Done::at(routes::review_finding(id)).saying(cx.w.finding_returned()))
    })
    .await
}

/// It goes on as a case of its own.
#[server(endpoint = "review/finding/transfer")]
pub async fn transfer_finding(finding: String, #[server(default)] transfer_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = cx.id::<FindingId>(&finding)?;
        let reason = reason_of(cx, "transfer_reason", &transfer_reason)?;
        cx.portal.findings().transfer(&cx.actor()?, id, reason).await?;
        Ok(Done::at(routes::review_finding(id)).saying(cx.w.finding_transferred()))
    })
    .await
}
