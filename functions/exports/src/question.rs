//! What an export asks a list: read by the same code as the list's own query, when it is asked and each time it is gone on with.

use paywell_app::{App, AppError, Context, tracker::List};
use paywell_domain::{
    Export, PaymentStatus, Practice, SetStatus,
    export::{ExportList, NewExport},
    invoice::ShownStatus,
    payment::TransactionStatus,
};
use paywell_http::{
    Problem,
    list::{
        InvoiceParameters, OF_A_PAGE, Parameters, PaymentParameters, SetParameters, TransactionParameters,
    },
    query,
};
use paywell_store::Sort;
use serde::de::DeserializeOwned;

use crate::{columns::Shown, part::Line};

/// What is asked of a list.
pub(crate) enum Question {
    Invoices(List<ShownStatus>),
    Payments(List<PaymentStatus>),
    Transactions(List<TransactionStatus>),
    Sets(List<SetStatus>),
}

impl Question {
    /// What somebody asks.
    ///
    /// # Errors
    /// 422 naming the filter: unknown, or of another form than the list's query has it.
    pub(crate) fn asked(new: &NewExport, practice: &Practice) -> Result<Self, Problem> {
        for name in new.filters.keys() {
            let detail = match name.as_str() {
                "sort" => "It goes beside `filters`, not among them.",
                page if OF_A_PAGE.contains(&page) => "An export is the whole list: it has no pages.",
                _ => continue,
            };
            return Err(Problem::invalid_field(format!("/filters/{name}"), detail));
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&new.filters).extend_pairs(new.sort.iter().map(|sort| ("sort", sort)));
        let query = query.finish();
        match new.list {
            ExportList::Invoices => list::<InvoiceParameters>(&query, practice).map(Self::Invoices),
            ExportList::Payments => list::<PaymentParameters>(&query, practice).map(Self::Payments),
            ExportList::Transactions => {
                list::<TransactionParameters>(&query, practice).map(Self::Transactions)
            }
            ExportList::InvoiceSets => list::<SetParameters>(&query, practice).map(Self::Sets),
        }
        .map_err(in_body)
    }

    /// What an export asks.
    ///
    /// # Errors
    /// It is not understood any more.
    pub(crate) fn of(export: &Export, practice: &Practice) -> Result<Self, Problem> {
        let Export { list, format, filters, sort, .. } = export.clone();
        Self::asked(&NewExport { list, format, filters, sort }, practice)
    }

    /// Whether the rows must be put in another order than that of the walk, and whether the last comes first.
    pub(crate) fn order(&self) -> (bool, bool) {
        let (sort, descending) = match self {
            Self::Invoices(list) => (list.sort, list.descending),
            Self::Payments(list) => (list.sort, list.descending),
            Self::Transactions(list) => (list.sort, list.descending),
            Self::Sets(list) => (list.sort, list.descending),
        };
        (sort != Sort::Created, descending)
    }

    /// Walks on for at most `limit` lines; gives them, and where the walk goes on.
    pub(crate) async fn walk(
        &self,
        app: &App,
        cx: &Context,
        shown: &Shown,
        limit: usize,
        from: Option<String>,
    ) -> Result<(Vec<Line>, Option<String>), AppError> {
        Ok(match self {
            Self::Invoices(list) => {
                let list = List { limit, ..list.clone() };
                let walked = app.walk_invoices(cx, list, shown.today, from).await?;
                (lines(walked.rows, |row| shown.invoice(row)), walked.next)
            }
            Self::Payments(list) => {
                let walked = app.walk_payments(cx, List { limit, ..list.clone() }, from).await?;
                (lines(walked.rows, |row| shown.payment(row)), walked.next)
            }
            Self::Transactions(list) => {
                let walked = app.walk_transactions(cx, List { limit, ..list.clone() }, from).await?;
                (lines(walked.rows, |row| shown.transaction(row)), walked.next)
            }
            Self::Sets(list) => {
                let walked = app.walk_sets(cx, List { limit, ..list.clone() }, from).await?;
                (lines(walked.rows, |row| shown.set(row)), walked.next)
            }
        })
    }
}

fn lines<R>(rows: Vec<(String, R)>, cells: impl Fn(&R) -> Vec<String>) -> Vec<Line> {
    rows.into_iter().map(|(place, row)| Line { cells: cells(&row), place }).collect()
}

fn list<P: Parameters + DeserializeOwned>(
    query: &str,
    practice: &Practice,
) -> Result<List<P::Status>, Problem> {
    Ok(query::parse::<P>(query)?.asked(practice)?.list)
}

/// A parameter's place in the body.
fn pointer(name: &str) -> String {
    match name {
        "sort" => "/sort".to_owned(),
        name => format!("/filters/{}", name.replace('~', "~0").replace('/', "~1")),
    }
}

/// What is wrong with a query, as what is wrong with the body that it came in.
fn in_body(problem: Problem) -> Problem {
    let Some(error) = problem.document().errors.first() else { return problem };
    let Some(name) = error.pointer.strip_prefix('?') else { return problem };
    let (pointer, detail, mut accepted) = (pointer(name), error.detail.clone(), error.accepted.clone());
    if *problem.kind() == paywell_http::problem::kinds::UNKNOWN_PARAMETER {
        accepted.retain(|name| name != "sort" && !OF_A_PAGE.contains(&name.as_str()));
        return Problem::unknown_field(pointer, accepted);
    }
    Problem::invalid_field_accepting(pointer, detail, accepted)
}
