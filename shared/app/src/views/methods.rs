//! Methods on file.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    MethodsOnFile,
    on_file::{Consent, ConsentGiven, MethodKind, MethodOnFile},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::timeline::TimelineEntry;

/// The page on which a patient puts a method on file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MethodSetupView {
    /// Where the patient goes; none once the page is closed.
    pub url: Option<String>,
    /// `open`, `complete` or `expired`.
    #[schema(example = "open")]
    pub status: String,
    /// When the page closes by itself (UTC).
    pub expires_at: DateTime<Utc>,
}

/// What is kept of the answer: the page's address is asked for each time it is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedSetup {
    pub(crate) session: String,
}

/// What the patient agreed to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsentView {
    /// Word for word.
    pub wording: String,
    /// How.
    pub given: ConsentGiven,
    /// When (UTC).
    pub at: DateTime<Utc>,
}

impl ConsentView {
    /// The consent.
    pub(crate) fn of(consent: &Consent) -> Self {
        Self { wording: consent.wording.to_string(), given: consent.given, at: consent.at }
    }
}

/// A method on file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentMethodView {
    /// The id, for charging it.
    pub id: String,
    /// `card` or `bank_account`.
    #[schema(example = "card")]
    pub kind: String,
    /// The card's brand, such as `visa`.
    pub brand: Option<String>,
    /// The account's bank.
    pub bank: Option<String>,
    /// The last four digits.
    pub last4: String,
    /// The month that a card is good to the end of.
    #[schema(example = "2027-04")]
    pub expires: Option<String>,
    /// Whether that month is over.
    pub expired: bool,
    /// Whether it is good now, and not after the next month.
    pub expires_soon: bool,
    /// Whether it is charged where no other is named.
    pub is_default: bool,
    /// Why it cannot be charged; none where it can.
    pub unusable: Option<String>,
    /// What the patient agreed to; without it the method is not charged.
    pub consent: Option<ConsentView>,
    /// When it came on file (UTC).
    pub added_at: DateTime<Utc>,
}

/// A patient's methods on file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentMethodsView {
    /// Whose.
    pub patient_id: String,
    /// The methods, oldest first.
    pub items: Vec<PaymentMethodView>,
    /// What the patient agreed to where the default method is charged on the day on which a bill is due; none where autopay is
    /// off.
    pub autopay: Option<ConsentView>,
}

/// A patient's methods on file, with everything that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentMethodsDetail {
    /// The methods.
    #[serde(flatten)]
    pub methods: PaymentMethodsView,
    /// Everything that happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// Whether the history is as it was written.
    pub history_intact: bool,
}

impl PaymentMethodsView {
    /// The methods as they are on the practice's day.
    pub fn of(methods: &MethodsOnFile, today: NaiveDate) -> Self {
        let view = |method: &MethodOnFile| {
            PaymentMethodView::of(method, methods.default.as_ref() == Some(&method.id), today)
        };
        Self {
            patient_id: methods.patient.to_string(),
            items: methods.methods.iter().map(view).collect(),
            autopay: methods.autopay.as_ref().map(ConsentView::of),
        }
    }
}

impl PaymentMethodView {
    fn of(method: &MethodOnFile, is_default: bool, today: NaiveDate) -> Self {
        let (kind, brand, bank, last4, expires) = match &method.kind {
            MethodKind::Card { brand, last4, exp_month, exp_year } => {
                ("card", Some(brand.clone()), None, last4, Some(format!("{exp_year:04}-{exp_month:02}")))
            }
            MethodKind::BankAccount { bank, last4 } => {
                ("bank_account", None, Some(bank.clone()), last4, None)
            }
        };
        Self {
            id: method.id.clone(),
            kind: kind.to_owned(),
            brand,
            bank,
            last4: last4.clone(),
            expires,
            expired: method.kind.is_expired(today),
            expires_soon: method.kind.expires_soon(today),
            is_default,
            unusable: method.why_not(today).map(str::to_owned),
            consent: method.consent.as_ref().map(ConsentView::of),
            added_at: method.added_at,
        }
    }
}
