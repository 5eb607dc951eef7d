//! A visit or course of care: what invoice lines and payments refer to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Decision, EventKind, PatientId, TreatmentId, text::Line};

/// A treatment, as the practice's records know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treatment {
    /// Its id.
    pub id: TreatmentId,
    /// Whose it was.
    pub patient: PatientId,
    /// The id of the practice's other systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Line<60>>,
    /// When the service began (UTC).
    pub service_at: DateTime<Utc>,
    /// Who treated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physician: Option<Line<60>>,
    /// Where; one of the practice's locations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Line<16>>,
    /// Procedure codes (CPT, or what the practice bills by).
    pub codes: Vec<Line<16>>,
}

impl Treatment {
    /// Registers a treatment.
    pub fn create(self) -> Decision<Self> {
        Decision::of(self, EventKind::TreatmentCreated)
    }
}
