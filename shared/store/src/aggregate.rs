//! What is stored as a versioned whole, with its events beside it.

mod appointment;
mod plans;
mod rules;

use aws_sdk_dynamodb::types::AttributeValue;
use paywell_domain::{
    ContactStanding, Currency, Export, ExportId, Invoice, InvoiceId, InvoiceSet, InvoiceStatus, Link, LinkId,
    MethodsOnFile, Patient, PatientId, Payment, PaymentId, Payout, PortalSession, Practice, PracticeId,
    Treatment, TreatmentId, event::Head, link::TokenHash, portal::ContactHash,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Key, StoreError,
    counters::Tally,
    keys::{self, Queue},
    list::Listed,
    lookup, portal,
    row::{InvoiceRow, Item, PARTLY_PAID, PatientRow, PaymentRow, SetRow, TransactionRow},
};

/// An aggregate as it was read: what it is, and which version that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<A> {
    /// The aggregate.
    pub state: A,
    /// How many events it has had; its ETag.
    pub version: u64,
    /// The hash of its last event.
    pub head: Head,
}

/// What is stored as a versioned whole.
pub trait Aggregate: Serialize + DeserializeOwned {
    /// What names it within its practice.
    type Id: Clone;

    /// Where it is.
    fn key_of(practice: &PracticeId, id: Self::Id) -> Key;

    /// What names it.
    fn id(&self) -> Self::Id;

    /// The name by which events and journal entries refer to it.
    fn name(&self) -> String;

    /// What the tracker's lists show of it, with the index keys: its rows, none where it is in no list.
    ///
    /// # Errors
    /// A row cannot be encoded: a bug.
    fn rows(&self, _practice: &PracticeId) -> Result<Vec<Item>, StoreError> {
        Ok(Vec::new())
    }

    /// What it adds to the practice's counters.
    fn tally(&self) -> Tally {
        Tally::default()
    }

    /// Attributes on the item itself that put it into an index.
    fn index(&self, _practice: &PracticeId) -> Item {
        Item::new()
    }

    /// Whose money its postings move (none: the practice's own), and in which currency; none where it moves none.
    fn books(&self) -> Option<(Option<PatientId>, Currency)> {
        None
    }

    /// The payment that is under way at the processor, and whose it is: noted with the patient's balance, so that
    /// whatever changes what is due, or asks for it, finds it there.
    fn under_way(&self) -> Option<(PatientId, PaymentId)> {
        None
    }

    /// Whether its state may come after that one: along its machine.
    fn follows(&self, _before: &Self) -> bool {
        true
    }
}

impl Aggregate for Practice {
    type Id = ();

    fn key_of(practice: &PracticeId, (): ()) -> Key {
        Key::practice(practice)
    }

    fn id(&self) {}

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn rows(&self, practice: &PracticeId) -> Result<Vec<Item>, StoreError> {
        let pointer = self.text_number.as_ref().map(|number| lookup::text_number(number, practice));
        Ok(pointer.into_iter().collect())
    }

    fn index(&self, _practice: &PracticeId) -> Item {
        Item::from([
            ("queue".to_owned(), AttributeValue::S(keys::PRACTICES.to_owned())),
            ("due_at".to_owned(), AttributeValue::S(self.id.to_string())),
        ])
    }
}

impl Aggregate for Patient {
    type Id = PatientId;

    fn key_of(practice: &PracticeId, id: PatientId) -> Key {
        Key::patient(practice, id)
    }

    fn id(&self) -> PatientId {
        self.id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn rows(&self, practice: &PracticeId) -> Result<Vec<Item>, StoreError> {
        let mut rows = vec![PatientRow::try_from(self).map_err(StoreError::internal)?.item(practice)?];
        rows.extend(portal::contact_rows(practice, self));
        Ok(rows)
    }
}

impl Aggregate for ContactStanding {
    type Id = ContactHash;

    fn key_of(practice: &PracticeId, contact: ContactHash) -> Key {
        Key::standing(practice, &contact)
    }

    fn id(&self) -> ContactHash {
        self.contact.hash()
    }

    fn name(&self) -> String {
        format!("standing_{}", self.contact.hash().as_str())
    }
}

impl Aggregate for PortalSession {
    type Id = TokenHash;

    fn key_of(practice: &PracticeId, token: TokenHash) -> Key {
        Key::portal_session(practice, &token)
    }

    fn id(&self) -> TokenHash {
        self.token.clone()
    }

    fn name(&self) -> String {
        self.id.to_string()
    }
}

impl Aggregate for Treatment {
    type Id = TreatmentId;

    fn key_of(practice: &PracticeId, id: TreatmentId) -> Key {
        Key::treatment(practice, id)
    }

    fn id(&self) -> TreatmentId {
        self.id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }
}

impl Aggregate for Invoice {
    type Id = InvoiceId;

    fn key_of(practice: &PracticeId, id: InvoiceId) -> Key {
        Key::invoice(practice, id)
    }

