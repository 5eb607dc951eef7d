//! `cargo measure tracker`: what every question to a list costs, each answer compared with a plain search in memory.

mod practice;
mod questions;
mod report;

use std::{fs, path::Path, rc::Rc};

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use chrono::NaiveDate;
use paywell_domain::{Invoice, PracticeId};
use paywell_store::{Aggregate, Direction, Filters, InvoiceRow, READ_LIMIT, Sort};
use paywell_tests::support::{Clinic, World};

use self::{
    questions::{Orders, Question, both, is_natural, question, singles},
    report::{Cost, report},
};
use crate::Outcome;

pub(crate) use practice::invoices;

/// How many rows a page shows.
const ROWS: usize = 50;

/// How many pages of each answer are compared.
const PAGES: usize = 3;

/// The day of the practice.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default()
}

/// Measures practices of ten and a hundred thousand invoices; with `--million` one of a million too.
pub(crate) async fn tracker(million: bool) -> Outcome<()> {
    let sizes: &[u64] = if million { &[10_000, 100_000, 1_000_000] } else { &[10_000, 100_000] };
    let mut figures = Vec::new();
    for count in sizes {
        let world = World::new().await;
        let clinic = Clinic::open_in(&world, "prac_measured").await;
        let all = invoices(*count);
        println!("{count} invoices: writing their rows");
        let bytes = write(&world, &clinic.practice, &all).await?;
        let rows: Vec<InvoiceRow> = all.iter().map(InvoiceRow::from).collect();
        let costs = ask(&clinic, &all, &rows).await?;
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

async fn ask(clinic: &Clinic, all: &[Invoice], rows: &[InvoiceRow]) -> Outcome<Vec<Cost>> {
    let singles = singles(all);
    let mut questions = vec![question("all", &[], Filters::default())];
    for (place, one) in singles.iter().enumerate() {
        questions.extend(singles[place + 1..].iter().filter_map(|other| both(one, other)));
    }
    questions.extend(singles);
    let orders = Orders::of(rows);
    let mut costs = Vec::new();
    for (place, question) in questions.iter().enumerate() {
        eprint!("\r  {place} of {} questions ", questions.len());
        for (sort, expected) in orders.answers(question) {
            for descending in [false, true] {
                costs.push(first_pages(clinic, &expected, question, sort, descending).await?);
            }
        }
    }
    Ok(costs)
}

async fn first_pages(
    clinic: &Clinic,
    ascending: &[&InvoiceRow],
    question: &Question,
    sort: Sort,
    descending: bool,
) -> Outcome<Cost> {
    let rows = ascending.len();
    let expected = |place: usize| ascending.get(if descending { rows - 1 - place } else { place });
    let name = format!("{} by {}{sort:?}", question.name, if descending { "-" } else { "" });
    let natural = is_natural(question, sort);
    let mut cost = Cost { name, natural, rows: 0, items: 0, pages: 0, rounds: 0, tenths: 0 };
    let mut list = question.list(sort, descending);
    while cost.rows < PAGES * ROWS {
        let (page, _) = clinic.world.app.list_invoices(&clinic.context(), list.clone()).await?;
        let is_wanted = |(place, found): (usize, &InvoiceRow)| {
            place < rows && expected(place).is_some_and(|wanted| wanted.id == found.id)
        };
        let shown = cost.rows + page.rows.len();
        if !(cost.rows..).zip(&page.rows).all(is_wanted) || (page.next.is_none() && shown < rows) {
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
            Some(next) => list.from = Some((next, Direction::Next)),
            None => break,
        }
    }
    Ok(cost)
}
