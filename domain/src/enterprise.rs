//! Enterprises: registration and confirmation.

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    credit_code::CreditCode,
    grade::Grade,
    ids::{AccountId, AgencyId, EnterpriseId},
    industry::IndustryCode,
    region::RegionCode,
    text::{Name, Note},
    time::Timestamp,
};

/// A point on the map in WGS 84, in millionths of a degree, so that it is exact
/// and comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coordinates {
    latitude_e6: i32,
    longitude_e6: i32,
}

/// The point is not on the earth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("latitude must lie within ±90°, longitude within ±180°")]
pub struct NotOnEarth;

impl Coordinates {
    /// A point from degrees north and east.
    ///
    /// # Errors
    /// [`NotOnEarth`] outside ±90° and ±180°, or not a number.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, NotOnEarth> {
        if !(latitude.abs() <= 90.0 && longitude.abs() <= 180.0) {
            return Err(NotOnEarth);
        }
        #[expect(clippy::cast_possible_truncation, reason = "both are within ±180 000 000 after the check above")]
        let (latitude_e6, longitude_e6) = ((latitude * 1e6).round() as i32, (longitude * 1e6).round() as i32);
        Ok(Self { latitude_e6, longitude_e6 })
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude_e6) / 1e6
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude_e6) / 1e6
    }
}

/// The place where an enterprise works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The address as people write it.
    pub address: Name,
    /// Where it is, when the enterprise gave it.
    pub coordinates: Option<Coordinates>,
}

/// Whether an agency has confirmed that the enterprise is what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Registration {
    /// Waits for an agency.
    Pending {
        /// Since when.
        since: Timestamp,
    },
    /// Confirmed.
    Confirmed {
        /// By which agency.
        agency: AgencyId,
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// Not confirmed; the reason can be read, corrected and answered.
    Rejected {
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
        /// Why, for the enterprise to read.
        reason: Note,
    },
}

impl Registration {
    /// Whether the enterprise may use the portal for its cases.
    pub const fn is_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed { .. })
    }
}

/// What is on record about an enterprise's conduct. `None` means that nobody
/// has recorded it, which is not the same as a clean record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conduct {
    /// The A–D grade (十二条措施, art. 4).
    pub grade: Option<Grade>,
    /// Whether it is in business.
    pub operating: Option<bool>,
    /// Whether its field is of low risk.
    pub low_risk_field: Option<bool>,
    /// Whether it is a source of major hazards.
    pub major_hazard: Option<bool>,
    /// Day of the last administrative penalty; `Some(None)` is "none on record".
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "on_record")]
    pub last_penalty: Option<Option<Date>>,
    /// Day of the last complaint found to be true; `Some(None)` is "none on record".
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "on_record")]
    pub last_complaint: Option<Option<Date>>,
    /// Whether it stands on a list of abnormal or dishonest enterprises.
    pub listed_dishonest: Option<bool>,
    /// Day on which forged evidence or evasion was last established;
    /// `Some(None)` is "none on record".
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "on_record")]
    pub last_tampering: Option<Option<Date>>,
}

/// Written out, "none on record" is a null and "not recorded" is no field at all:
/// read as they stand, both would be the same.
fn on_record<'de, D: serde::Deserializer<'de>>(written: D) -> Result<Option<Option<Date>>, D::Error> {
    Option::deserialize(written).map(Some)
}

/// A supervised enterprise or individual trader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    /// Its id.
    pub id: EnterpriseId,
    /// Its unified social credit code.
    pub credit_code: CreditCode,
    /// Its registered name.
    pub name: Name,
    /// The division it lies in.
    pub region: RegionCode,
    /// What it does (GB/T 4754-2017).
    pub industry: IndustryCode,
    /// Where it works.
    pub site: Site,
    /// Whom to call.
    pub contact: Name,
    /// The number to call.
    pub phone: Name,
    /// Whether an agency has confirmed it.
    pub registration: Registration,
    /// What is on record about its conduct.
    pub conduct: Conduct,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_on_record_stays_apart_from_not_recorded() {
        let day = time::macros::date!(2026 - 03 - 05);
        for last in [None, Some(None), Some(Some(day))] {
            let conduct = Conduct { last_penalty: last, last_tampering: last, ..Conduct::default() };
            let written = serde_json::to_string(&conduct).unwrap();
            assert_eq!(serde_json::from_str::<Conduct>(&written).unwrap(), conduct, "{written}");
        }
    }

    #[test]
    fn a_point_off_the_earth_is_refused() {
        assert_eq!(Coordinates::new(90.1, 0.0), Err(NotOnEarth));
        assert_eq!(Coordinates::new(f64::NAN, 0.0), Err(NotOnEarth));
        let changchun = Coordinates::new(43.817_071, 125.323_544).unwrap();
        assert!((changchun.latitude() - 43.817_071).abs() < 1e-9);
    }
}