    fn id(&self) -> InvoiceId {
        self.id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn rows(&self, practice: &PracticeId) -> Result<Vec<Item>, StoreError> {
        if self.status == InvoiceStatus::Deleted {
            return Ok(Vec::new());
        }
        Ok(vec![InvoiceRow::from(self).item(practice)?])
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::of("invoice", self.status.name(), self.balance());
        if self.status == InvoiceStatus::Open && self.applied.is_positive() {
            tally.add(&Tally::of("invoice", PARTLY_PAID, self.balance()), 1);
        }
        tally
    }

    fn follows(&self, before: &Self) -> bool {
        self.status == before.status || before.status.can_become(self.status)
    }

    fn books(&self) -> Option<(Option<PatientId>, Currency)> {
        Some((Some(self.patient), self.currency))
    }
}

impl Aggregate for Payment {
    type Id = PaymentId;

    fn key_of(practice: &PracticeId, id: PaymentId) -> Key {
        Key::payment(practice, id)
    }

    fn id(&self) -> PaymentId {
        self.id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn rows(&self, practice: &PracticeId) -> Result<Vec<Item>, StoreError> {
        let mut rows = vec![PaymentRow::from(self).item(practice)?];
        for transaction in self.transactions() {
            rows.push(TransactionRow::of(self, transaction).item(practice)?);
        }
        Ok(rows)
    }

    fn tally(&self) -> Tally {
        Tally::of("payment", self.status.name(), self.amount.cents())
    }

    fn index(&self, practice: &PracticeId) -> Item {
        let at = self.next_at();
        at.map_or_else(Item::new, |at| Queue::Unsettled.entry(at, practice, &self.id.to_string()))
    }

    fn books(&self) -> Option<(Option<PatientId>, Currency)> {
        Some((Some(self.patient), self.currency))
    }

    fn under_way(&self) -> Option<(PatientId, PaymentId)> {
        self.is_under_way().then_some((self.patient, self.id))
    }
}

impl Aggregate for MethodsOnFile {
    type Id = PatientId;

    fn key_of(practice: &PracticeId, patient: PatientId) -> Key {
        Key::methods_on_file(practice, patient)
    }

    fn id(&self) -> PatientId {
        self.patient
    }

    fn name(&self) -> String {
        format!("methods_{}", self.patient)
    }
}

impl Aggregate for Payout {
    type Id = String;

    fn key_of(practice: &PracticeId, id: String) -> Key {
        Key::payout(practice, &id)
    }

    fn id(&self) -> String {
        self.id.clone()
    }

    fn name(&self) -> String {
        self.id.clone()
    }

    fn books(&self) -> Option<(Option<PatientId>, Currency)> {
        Some((None, self.currency))
    }
}

impl Aggregate for Export {
    type Id = ExportId;

    fn key_of(practice: &PracticeId, id: ExportId) -> Key {
        Key::export(practice, id)
    }

    fn id(&self) -> ExportId {
        self.id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn index(&self, practice: &PracticeId) -> Item {
        let at = self.continue_at();
        at.map_or_else(Item::new, |at| Queue::Exports.entry(at, practice, &self.id.to_string()))
    }

    fn follows(&self, before: &Self) -> bool {
        self.status == before.status || before.status.can_become(self.status)
    }
}

impl Aggregate for Link {
    type Id = LinkId;

    fn key_of(practice: &PracticeId, id: LinkId) -> Key {
        Key::link(practice, id)
    }

    fn id(&self) -> LinkId {
        self.id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }
}

impl Aggregate for InvoiceSet {
    type Id = PatientId;

    fn key_of(practice: &PracticeId, patient: PatientId) -> Key {
        Key::invoice_set(practice, patient)
    }

    fn id(&self) -> PatientId {
        self.id.patient
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn rows(&self, practice: &PracticeId) -> Result<Vec<Item>, StoreError> {
        Ok(vec![SetRow::from(self).item(practice)?])
    }

    fn tally(&self) -> Tally {
        Tally::of("set", self.status.name(), self.outstanding())
    }

    fn index(&self, practice: &PracticeId) -> Item {
        let at = self.due_at();
        at.map_or_else(Item::new, |at| Queue::Sets.entry(at, practice, &self.id.to_string()))
    }
}

/// The item of an aggregate.
pub(crate) fn encode<A: Aggregate>(
    practice: &PracticeId,
    state: &A,
    version: u64,
    head: Head,
) -> Result<Item, StoreError> {
    let mut item = A::key_of(practice, state.id()).attributes();
    item.insert("v".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("h".to_owned(), AttributeValue::S(head.to_string()));
    item.insert("d".to_owned(), serde_dynamo::to_attribute_value(state)?);
    item.extend(state.index(practice));
    Ok(item)
}

/// The version of an aggregate's item and the hash of its last event.
pub(crate) fn end_of(item: &Item) -> Option<(u64, Head)> {
    Some((item.get("v")?.as_n().ok()?.parse().ok()?, item.get("h")?.as_s().ok()?.parse().ok()?))
}

/// The aggregate of an item.
pub(crate) fn decode<A: Aggregate>(item: &Item) -> Result<Stored<A>, StoreError> {
    let missing = |name: &str| StoreError::internal(format!("an aggregate without {name}"));
    let version = item.get("v").and_then(|v| v.as_n().ok()).ok_or_else(|| missing("v"))?;
    let head = item.get("h").and_then(|h| h.as_s().ok()).ok_or_else(|| missing("h"))?;
    let document = item.get("d").cloned().ok_or_else(|| missing("d"))?;
    Ok(Stored {
        state: serde_dynamo::from_attribute_value(document)?,
        version: version.parse().map_err(StoreError::internal)?,
        head: head.parse().map_err(StoreError::internal)?,
    })
}
