//! Every question that a list can be asked, answered as a plain search through everything would answer it.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use paywell_tests::support::Clinic;
use serde_json::{Value, json};

/// An invoice, as its preview shows it.
struct Shown {
    id: String,
    patient: String,
    name: &'static str,
    status: String,
    location: Option<String>,
    codes: Vec<&'static str>,
    cents: u32,
    due: NaiveDate,
    created: DateTime<Utc>,
    paid: Option<DateTime<Utc>>,
}

/// Everything there is, the first made first.
struct Everything {
    clinic: Clinic,
    shown: Vec<Shown>,
}

/// What to ask, and what it means.
struct Filter {
    asked: String,
    holds: Box<dyn Fn(&Shown) -> bool>,
}

/// Statuses as people see them, what most needs looking after first.
const STATUSES: [&str; 8] =
    ["overdue", "partially_paid", "unpaid", "in_collections", "draft", "paid", "written_off", "void"];

const CODES: [&[&str]; 5] = [
    &["99213"],
    &["99213", "36415"],
    &[],
    &["36415", "80053", "85025"],
    &["36415", "80053", "85025", "99213"],
];

const PATIENTS: [(&str, &str, &str); 3] = [
    ("Ána María", "Lovelace", "ana maria lovelace"),
    ("Zoë", "Lovelace", "zoe lovelace"),
    ("ben", "O’Brien-Lovelace", "ben obrien lovelace"),
];

impl Everything {
    /// Invoices of all kinds, two made at a time, over two months.
    async fn new() -> Self {
        let clinic = Clinic::open().await;
        let mut patients = Vec::new();
        for (place, (first_name, last_name, name)) in PATIENTS.into_iter().enumerate() {
            let details = json!({
                "last_name": last_name,
                "external_id": format!("MRN-{place}"),
                // The third is the first's mother.
                "phone": format!("+1617555012{}", place % 2),
            });
            patients.push((clinic.patient_with(first_name, &details).await, name));
        }
        let mut shown = Vec::new();
        for n in 0..24_usize {
            if n.is_multiple_of(2) {
                clinic.world.pass(Duration::days(5));
            }
            let (patient, name) = &patients[n * 7 % 3];
            let codes = CODES[n % 5];
            let cents = u32::try_from(n * 37 % 11).unwrap() * 1_000 + 1_000;
            let id = bill(&clinic, patient, n, codes, cents).await;
            let paid = become_of(&clinic, patient, &id, n, cents).await;
            shown.push((id, patient.clone(), *name, codes, cents, paid));
        }
        let mut everything = Self { shown: Vec::new(), clinic };
        for (id, patient, name, codes, cents, paid) in shown {
            let preview = everything.clinic.invoice(&id).await;
            let text = |field: &str| preview[field].as_str().map(str::to_owned);
            everything.shown.push(Shown {
                id,
                patient,
                name,
                status: text("status").unwrap(),
                location: text("location"),
                codes: codes.to_vec(),
                cents,
                due: text("due_date").unwrap().parse().unwrap(),
                created: text("created_at").unwrap().parse().unwrap(),
                paid,
            });
        }
        everything
    }

    /// What is to be found, in order.
    fn expected(&self, filters: &[&Filter], sort: &str) -> Vec<&str> {
        let (sort, descending) = sort.strip_prefix('-').map_or((sort, false), |sort| (sort, true));
        let mut found: Vec<&Shown> = self
            .shown
            .iter()
            .filter(|shown| filters.iter().all(|filter| (filter.holds)(shown)))
            .filter(|shown| sort != "paid" || shown.paid.is_some())
            .collect();
        found.sort_by_key(|shown| {
            let rank = STATUSES.iter().position(|status| *status == shown.status);
            let key = match sort {
                "created" => shown.created.to_rfc3339(),
                "due" => shown.due.to_string(),
                "amount" => format!("{:09}", shown.cents),
                "name" => shown.name.to_owned(),
                "status" => format!("{rank:?} {}", shown.due),
                "paid" => shown.paid.unwrap().to_rfc3339(),
                other => panic!("there is no order by {other}"),
            };
            (key, shown.id.clone())
        });
        if descending {
            found.reverse();
        }
        found.iter().map(|shown| shown.id.as_str()).collect()
    }

