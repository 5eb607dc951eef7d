//! Each kind of item in the table, changed past the program, is found and named.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use paywell_app::proof::Options;
use paywell_domain::proof::Difference;
use paywell_tests::support::Clinic;

type Item = HashMap<String, AttributeValue>;

/// A practice that has billed, taken and lost some money, and whoever can write to its table.
pub(super) struct Tampered {
    pub(super) clinic: Clinic,
    pub(super) ada: String,
    pub(super) invoice: String,
    pub(super) payment: String,
}

impl Tampered {
    pub(super) async fn new() -> Self {
        let clinic = Clinic::open().await;
        let (ada, invoice) = clinic.ada_owing().await;
        clinic.open_invoice(&ada, "10.00").await;
        let payment = clinic.cash(&ada, "50.00", &[(&invoice, "40.00")]).await.field("id");
        let tampered = Self { clinic, ada, invoice, payment };
        assert_eq!(tampered.found().await, Vec::<String>::new());
        tampered
    }

    pub(super) async fn differences(&self) -> Vec<Difference> {
        let options = Options { processor: false, ..Options::default() };
        self.clinic.proof(&options).await.differences
    }

    /// The names of what is found now.
    pub(super) async fn found(&self) -> Vec<String> {
        let mut names: Vec<String> = self.differences().await.iter().map(|d| d.name.text()).collect();
        names.dedup();
        names
    }

    pub(super) fn of(&self, kind: &str, id: &str) -> String {
        format!("{kind}#{}#{id}", self.clinic.practice)
    }

    pub(super) async fn read(&self, pk: &str, sk: &str) -> Item {
        let get = self.clinic.world.client.get_item().table_name(&self.clinic.world.table);
        let answer = get.key("pk", string(pk)).key("sk", string(sk)).send().await.unwrap();
        answer.item.unwrap_or_else(|| panic!("there is no {pk} {sk}"))
    }

    pub(super) async fn all(&self, pk: &str) -> Vec<Item> {
        let query = self.clinic.world.client.query().table_name(&self.clinic.world.table);
        let query = query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", string(pk));
        query.send().await.unwrap().items.unwrap()
    }

    pub(super) async fn write(&self, item: Item) {
        let put = self.clinic.world.client.put_item().table_name(&self.clinic.world.table);
        put.set_item(Some(item)).send().await.unwrap();
    }

    pub(super) async fn remove(&self, item: &Item) {
        let delete = self.clinic.world.client.delete_item().table_name(&self.clinic.world.table);
        delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
    }

    /// Changes an item, looks what is found, and puts it back.
    async fn with(&self, item: &Item, change: impl FnOnce(&mut Item)) -> Vec<String> {
        let mut changed = item.clone();
        change(&mut changed);
        self.write(changed).await;
        let found = self.found().await;
        self.write(item.clone()).await;
        found
    }

    async fn without(&self, item: &Item) -> Vec<String> {
        self.remove(item).await;
        let found = self.found().await;
        self.write(item.clone()).await;
        found
    }
}

pub(super) fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(cents: i64) -> AttributeValue {
    AttributeValue::N(cents.to_string())
}

