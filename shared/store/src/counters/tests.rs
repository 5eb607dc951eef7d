use std::collections::BTreeSet;

use paywell_domain::{InvoiceStatus, PaymentStatus, SetStatus};

use super::*;

/// Payments a second in one practice at its peak.
const PEAK: u64 = 50;

/// The commits of a payment by link that change counters: the patient presses Pay, the processor says that it is paid. The
/// session between them is noted on the payment alone.
const COMMITS: u64 = 2;

/// What one partition key takes a second, in write units
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html> says 1,000).
const GOAL: u64 = 500;

fn practice() -> PracticeId {
    "prac_riverside".parse().unwrap()
}

/// The bytes of an item as DynamoDB counts them: names, strings, and of a number half its digits and one
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
fn size(key: &Key, numbers: &BTreeMap<String, i64>) -> u64 {
    let of_number = |number: &i64| number.to_string().len().div_ceil(2) + 1;
    let numbers: usize = numbers.iter().map(|(name, number)| name.len() + of_number(number)).sum();
    u64::try_from("pk".len() + key.pk.len() + "sk".len() + key.sk.len() + numbers).unwrap()
}

/// Write units of a change within a transaction: two a kilobyte.
fn units(bytes: u64) -> u64 {
    2 * bytes.div_ceil(1_024)
}

/// A shard with every counter there can be: a hundred thousand things and a hundred million in each status and month.
fn full() -> Tally {
    let mut tally = Tally::default();
    let invoices = InvoiceStatus::ALL.map(InvoiceStatus::name);
    let payments = PaymentStatus::ALL.map(PaymentStatus::name);
    let sets = SetStatus::ALL.map(SetStatus::name);
    for (kind, names) in [
        ("invoice", &invoices[..]),
        ("invoice", &[crate::PARTLY_PAID]),
        ("payment", &payments),
        ("set", &sets),
    ] {
        for name in names {
            tally.standing.insert(format!("{kind}_{name}_n"), 100_000);
            tally.standing.insert(format!("{kind}_{name}_cents"), 10_000_000_000);
        }
    }
    for name in ["gross", "back"] {
        tally.standing.insert(format!("{name}_cents"), 1_000_000_000_000);
        for month in 1..=12 {
            let months = tally.months.entry(2026).or_default();
            months.insert(format!("{name}_2026-{month:02}_cents"), 10_000_000_000);
        }
    }
    tally
}

#[test]
fn no_partition_takes_more_than_half_of_what_it_can_at_fifty_payments_a_second() {
    let tally = full();
    let keys: Vec<Key> = (0..COUNTER_SHARDS).map(|shard| Key::counters(&practice(), shard)).collect();
    let partitions: BTreeSet<&str> = keys.iter().map(|key| key.pk.as_str()).collect();
    assert_eq!(partitions.len(), usize::from(COUNTER_SHARDS), "a shard is a partition of its own");
    let standing = units(size(&keys[0], &tally.standing));
    let months = units(size(&Key::counters_of(&practice(), 0, 2026), &tally.months[&2026]));
    assert_eq!((standing, months), (4, 2), "units of the two items when they are fullest");
    // Only the commit with the money changes a month.
    let a_second = PEAK * (COMMITS * standing + months);
    assert_eq!(
        a_second, 500,
        "more than one partition should take of a whole practice with all its other writes"
    );
    assert!(a_second / u64::try_from(partitions.len()).unwrap() <= GOAL / 4, "{a_second}");
}

#[test]
fn what_a_commit_updates_does_not_grow_with_the_years() {
    let mut tally = full();
    let year = tally.months[&2026].clone();
    tally.months.extend((2000..2026).map(|before| (before, year.clone())));
    assert_eq!(tally.standing.len(), full().standing.len());
    assert_eq!(tally.updates("t", &practice(), "s").unwrap().len(), 28, "a year is an item");
}

#[test]
fn what_comes_to_nothing_is_no_update() {
    let mut tally = Tally::of("invoice", "open", Cents::new(5));
    tally.add(&full(), 1);
    let same = tally.clone();
    tally.add(&same, -1);
    assert_eq!(tally, Tally::default());
    assert!(tally.updates("t", &practice(), "s").unwrap().is_empty());
}

#[test]
fn what_is_read_is_what_was_written() {
    let (full, mut read) = (full(), Tally::default());
    for (key, numbers) in [
        (Key::counters(&practice(), 3), &full.standing),
        (Key::counters_of(&practice(), 3, 2026), &full.months[&2026]),
    ] {
        let mut item = key.attributes();
        let number = |(name, number): (&String, &i64)| (name.clone(), AttributeValue::N(number.to_string()));
        item.extend(numbers.iter().map(number));
        read.read(&item);
    }
    assert_eq!(read, full);
    assert_eq!(read.get("gross_2026-11_cents"), 10_000_000_000);
    assert_eq!(read.iter().count(), full.standing.len() + 24);
}
