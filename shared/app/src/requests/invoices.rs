//! Invoices.

use chrono::NaiveDate;
use paywell_domain::{
    Amount, Cents, Currency, PatientId, PaymentId, Refusal, TreatmentId,
    invoice::{AdjustmentReason, Discount, InvoiceLine, Quantity, Term, WriteOffReason},
    payment::PaymentType,
    recipient::Channel,
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A service to bill.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// Procedure code.
    #[serde(default)]
    pub code: Option<Line<16>>,
    /// What it was, for the patient.
    pub description: Line<120>,
    /// How many units: 1 to 9,999.
    #[serde(default = "one")]
    #[schema(value_type = u16, default = 1, minimum = 1, maximum = 9999)]
    pub quantity: Quantity,
    /// The price of one unit.
    #[serde(deserialize_with = "super::amount")]
    pub unit_price: Amount,
    /// A percentage or an amount off this line.
    #[serde(default, deserialize_with = "super::discount")]
    #[schema(value_type = Discount)]
    pub discount: Option<Discount>,
    /// The visit it belongs to.
    #[serde(default)]
    pub treatment_id: Option<TreatmentId>,
}

fn one() -> Quantity {
    Quantity::ONE
}

impl NewLine {
    /// The lines of an invoice, numbered from one after `last`.
    pub fn number(lines: Vec<Self>, last: u16) -> Vec<InvoiceLine> {
        let numbers = last.saturating_add(1)..;
        let numbered = lines.into_iter().zip(numbers).map(|(line, number)| InvoiceLine {
            number,
            code: line.code,
            description: line.description,
            quantity: line.quantity,
            unit_price: line.unit_price,
            discount: line.discount,
            treatment: line.treatment_id,
        });
        numbered.collect()
    }
}

/// A new invoice: a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvoice {
    /// Who is billed.
    pub patient_id: PatientId,
    /// The currency of all its amounts: the practice's.
    pub currency: Currency,
    /// What is billed: 1 to 100 services.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<NewLine>,
    /// A percentage or an amount off the whole.
    #[serde(default, deserialize_with = "super::discount")]
    #[schema(value_type = Discount)]
    pub discount: Option<Discount>,
    /// One of the practice's locations.
    #[serde(default)]
    pub location: Option<Line<16>>,
    /// What kind of payment it asks for.
    #[serde(default)]
    pub payment_type: Option<PaymentType>,
    /// Its date; today if left out.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub date: Option<NaiveDate>,
    /// How many days after its date it is due: 0 to 365.
    #[serde(default = "thirty_days")]
    #[schema(value_type = u16, default = 30, maximum = 365)]
    pub term_days: Term,
}

fn thirty_days() -> Term {
    Term::THIRTY_DAYS
}

/// Changes to an invoice; what is left out stays. A sent invoice may lose lines and change date, term, location.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditInvoice {
    /// All lines anew; drafts only.
    #[serde(default)]
    pub lines: Option<Vec<NewLine>>,
    /// The numbers of lines to delete.
    #[serde(default)]
    pub delete_lines: Vec<u16>,
    /// A percentage or an amount off the whole; null takes it away.
    #[serde(default, deserialize_with = "discount_given")]
    #[schema(value_type = Option<Discount>)]
    pub discount: Option<Option<Discount>>,
    /// One of the practice's locations; null takes it away.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<Line<16>>)]
    pub location: Option<Option<Line<16>>>,
    /// What kind of payment it asks for; null takes it away.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<PaymentType>)]
    pub payment_type: Option<Option<PaymentType>>,
    /// Its date.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub date: Option<NaiveDate>,
    /// How many days after its date it is due; the due date follows.
    #[serde(default)]
    #[schema(value_type = Option<u16>, maximum = 365)]
    pub term_days: Option<Term>,
}

fn discount_given<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Discount>>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    let parsed = text.map(|text| text.parse::<Discount>().map_err(serde::de::Error::custom)).transpose()?;
    Ok(Some(parsed))
}

/// Where an invoice goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendTo {
    /// A mail with a payment link.
    Email,
    /// A text with a payment link.
    Sms,
    /// The patient's portal.
    Portal,
}

impl SendTo {
    /// The channel of its message; the portal has none.
    pub(crate) const fn channel(self) -> Option<Channel> {
        match self {
            Self::Email => Some(Channel::Email),
            Self::Sms => Some(Channel::Sms),
            Self::Portal => None,
        }
    }
}

/// Sending an invoice, the first time or again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendInvoice {
    /// One or several.
    #[schema(min_items = 1, max_items = 3)]
    pub channels: Vec<SendTo>,
}

/// Asking by message for what is owed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestByMessage {
    /// One or both; mail, where this is left out.
    #[serde(default = "by_mail")]
    #[schema(min_items = 1, max_items = 2)]
    channels: Vec<Channel>,
}

fn by_mail() -> Vec<Channel> {
    vec![Channel::Email]
}

impl Default for RequestByMessage {
    fn default() -> Self {
        Self { channels: by_mail() }
    }
}

impl RequestByMessage {
    /// Each of them once.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn channels(&self) -> Result<Vec<Channel>, Refusal> {
        let once = channels(self.channels.iter().copied());
        if once.is_empty() {
            return Err(Refusal::field("/channels", "expected email, sms or both"));
        }
        Ok(once)
    }
}

/// Each channel once, however often it is named.
pub(crate) fn channels(named: impl Iterator<Item = Channel>) -> Vec<Channel> {
    let mut once = Vec::new();
    named.for_each(|channel| {
        if !once.contains(&channel) {
            once.push(channel);
        }
    });
    once
}

/// Which way an adjustment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is owed.
    Up,
    /// Less is owed.
    Down,
}

/// A correction of what is owed, without money.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustInvoice {
    /// Which way.
    pub direction: Direction,
    /// By how much, in the invoice's currency.
    #[serde(deserialize_with = "super::amount")]
    #[schema(value_type = String, example = "25.00")]
    pub amount: Amount,
    /// Why.
    pub reason: AdjustmentReason,
    /// More on why; required where the reason is `other`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub note: Option<Line<200>>,
}

impl AdjustInvoice {
    /// What it does to what is owed; below zero it lowers it.
    pub fn cents(&self) -> Cents {
        match self.direction {
            Direction::Up => self.amount.cents(),
            Direction::Down => self.amount.cents().negated(),
        }
    }
}

/// Giving up what is owed, or a part of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteOffInvoice {
    /// How much, in the invoice's currency; the whole balance if left out.
    #[serde(default, deserialize_with = "super::optional_amount")]
    #[schema(value_type = Option<String>, example = "25.00")]
    pub amount: Option<Amount>,
    /// Why.
    pub reason: WriteOffReason,
    /// More on why; required where the reason is `other`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub note: Option<Line<200>>,
}

/// Applying a payment's credit to an invoice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyPayment {
    /// The payment whose credit it is.
    #[schema(value_type = String, example = "pay_01h455vb4pex5vsknk084sn02q")]
    pub payment_id: PaymentId,
    /// How much; what the invoice takes of it if left out.
    #[serde(default, deserialize_with = "super::optional_amount")]
    #[schema(value_type = Option<String>, example = "25.00")]
    pub amount: Option<Amount>,
}
