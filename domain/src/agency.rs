//! Administrative agencies (行政执法部门).

use serde::{Deserialize, Serialize};

use crate::{ids::AgencyId, region::RegionCode, text::Name};

/// The level an agency works at; it decides who approves (十二条措施, art. 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 市级: the head of the agency approves.
    City,
    /// 县(市)区级、开发区: the leader in charge of the district approves.
    District,
}

/// An agency that supervises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// The full name that stands on documents.
    pub name: Name,
    /// The characters that stand for it in document numbers, such as 长市监.
    pub document_mark: Name,
    /// City or district.
    pub level: Level,
    /// Where it has authority.
    pub region: RegionCode,
    /// The telephone number people may call.
    pub phone: Name,
}
