//! What a patient owes and has, and which payments are under way: one small item, changed by every commit that moves
//! the patient's money, so that whatever changes what is due and whatever asks for it cannot miss each other.

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
    /// The payments that are under way at the processor ([`paywell_domain::Payment::is_under_way`]).
    pub under_way: BTreeSet<PaymentId>,
}

/// What a commit does to a patient's account.
#[derive(Debug, Default)]
pub(crate) struct AccountChange {
    owed: Cents,
    in_collections: Cents,
    credit: Cents,
    moved: bool,
    begun: BTreeSet<PaymentId>,
    ended: BTreeSet<PaymentId>,
    under_way: Option<BTreeSet<PaymentId>>,
    moves: Option<u64>,
}

impl PatientAccount {
    pub(crate) fn read(item: Option<&Item>) -> Self {
        let number =
            |name: &str| item.and_then(|i| i.get(name)?.as_n().ok()?.parse().ok()).unwrap_or_default();
        let under_way = item.and_then(|i| i.get("under_way")?.as_ss().ok()).into_iter().flatten();
        Self {
            owed: Cents::new(number("owed")),
            in_collections: Cents::new(number("collections")),
            credit: Cents::new(number("credit")),
            moves: u64::try_from(number("moves")).unwrap_or_default(),
            under_way: under_way.filter_map(|id| id.parse().ok()).collect(),
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

    pub(crate) fn under_way(&mut self, payment: PaymentId, is: bool) {
        let (to, from) =
            if is { (&mut self.begun, &mut self.ended) } else { (&mut self.ended, &mut self.begun) };
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
        let changes = self.moved || !self.begun.is_empty() || !self.ended.is_empty();
        if !changes && self.moves.is_none() && self.under_way.is_none() {
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
        let mut clauses = Vec::new();
        match (&self.under_way, self.begun.is_empty(), self.ended.is_empty()) {
            // One expression may name an attribute in one clause alone.
            (Some(seen), false, false) => {
                let now = seen.union(&self.begun).filter(|id| !self.ended.contains(id)).copied().collect();
                clauses.push("SET under_way = :now".to_owned());
                update = update.expression_attribute_values(":now", names(&now));
            }
            (None, false, false) => {
                return Err(StoreError::internal("payments begin and end in one commit, and were not read"));
            }
            (_, false, true) => {
                add.push("under_way :begun".to_owned());
                update = update.expression_attribute_values(":begun", names(&self.begun));
            }
            (_, true, false) => {
                clauses.push("DELETE under_way :ended".to_owned());
                update = update.expression_attribute_values(":ended", names(&self.ended));
            }
            (_, true, true) => {}
        }
        if !add.is_empty() {
            clauses.push(format!("ADD {}", add.join(", ")));
        }
        let mut conditions = Vec::new();
        match &self.under_way {
            Some(none) if none.is_empty() => conditions.push("attribute_not_exists(under_way)"),
            Some(seen) => {
                conditions.push("under_way = :under_way");
                update = update.expression_attribute_values(":under_way", names(seen));
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
        update.update_expression(clauses.join(" ")).build().map(Some).map_err(StoreError::internal)
    }
}

fn names(ids: &BTreeSet<PaymentId>) -> AttributeValue {
    AttributeValue::Ss(ids.iter().map(ToString::to_string).collect())
}

impl Commit {
    /// The commit fails with a conflict where the patient's money has moved since this was read. For what asks the
    /// processor for money: it is still due.
    pub fn require_money_unmoved(&mut self, patient: PatientId, read: &PatientAccount) {
        self.account(patient).moves = Some(read.moves);
    }

    /// The commit fails with a conflict where another payment came under way, or one of these ended, since this was
    /// read. For what moves money, or asks for it: it has regarded all of them.
    pub fn require_under_way_unchanged(&mut self, patient: PatientId, read: &PatientAccount) {
        self.account(patient).under_way = Some(read.under_way.clone());
    }
}
