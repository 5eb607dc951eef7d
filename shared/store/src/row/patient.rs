//! A patient as the list of patients shows one.

use chrono::NaiveDate;
use paywell_domain::{
    Cents, Patient, PatientId,
    patient::Phone,
    text::{Line, folded},
};
use serde::{Deserialize, Serialize};

use crate::list::{Listed, Listing};

/// A patient where one is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientRow {
    /// The id.
    #[serde(rename = "sk", skip_serializing)]
    pub id: PatientId,
    /// The whole name.
    #[serde(rename = "nm")]
    pub name: Line<121>,
    /// Date of birth: two patients may have one name.
    #[serde(rename = "bd")]
    pub birth_date: NaiveDate,
    /// The id of the practice's other systems.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Line<60>>,
    /// Where calls and texts about the patient go.
    #[serde(rename = "ph", default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
}

impl TryFrom<&Patient> for PatientRow {
    type Error = String;

    fn try_from(patient: &Patient) -> Result<Self, String> {
        let details = &patient.details;
        let guarantor = details.guarantor.as_ref().and_then(|guarantor| guarantor.contact.phone.clone());
        let mut phones: Vec<Phone> = details.contact.phone.iter().cloned().chain(guarantor).collect();
        phones.dedup();
        Ok(Self {
            id: patient.id,
            name: patient.name().try_into()?,
            birth_date: details.birth_date,
            external_id: details.external_id.clone(),
            phones,
        })
    }
}

impl Listed for PatientRow {
    const KIND: &'static str = "PATIENTS";

    fn listing(&self) -> Listing {
        Listing {
            id: self.id.to_string(),
            number: self.external_id.as_ref().map(|id| folded(id.as_str())),
            created_at: self.id.made_at().unwrap_or_default(),
            due: None,
            paid: None,
            amount: Cents::ZERO,
            name: folded(self.name.as_str()),
            patient: self.id,
            status: None,
            facet: None,
            codes: self.phones.iter().map(|phone| phone.as_str().to_owned()).collect(),
        }
    }
}
