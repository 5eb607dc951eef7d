//! `cargo measure tracker`: what every question to a list costs, each answer compared with a plain search in memory.

use std::{cmp::Reverse, collections::BTreeMap, fs, path::Path, rc::Rc};

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use paywell_domain::{
    Cents, Currency, Invoice, InvoiceId, InvoiceStatus, Number, PatientId, PracticeId,
    invoice::{InvoiceLine, Quantity, ShownStatus},
    number::Series,
    text::folded,
};
use paywell_store::{
    Aggregate, Direction, Filters, InvoiceRow, ListQuery, PARTLY_PAID, Page, READ_LIMIT, Sort, Span,
    StatusPart,
};
use paywell_tests::support::{World, engine};
use serde_json::json;

use crate::Outcome;

/// How many rows a page shows.
const ROWS: usize = 50;

/// How many pages of each answer are compared.
const PAGES: usize = 3;

/// The day of the practice.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default()
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// Whether something of so many in a thousand happens.
    fn permille(&mut self, chance: u64) -> bool {
        self.below(1_000) < chance
    }

    /// One of a list whose first are the most frequent.
    fn skewed<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let bound = u64::try_from(of.len()).unwrap_or(1);
        let (one, other) = (self.below(bound), self.below(bound));
        &of[usize::try_from(one.min(other)).unwrap_or_default()]
    }
}

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
    let mut dice = Dice(count);
    let patients = (count / 20).max(1);
    let names: Vec<String> =
        (0..patients).map(|_| format!("{} {}", dice.skewed(&FIRST), dice.skewed(&LAST))).collect();
    let start = (today() - Days::new(730)).and_hms_opt(14, 0, 0).unwrap_or_default().and_utc();
    let step = Duration::days(730).num_seconds() / i64::try_from(count).unwrap_or(1);
    let mut made = Vec::new();
    for n in 0..count {
        let created_at = start + Duration::seconds(step * i64::try_from(n).unwrap_or_default());
        made.push(invoice(&mut dice, n, created_at, &names));
    }
    made
}

fn invoice(dice: &mut Dice, n: u64, created_at: DateTime<Utc>, names: &[String]) -> Invoice {
    let id = |kind: u128, n: u64| uuid(kind, n, created_at);
    let who = dice.below(u64::try_from(names.len()).unwrap_or(1));
    // Most visits cost about a hundred; a few cost a hundred times that.
    let doublings = (0..6).filter(|_| dice.permille(400)).count();
    let cents =
        1_500_i64.saturating_mul(1 << doublings) + i64::try_from(dice.below(4_000)).unwrap_or_default();
    let lines = 1
        + usize::from(dice.permille(450))
        + usize::from(dice.permille(200))
        + 2 * usize::from(dice.permille(30));
    let line = |number: u16, cents: i64, dice: &mut Dice| InvoiceLine {
        number,
        code: dice.skewed(&CODES).to_string().try_into().ok(),
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
    let (status, applied) = match dice.below(1_000) {
        _ if age < 30 && dice.permille(500) => (InvoiceStatus::Open, 0),
        _ if age < 3 => (InvoiceStatus::Draft, 0),
        0..=899 => (InvoiceStatus::Paid, total),
        900..=949 => (InvoiceStatus::Open, 0),
        950..=964 => (InvoiceStatus::Open, total / 3),
        965..=979 => (InvoiceStatus::WrittenOff, 0),
        980..=989 => (InvoiceStatus::InCollections, 0),
        _ => (InvoiceStatus::Void, 0),
    };
    let paid_after = Duration::hours(i64::try_from(dice.below(24 * 60)).unwrap_or_default());
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
        location: (!dice.permille(200))
            .then(|| dice.skewed(&LOCATIONS).to_string().try_into().ok())
            .flatten(),
        payment_type: None,
        status,
        date: created_at.date_naive(),
        term: u16::try_from(dice.below(3) * 15)
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
        created_at,
    }
}

fn uuid(kind: u128, n: u64, at: DateTime<Utc>) -> uuid::Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Uuid::from_u128((millis << 80) | (kind << 72) | u128::from(n))
}

/// A question by its name, and what it means.
struct Question {
    name: String,
    filters: Filters,
    statuses: Vec<ShownStatus>,
}

