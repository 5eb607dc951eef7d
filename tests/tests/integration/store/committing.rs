//! What a commit guards: nothing is written over what it did not read.

use paywell_domain::{
    Cents, Decision, EventKind, Invoice, InvoiceId, InvoiceStatus, Patient, PatientId,
    invoice::AdjustmentReason,
};
use paywell_store::{Answer, Command, Commit, CommitError, Key, Stored};
use paywell_tests::support::Clinic;

async fn read(clinic: &Clinic, id: PatientId) -> Stored<Patient> {
    clinic.stored::<Patient>(id).await
}

fn changed(patient: &Stored<Patient>) -> Decision<Patient> {
    Decision::of(patient.state.clone(), EventKind::PatientCreated)
}

async fn commit(clinic: &Clinic, fill: impl FnOnce(&mut Commit)) -> Result<(), CommitError> {
    let mut commit = Commit::new(&clinic.by(), None);
    fill(&mut commit);
    clinic.world.store.commit(commit).await
}

#[tokio::test]
async fn what_was_changed_since_it_was_read_is_not_written_over() {
    let clinic = Clinic::open().await;
    let ada: PatientId = clinic.patient("Ada").await.parse().unwrap();
    let read_before = read(&clinic, ada).await;
    commit(&clinic, |commit| drop(commit.update(&read_before, changed(&read_before)).unwrap()))
        .await
        .unwrap();
    let before = clinic.world.dump().await;
    let stale =
        commit(&clinic, |commit| drop(commit.update(&read_before, changed(&read_before)).unwrap())).await;
    assert!(matches!(stale, Err(CommitError::Conflict)), "{stale:?}");
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn what_a_decision_only_read_must_not_have_changed_either() {
    let clinic = Clinic::open().await;
    let ada: PatientId = clinic.patient("Ada").await.parse().unwrap();
    let ben: PatientId = clinic.patient("Ben").await.parse().unwrap();
    let (read_before, other) = (read(&clinic, ada).await, read(&clinic, ben).await);
    let depend = |commit: &mut Commit| {
        drop(commit.update(&other, changed(&other)).unwrap());
        commit.require_unchanged(&read_before);
    };
    commit(&clinic, |commit| drop(commit.update(&read_before, changed(&read_before)).unwrap()))
        .await
        .unwrap();
    let before = clinic.world.dump().await;
    let stale = commit(&clinic, depend).await;
    assert!(matches!(stale, Err(CommitError::Conflict)), "{stale:?}");
    assert!(clinic.world.dump().await == before, "nothing is written");
    let fresh = read(&clinic, ada).await;
    let now = commit(&clinic, |commit| {
        drop(commit.update(&other, changed(&other)).unwrap());
        commit.require_unchanged(&fresh);
    });
    now.await.unwrap();
}

#[tokio::test]
async fn money_asked_of_a_patient_is_asked_again_once_their_first_money_moved() {
    let clinic = Clinic::open().await;
    let ada: PatientId = clinic.patient("Ada").await.parse().unwrap();
    let account = async || {
        let read = clinic.world.store.load([Key::patient_balance(&clinic.practice, ada)]).await.unwrap();
        read.account(&clinic.practice, ada)
    };
    let read_before = account().await;
    clinic.open_invoice(&ada.to_string(), "125.00").await;
    let stale = commit(&clinic, |commit| commit.require_money_unmoved(ada, &read_before)).await;
    assert!(matches!(stale, Err(CommitError::Conflict)), "{stale:?}");
    let fresh = account().await;
    commit(&clinic, |commit| commit.require_money_unmoved(ada, &fresh)).await.unwrap();
}

#[tokio::test]
async fn a_command_that_was_begun_is_answered_once() {
    let clinic = Clinic::open().await;
    let command = Command { scope: "usr_ada".into(), key: "k-1".into(), fingerprint: "f".into() };
    let answer = |body: &str| Answer { status: 201, body: body.to_owned(), location: None, version: None };
    commit(&clinic, |commit| commit.begin(&command, "pay_1")).await.unwrap();
    commit(&clinic, |commit| commit.finish(&command, &answer("first"))).await.unwrap();
    let before = clinic.world.dump().await;
    let second = commit(&clinic, |commit| commit.finish(&command, &answer("second"))).await;
    assert!(matches!(second, Err(CommitError::Conflict)), "{second:?}");
    assert!(clinic.world.dump().await == before, "whoever asks again is told the first");
}

#[tokio::test]
async fn what_is_there_is_not_made_again() {
    let clinic = Clinic::open().await;
    let ada: PatientId = clinic.patient("Ada").await.parse().unwrap();
    let patient = read(&clinic, ada).await;
    let again = commit(&clinic, |commit| drop(commit.create(changed(&patient)).unwrap())).await;
    assert!(matches!(again, Err(CommitError::Conflict)), "{again:?}");
}

#[tokio::test]
async fn more_than_a_transaction_holds_is_refused_whole() {
    let clinic = Clinic::open().await;
    let ada: PatientId = clinic.patient("Ada").await.parse().unwrap();
    let patient = read(&clinic, ada).await;
    let many = Decision {
        state: patient.state.clone(),
        events: vec![EventKind::PatientCreated; 100],
        postings: vec![],
    };
    let before = clinic.world.dump().await;
    let refused = commit(&clinic, |commit| drop(commit.update(&patient, many).unwrap())).await;
    assert!(matches!(refused, Err(CommitError::Store(_))), "{refused:?}");
    assert!(clinic.world.dump().await == before, "nothing is written");
    let keys = (0..101).map(|n| Key { pk: format!("NOTHING#{n}"), sk: "A".to_owned() });
    assert!(clinic.world.store.load(keys).await.is_err(), "nor is more read than a batch holds");
}

#[tokio::test]
async fn no_step_is_written_that_an_invoice_may_not_take() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id: InvoiceId = clinic.open_invoice(&ada, "125.00").await.parse().unwrap();
    let open = clinic.stored::<Invoice>(id).await;
    for (status, allowed) in [(InvoiceStatus::Draft, false), (InvoiceStatus::Open, true)] {
        let step = Invoice { status, ..open.state.clone() };
        let written =
            Commit::new(&clinic.by(), None).update(&open, Decision::of(step, EventKind::InvoiceReminded));
        assert_eq!(written.is_ok(), allowed, "open to {status:?}");
    }
}

#[tokio::test]
async fn no_money_is_booked_without_the_practices_date() {
    let clinic = Clinic::open().await;
    let (_, invoice) = clinic.ada_owing().await;
    let open = clinic.stored::<Invoice>(invoice.parse().unwrap()).await;
    let adjusted = open.state.adjust(Cents::new(-100), AdjustmentReason::Courtesy, None).unwrap();
    let written = |zone| Commit::new(&clinic.by(), zone).update(&open, adjusted.clone());
    assert!(written(None).is_err());
    assert!(written(Some(chrono_tz::America::New_York)).is_ok());
}