    /// Asks page by page to the end, and all the way back.
    async fn asked(&self, filters: &[&Filter], sort: &str) -> Vec<String> {
        let asked: Vec<&str> = filters.iter().map(|filter| filter.asked.as_str()).collect();
        let path = format!("/v1/invoices?sort={sort}&limit=10&{}", asked.join("&"));
        let mut there: Vec<Vec<String>> = Vec::new();
        let mut page = self.clinic.get(path.trim_end_matches('&')).await.ok();
        loop {
            there.push(ids(&page));
            let Some(next) = page["next_cursor"].as_str() else { break };
            page = self.clinic.get(&format!("{}&cursor={next}", path.trim_end_matches('&'))).await.ok();
            assert!(there.len() < 10, "a walk that never ends: {path}");
        }
        let there = there.concat();
        let mut back: Vec<String> = ids(&page);
        while let Some(previous) = page["prev_cursor"].as_str() {
            page = self.clinic.get(&format!("{}&cursor={previous}", path.trim_end_matches('&'))).await.ok();
            back.splice(0..0, ids(&page));
            assert!(back.len() <= there.len(), "a row is met twice on the way back: {path}");
        }
        assert_eq!(back, there, "there and back: {path}");
        there
    }
}

async fn bill(clinic: &Clinic, patient: &str, n: usize, codes: &[&str], cents: u32) -> String {
    let price = |cents: u32| format!("{}.{:02}", cents / 100, cents % 100);
    let count = u32::try_from(codes.len().max(1)).unwrap();
    let line = |code: Option<&&str>| {
        let mut line = json!({ "description": "Visit", "unit_price": price(cents / count) });
        if let Some(code) = code {
            line["code"] = json!(code);
        }
        line
    };
    let mut lines: Vec<Value> = codes.iter().map(|code| line(Some(code))).collect();
    if lines.is_empty() {
        lines.push(line(None));
    }
    lines[0]["unit_price"] = json!(price(cents - cents / count * (count - 1)));
    let mut details = json!({ "lines": lines, "term_days": n * 5 % 40 });
    if n % 4 == 1 {
        details["location"] = json!("main");
    }
    clinic.draft_with(patient, "1.00", &details).await
}