fn question(name: &str, statuses: &[ShownStatus], filters: Filters) -> Question {
    Question { name: name.to_owned(), filters, statuses: statuses.to_vec() }
}

/// Every filter by itself, as staff would set it.
fn singles(all: &[Invoice]) -> Vec<Question> {
    use ShownStatus::{Draft, Overdue, Paid, PartiallyPaid, Unpaid, WrittenOff};
    let none = Filters::default;
    let days = |from: u64, to: u64| Span {
        from: Some(today() - Days::new(from)),
        before: Some(today() - Days::new(to)),
    };
    let instants = |from, to| {
        days(from, to).map(|day: NaiveDate| day.and_hms_opt(4, 0, 0).unwrap_or_default().and_utc())
    };
    let amount = Span { from: Some(Cents::new(5_000)), before: Some(Cents::new(15_001)) };
    let patients = all.get(all.len() / 2).map(|invoice| invoice.patient).into_iter().collect();
    let number = Series::Invoice.show(all[all.len() / 3].number);
    vec![
        question("status overdue", &[Overdue], none()),
        question("status unpaid", &[Unpaid], none()),
        question("status paid", &[Paid], none()),
        question("status draft", &[Draft], none()),
        question("status unpaid, partially paid, overdue", &[Overdue, PartiallyPaid, Unpaid], none()),
        question("status paid, written off", &[Paid, WrittenOff], none()),
        question("location main", &[], Filters { facets: vec!["main".into()], ..none() }),
        question("location east, lab", &[], Filters { facets: vec!["east".into(), "lab".into()], ..none() }),
        question("code 99213", &[], Filters { codes: vec!["99213".into()], ..none() }),
        question("code J1885", &[], Filters { codes: vec!["J1885".into()], ..none() }),
        question("amount 50 to 150", &[], Filters { amount, ..none() }),
        question("created last month", &[], Filters { created: instants(31, 1), ..none() }),
        question("due last month", &[], Filters { due: days(31, 1), ..none() }),
        question("paid last month", &[], Filters { paid: instants(31, 1), ..none() }),
        question("patient", &[], Filters { patients, ..none() }),
        question("number", &[], Filters { number: Some(number), ..none() }),
        question("search quis", &[], Filters { name: Some("quis".into()), ..none() }),
        question("search maria gar", &[], Filters { name: Some("maria gar".into()), ..none() }),
        question("search smith", &[], Filters { name: Some("smith".into()), ..none() }),
    ]
}

/// Both at once; none where they set the same filter.
fn both(one: &Question, other: &Question) -> Option<Question> {
    let kind = |question: &Question| question.name.split(' ').next().unwrap_or_default().to_owned();
    if kind(one) == kind(other) {
        return None;
    }
    let (a, b) = (one.filters.clone(), other.filters.clone());
    let filters = Filters {
        number: a.number.or(b.number),
        patients: if a.patients.is_empty() { b.patients } else { a.patients },
        name: a.name.or(b.name),
        facets: if a.facets.is_empty() { b.facets } else { a.facets },
        codes: if a.codes.is_empty() { b.codes } else { a.codes },
        created: if a.created.is_open() { b.created } else { a.created },
        due: if a.due.is_open() { b.due } else { a.due },
        paid: if a.paid.is_open() { b.paid } else { a.paid },
        amount: if a.amount.is_open() { b.amount } else { a.amount },
    };
    let statuses = if one.statuses.is_empty() { other.statuses.clone() } else { one.statuses.clone() };
    Some(Question { name: format!("{} + {}", one.name, other.name), filters, statuses })
}

impl Question {
    fn holds(&self, row: &InvoiceRow) -> bool {
        let Filters { number, patients, name, facets, codes, created, due, paid, amount } = &self.filters;
        (self.statuses.is_empty() || self.statuses.contains(&row.shown(today())))
            && number.as_ref().is_none_or(|number| Series::Invoice.show(row.number) == *number)
            && (patients.is_empty() || patients.contains(&row.patient))
            && name.as_ref().is_none_or(|name| found_by(row, name).is_some())
            && (facets.is_empty()
                || row.location.as_ref().is_some_and(|at| facets.iter().any(|facet| facet == at.as_str())))
            && (codes.is_empty()
                || row.codes.iter().any(|known| codes.iter().any(|code| code == known.as_str())))
            && created.holds(&row.created_at)
            && due.holds(&row.due_date())
            && (paid.is_open() || row.paid_at.is_some_and(|at| paid.holds(&at)))
            && amount.holds(&row.total)
    }

