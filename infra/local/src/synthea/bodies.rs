//! Synthea's rows in the words of the API.

use chrono::NaiveDate;
use chrono_tz::Tz;
use paywell_domain::{Cents, Currency, InvoiceId, PatientId, TreatmentId};
use serde_json::{Map, Value, json};

use super::ledger::{ChargeLine, Method, Paid};
use super::table::Row;

/// The most characters of a procedure code in the API.
const CODE_CHARS: usize = 16;
/// Why a code is left out.
pub(super) const CODE_EXPECTED: &str = "expected a code of 1 to 16 characters";
/// The most characters of a line's description in the API.
const DESCRIPTION_CHARS: usize = 120;
/// The most characters of a name in the API.
const NAME_CHARS: usize = 60;

/// A text on one line of at most so many characters, cut with an ellipsis; none where there is nothing.
fn fit(text: &str, chars: usize) -> Option<String> {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain = plain.trim();
    if plain.chars().count() <= chars {
        return (!plain.is_empty()).then(|| plain.to_owned());
    }
    let cut: String = plain.chars().take(chars.saturating_sub(1)).collect();
    Some(format!("{}…", cut.trim_end()))
}

/// The name of a provider or an organization, as far as the API takes it.
pub(super) fn name(text: &str) -> Option<String> {
    fit(text, NAME_CHARS)
}

/// A code that the API takes as it is: half a code would be another one.
pub(super) fn code(text: &str) -> Option<&str> {
    (1..=CODE_CHARS).contains(&text.chars().count()).then_some(text)
}

/// A patient. Synthea knows no address of mail, no telephone and no guarantor.
pub(super) fn patient(row: &Row, birth_date: NaiveDate) -> Value {
    let mut body = json!({
        "external_id": row.text("ID"),
        "first_name": row.text("FIRST"),
        "last_name": row.text("LAST"),
        "birth_date": birth_date,
        "deceased": !row.text("DEATHDATE").is_empty(),
    });
    set(&mut body, "postal_code", Some(row.text("ZIP")).filter(|zip| !zip.is_empty()));
    body
}

/// What is sent of a claim: the lines of which the patient owes a part, each with that part.
pub(super) fn invoice(
    lines: &[&ChargeLine],
    patient: PatientId,
    treatment: Option<TreatmentId>,
    location: Option<&str>,
    (currency, zone): (Currency, Tz),
) -> Value {
    let services: Vec<Value> = lines
        .iter()
        .map(|line| {
            let description = fit(&line.notes, DESCRIPTION_CHARS);
            let description = description.unwrap_or_else(|| "Service".to_owned());
            let mut service = json!({ "description": description, "unit_price": line.owed.to_string() });
            set(&mut service, "code", code(&line.code));
            set(&mut service, "treatment_id", treatment.map(|id| id.to_string()));
            service
        })
        .collect();
    let mut body = json!({ "patient_id": patient.to_string(), "currency": currency, "lines": services });
    set(&mut body, "location", location);
    let date = lines.iter().map(|line| line.at).min();
    set(&mut body, "date", date.map(|at| at.with_timezone(&zone).date_naive().to_string()));
    body
}

/// Money that a patient paid, of which `applied` is for an invoice and the rest is credit.
pub(super) fn payment(
    paid: &Paid,
    patient: PatientId,
    treatment: Option<TreatmentId>,
    (invoice, applied): (Option<InvoiceId>, Cents),
    currency: Currency,
) -> Value {
    let mut body = json!({
        "patient_id": patient.to_string(),
        "amount": paid.amount.to_string(),
        "currency": currency,
        "tender": tender(paid),
    });
    let memo = match paid.method {
        Method::Copay => Some("Copay"),
        Method::ElectronicCheck => Some("Electronic check"),
        Method::Cash | Method::Check | Method::Card => None,
    };
    set(&mut body, "memo", memo);
    set(&mut body, "treatment_id", treatment.map(|id| id.to_string()));
    if let Some(invoice) = invoice.filter(|_| applied.is_positive()) {
        let allocation = json!([{ "invoice_id": invoice.to_string(), "amount": applied.to_string() }]);
        set(&mut body, "allocations", Some(allocation));
    }
    body
}

fn tender(paid: &Paid) -> Value {
    let number = if paid.number.is_empty() { paid.origin.line.to_string() } else { paid.number.clone() };
    match paid.method {
        Method::Cash | Method::Copay => json!({ "type": "cash" }),
        Method::Check | Method::ElectronicCheck => json!({ "type": "check", "number": number }),
        Method::Card => json!({ "type": "external_card", "reference": paid.id }),
    }
}

/// Sets a field, where there is something to say.
pub(super) fn set(body: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let (Some(fields), Some(value)) = (body.as_object_mut(), value) {
        let fields: &mut Map<String, Value> = fields;
        fields.insert(field.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_without_losing_its_end_silently() {
        assert_eq!(fit("  Office visit ", 12).as_deref(), Some("Office visit"));
        assert_eq!(fit("Office visit", 8).as_deref(), Some("Office…"));
        assert_eq!(fit("a\nb", 8).as_deref(), Some("a b"));
        assert_eq!(fit(" \t", 8), None);
    }
}