/// What becomes of the n-th: gives when it was paid.
async fn become_of(clinic: &Clinic, patient: &str, id: &str, n: usize, cents: u32) -> Option<DateTime<Utc>> {
    if n % 8 == 7 {
        return None;
    }
    clinic.send(id).await.ok();
    match n % 8 {
        0 | 3 => {
            clinic.world.pass(Duration::hours(7));
            let all = format!("{}.{:02}", cents / 100, cents % 100);
            clinic.cash(patient, &all, &[(id, &all)]).await.ok();
            return Some(clinic.world.now());
        }
        1 => drop(clinic.cash(patient, "5.00", &[(id, "5.00")]).await.ok()),
        5 => {
            let version = clinic.get(&format!("/v1/invoices/{id}")).await.version();
            let given_up = json!({ "reason": "bad_debt" });
            clinic.post(&format!("/v1/invoices/{id}/write-off"), &given_up).on_version(version).await.ok();
        }
        _ => {}
    }
    None
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn filter(asked: impl Into<String>, holds: impl Fn(&Shown) -> bool + 'static) -> Filter {
    Filter { asked: asked.into(), holds: Box::new(holds) }
}

/// One of each that the list has; a day is the practice's.
fn filters(everything: &Everything) -> Vec<Filter> {
    let of = |status: &'static [&str]| {
        filter(format!("status={}", status.join(",")), move |shown| status.contains(&shown.status.as_str()))
    };
    let day = |at: DateTime<Utc>| at.with_timezone(&chrono_tz::America::New_York).date_naive();
    let (from, to) = (day(everything.shown[6].created), day(everything.shown[17].created));
    let (due_from, due_to) = (everything.shown[4].due, everything.shown[15].due.max(everything.shown[4].due));
    let paid = everything.shown.iter().filter_map(|shown| shown.paid).nth(1).unwrap();
    let (ana, zoe) = (everything.shown[0].patient.clone(), everything.shown[1].patient.clone());
    vec![
        of(&["overdue"]),
        of(&["unpaid", "partially_paid"]),
        of(&["paid", "overdue", "draft"]),
        filter("location=main", |shown| shown.location.as_deref() == Some("main")),
        filter("code=99213", |shown| shown.codes.contains(&"99213")),
        filter("code=85025,99213", |shown| shown.codes.contains(&"85025") || shown.codes.contains(&"99213")),
        filter("amount_from=30.00&amount_to=80.00", |shown| (3_000..=8_000).contains(&shown.cents)),
        filter(format!("created_from={from}&created_to={to}"), move |shown| {
            (from..=to).contains(&day(shown.created))
        }),
        filter(format!("due_from={due_from}&due_to={due_to}"), move |shown| {
            (due_from..=due_to).contains(&shown.due)
        }),
        filter(format!("paid_from={}", day(paid)), move |shown| {
            shown.paid.is_some_and(|at| day(at) >= day(paid))
        }),
        filter(format!("patient={ana}"), move |shown| shown.patient == ana),
        filter(format!("patient={zoe},{}", everything.shown[2].patient), {
            let other = everything.shown[2].patient.clone();
            move |shown| shown.patient == zoe || shown.patient == other
        }),
        filter("q=LOVE", |_| true),
        filter("q=mar%C3%ADa%20lo", |shown| shown.name.starts_with("ana")),
        filter("q=o%27bri", |shown| shown.name.starts_with("ben")),
        filter("q=mrn-1", |shown| shown.name.starts_with("zoe")),
        filter("q=(617)%20555-0120", |shown| !shown.name.starts_with("zoe")),
        filter("q=ovelace", |_| false),
    ]
}

#[tokio::test]
async fn every_question_is_answered_as_a_plain_search_would() {
    let everything = Everything::new().await;
    let filters = filters(&everything);
    let mut questions: Vec<Vec<&Filter>> = vec![vec![]];
    questions.extend(filters.iter().map(|one| vec![one]));
    for (place, one) in filters.iter().enumerate() {
        let name = |filter: &Filter| filter.asked.split('=').next().unwrap().to_owned();
        let others = filters[place + 1..].iter().filter(|other| name(other) != name(one));
        questions.extend(others.map(|other| vec![one, other]));
    }
    let mut answers = 0;
    for question in &questions {
        for sort in ["created", "due", "amount", "name", "status", "paid"] {
            for sort in [sort.to_owned(), format!("-{sort}")] {
                let expected = everything.expected(question, &sort);
                let asked: Vec<&str> = question.iter().map(|filter| filter.asked.as_str()).collect();
                assert_eq!(everything.asked(question, &sort).await, expected, "{asked:?} by {sort}");
                answers += usize::from(!expected.is_empty());
            }
        }
    }
    assert!(answers > 300, "only {answers} questions have an answer");
}

#[tokio::test]
async fn a_number_finds_its_invoice_or_payment() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let payment = clinic.cash(&ada, "5.00", &[]).await.field("id");
    for (list, id) in [("invoices", invoice), ("payments", payment)] {
        let page = clinic.get(&format!("/v1/{list}")).await.ok();
        let number = page["items"][0]["number"].as_str().unwrap().to_owned();
        for sort in ["created", "-name", "status"] {
            let path = format!("/v1/{list}?number={}&sort={sort}", number.to_lowercase());
            assert_eq!(clinic.ids(&path).await, [id.as_str()], "{path}");
        }
        for other in [format!("number={number}0"), format!("number={number}&status=draft")] {
            assert_eq!(clinic.ids(&format!("/v1/{list}?{other}")).await, Vec::<String>::new(), "{other}");
        }
    }
}

