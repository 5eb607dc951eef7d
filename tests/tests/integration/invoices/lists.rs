//! Walking lists by cursor, while they change.

use paywell_tests::support::Clinic;
use serde_json::{Value, json};

const SORTS: [&str; 4] = ["created", "-created", "due", "-due"];

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Pages until there is no cursor of that name; `between` runs after each page.
async fn walk(
    clinic: &Clinic,
    path: &str,
    from: Option<&str>,
    cursor: &str,
    between: impl AsyncFn(usize),
) -> Vec<Value> {
    let join = if path.contains('?') { '&' } else { '?' };
    let mut at = from.map(str::to_owned);
    let mut pages = Vec::new();
    loop {
        let asked = at.map_or(path.to_owned(), |at| format!("{path}{join}cursor={at}"));
        let page = clinic.get(&asked).await.ok();
        at = page[cursor].as_str().map(str::to_owned);
        pages.push(page);
        assert!(pages.len() < 100, "a walk that never ends: {path}");
        if at.is_none() {
            return pages;
        }
        between(pages.len()).await;
    }
}

/// Invoices whose due dates are not in the order in which they were made, some on one day.
async fn some_invoices(clinic: &Clinic, patient: &str, count: u32) -> Vec<String> {
    let mut made = Vec::new();
    for n in 0..count {
        let details = json!({ "term_days": (n * 7) % 12 });
        made.push(clinic.open_invoice_with(patient, "10.00", &details).await);
    }
    made
}

#[tokio::test]
async fn lists_are_sorted_both_ways() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let made = some_invoices(&clinic, &ada, 9).await;
    let mut by_due: Vec<(u32, String)> = (0..).map(|n| (n * 7) % 12).zip(made.iter().cloned()).collect();
    by_due.sort();
    let by_due: Vec<String> = by_due.into_iter().map(|(_, id)| id).collect();
    for base in ["/v1/invoices".to_owned(), format!("/v1/patients/{ada}/invoices")] {
        for (sort, expected) in [("created", &made), ("due", &by_due)] {
            assert_eq!(&clinic.ids(&format!("{base}?sort={sort}")).await, expected, "{base} by {sort}");
            let mut latest_first = clinic.ids(&format!("{base}?sort=-{sort}")).await;
            latest_first.reverse();
            assert_eq!(&latest_first, expected, "{base} by -{sort}");
        }
        assert_eq!(clinic.ids(&base).await, clinic.ids(&format!("{base}?sort=-created")).await);
    }
}

#[tokio::test]
async fn a_walk_meets_every_invoice_once_there_and_back() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    some_invoices(&clinic, &ada, 11).await;
    clinic.draft(&ada, "10.00").await;
    let still = async |_| {};
    for base in ["/v1/invoices?", "/v1/invoices?status=unpaid&", &format!("/v1/patients/{ada}/invoices?")] {
        for sort in SORTS {
            let whole = clinic.ids(&format!("{base}sort={sort}")).await;
            let path = format!("{base}sort={sort}&limit=4");
            let there = walk(&clinic, &path, None, "next_cursor", still).await;
            assert_eq!(there.iter().flat_map(ids).collect::<Vec<_>>(), whole, "{path}");
            assert_eq!(there.len(), 3, "no page is short before the last: {path}");
            assert_eq!(there[0]["prev_cursor"], Value::Null, "nothing comes before the first page");
            let last = there[2]["prev_cursor"].as_str();
            let mut back = walk(&clinic, &path, last, "prev_cursor", still).await;
            back.reverse();
            let back: Vec<String> = back.iter().flat_map(ids).collect();
            assert_eq!(back, whole[..8], "{path}, back from the last page");
        }
    }
}

#[tokio::test]
async fn a_page_back_leads_forward_to_where_one_was() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    some_invoices(&clinic, &ada, 7).await;
    for sort in SORTS {
        let path = format!("/v1/invoices?sort={sort}&limit=3");
        let second = clinic.get(&path).await.ok()["next_cursor"].as_str().unwrap().to_owned();
        let second = clinic.get(&format!("{path}&cursor={second}")).await.ok();
        let back = second["prev_cursor"].as_str().unwrap();
        let first = clinic.get(&format!("{path}&cursor={back}")).await.ok();
        let again = first["next_cursor"].as_str().unwrap();
        assert_eq!(ids(&clinic.get(&format!("{path}&cursor={again}")).await.ok()), ids(&second), "{path}");
    }
}

#[tokio::test]
async fn a_walk_is_not_disturbed_by_what_is_made_and_changed_meanwhile() {
    for sort in SORTS {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        let made = some_invoices(&clinic, &ada, 12).await;
        let disturb = async |page: usize| {
            some_invoices(&clinic, &ada, 3).await;
            clinic.cash(&ada, "4.00", &[(&made[page * 3 % made.len()], "4.00")]).await.ok();
        };
        let path = format!("/v1/invoices?sort={sort}&limit=4");
        let pages = walk(&clinic, &path, None, "next_cursor", disturb).await;
        let mut met: Vec<String> = pages.iter().flat_map(ids).filter(|id| made.contains(id)).collect();
        met.sort();
        let mut expected = made.clone();
        expected.sort();
        assert_eq!(met, expected, "each once, by {sort}");
    }
}

#[tokio::test]
async fn a_walk_goes_on_when_the_row_it_stands_on_has_left_the_list() {
    for sort in SORTS {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        some_invoices(&clinic, &ada, 9).await;
        let path = format!("/v1/invoices?status=unpaid&sort={sort}&limit=3");
        let whole = clinic.ids(&format!("/v1/invoices?status=unpaid&sort={sort}")).await;
        let pay_what_was_shown = async |page: usize| {
            for id in &whole[(page - 1) * 3..page * 3] {
                clinic.cash(&ada, "10.00", &[(id, "10.00")]).await.ok();
            }
        };
        let pages = walk(&clinic, &path, None, "next_cursor", pay_what_was_shown).await;
        assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), whole, "by {sort}");
    }
}

#[tokio::test]
async fn payments_are_listed_by_status_and_order() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let mut made = Vec::new();
    for (n, due) in ["2026-07-03", "2026-07-01", "2026-07-02"].iter().enumerate() {
        let body = json!({
            "patient_id": ada, "amount": "10.00", "currency": "USD", "due_date": due, "draft": n == 1,
        });
        made.push(clinic.post("/v1/payments", &body).await.field("id"));
    }
    let [first, second, third] = &made[..] else { panic!("{made:?}") };
    for (query, expected) in [
        ("sort=created", vec![first, second, third]),
        ("sort=due", vec![second, third, first]),
        ("sort=-due", vec![first, third, second]),
        ("status=draft", vec![second]),
        ("status=pending&sort=due", vec![third, first]),
        ("status=paid", vec![]),
    ] {
        let found = clinic.ids(&format!("/v1/payments?{query}")).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    }
}