fn document(item: &mut Item) -> &mut HashMap<String, AttributeValue> {
    match item.get_mut("d") {
        Some(AttributeValue::M(document)) => document,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_balance_or_counter_that_was_edited_is_found() {
    let tampered = Tampered::new().await;
    let account = tampered.read(&tampered.of("PATIENT", &tampered.ada), "B").await;
    for (attribute, name) in [("owed", "patient_owed"), ("credit", "patient_credit")] {
        let found = tampered.with(&account, |item| drop(item.insert(attribute.to_owned(), number(1)))).await;
        assert_eq!(found, [name]);
    }
}

#[tokio::test]
async fn a_counter_that_was_edited_removed_or_invented_is_found() {
    let tampered = Tampered::new().await;
    for (name, right) in [
        ("invoice_open_n", 2),
        ("invoice_partly_n", 1),
        ("gross_cents", 5_000),
        ("gross_2026-06_cents", 5_000),
    ] {
        let mut shards = Vec::new();
        for shard in 0..8 {
            shards.extend(tampered.all(&tampered.of("COUNTERS", &shard.to_string())).await);
        }
        let shard = shards.iter().find(|item| item.contains_key(name)).unwrap();
        let edit = |item: &mut Item| drop(item.insert(name.to_owned(), number(777_777)));
        assert_eq!(tampered.with(shard, edit).await, ["counter"], "{name}");
        assert_eq!(tampered.with(shard, |item| drop(item.remove(name))).await, ["counter"], "{name}");
        tampered.remove(shard).await;
        let found = tampered.differences().await;
        let named = found.iter().find(|difference| difference.ids == [name]).unwrap();
        assert_eq!((named.found < right, named.expected), (true, right));
        tampered.write(shard.clone()).await;
    }
    let invented = HashMap::from([
        ("pk".to_owned(), string(&tampered.of("COUNTERS", "0"))),
        ("sk".to_owned(), string("Y#1999")),
        ("gross_1999-01_cents".to_owned(), number(5)),
    ]);
    tampered.write(invented).await;
    assert_eq!(tampered.differences().await[0].ids, ["gross_1999-01_cents"], "in whatever year");
}

#[tokio::test]
async fn a_row_that_was_edited_removed_or_invented_is_found() {
    let tampered = Tampered::new().await;
    for (list, id) in [("INVOICES", &tampered.invoice), ("PAYMENTS", &tampered.payment)] {
        let list = format!("{list}#{}", tampered.clinic.practice);
        let row = tampered.read(&list, id).await;
        let edit = |item: &mut Item| drop(item.insert("am".to_owned(), number(1)));
        assert_eq!(tampered.with(&row, edit).await, ["row"]);
        let hide = |item: &mut Item| drop(item.insert("status".to_owned(), string("elsewhere")));
        assert_eq!(tampered.with(&row, hide).await, ["row"]);
        assert_eq!(tampered.without(&row).await, ["row"]);
        let mut invented = row.clone();
        let other = id.replace(|letter: char| letter.is_ascii_digit(), "7");
        invented.insert("sk".to_owned(), string(&other));
        tampered.write(invented.clone()).await;
        let found = tampered.differences().await;
        assert_eq!((found.len(), found[0].ids[0].clone()), (1, other));
        tampered.remove(&invented).await;
    }
}

#[tokio::test]
async fn an_invoice_or_payment_that_was_edited_is_found() {
    let tampered = Tampered::new().await;
    let invoice = tampered.read(&tampered.of("INVOICE", &tampered.invoice), "A").await;
    let found = tampered
        .with(&invoice, |item| drop(document(item).insert("applied".to_owned(), number(12_500))))
        .await;
    for name in ["invoice_balance", "allocation_mismatch", "counter", "row", "set_balance"] {
        assert!(found.contains(&name.to_owned()), "{name}: {found:?}");
    }
    let payment = tampered.read(&tampered.of("PAYMENT", &tampered.payment), "A").await;
    let found = tampered
        .with(&payment, |item| drop(document(item).insert("unapplied".to_owned(), number(2_000))))
        .await;
    for name in ["payment_credit", "payment_conservation"] {
        assert!(found.contains(&name.to_owned()), "{name}: {found:?}");
    }
    let garbage = tampered.with(&payment, |item| drop(item.insert("d".to_owned(), string("x")))).await;
    assert!(garbage.contains(&"unreadable_item".to_owned()), "{garbage:?}");
    let gone = tampered.without(&invoice).await;
    assert!(gone.contains(&"aggregate_missing".to_owned()), "{gone:?}");
    let set = tampered.read(&tampered.of("SET", &tampered.ada), "A").await;
    let found = tampered
        .with(&set, |item| {
            let Some(AttributeValue::L(members)) = document(item).get_mut("invoices") else { panic!() };
            members.pop();
        })
        .await;
    assert!(found.contains(&"row".to_owned()) && found.contains(&"counter".to_owned()), "{found:?}");
}

#[tokio::test]
async fn an_entry_that_was_edited_or_removed_is_found() {
    let tampered = Tampered::new().await;
    let journal = tampered.all(&format!("JOURNAL#{}#2026-06", tampered.clinic.practice)).await;
    let paid = journal.iter().find(|entry| entry["source"].as_s().unwrap().starts_with("pay_")).unwrap();
    let edit = |item: &mut Item| {
        let Some(AttributeValue::L(postings)) = item.get_mut("postings") else { panic!() };
        let Some(AttributeValue::M(posting)) = postings.first_mut() else { panic!() };
        posting.insert("cents".to_owned(), number(1));
    };
    let found = tampered.with(paid, edit).await;
    assert!(found.contains(&"unbalanced_entry".to_owned()) && found.len() > 1, "{found:?}");
    let gone = tampered.without(paid).await;
    for name in ["payment_received", "payment_credit", "invoice_balance", "patient_owed"] {
        assert!(gone.contains(&name.to_owned()), "{name}: {gone:?}");
    }
    let moved = tampered.with(paid, |item| drop(item.insert("version".to_owned(), number(9)))).await;
    assert!(moved.contains(&"unreadable_item".to_owned()), "{moved:?}");
    let mut twice = paid.clone();
    let later = twice["sk"].as_s().unwrap().replacen("00000", "00009", 1);
    twice.insert("sk".to_owned(), string(&later));
    tampered.write(twice.clone()).await;
    assert_eq!(tampered.found().await, ["unreadable_item"], "an entry under another key is none");
    tampered.remove(&twice).await;
}

#[tokio::test]
async fn an_event_that_was_edited_removed_moved_or_cut_off_is_found() {
    let tampered = Tampered::new().await;
    let invoice = tampered.of("INVOICE", &tampered.invoice);
    let (first, second) =
        (tampered.read(&invoice, "E#00000001").await, tampered.read(&invoice, "E#00000002").await);
    let last = tampered.read(&invoice, "E#00000003").await;
    let forge = |item: &mut Item| {
        let text = item["b"].as_s().unwrap().replace("user_ada", "user_eve");
        drop(item.insert("b".to_owned(), string(&text)));
    };
    assert_eq!(tampered.with(&second, forge).await, ["history_broken"]);
    assert_eq!(tampered.without(&second).await, ["history_broken"]);
    assert_eq!(tampered.without(&last).await, ["history_broken"]);
    let swap = |item: &mut Item, with: &Item| {
        for name in ["b", "h"] {
            item.insert(name.to_owned(), with[name].clone());
        }
    };
    let mut swapped = first.clone();
    swap(&mut swapped, &second);
    tampered.write(swapped).await;
    assert_eq!(tampered.with(&second, |item| swap(item, &first)).await, ["history_broken"]);
    tampered.write(first).await;
    assert_eq!(tampered.found().await, Vec::<String>::new());
    let unreadable = tampered.with(&last, |item| drop(item.remove("h"))).await;
    assert_eq!(unreadable, ["history_broken"]);
}

#[tokio::test]
async fn a_command_at_work_is_no_difference() {
    let tampered = Tampered::new().await;
    let clinic = &tampered.clinic;
    let working = async {
        for _ in 0..12 {
            clinic.cash(&tampered.ada, "1.00", &[(&tampered.invoice, "1.00")]).await.ok();
        }
    };
    let proving = async {
        for _ in 0..4 {
            assert_eq!(tampered.found().await, Vec::<String>::new());
        }
    };
    futures_util::future::join(working, proving).await;
    clinic.proven_books().await;
}

#[tokio::test]
async fn another_practice_is_another_proof() {
    let tampered = Tampered::new().await;
    let neighbour = tampered.clinic.neighbour().await;
    let ben = neighbour.patient("Ben").await;
    neighbour.open_invoice(&ben, "99.00").await;
    let account = tampered.read(&format!("PATIENT#{}#{ben}", neighbour.practice), "B").await;
    let mut edited = account.clone();
    edited.insert("owed".to_owned(), number(1));
    tampered.write(edited).await;
    assert_eq!(tampered.found().await, Vec::<String>::new());
    let options = Options { processor: false, ..Options::default() };
    assert_eq!(neighbour.proof(&options).await.differences.len(), 1);
}
