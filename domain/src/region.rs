//! Divisions and development zones of Changchun (GB/T 2260).
//!
//! The four zones are no divisions of the law: their codes exist for
//! statistics. They approve inspections all the same, so they stand here as
//! places of authority.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A division or zone.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// Its six digits.
    pub code: &'static str,
    /// Its name in Chinese.
    pub name_zh: &'static str,
    /// Its name in English.
    pub name_en: &'static str,
    /// Whether it is a division of the law, not a zone with a statistical code.
    pub legal_division: bool,
}

const fn division(code: &'static str, name_zh: &'static str, name_en: &'static str) -> Region {
    Region { code, name_zh, name_en, legal_division: true }
}

const fn zone(code: &'static str, name_zh: &'static str, name_en: &'static str) -> Region {
    Region { code, name_zh, name_en, legal_division: false }
}

/// The city first, then its districts, county, county-level cities and zones.
pub static REGIONS: &[Region] = &[
    CITY,
    division("220102", "南关区", "Nanguan District"),
    division("220103", "宽城区", "Kuancheng District"),
    division("220104", "朝阳区", "Chaoyang District"),
    division("220105", "二道区", "Erdao District"),
    division("220106", "绿园区", "Luyuan District"),
    division("220112", "双阳区", "Shuangyang District"),
    division("220113", "九台区", "Jiutai District"),
    division("220122", "农安县", "Nong'an County"),
    division("220182", "榆树市", "Yushu City"),
    division("220183", "德惠市", "Dehui City"),
    division("220184", "公主岭市", "Gongzhuling City"),
    zone("220171", "长春经济技术开发区", "Changchun Economic and Technological Development Zone"),
    zone("220172", "长春净月高新技术产业开发区", "Changchun Jingyue High-tech Industrial Development Zone"),
    zone("220173", "长春高新技术产业开发区", "Changchun High-tech Industrial Development Zone"),
    zone("220174", "长春汽车经济技术开发区", "Changchun Automotive Economic and Technological Development Zone"),
];

const CITY: Region = division("220100", "长春市", "Changchun City");

/// One of [`REGIONS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(&'static Region);

/// Not the code of a division or zone of Changchun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a division or zone of Changchun")]
pub struct UnknownRegion;

impl RegionCode {
    /// The whole city.
    pub const CHANGCHUN: Self = Self(&CITY);

    /// Every code, in the order of [`REGIONS`].
    pub fn all() -> impl Iterator<Item = Self> {
        REGIONS.iter().map(Self)
    }

    /// The six digits.
    pub const fn as_str(self) -> &'static str {
        self.0.code
    }

    /// The name in Chinese.
    pub const fn name_zh(self) -> &'static str {
        self.0.name_zh
    }

    /// The name in English.
    pub const fn name_en(self) -> &'static str {
        self.0.name_en
    }

    /// Whether it is a division of the law, not a zone with a statistical code.
    pub const fn legal_division(self) -> bool {
        self.0.legal_division
    }

    /// Whether authority here is authority there: the city's reaches everywhere,
    /// any other's only itself. A zone lies within districts on the map, but
    /// neither has authority in the other.
    pub fn contains(self, other: Self) -> bool {
        self == Self::CHANGCHUN || self == other
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionCode({self})")
    }
}

impl FromStr for RegionCode {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let code = text.trim();
        Self::all().find(|region| region.as_str() == code).ok_or(UnknownRegion)
    }
}

impl Serialize for RegionCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code)
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_six_digits_of_changchun_and_stands_once() {
        let codes: BTreeSet<_> = REGIONS.iter().map(|region| region.code).collect();
        assert_eq!(codes.len(), REGIONS.len());
        assert!(codes.iter().all(|code| code.len() == 6 && code.starts_with("2201")));
        assert_eq!(REGIONS.iter().filter(|region| !region.legal_division).count(), 4);
    }

    #[test]
    fn a_code_is_read_and_written_as_its_digits() {
        for region in RegionCode::all() {
            assert_eq!(region.to_string().parse(), Ok(region));
            let json = serde_json::to_string(&region).unwrap();
            assert_eq!(serde_json::from_str::<RegionCode>(&json).unwrap(), region);
        }
        assert_eq!("220101".parse::<RegionCode>(), Err(UnknownRegion));
        assert!(serde_json::from_str::<RegionCode>("\"110000\"").is_err());
    }

    #[test]
    fn only_the_city_reaches_beyond_itself() {
        for one in RegionCode::all() {
            assert!(RegionCode::CHANGCHUN.contains(one));
            for other in RegionCode::all() {
                assert_eq!(one.contains(other), one == other || one == RegionCode::CHANGCHUN);
            }
        }
    }
}
