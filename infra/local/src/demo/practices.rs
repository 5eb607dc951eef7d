//! The two practices.

use anyhow::{Error, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use paywell_domain::{
    Currency, Practice, RuleSetId,
    practice::{IdentityCheck, Location},
};
use serde_json::{Value, json};

use super::words::{self, Place, Service};

/// A practice, and what its year is made of.
pub(super) struct Site {
    pub(super) practice: Practice,
    pub(super) seed: u64,
    /// How many patients of each part there are.
    pub(super) cast: Cast,
    pub(super) places: &'static [Place],
    pub(super) physicians: &'static [&'static str],
    pub(super) services: &'static [Service],
    /// A patient whom people know by name, with nothing billed yet.
    pub(super) fixed: Value,
}

/// How many patients play each part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cast {
    /// Everything paid; some with credit.
    pub(super) settled: usize,
    /// Nothing billed yet.
    pub(super) new: usize,
    /// A balance for which chasing is due.
    pub(super) overdue: usize,
    /// The same, but nobody left an address.
    pub(super) unreachable: usize,
    /// The same, but the patient has died.
    pub(super) deceased: usize,
    /// A balance that is late, but not yet so late that chasing is due.
    pub(super) late: usize,
    /// A balance that is not due yet.
    pub(super) unpaid: usize,
    /// The same, a part of it paid.
    pub(super) partly: usize,
    /// A draft.
    pub(super) draft: usize,
    /// An invoice that was withdrawn.
    pub(super) void: usize,
    /// A payment that was asked for.
    pub(super) asked: usize,
    /// The same, cancelled.
    pub(super) cancelled: usize,
}

pub(super) fn riverside(now: DateTime<Utc>) -> Result<Site> {
    let mut practice =
        practice("prac_riverside", "Riverside Family Medicine", chrono_tz::America::New_York, now)?;
    practice.phone = "+16175550100".to_owned().try_into().map_err(Error::msg)?;
    practice.email = "billing@riverside.example".to_owned().try_into().map_err(Error::msg)?;
    practice.locations = vec![location("main", "Main Street")?, location("north", "Northside")?];
    Ok(Site {
        practice,
        seed: 1,
        cast: Cast {
            settled: 138,
            new: 20,
            overdue: 24,
            unreachable: 4,
            deceased: 1,
            late: 8,
            unpaid: 34,
            partly: 15,
            draft: 12,
            void: 8,
            asked: 26,
            cancelled: 9,
        },
        places: words::MASSACHUSETTS,
        physicians: words::PHYSICIANS,
        services: words::MEDICINE,
        fixed: json!({
            "first_name": "Ada",
            "last_name": "Lovelace",
            "birth_date": "1985-12-10",
            "postal_code": "02139",
            "email": "ada.lovelace@example.com",
            "phone": "+16175550123",
            "time_zone": "America/New_York",
        }),
    })
}

pub(super) fn lakeside(now: DateTime<Utc>) -> Result<Site> {
    let mut practice = practice("prac_lakeside", "Lakeside Dental Group", chrono_tz::America::Chicago, now)?;
    practice.phone = "+13125550100".to_owned().try_into().map_err(Error::msg)?;
    practice.text_number = Some("+18445550102".to_owned().try_into().map_err(Error::msg)?);
    practice.email = "office@lakeside.example".to_owned().try_into().map_err(Error::msg)?;
    practice.identity_check = IdentityCheck::PostalCode;
    practice.locations = vec![location("main", "Lake Shore")?];
    Ok(Site {
        practice,
        seed: 2,
        cast: Cast {
            settled: 15,
            new: 3,
            overdue: 3,
            unreachable: 1,
            deceased: 0,
            late: 1,
            unpaid: 6,
            partly: 3,
            draft: 2,
            void: 1,
            asked: 3,
            cancelled: 1,
        },
        places: words::ILLINOIS,
        physicians: words::DENTISTS,
        services: words::DENTISTRY,
        fixed: json!({
            "first_name": "Grace",
            "last_name": "Hopper",
            "birth_date": "1986-12-09",
            "postal_code": "60611",
            "email": "grace.hopper@example.com",
            "phone": "+13125550123",
            "time_zone": "America/Chicago",
        }),
    })
}

/// A practice that both have in common; contact and places are to be filled in.
fn practice(id: &str, name: &str, time_zone: Tz, now: DateTime<Utc>) -> Result<Practice> {
    Ok(Practice {
        id: id.parse()?,
        name: name.try_into().map_err(Error::msg)?,
        phone: "+16175550100".to_owned().try_into().map_err(Error::msg)?,
        email: "billing@practice.example".to_owned().try_into().map_err(Error::msg)?,
        time_zone,
        currency: Currency::Usd,
        identity_check: IdentityCheck::DateOfBirth,
        pay_page: paywell_domain::practice::PayPageSettings::default(),
        locations: Vec::new(),
        text_number: Some("+18445550101".to_owned().try_into().map_err(Error::msg)?),
        outreach: paywell_domain::practice::OutreachSettings::default(),
        link_days: 14,
        chase_after_days: 3,
        rule_set: RuleSetId::new(paywell_app::ids::new(now)),
        rule_set_version: 1,
        copays: paywell_domain::appointment::CopayRule::Off,
        calendar: paywell_domain::practice::Calendar::default(),
    })
}

fn location(id: &str, name: &str) -> Result<Location> {
    Ok(Location { id: id.try_into().map_err(Error::msg)?, name: name.try_into().map_err(Error::msg)? })
}
