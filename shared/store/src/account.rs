//! What a patient owes and has, and which hosted sessions are open: one small item, changed by every commit that moves
//! the patient's money, so that whatever changes what is due and whatever opens a session cannot miss each other.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, Update};
use paywell_domain::{Account, Cents, JournalEntry, PatientId, PaymentId, PracticeId};

use crate::{Commit, Key, StoreError, row::Item};

/// A patient's account as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatientAccount {
    /// What is owed to the practice.
    pub owed: Cents,
    /// What is owed and placed with an agency.
    pub in_collections: Cents,
    /// Money that is not applied to an invoice.
    pub credit: Cents,
    /// How often money has moved, or begun to: its version.
    pub moves: u64,
    /// The payments whose hosted session is open.
    pub sessions: BTreeSet<PaymentId>,
}

/// What a commit does to a patient's account.
#[derive(Debug, Default)]
pub(crate) struct AccountChange {
    owed: Cents,
    in_collections: Cents,
    credit: Cents,
    moved: bool,
    opened: BTreeSet<PaymentId>,
    closed: BTreeSet<PaymentId>,
    sessions: Option<BTreeSet<PaymentId>>,
    moves: Option<u64>,
}

impl PatientAccount {
    pub(crate) fn read(item: Option<&Item>) -> Self {
        let number =
            |name: &str| item.and_then(|i| i.get(name)?.as_n().ok()?.parse().ok()).unwrap_or_default();
        let sessions = item.and_then(|i| i.get("sessions")?.as_ss().ok()).into_iter().flatten();
        Self {
            owed: Cents::new(number("owed")),
            in_collections: Cents::new(number("collections")),
            credit: Cents::new(number("credit")),
            moves: u64::try_from(number("moves")).unwrap_or_default(),
            sessions: sessions.filter_map(|id| id.parse().ok()).collect(),
        }
    }
}

impl AccountChange {
    pub(crate) fn book(&mut self, entry: &JournalEntry) -> Result<(), StoreError> {
        let add =
            |a: Cents, b: Cents| a.checked_add(b).ok_or_else(|| StoreError::internal("a balance overflows"));
        self.owed = add(self.owed, entry.effect(Account::PatientReceivable))?;
        self.in_collections = add(self.in_collections, entry.effect(Account::CollectionsReceivable))?;
        self.credit = add(self.credit, entry.effect(Account::PatientCredit).negated())?;
        self.moved = true;
        Ok(())
    }

    pub(crate) fn session(&mut self, payment: PaymentId, open: bool) {
        let (to, from) =
            if open { (&mut self.opened, &mut self.closed) } else { (&mut self.closed, &mut self.opened) };
        if !from.remove(&payment) {
            to.insert(payment);
        }
    }

    /// The update of the patient's item; none where nothing changes.
    pub(crate) fn update(
        self,
        table: &str,
        practice: &PracticeId,
        patient: PatientId,
    ) -> Result<Option<Update>, StoreError> {
        let changes = self.moved || !self.opened.is_empty() || !self.closed.is_empty();
        if !changes && self.moves.is_none() && self.sessions.is_none() {
            return Ok(None);
        }
        let key = Key::patient_balance(practice, patient).attributes();
        let mut update = Update::builder().table_name(table).set_key(Some(key));
        let mut add = Vec::new();
        // What only requires that nothing has changed counts as a move, so that two of them cannot miss each other.
        let moves = i64::from(self.moved || !changes);
        for (name, number) in [
            ("owed", self.owed.get()),
            ("collections", self.in_collections.get()),
            ("credit", self.credit.get()),
            ("moves", moves),
        ] {
            if number != 0 {
                add.push(format!("{name} :{name}"));
                update = update
                    .expression_attribute_values(format!(":{name}"), AttributeValue::N(number.to_string()));
            }
        }
        if !self.opened.is_empty() {
            add.push("sessions :opened".to_owned());
            update = update.expression_attribute_values(":opened", names(&self.opened));
        }
        let mut expression = if add.is_empty() { String::new() } else { format!("ADD {}", add.join(", ")) };
        if !self.closed.is_empty() {
            expression.push_str(" DELETE sessions :closed");
            update = update.expression_attribute_values(":closed", names(&self.closed));
        }
        let mut conditions = Vec::new();
        match &self.sessions {
            Some(none) if none.is_empty() => conditions.push("attribute_not_exists(sessions)"),
            Some(seen) => {
                conditions.push("sessions = :sessions");
                update = update.expression_attribute_values(":sessions", names(seen));
            }
            None => {}
        }
        match self.moves {
            Some(0) => conditions.push("attribute_not_exists(moves)"),
            Some(seen) => {
                conditions.push("moves = :seen");
                update = update.expression_attribute_values(":seen", AttributeValue::N(seen.to_string()));
            }
            None => {}
        }
        if !conditions.is_empty() {
            update = update.condition_expression(conditions.join(" AND "));
        }
        update.update_expression(expression.trim()).build().map(Some).map_err(StoreError::internal)
    }
}

fn names(ids: &BTreeSet<PaymentId>) -> AttributeValue {
    AttributeValue::Ss(ids.iter().map(ToString::to_string).collect())
}

impl Commit {
    /// The commit fails with a conflict where the patient's money has moved since this was read. For what opens a
    /// session or begins a charge: what it asks for is still due.
    pub fn require_money_unmoved(&mut self, patient: PatientId, read: &PatientAccount) {
        self.account(patient).moves = Some(read.moves);
    }

    /// The commit fails with a conflict where another session was opened, or one of these was closed, since this was
    /// read. For what moves money: it has marked the sessions that it outdates.
    pub fn require_sessions_unchanged(&mut self, patient: PatientId, read: &PatientAccount) {
        self.account(patient).sessions = Some(read.sessions.clone());
    }
}
