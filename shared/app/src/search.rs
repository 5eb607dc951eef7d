//! What people type to find something: a name, a number, a telephone number, the id of another system.

use paywell_domain::{
    number::Series,
    patient::Phone,
    text::{Line, folded},
};
use paywell_store::{Filters, ListQuery, Page, PatientRow, Sort, Store};
use serde::Deserialize;

use crate::{App, AppError, Context, tracker::List};

/// A text that is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SearchText(Line<121>);

impl TryFrom<String> for SearchText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let line = Line::try_from(text)?;
        if folded(line.as_str()).is_empty() {
            return Err("expected a name, a number, a telephone number or an id".to_owned());
        }
        Ok(Self(line))
    }
}

impl SearchText {
    /// A name has no digit, whatever else is searched for has one.
    fn is_name(&self) -> bool {
        !self.0.as_str().contains(|c: char| c.is_ascii_digit())
    }

    fn names_a_series(&self) -> bool {
        self.0.as_str().starts_with(char::is_alphabetic)
    }
}

/// How many patients one telephone number or id of another system stands for at most: a large family.
const NAMESAKES: usize = 25;

/// The patients that are searched for by something other than their name.
async fn patients(store: &Store, cx: &Context, text: &SearchText) -> Result<Vec<PatientRow>, AppError> {
    let ask = async |filters: Filters| {
        let (statuses, sort, limit) = (Vec::new(), Sort::Created, NAMESAKES);
        let query = ListQuery { filters, statuses, sort, descending: false, from: None, limit };
        Ok::<_, AppError>(store.list::<PatientRow>(cx.practice(), &query).await?.rows)
    };
    let by_id = ask(Filters { number: Some(folded(text.0.as_str())), ..Filters::default() });
    let by_phone = async {
        match Phone::typed(text.0.as_str()) {
            Some(phone) => ask(Filters { codes: vec![phone.into()], ..Filters::default() }).await,
            None => Ok(Vec::new()),
        }
    };
    let (mut found, by_phone) = futures_util::future::try_join(by_id, by_phone).await?;
    found.extend(by_phone);
    found.sort_by_key(|row| row.id);
    found.dedup_by_key(|row| row.id);
    Ok(found)
}

/// Narrows filters to what a search of a list finds: rows of a name, of a number, or of the patients who have the telephone
/// number or the id of another system; false where there can be none. A name, and a number with its series (`INV-12`), cost
/// nothing here; for all else the patients are looked at first.
pub(crate) async fn narrow(
    store: &Store,
    cx: &Context,
    text: &SearchText,
    series: Option<Series>,
    filters: &mut Filters,
) -> Result<bool, AppError> {
    let number = series.and_then(|series| Some(series.show(series.find(text.0.as_str())?)));
    let found = if text.is_name() || number.is_some() && text.names_a_series() {
        Vec::new()
    } else {
        patients(store, cx, text).await?
    };
    if !found.is_empty() {
        let asked = std::mem::take(&mut filters.patients);
        let found = found.into_iter().map(|row| row.id);
        filters.patients = found.filter(|id| asked.is_empty() || asked.contains(id)).collect();
        return Ok(!filters.patients.is_empty());
    }
    match number {
        Some(number) if filters.number.as_ref().is_some_and(|asked| *asked != number) => return Ok(false),
        Some(number) => filters.number = Some(number),
        None => filters.name = Some(folded(text.0.as_str())),
    }
    Ok(true)
}

impl App {
    /// Patients by a word of their name, telephone number, or the id of another system; all of them by name where nothing is
    /// searched for.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn list_patients(&self, cx: &Context, list: List<()>) -> Result<Page<PatientRow>, AppError> {
        let List { search: text, from, limit, .. } = list;
        if let Some(text) = text.as_ref().filter(|text| !text.is_name()) {
            let rows = patients(&self.store, cx, text).await?;
            return Ok(Page { rows, ..Page::default() });
        }
        let name = text.map(|text| folded(text.0.as_str()));
        let sort = if name.is_some() { Sort::Match } else { Sort::Name };
        let filters = Filters { name, ..Filters::default() };
        let query = ListQuery { filters, statuses: Vec::new(), sort, descending: false, from, limit };
        Ok(self.store.list(cx.practice(), &query).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_letter_and_no_digit_is_nothing_to_search_for() {
        for nothing in ["", " ", "#", "-.-", "\u{2019}"] {
            assert!(SearchText::try_from(nothing.to_owned()).is_err(), "{nothing:?}");
        }
    }
}