    fn query(&self, sort: Sort, descending: bool) -> ListQuery {
        let mut statuses = self.statuses.clone();
        if statuses.is_empty() && sort == Sort::Status {
            statuses = ShownStatus::ALL.to_vec();
        }
        statuses.sort_by_key(|status| ShownStatus::ALL.iter().position(|other| other == status));
        let parts = |status: &ShownStatus| {
            let due = |name, from, before| StatusPart { name, due: Span { from, before } };
            let open = InvoiceStatus::Open.name();
            match status {
                ShownStatus::Overdue => {
                    vec![due(open, None, Some(today())), due(PARTLY_PAID, None, Some(today()))]
                }
                ShownStatus::PartiallyPaid => vec![due(PARTLY_PAID, Some(today()), None)],
                ShownStatus::Unpaid => vec![due(open, Some(today()), None)],
                other => vec![StatusPart::all_of(other.stored().name())],
            }
        };
        let statuses = statuses.iter().map(parts).collect();
        ListQuery { filters: self.filters.clone(), statuses, sort, descending, from: None, limit: ROWS }
    }

    /// In order, all of them, as a plain search finds them.
    fn answer<'a>(&self, held: &[&'a InvoiceRow], sort: Sort, descending: bool) -> Vec<&'a InvoiceRow> {
        let mut found = held.to_vec();
        let rank =
            |row: &InvoiceRow| ShownStatus::ALL.iter().position(|status| *status == row.shown(today()));
        match sort {
            Sort::Created => found.sort_by_cached_key(|row| (row.created_at.timestamp(), row.id.to_string())),
            Sort::Due => found.sort_by_cached_key(|row| (row.due_date(), row.id.to_string())),
            Sort::Amount => found.sort_by_cached_key(|row| (row.total, row.id.to_string())),
            Sort::Name => {
                found.sort_by_cached_key(|row| (folded(row.patient_name.as_str()), row.id.to_string()));
            }
            Sort::Status => found.sort_by_cached_key(|row| (rank(row), row.due_date(), row.id.to_string())),
            Sort::Paid => {
                found.retain(|row| row.paid_at.is_some());
                found.sort_by_cached_key(|row| (row.paid_at.map(|at| at.timestamp()), row.id.to_string()));
            }
            Sort::Match => {
                let name = self.filters.name.as_deref().unwrap_or_default();
                found.sort_by_cached_key(|row| (found_by(row, name), row.id.to_string()));
            }
        }
        if descending {
            found.reverse();
        }
        found
    }
}

/// The rest of the name, folded, from the word by which it is found.
fn found_by(row: &InvoiceRow, start: &str) -> Option<String> {
    let name = folded(row.patient_name.as_str());
    let words = name.split(' ').count();
    let endings = (0..words).map(|first| name.splitn(first + 1, ' ').last().unwrap_or_default().to_owned());
    endings.filter(|ending| ending.starts_with(start)).min()
}

/// What the pages of one answer cost.
struct Cost {
    name: String,
    /// Whether the goal is one item read for each shown.
    natural: bool,
    rows: usize,
    items: usize,
    pages: usize,
    rounds: usize,
    tenths: u64,
}

impl Cost {
    /// Items read for each row shown, in hundredths.
    fn amplification(&self) -> usize {
        self.items * 100 / self.rows.max(1)
    }
}

