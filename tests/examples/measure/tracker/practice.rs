//! A practice of as many invoices as are asked for, the same ones every time.

use chrono::{DateTime, Days, Duration, Utc};
use paywell_domain::{
    Cents, Currency, Invoice, InvoiceId, InvoiceStatus, Number, PatientId,
    invoice::{InvoiceLine, Quantity},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::today;

const FIRST: [&str; 24] = [
    "Maria",
    "James",
    "José",
    "Mary",
    "John",
    "Patricia",
    "Robert",
    "Jennifer",
    "Michael",
    "Linda",
    "David",
    "Ana",
    "Zoë",
    "William",
    "Elizabeth",
    "Søren",
    "Barbara",
    "Richard",
    "Susan",
    "Thomas",
    "Björk",
    "Karen",
    "Łukasz",
    "Ñusta",
];

const LAST: [&str; 24] = [
    "Smith",
    "García",
    "Johnson",
    "Rodríguez",
    "Williams",
    "Brown",
    "Jones",
    "Martínez",
    "Miller",
    "Davis",
    "Lopez",
    "Wilson",
    "Anderson",
    "Thomas",
    "Nguyễn",
    "Taylor",
    "Moore",
    "Jackson",
    "Müller",
    "Lee",
    "O’Brien",
    "White",
    "Harris",
    "Quispe",
];

const CODES: [&str; 12] = [
    "99213", "99214", "36415", "80053", "85025", "99203", "87880", "90471", "93000", "71046", "G0439",
    "J1885",
];

const LOCATIONS: [&str; 3] = ["main", "east", "lab"];

/// A practice of so many invoices over two years: nine of ten are paid, few are owed and most of those late.
pub(crate) fn invoices(count: u64) -> Vec<Invoice> {
    let mut dice = ChaCha8Rng::seed_from_u64(count);
    let patients = (count / 20).max(1);
    let names: Vec<String> = (0..patients)
        .map(|_| format!("{} {}", skewed(&mut dice, &FIRST), skewed(&mut dice, &LAST)))
        .collect();
    let start = (today() - Days::new(730)).and_hms_opt(14, 0, 0).unwrap_or_default().and_utc();
    let step = Duration::days(730).num_seconds() / i64::try_from(count).unwrap_or(1);
    let mut made = Vec::new();
    for n in 0..count {
        let created_at = start + Duration::seconds(step * i64::try_from(n).unwrap_or_default());
        made.push(invoice(&mut dice, n, created_at, &names));
    }
    made
}

fn invoice(dice: &mut ChaCha8Rng, n: u64, created_at: DateTime<Utc>, names: &[String]) -> Invoice {
    let id = |kind: u128, n: u64| uuid(kind, n, created_at);
    let who = below(dice, u64::try_from(names.len()).unwrap_or(1));
    // Most visits cost about a hundred; a few cost a hundred times that.
    let doublings = (0..6).filter(|_| permille(dice, 400)).count();
    let cents =
        1_500_i64.saturating_mul(1 << doublings) + i64::try_from(below(dice, 4_000)).unwrap_or_default();
    let lines = 1
        + usize::from(permille(dice, 450))
        + usize::from(permille(dice, 200))
        + 2 * usize::from(permille(dice, 30));
    let line = |number: u16, cents: i64, dice: &mut ChaCha8Rng| InvoiceLine {
        number,
        code: skewed(dice, &CODES).to_string().try_into().ok(),
        description: "Visit".try_into().unwrap_or_else(|_| unreachable!()),
        quantity: Quantity::ONE,
        unit_price: cents.try_into().unwrap_or_else(|_| unreachable!()),
        discount: None,
        treatment: None,
    };
    let share = cents / i64::try_from(lines).unwrap_or(1);
    let lines: Vec<InvoiceLine> =
        (1..=lines).map(|n| line(u16::try_from(n).unwrap_or(1), share, dice)).collect();
    let total: i64 = share * i64::try_from(lines.len()).unwrap_or(1);
    let age = (today() - created_at.date_naive()).num_days();
    let (status, applied) = match below(dice, 1_000) {
        _ if age < 30 && permille(dice, 500) => (InvoiceStatus::Open, 0),
        _ if age < 3 => (InvoiceStatus::Draft, 0),
        0..=899 => (InvoiceStatus::Paid, total),
        900..=949 => (InvoiceStatus::Open, 0),
        950..=964 => (InvoiceStatus::Open, total / 3),
        965..=979 => (InvoiceStatus::WrittenOff, 0),
        980..=989 => (InvoiceStatus::InCollections, 0),
        _ => (InvoiceStatus::Void, 0),
    };
    let paid_after = Duration::hours(i64::try_from(below(dice, 24 * 60)).unwrap_or_default());
    Invoice {
        id: InvoiceId::new(id(1, n)),
        number: Number::new(
            u32::try_from(n + 1)
                .ok()
                .and_then(std::num::NonZeroU32::new)
                .unwrap_or(std::num::NonZeroU32::MIN),
        ),
        patient: PatientId::new(uuid(2, who, DateTime::UNIX_EPOCH)),
        patient_name: names[usize::try_from(who).unwrap_or_default()]
            .clone()
            .try_into()
            .unwrap_or_else(|_| unreachable!()),
        location: (!permille(dice, 200))
            .then(|| skewed(dice, &LOCATIONS).to_string().try_into().ok())
            .flatten(),
        payment_type: None,
        status,
        date: created_at.date_naive(),
        term: u16::try_from(below(dice, 3) * 15)
            .ok()
            .and_then(|days| days.try_into().ok())
            .unwrap_or_else(|| unreachable!()),
        currency: Currency::Usd,
        lines,
        discount: None,
        applied: Cents::new(applied),
        adjustments: Vec::new(),
        applied_at: (applied > 0).then_some(created_at + paid_after),
        sent_at: Some(created_at),
        plan: None,
        created_at,
    }
}

fn uuid(kind: u128, n: u64, at: DateTime<Utc>) -> uuid::Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Uuid::from_u128((millis << 80) | (kind << 72) | u128::from(n))
}

fn below(dice: &mut ChaCha8Rng, bound: u64) -> u64 {
    dice.random_range(0..bound.max(1))
}

/// Whether something of so many in a thousand happens.
fn permille(dice: &mut ChaCha8Rng, chance: u64) -> bool {
    below(dice, 1_000) < chance
}

/// One of a list whose first are the most frequent.
fn skewed<'a, T>(dice: &mut ChaCha8Rng, of: &'a [T]) -> &'a T {
    let (one, other) = (dice.random_range(0..of.len()), dice.random_range(0..of.len()));
    &of[one.min(other)]
}
