//! What of a message is our own work: reading what was loaded, deciding, writing the mail, and encoding what is committed,
//! with neither table nor provider. A run does it through the same functions.

use std::time::Duration;

use chrono::{DateTime, Utc};
use paywell_app::{
    ids,
    mail::{Mail, Ways},
};
use paywell_domain::{
    Actor, InvoiceSet, Link, LinkId, Patient, Practice, RuleSet, SetId,
    invoice_set::Due,
    link::{LinkFor, Token},
    recipient::{Reach, Recipient},
    rule_set::Method,
    standing::Standings,
};
use paywell_store::{By, Commit, Due as Waiting, Key, Loaded, Pointer, Queue, Store};
use paywell_tests::support::{Clinic, LINK_KEY, PUBLIC_URL};

use super::shipped::processor_time;

/// How many sets there are, and how often each is done.
const SETS: u32 = 160;
const TIMES: u32 = 250;

/// The processor time of a message.
pub(crate) async fn of_a_message() -> Duration {
    let clinic = Clinic::open().await;
    clinic.owing(SETS).await;
    let now: DateTime<Utc> = "2026-06-06T14:00:00Z".parse().unwrap();
    let practice = clinic.stored::<Practice>(()).await.state;
    let rules = clinic.stored::<RuleSet>((practice.rule_set, practice.rule_set_version)).await.state;
    let mut read = Vec::new();
    for shard in 0..Store::queue_shards() {
        let due: Vec<Waiting<SetId>> =
            clinic.world.store.due(Queue::Sets, shard, now, None, 1_000).await.unwrap();
        for set in due {
            let (practice, patient) = (&clinic.practice, set.id.patient);
            let keys = [
                Key::practice(practice),
                Key::invoice_set(practice, patient),
                Key::patient(practice, patient),
            ];
            read.push((set.id, clinic.world.store.load(keys).await.unwrap()));
        }
    }
    assert_eq!(u32::try_from(read.len()).unwrap(), SETS);
    let by = By { practice: clinic.practice, actor: Actor::Schedule, request: "req-night".to_owned(), now };
    let before = processor_time(std::process::id()).0;
    for _ in 0..TIMES {
        for (set, loaded) in &read {
            message(&by, *set, loaded, &rules);
        }
    }
    (processor_time(std::process::id()).0 - before) / (SETS * TIMES)
}

/// From what was loaded to two commits and a mail.
fn message(by: &By, id: SetId, loaded: &Loaded, rules: &RuleSet) {
    let practice = loaded.get::<Practice>(&by.practice, ()).unwrap().unwrap().state;
    let patient = loaded.get::<Patient>(&by.practice, id.patient).unwrap().unwrap();
    let set = loaded.get::<InvoiceSet>(&by.practice, id.patient).unwrap().unwrap();
    let recipient = Recipient::of(&patient.state, &practice, &Standings::default());
    let Due::Send(step, Reach::Email(address)) = set.state.due(rules, &recipient, by.now) else {
        panic!("a mail is due")
    };
    let invoices = set.state.invoices.iter().map(|member| member.invoice).collect();
    let expires = practice.link_expiry(by.now);
    let (id, pays) = (LinkId::new(ids::new(by.now)), LinkFor::Invoices(invoices));
    let link = Link::issue(id, patient.state.id, pays, expires).unwrap();
    let mut claim = Commit::new(by, Some(practice.time_zone));
    let link = claim.create(link).unwrap().state;
    claim.show_link(&link).unwrap();
    let token = Token::of_link(LINK_KEY.as_bytes(), link.id, link.generation);
    let pointer = Pointer::Link {
        practice: by.practice.clone(),
        link: link.id,
        generation: link.generation,
        patient: link.patient,
        pays: link.pays,
    };
    claim.point(&token.hash(), &pointer).unwrap();
    let now = format!("{PUBLIC_URL}/pay/{}", token.as_str());
    let portal = format!("{PUBLIC_URL}/portal/{}", by.practice);
    let mail = Mail::step(&practice, &recipient, address, step, &Ways { now: &now, portal: &portal });
    let claimed = set.state.claim(rules, &recipient, (Method::Email, link.id), by.now);
    claim.require_unchanged(&patient);
    let set = claim.update(&set, InvoiceSet::foreseen(claimed, rules, &recipient, None, by.now)).unwrap();
    let mut note = Commit::new(by, None);
    drop(note.update(&set, set.state.sent(0, "0100018b-night".to_owned())).unwrap());
    drop(std::hint::black_box((claim, mail, note)));
}
