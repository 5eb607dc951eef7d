//! How every list is asked for and answered.

mod page;
mod values;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use paywell_app::{search::SearchText, tracker::List};
use paywell_domain::{
    PatientId, PaymentStatus, Practice, RuleSetId, SetStatus,
    invoice::ShownStatus,
    number::Series,
    payment::{PaymentMethod, TransactionKind, TransactionStatus},
    practice,
    text::Line,
};
use paywell_store::{self as store, Filters, Span, TransactionRow};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    Problem,
    auth::{Role, Staff},
    query,
};

pub use page::{Answering, ListPage, ReadingView};
pub use values::Sort;
use values::{Limit, Sum};

/// The parameters that say which page of a list is asked for and how it is told, not what is in the list.
pub const OF_A_PAGE: [&str; 3] = ["limit", "cursor", "explain"];

/// A list's query as it came.
pub trait Parameters: Sized {
    /// What its rows can be.
    type Status;

    /// What is asked for, whoever asks.
    ///
    /// # Errors
    /// A range that ends before it begins.
    fn asked(self, practice: &Practice) -> Result<Came<Self::Status>, Problem>;

    /// What a member of staff asks for.
    ///
    /// # Errors
    /// A range that ends before it begins; what only an owner may ask.
    fn list(self, staff: &Staff, practice: &Practice) -> Result<Came<Self::Status>, Problem> {
        let came = self.asked(practice)?;
        if came.explain && staff.role != Role::Owner {
            return Err(Problem::forbidden(vec!["owner"]));
        }
        Ok(came)
    }
}

/// A list as it was asked for, its cursor unopened.
pub struct Came<S> {
    /// What is asked for.
    pub list: List<S>,
    cursor: Option<String>,
    explain: bool,
}

