//! What the objects of the tables have in common: where they are kept, what they are listed under, and when time
//! changes them.

use crate::balance::BalanceTransaction;
use crate::charges::Charge;
use crate::checkout::{Session, SessionStatus};
use crate::customers::Customer;
use crate::disputes::Dispute;
use crate::events::Event;
use crate::mandates::Mandate;
use crate::payment_intents::PaymentIntent;
use crate::payment_methods::PaymentMethod;
use crate::payouts::{Payout, PayoutStatus};
use crate::refunds::Refund;
use crate::setup_intents::SetupIntent;
use crate::state::{State, Table};

/// An object of one of the state's tables.
pub(crate) trait Row: Sized {
    /// What `No such …` calls it.
    const OBJECT: &'static str;
    /// The name of its table.
    const TABLE: &'static str;

    fn table(state: &State) -> &Table<Self>;
    fn table_mut(state: &mut State) -> &mut Table<Self>;
    fn id(&self) -> &str;
    fn created(&self) -> i64;
    /// What it is listed under: ids of other objects, or its kind.
    fn owners(&self) -> Vec<Option<&str>> {
        Vec::new()
    }
    /// The seconds since 1970 at which [`State::pass_time`] is to look at it.
    fn due(&self) -> Vec<Option<i64>> {
        Vec::new()
    }
}

macro_rules! row {
    (
        $row:ty, $table:ident, $object:literal, $created:ident
        $(, under: |$child:ident| $owners:expr)?
        $(, due: |$waiting:ident| $due:expr)?
    ) => {
        impl Row for $row {
            const OBJECT: &'static str = $object;
            const TABLE: &'static str = stringify!($table);

            fn table(state: &State) -> &Table<Self> {
                &state.$table
            }

            fn table_mut(state: &mut State) -> &mut Table<Self> {
                &mut state.$table
            }

            fn id(&self) -> &str {
                &self.id
            }

            fn created(&self) -> i64 {
                self.$created
            }

            $(fn owners(&self) -> Vec<Option<&str>> {
                let $child = self;
                Vec::from($owners)
            })?

            $(fn due(&self) -> Vec<Option<i64>> {
                let $waiting = self;
                Vec::from($due)
            })?
        }
    };
}

row!(Customer, customers, "customer", created);
row!(PaymentMethod, payment_methods, "PaymentMethod", created, under: |it| [it.customer.as_deref()]);
row!(PaymentIntent, payment_intents, "payment_intent", created, under: |it| [it.customer.as_deref()]);
row!(SetupIntent, setup_intents, "setupintent", created,
    under: |it| [it.customer.as_deref(), it.payment_method.as_deref()]);
row!(Mandate, mandates, "mandate", accepted_at, under: |it| [Some(it.payment_method.as_str())]);
row!(Charge, charges, "charge", created,
    under: |it| [Some(it.payment_intent.as_str()), it.customer.as_deref()],
    due: |it| [it.settles_at, it.books_at, it.capture_before, it.disputed_at]);
row!(Refund, refunds, "refund", created,
    under: |it| [Some(it.charge.as_str()), Some(it.payment_intent.as_str())],
    due: |it| [it.next.map(|(at, _)| at)]);
row!(Dispute, disputes, "dispute", created,
    under: |it| [Some(it.charge.as_str()), Some(it.payment_intent.as_str())]);
row!(BalanceTransaction, balance_transactions, "balance transaction", created,
    under: |it| [Some(it.source.as_str()), it.payout.as_deref(), Some(it.kind.as_str())]);
row!(Payout, payouts, "payout", created,
    due: |it| [Some(it.arrival_date).filter(|_| it.status == PayoutStatus::InTransit)]);
row!(Session, sessions, "checkout.session", created,
    under: |it| [it.customer.as_deref(), it.payment_intent.as_deref()],
    due: |it| [Some(it.expires_at).filter(|_| it.status == SessionStatus::Open)]);
row!(Event, events, "event", created, under: |it| [Some(it.kind.as_str())]);

impl State {
    /// Stores an object, new or changed.
    pub(crate) fn put<T: Row>(&mut self, row: T) {
        self.place(&row);
        T::table_mut(self).insert(row.id().to_owned(), row);
    }

    /// Changes an object in its table; `None` if there is no such.
    pub(crate) fn alter<T: Row, R>(&mut self, id: &str, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        // Taken out meanwhile, so that its places can be noted without a copy.
        let mut row = T::table_mut(self).remove(id)?;
        let result = change(&mut row);
        self.put(row);
        Some(result)
    }

    /// Notes where an object is listed and when it is due. Old places may stay: whoever reads them looks again.
    fn place<T: Row>(&mut self, row: &T) {
        self.lists.add::<T>(row);
        for at in row.due().into_iter().flatten() {
            self.agenda.insert((at, row.id().to_owned()));
        }
    }

    /// Derives the lists, the agenda and the outbox, which a snapshot does not hold.
    pub(crate) fn derive(&mut self) {
        fn all<T: Row>(state: &mut State) {
            let table = std::mem::take(T::table_mut(state));
            table.values().for_each(|row| state.place(row));
            *T::table_mut(state) = table;
        }
        all::<Customer>(self);
        all::<PaymentMethod>(self);
        all::<PaymentIntent>(self);
        all::<SetupIntent>(self);
        all::<Mandate>(self);
        all::<Charge>(self);
        all::<Refund>(self);
        all::<Dispute>(self);
        all::<BalanceTransaction>(self);
        all::<Payout>(self);
        all::<Session>(self);
        all::<Event>(self);
        self.derive_balance();
        self.derive_outbox();
        self.derive_idempotency();
    }
}