/// Measures practices of ten and a hundred thousand invoices; with `--million` one of a million too.
pub(crate) async fn tracker(million: bool) -> Outcome<()> {
    let sizes: &[u64] = if million { &[10_000, 100_000, 1_000_000] } else { &[10_000, 100_000] };
    let mut figures = Vec::new();
    for count in sizes {
        let world = World::new().await;
        let practice: PracticeId = "prac_measured".parse()?;
        let all = invoices(*count);
        println!("{count} invoices: writing their rows");
        let bytes = write(&world, &practice, &all).await?;
        let rows: Vec<InvoiceRow> = all.iter().map(InvoiceRow::from).collect();
        let costs = ask(&world, &practice, &all, &rows).await?;
        figures.extend(report(*count, bytes, &costs));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measure");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("tracker.jsonl"), figures.join("\n"))?;
    Ok(())
}

/// Writes the rows as their commits would; gives what an entry of the widest index holds, in bytes, on average.
pub(crate) async fn write(world: &Rc<World>, practice: &PracticeId, all: &[Invoice]) -> Outcome<usize> {
    let mut bytes = 0;
    for (place, batch) in all.chunks(25).enumerate() {
        if place.is_multiple_of(100) {
            eprint!("\r  {} rows", place * 25);
        }
        let mut writes = Vec::new();
        for invoice in batch {
            let [item] = <[_; 1]>::try_from(invoice.rows(practice)?).map_err(|_| "not one row")?;
            bytes += entry_bytes(&item);
            writes.push(
                WriteRequest::builder()
                    .put_request(PutRequest::builder().set_item(Some(item)).build()?)
                    .build(),
            );
        }
        world.client.batch_write_item().request_items(&world.table, writes).send().await?;
    }
    Ok(bytes / all.len().max(1))
}

/// An entry of the index by status and due date: its keys, and what is shown (the published rules of item sizes).
fn entry_bytes(item: &std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>) -> usize {
    use aws_sdk_dynamodb::types::AttributeValue::{M, N, S};
    fn size(value: &aws_sdk_dynamodb::types::AttributeValue) -> usize {
        match value {
            S(text) => text.len(),
            N(digits) => digits.trim_start_matches('-').len().div_ceil(2) + 1,
            M(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
            aws_sdk_dynamodb::types::AttributeValue::L(list) => {
                3 + list.iter().map(|value| 1 + size(value)).sum::<usize>()
            }
            _ => 1,
        }
    }
    ["pk", "sk", "status", "due", "r"]
        .iter()
        .filter_map(|name| Some(name.len() + size(item.get(*name)?)))
        .sum()
}

async fn ask(
    world: &Rc<World>,
    practice: &PracticeId,
    all: &[Invoice],
    rows: &[InvoiceRow],
) -> Outcome<Vec<Cost>> {
    let singles = singles(all);
    let mut questions = vec![question("all", &[], Filters::default())];
    for (place, one) in singles.iter().enumerate() {
        questions.extend(singles[place + 1..].iter().filter_map(|other| both(one, other)));
    }
    questions.extend(singles);
    let mut costs = Vec::new();
    for (place, question) in questions.iter().enumerate() {
        eprint!("\r  {place} of {} questions ", questions.len());
        let held: Vec<&InvoiceRow> = rows.iter().filter(|row| question.holds(row)).collect();
        let by_match = question.filters.name.as_ref().map(|_| Sort::Match);
        for sort in
            [Sort::Created, Sort::Due, Sort::Amount, Sort::Name, Sort::Status].into_iter().chain(by_match)
        {
            for descending in [false, true] {
                costs.push(first_pages(world, practice, &held, question, sort, descending).await?);
            }
        }
    }
    Ok(costs)
}

async fn first_pages(
    world: &Rc<World>,
    practice: &PracticeId,
    held: &[&InvoiceRow],
    question: &Question,
    sort: Sort,
    descending: bool,
) -> Outcome<Cost> {
    let expected = question.answer(held, sort, descending);
    let name = format!("{} by {}{sort:?}", question.name, if descending { "-" } else { "" });
    let natural = is_natural(question, sort);
    let mut cost = Cost { name, natural, rows: 0, items: 0, pages: 0, rounds: 0, tenths: 0 };
    let mut query = question.query(sort, descending);
    while cost.rows < PAGES * ROWS {
        let page: Page<InvoiceRow> = world.store.list(practice, &query).await?;
        let wanted = &expected[cost.rows.min(expected.len())..];
        let right = page.rows.iter().zip(wanted).all(|(found, wanted)| found.id == wanted.id);
        if !right || page.rows.len() > wanted.len() || (page.next.is_none() && page.rows.len() < wanted.len())
        {
            return Err(format!(
                "{}: another answer than a plain search has, on page {}",
                cost.name,
                cost.pages + 1
            )
            .into());
        }
        if page.reading.items > READ_LIMIT {
            return Err(format!("{}: {} items read", cost.name, page.reading.items).into());
        }
        cost.rows += page.rows.len();
        cost.items += page.reading.items;
        cost.pages += 1;
        cost.rounds = cost.rounds.max(page.reading.rounds);
        cost.tenths += page.reading.tenths_of_units;
        match page.next {
            Some(next) => query.from = Some((next, Direction::Next)),
            None => break,
        }
    }
    Ok(cost)
}

/// A filter in its own order, and a status (but overdue, which time makes) in every order.
fn is_natural(question: &Question, sort: Sort) -> bool {
    let filters = &question.filters;
    let own: [(bool, &[Sort]); 9] = [
        (filters.number.is_some(), &Sort::ALL),
        (filters.name.is_some(), &[Sort::Match]),
        (!filters.patients.is_empty(), &[Sort::Created]),
        (!filters.facets.is_empty(), &[Sort::Created]),
        (!filters.codes.is_empty(), &[Sort::Created]),
        (!filters.created.is_open(), &[Sort::Created]),
        (!filters.due.is_open(), &[Sort::Due]),
        (!filters.paid.is_open(), &[]),
        (!filters.amount.is_open(), &[Sort::Amount]),
    ];
    let set: Vec<&[Sort]> = own.into_iter().filter_map(|(set, sorts)| set.then_some(sorts)).collect();
    let timeless = [ShownStatus::Overdue, ShownStatus::Unpaid, ShownStatus::PartiallyPaid];
    let by_status =
        question.statuses.len() <= 1 && !question.statuses.iter().any(|status| timeless.contains(status));
    match set.as_slice() {
        [] => by_status || (question.statuses.len() == 1 && sort == Sort::Due),
        [sorts] => question.statuses.is_empty() && sorts.contains(&sort),
        _ => false,
    }
}

/// Prints a practice's figures, the worst by name; gives them a line each.
fn report(count: u64, bytes: usize, costs: &[Cost]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut figure = |name: &str, hundredths: u64, unit: &str, n: usize| {
        println!("  {name:<34} {:>6}.{:02} {unit} (n = {n})", hundredths / 100, hundredths % 100);
        let value: serde_json::Number =
            format!("{}.{:02}", hundredths / 100, hundredths % 100).parse().unwrap_or(0.into());
        lines.push(
            json!({ "name": name, "value": value, "unit": unit, "n": n, "invoices": count }).to_string(),
        );
    };
    println!("{count} invoices, {}", if engine().is_external { "DynamoDB Local" } else { "embedded" });
    figure(
        "row_bytes",
        u64::try_from(bytes * 100).unwrap_or_default(),
        "bytes",
        usize::try_from(count).unwrap_or_default(),
    );
    for (class, natural) in [("natural", true), ("other", false)] {
        let mut some: Vec<&Cost> =
            costs.iter().filter(|cost| cost.natural == natural && cost.rows > 0).collect();
        some.sort_by_key(|cost| cost.amplification());
        let at = |share: usize| {
            some.get((some.len().saturating_sub(1)) * share / 100).map_or(0, |cost| cost.amplification())
        };
        for (name, share) in [("median", 50), ("p90", 90), ("p99", 99), ("worst", 100)] {
            figure(
                &format!("amplification.{class}.{name}"),
                u64::try_from(at(share)).unwrap_or_default(),
                "items a row",
                some.len(),
            );
        }
        let mut rounds: BTreeMap<usize, usize> = BTreeMap::new();
        some.iter().for_each(|cost| *rounds.entry(cost.rounds).or_default() += 1);
        println!("  rounds of a page at most, {class}: {rounds:?}");
        let units: u64 =
            some.iter().map(|cost| cost.tenths * 10 / u64::try_from(cost.pages).unwrap_or(1)).sum();
        figure(
            &format!("page_rcu.{class}.mean"),
            units / u64::try_from(some.len().max(1)).unwrap_or(1),
            "RCU",
            some.len(),
        );
        some.sort_by_key(|cost| Reverse(cost.amplification()));
        for cost in some.iter().take(8) {
            println!(
                "    {:>4}.{:02}  {}",
                cost.amplification() / 100,
                cost.amplification() % 100,
                cost.name
            );
        }
    }
    lines
}
