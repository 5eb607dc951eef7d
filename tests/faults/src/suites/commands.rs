//! Each command that staff, patients and the processor can send, ready to be sent on a fresh practice.

use paywell_domain::Account;
use paywell_tests::support::{Clinic, Request, pay_path};
use serde_json::{Value, json};

use crate::Site;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    CreatePatient,
    CreateInvoice,
    EditInvoice,
    SendInvoice,
    MailInvoice,
    RemindOfInvoice,
    VoidInvoice,
    AskForPayment,
    RecordCash,
    RecordCashTwoInvoices,
    RecordAskedPayment,
    CancelPayment,
    IssueLink,
    RenewLink,
    RevokeLink,
    LookAtPage,
    PassIdentityCheck,
    PressPay,
    SessionCompleted,
}

/// A command that is ready to be sent.
pub(super) struct Prepared {
    pub(super) clinic: Clinic,
    /// What to send, and to send again.
    pub(super) event: Value,
    /// What the command is to take, in cents: at the desk, and through the processor.
    pub(super) takes: (i64, i64),
}

/// What is there when all is done. Two runs of a command have the same effect, whatever happened in one of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Effect {
    items: Vec<(&'static str, usize)>,
    owed: i64,
    credit: i64,
    in_drawer: i64,
    at_processor: i64,
    mails: usize,
}

/// The kinds of items that one effect has so many of. Numbers may have gaps, and counters are in shards by chance.
const KINDS: [&str; 13] = [
    "PATIENT#",
    "INVOICE#",
    "PAYMENT#",
    "LINK#",
    "SET#",
    "JOURNAL#",
    "INVOICES#",
    "PAYMENTS#",
    "SETS#",
    "TOKEN#",
    "WEBHOOK#",
    "IDEMPOTENCY#",
    "ATTEMPTS#",
];

impl Command {
    pub(super) const ALL: [Self; 19] = [
        Self::CreatePatient,
        Self::CreateInvoice,
        Self::EditInvoice,
        Self::SendInvoice,
        Self::MailInvoice,
        Self::RemindOfInvoice,
        Self::VoidInvoice,
        Self::AskForPayment,
        Self::RecordCash,
        Self::RecordCashTwoInvoices,
        Self::RecordAskedPayment,
        Self::CancelPayment,
        Self::IssueLink,
        Self::RenewLink,
        Self::RevokeLink,
        Self::LookAtPage,
        Self::PassIdentityCheck,
        Self::PressPay,
        Self::SessionCompleted,
    ];

    /// Whether it sends a message.
    pub(super) fn sends(self) -> bool {
        matches!(self, Self::MailInvoice | Self::RemindOfInvoice)
    }

    /// The command on a fresh practice, about so many cents.
    pub(super) async fn prepare(self, site: &Site, cents: i64) -> Prepared {
        let clinic = site.practice().await;
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let ada = clinic.patient("Ada").await;
        let (request, takes) = match self {
            Self::CreatePatient => {
                let body = json!({ "first_name": "Bob", "last_name": "Byron", "birth_date": "1980-12-10" });
                (clinic.post("/v1/patients", &body), (0, 0))
            }
            Self::CreateInvoice => {
                let lines = json!([{ "description": "Office visit", "unit_price": amount }]);
                let body = json!({ "patient_id": ada, "currency": "USD", "lines": lines });
                (clinic.post("/v1/invoices", &body), (0, 0))
            }
            Self::AskForPayment => {
                let body = json!({ "patient_id": ada, "amount": amount, "currency": "USD" });
                (clinic.post("/v1/payments", &body), (0, 0))
            }
            Self::RecordAskedPayment | Self::CancelPayment => {
                let path = format!("/v1/payments/{}", clinic.asked_for(&ada, &amount).await);
                match self {
                    Self::CancelPayment => {
                        let body = json!({ "action": "cancel" });
                        let version = clinic.get(&path).await.version();
                        let request = clinic.post(&format!("{path}/status"), &body);
                        (request.on_version(version), (0, 0))
                    }
                    _ => {
                        let body = json!({ "tender": { "type": "cash" } });
                        (clinic.post(&format!("{path}/record"), &body), (cents, 0))
                    }
                }
            }
            Self::RecordCash => {
                let invoice = clinic.open_invoice(&ada, &amount).await;
                (clinic.cash(&ada, &amount, &[(&invoice, &amount)]), (cents, 0))
            }
            Self::RecordCashTwoInvoices => {
                let one = clinic.open_invoice(&ada, &amount).await;
                let two = clinic.open_invoice(&ada, &amount).await;
                let whole = format!("{}.{:02}", cents * 2 / 100, cents * 2 % 100);
                (clinic.cash(&ada, &whole, &[(&one, &amount), (&two, &amount)]), (cents * 2, 0))
            }
            Self::EditInvoice
            | Self::SendInvoice
            | Self::MailInvoice
            | Self::RemindOfInvoice
            | Self::VoidInvoice => (self.on_invoice(&clinic, &ada, &amount).await, (0, 0)),
            _ => return self.by_link(site, clinic, &ada, cents).await,
        };
        site.world.set_clock(site.now());
        let event = request.event();
        Prepared { clinic, event, takes }
    }