/// Found by their names, rows come in the order of what they are found by, each once.
#[tokio::test]
async fn a_search_finds_every_word_of_a_name() {
    let clinic = Clinic::open().await;
    let mut invoices = std::collections::HashMap::new();
    for (first_name, last_name) in [
        ("Maria", "Martinez"),
        ("Juana María", "de la Cruz Márquez"),
        ("Ben", "Marlow"),
        ("Mark", "de Souza e Silva"),
    ] {
        let patient = clinic.patient_with(first_name, &json!({ "last_name": last_name })).await;
        invoices.insert(clinic.draft(&patient, "1.00").await, first_name);
    }
    let found = async |list: &str, text: &str| -> Vec<String> {
        let mut names = Vec::new();
        let mut path = format!("/v1/{list}?limit=2&q={text}");
        loop {
            let page = clinic.get(&path).await.ok();
            let name = |row: &Value| match list {
                "patients" => row["name"].as_str().unwrap().to_owned(),
                _ => row["patient"]["name"].as_str().unwrap().to_owned(),
            };
            names.extend(page["items"].as_array().unwrap().iter().map(name));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/{list}?limit=2&q={text}&cursor={next}");
        }
        names
    };
    let (maria, juana, ben, mark) =
        ("Maria Martinez", "Juana María de la Cruz Márquez", "Ben Marlow", "Mark de Souza e Silva");
    for list in ["invoices", "patients"] {
        for (text, expected) in [
            ("mar", vec![juana, maria, mark, ben]),
            ("MARIA", vec![juana, maria]),
            ("maria%20mart", vec![maria]),
            ("cruz", vec![juana]),
            ("cruz%20marq", vec![juana]),
            ("marquez", vec![juana]),
            ("sil", vec![mark]),
            ("de%20souza", vec![mark]),
            ("artinez", vec![]),
            ("mart%20maria", vec![]),
        ] {
            assert_eq!(found(list, text).await, expected, "{list} {text}");
        }
    }
}

#[tokio::test]
async fn a_patient_is_found_by_telephone_or_the_id_of_another_system() {
    let clinic = Clinic::open().await;
    let guarantor = json!({ "first_name": "Ann", "phone": "+16175550199" });
    let details = json!({ "external_id": "MRN-0042", "phone": "+16175550123", "guarantor": guarantor });
    let ada = clinic.patient_with("Ada", &details).await;
    let ben = clinic.patient_with("Ben", &json!({ "phone": "+16175550199" })).await;
    for (text, expected) in [
        ("617-555-0123", vec![&ada]),
        ("%2B16175550199", vec![&ada, &ben]),
        ("mrn-0042", vec![&ada]),
        ("mrn-42", vec![]),
        ("617-555-0100", vec![]),
    ] {
        let mut found = clinic.ids(&format!("/v1/patients?q={text}")).await;
        found.sort();
        let mut expected: Vec<String> = expected.into_iter().cloned().collect();
        expected.sort();
        assert_eq!(found, expected, "{text}");
    }
    assert_eq!(clinic.ids("/v1/patients").await, [ada, ben], "all of them, by name");
}

#[tokio::test]
async fn a_search_and_a_filter_that_exclude_each_other_find_nothing() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient_with("Ada", &json!({ "external_id": "MRN-1" })).await;
    let ben = clinic.patient_with("Ben", &json!({ "external_id": "MRN-2" })).await;
    let of_ada = clinic.draft(&ada, "1.00").await;
    let of_ben = clinic.draft(&ben, "1.00").await;
    for (path, expected) in [
        (format!("/v1/invoices?q=mrn-1&patient={ada},{ben}"), vec![of_ada.clone()]),
        (format!("/v1/patients/{ada}/invoices?q=lovelace"), vec![of_ada.clone()]),
        (format!("/v1/patients/{ada}/invoices?q=mrn-2"), vec![]),
        ("/v1/invoices?q=INV-002".to_owned(), vec![of_ben.clone()]),
        ("/v1/invoices?q=2".to_owned(), vec![of_ben]),
        ("/v1/invoices?q=2&number=1".to_owned(), vec![]),
        ("/v1/invoices?q=inv-1&number=INV-001".to_owned(), vec![of_ada]),
    ] {
        assert_eq!(clinic.ids(&path).await, expected, "{path}");
    }
}