/// Defines the query of a list: what every list can be asked, and its own, which the function puts among the filters.
macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident: $status:ident, $filter:ident { $($(#[$own_doc:meta])* $own:ident: $type:ty),* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// Only with one of these statuses.
            #[param(value_type = Option<Vec<$status>>, style = Form, explode = false)]
            status: Option<query::List<$status>>,
            /// Only of one of these patients.
            #[param(value_type = Option<Vec<PatientId>>, style = Form, explode = false)]
            patient: Option<query::List<PatientId>>,
            /// Only what is found by this: words of the patient's name or their beginnings, the number, the patient's telephone
            /// number, or the patient's id in another system.
            #[param(value_type = Option<String>)]
            q: Option<SearchText>,
            /// Only made on this day or later.
            created_from: Option<NaiveDate>,
            /// Only made on this day or earlier.
            created_to: Option<NaiveDate>,
            /// Only due on this day or later; of invoice sets, their next message.
            due_from: Option<NaiveDate>,
            /// Only due on this day or earlier.
            due_to: Option<NaiveDate>,
            /// Only of this amount or more, such as `12.50`.
            #[param(value_type = Option<String>)]
            amount_from: Option<Sum>,
            /// Only of this amount or less.
            #[param(value_type = Option<String>)]
            amount_to: Option<Sum>,
            $($(#[$own_doc])* $own: Option<$type>,)*
            /// By what it is sorted; the latest made first if left out, and what is found by name in the order of what it is found by.
            sort: Option<Sort>,
            /// How many rows; 50 if left out.
            #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
            limit: Option<Limit>,
            /// `next_cursor` or `prev_cursor` of a page of the same list.
            cursor: Option<String>,
            /// Whether the answer says how it was read; for owners.
            explain: Option<bool>,
        }

        impl Parameters for $name {
            type Status = $status;

            fn asked(self, practice: &Practice) -> Result<Came<$status>, Problem> {
                let explain = self.explain.unwrap_or(false);
                let created = span("created", self.created_from, self.created_to, next_day)?;
                let filters = Filters {
                    patients: self.patient.map_or_else(Vec::new, |patients| patients.0),
                    created: instants(created, practice),
                    due: span("due", self.due_from, self.due_to, next_day)?,
                    amount: span("amount", self.amount_from, self.amount_to, Sum::next)?.map(|sum| sum.0.cents()),
                    ..Filters::default()
                };
                let (sort, descending) = match (self.sort, &self.q) {
                    (Some(sort), _) => sort.order(),
                    (None, Some(_)) => (store::Sort::Match, false),
                    (None, None) => Sort::LatestCreated.order(),
                };
                let list = List {
                    statuses: self.status.map_or_else(Vec::new, |statuses| statuses.0),
                    filters: $filter(filters, practice, $(self.$own),*)?,
                    search: self.q,
                    sort,
                    descending,
                    limit: rows(self.limit),
                    from: None,
                };
                Ok(Came { list, cursor: self.cursor, explain })
            }
        }
    };
}

parameters! {
    /// What invoices can be asked for.
    InvoiceParameters: ShownStatus, of_invoices {
        /// Only of this number, such as `INV-012`.
        number: String,
        /// Only at one of these locations.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
        location: query::List<Line<16>>,
        /// Only with a line of one of these procedure codes.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
        code: query::List<Line<16>>,
        /// Only paid on this day or later.
        paid_from: NaiveDate,
        /// Only paid on this day or earlier.
        paid_to: NaiveDate
    }
}

parameters! {
    /// What payments can be asked for.
    PaymentParameters: PaymentStatus, of_payments {
        /// Only of this number, such as `PAY-012`.
        number: String,
        /// Only by one of these methods.
        #[param(value_type = Option<Vec<PaymentMethod>>, style = Form, explode = false)]
        method: query::List<PaymentMethod>,
        /// Only paid on this day or later.
        paid_from: NaiveDate,
        /// Only paid on this day or earlier.
        paid_to: NaiveDate
    }
}

parameters! {
    /// What transactions can be asked for.
    TransactionParameters: TransactionStatus, of_transactions {
        /// Only of the payment of this number, such as `PAY-012`.
        number: String,
        /// Only of one of these kinds.
        #[param(value_type = Option<Vec<TransactionKind>>, style = Form, explode = false)]
        kind: query::List<TransactionKind>,
        /// Only by one of these methods.
        #[param(value_type = Option<Vec<PaymentMethod>>, style = Form, explode = false)]
        method: query::List<PaymentMethod>
    }
}

parameters! {
    /// What invoice sets can be asked for.
    SetParameters: SetStatus, of_sets {
        /// Only after one of these rule sets.
        #[param(value_type = Option<Vec<RuleSetId>>, style = Form, explode = false)]
        rule_set: query::List<RuleSetId>
    }
}

/// What patients can be asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PatientParameters {
    /// Only who is found by this: words of the name or their beginnings, the telephone number, or the id in another system.
    #[param(value_type = Option<String>)]
    q: Option<SearchText>,
    /// How many rows; 50 if left out.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    /// `next_cursor` or `prev_cursor` of a page of the same list.
    cursor: Option<String>,
    /// Whether the answer says how it was read; for owners.
    explain: Option<bool>,
}

impl Parameters for PatientParameters {
    type Status = ();

    fn asked(self, _: &Practice) -> Result<Came<()>, Problem> {
        let list = List {
            statuses: Vec::new(),
            filters: Filters::default(),
            search: self.q,
            sort: store::Sort::Name,
            descending: false,
            limit: rows(self.limit),
            from: None,
        };
        Ok(Came { list, cursor: self.cursor, explain: self.explain.unwrap_or(false) })
    }
}

fn rows(limit: Option<Limit>) -> usize {
    usize::from(limit.map_or(50, |limit| limit.0))
}

fn of_invoices(
    filters: Filters,
    practice: &Practice,
    number: Option<String>,
    location: Option<query::List<Line<16>>>,
    code: Option<query::List<Line<16>>>,
    paid_from: Option<NaiveDate>,
    paid_to: Option<NaiveDate>,
) -> Result<Filters, Problem> {
    let paid = instants(span("paid", paid_from, paid_to, next_day)?, practice);
    let number = of_series(Series::Invoice, number)?;
    Ok(Filters { number, facets: names(location), codes: names(code), paid, ..filters })
}

fn of_payments(
    filters: Filters,
    practice: &Practice,
    number: Option<String>,
    method: Option<query::List<PaymentMethod>>,
    paid_from: Option<NaiveDate>,
    paid_to: Option<NaiveDate>,
) -> Result<Filters, Problem> {
    let paid = instants(span("paid", paid_from, paid_to, next_day)?, practice);
    let methods = method.map_or_else(Vec::new, |methods| methods.0);
    let facets = methods.iter().map(|method| method.name().to_owned()).collect();
    Ok(Filters { number: of_series(Series::Payment, number)?, facets, paid, ..filters })
}

fn of_transactions(
    filters: Filters,
    _: &Practice,
    number: Option<String>,
    kind: Option<query::List<TransactionKind>>,
    method: Option<query::List<PaymentMethod>>,
) -> Result<Filters, Problem> {
    let mut facets = Vec::new();
    if kind.is_some() || method.is_some() {
        let methods = method.map_or_else(|| PaymentMethod::ALL.to_vec(), |methods| methods.0);
        for kind in kind.map_or_else(|| TransactionKind::ALL.to_vec(), |kinds| kinds.0) {
            facets.extend(methods.iter().map(|method| TransactionRow::facet(kind, *method)));
        }
    }
    facets.sort();
    facets.dedup();
    Ok(Filters { number: of_series(Series::Payment, number)?, facets, ..filters })
}

/// A number of a series, as people write it: `INV-012`, `inv-12`, `12`.
fn of_series(series: Series, text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let number = series.find(&text).ok_or_else(|| {
        Problem::invalid_parameter("number", format!("Expected a number such as {}-012.", series.prefix()))
    })?;
    Ok(Some(series.show(number)))
}

#[allow(clippy::unnecessary_wraps, reason = "as the others")]
fn of_sets(
    filters: Filters,
    _: &Practice,
    rule_set: Option<query::List<RuleSetId>>,
) -> Result<Filters, Problem> {
    Ok(Filters { facets: names(rule_set), ..filters })
}

fn names<T: ToString>(list: Option<query::List<T>>) -> Vec<String> {
    list.map_or_else(Vec::new, |list| list.0.iter().map(T::to_string).collect())
}

/// What is from one value to another, both of them included.
fn span<T: PartialOrd>(
    name: &str,
    from: Option<T>,
    to: Option<T>,
    next: impl Fn(T) -> Option<T>,
) -> Result<Span<T>, Problem> {
    if from.as_ref().zip(to.as_ref()).is_some_and(|(from, to)| from > to) {
        let detail = format!("Expected nothing before {name}_from.");
        return Err(Problem::invalid_parameter(&format!("{name}_to"), detail));
    }
    Ok(Span { from, before: to.and_then(next) })
}

fn next_day(day: NaiveDate) -> Option<NaiveDate> {
    day.succ_opt()
}

/// Days of the practice, as instants.
fn instants(days: Span<NaiveDate>, practice: &Practice) -> Span<DateTime<Utc>> {
    days.map(|day| practice::instant(day, NaiveTime::MIN, practice.time_zone))
}