    async fn on_invoice(self, clinic: &Clinic, ada: &str, amount: &str) -> Request {
        let (portal, email) = (json!({ "channels": ["portal"] }), json!({ "channels": ["email"] }));
        let path = format!("/v1/invoices/{}", clinic.draft(ada, amount).await);
        let sending = format!("{path}/send");
        match self {
            Self::EditInvoice => clinic.patch(&path, &json!({ "term_days": 10 })).on_version(1),
            Self::SendInvoice => clinic.post(&sending, &portal),
            Self::MailInvoice => clinic.post(&sending, &email),
            _ => {
                clinic.post(&sending, &portal).await.ok();
                let version = clinic.get(&path).await.version();
                match self {
                    Self::VoidInvoice => clinic.delete(&path).on_version(version),
                    _ => clinic.post_empty(&format!("{path}/remind")),
                }
            }
        }
    }

    async fn by_link(self, site: &Site, clinic: Clinic, ada: &str, cents: i64) -> Prepared {
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let invoice = clinic.open_invoice(ada, &amount).await;
        if self == Self::IssueLink {
            let body = json!({ "patient_id": ada, "invoice_ids": [invoice] });
            let event = clinic.post("/v1/payment-links", &body).event();
            return Prepared { clinic, event, takes: (0, 0) };
        }
        let link = clinic.link(ada, &[&invoice]).await;
        let of_staff = format!("/v1/payment-links/{}", link["id"].as_str().unwrap());
        let page = pay_path(&link);
        let (event, processor) = match self {
            Self::RenewLink => (clinic.post(&format!("{of_staff}/renew"), &json!({})).event(), 0),
            Self::RevokeLink => (clinic.post_empty(&format!("{of_staff}/revoke")).event(), 0),
            Self::LookAtPage => (clinic.by_patient("GET", page).event(), 0),
            Self::PassIdentityCheck => {
                let form = clinic.by_patient("POST", &format!("{page}/identity"));
                let form = form.body("birth_date=1980-12-10");
                (form.header("content-type", "application/x-www-form-urlencoded").event(), 0)
            }
            Self::PressPay => (clinic.by_patient("POST", &format!("{page}/checkout")).event(), cents),
            _ => {
                clinic.press_pay(&link).await;
                pay_open_sessions(site).await;
                let events = site.at_processor("events").await;
                let completed = events.iter().find(|event| event["type"] == "checkout.session.completed");
                (site.delivery(&clinic, completed.unwrap()), cents)
            }
        };
        Prepared { clinic, event, takes: (0, processor) }
    }
}

/// Whatever page of the processor is open, the patient pays on it: there must not be two.
pub(super) async fn pay_open_sessions(site: &Site) {
    for session in site.at_processor("checkout/sessions").await {
        if session["status"] == "open" {
            site.pay_by_card(session["url"].as_str().unwrap()).await;
        }
    }
}

impl Effect {
    /// Proves the books, and says what there is.
    pub(super) async fn of(site: &Site, clinic: &Clinic) -> Self {
        let books = site.proven_books(clinic).await;
        let dump = site.world.dump().await;
        let sum = |account| books.journal.iter().map(|entry| entry.effect(account).get()).sum();
        Self {
            items: KINDS.iter().map(|kind| (*kind, dump.count(kind))).collect(),
            owed: sum(Account::PatientReceivable),
            credit: sum(Account::PatientCredit),
            in_drawer: sum(Account::CashDrawer),
            at_processor: sum(Account::ProcessorClearing),
            mails: site.mail().await.len(),
        }
    }

    /// Whether this is the effect of a command that sends a message, after a crash: the message went once or not at
    /// all, and there may be no note of which. Whoever claimed it and is gone may have sent it.
    pub(super) fn is_but_for_a_message(&self, undisturbed: &Self) -> bool {
        let money = |effect: &Self| (effect.owed, effect.credit, effect.in_drawer, effect.at_processor);
        let mut pairs = self.items.iter().zip(&undisturbed.items);
        let notes = |kind: &str| matches!(kind, "INVOICE#" | "SET#");
        money(self) == money(undisturbed)
            && self.mails <= undisturbed.mails
            && pairs.all(|(one, other)| one == other || (notes(one.0) && one.1 + 1 == other.1))
    }

    /// What was taken, in cents: at the desk, and through the processor.
    pub(super) fn taken(&self) -> (i64, i64) {
        (self.in_drawer, self.at_processor)
    }
}
