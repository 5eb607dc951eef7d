//! What staff do at the desk, without the processor.

use paywell_domain::Account;
use paywell_tests::support::Request;
use serde_json::{Value, json};

use super::{Prepared, Scene, dollars};

/// A command at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum Desk {
    CreatePatient,
    CreateTreatment,
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
    Adjust,
    ReverseAdjustment,
    WriteOff,
    ReverseWriteOff,
    Collections,
    ReverseCollections,
    SetAllocations,
    ApplyCredit,
    RefundCash,
}

impl Desk {
    pub(super) const ALL: [Self; 22] = [
        Self::CreatePatient,
        Self::CreateTreatment,
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
        Self::Adjust,
        Self::ReverseAdjustment,
        Self::WriteOff,
        Self::ReverseWriteOff,
        Self::Collections,
        Self::ReverseCollections,
        Self::SetAllocations,
        Self::ApplyCredit,
        Self::RefundCash,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        match self {
            Self::CreatePatient | Self::CreateTreatment | Self::CreateInvoice | Self::AskForPayment => {
                self.create(scene)
            }
            Self::EditInvoice
            | Self::SendInvoice
            | Self::MailInvoice
            | Self::RemindOfInvoice
            | Self::VoidInvoice => self.on_draft(scene).await,
            Self::RecordCash
            | Self::RecordCashTwoInvoices
            | Self::RecordAskedPayment
            | Self::CancelPayment => self.record(scene).await,
            Self::SetAllocations | Self::ApplyCredit | Self::RefundCash => self.move_money(scene).await,
            _ => self.correct(scene).await,
        }
    }

    fn create(self, scene: &Scene<'_>) -> Prepared {
        let (ada, amount) = (&scene.ada, scene.amount());
        let (path, body) = match self {
            Self::CreatePatient => (
                "/v1/patients",
                json!({ "first_name": "Bob", "last_name": "Byron", "birth_date": "1980-12-10" }),
            ),
            Self::CreateTreatment => (
                "/v1/treatments",
                json!({ "patient_id": ada, "service_at": "2026-05-01T14:00:00Z", "codes": ["99213"] }),
            ),
            Self::CreateInvoice => {
                let lines = json!([{ "description": "Office visit", "unit_price": amount }]);
                ("/v1/invoices", json!({ "patient_id": ada, "currency": "USD", "lines": lines }))
            }
            _ => ("/v1/payments", json!({ "patient_id": ada, "amount": amount, "currency": "USD" })),
        };
        scene.sending(&scene.clinic.post(path, &body), &[])
    }

    async fn on_draft(self, scene: &Scene<'_>) -> Prepared {
        let clinic = &scene.clinic;
        let (portal, email) = (json!({ "channels": ["portal"] }), json!({ "channels": ["email"] }));
        let path = format!("/v1/invoices/{}", clinic.draft(&scene.ada, &scene.amount()).await);
        let sending = format!("{path}/send");
        let owed = [(Account::PatientReceivable, scene.cents)];
        match self {
            Self::EditInvoice => {
                scene.sending(&clinic.patch(&path, &json!({ "term_days": 10 })).on_version(1), &[])
            }
            Self::SendInvoice => scene.sending(&clinic.post(&sending, &portal), &owed),
            Self::MailInvoice => scene.sending(&clinic.post(&sending, &email), &owed),
            _ => {
                clinic.post(&sending, &portal).await.ok();
                let version = clinic.get(&path).await.version();
                match self {
                    Self::VoidInvoice => scene.sending(&clinic.delete(&path).on_version(version), &[]),
                    _ => scene.sending(&clinic.post_empty(&format!("{path}/remind")), &owed),
                }
            }
        }
    }

    async fn record(self, scene: &Scene<'_>) -> Prepared {
        let (clinic, ada, cents, amount) = (&scene.clinic, &scene.ada, scene.cents, scene.amount());
        if self == Self::RecordCash {
            let invoice = scene.invoice().await;
            let request = clinic.cash(ada, &amount, &[(&invoice, &amount)]);
            return scene.sending(&request, &[(Account::CashDrawer, cents)]);
        }
        if self == Self::RecordCashTwoInvoices {
            let (one, two) = (scene.invoice().await, scene.invoice().await);
            let request = clinic.cash(ada, &dollars(cents * 2), &[(&one, &amount), (&two, &amount)]);
            return scene.sending(&request, &[(Account::CashDrawer, cents * 2)]);
        }
        let path = format!("/v1/payments/{}", clinic.asked_for(ada, &amount).await);
        if self == Self::CancelPayment {
            let version = clinic.get(&path).await.version();
            let request = clinic.post(&format!("{path}/status"), &json!({ "action": "cancel" }));
            return scene.sending(&request.on_version(version), &[]);
        }
        let body = json!({ "tender": { "type": "cash" } });
        let request = clinic.post(&format!("{path}/record"), &body);
        scene.sending(&request, &[(Account::CashDrawer, cents), (Account::PatientCredit, -cents)])
    }

    /// What is owed is corrected without money.
    async fn correct(self, scene: &Scene<'_>) -> Prepared {
        let (cents, part) = (scene.cents, scene.part());
        let path = format!("/v1/invoices/{}", scene.invoice().await);
        let adjust = json!({ "direction": "down", "amount": dollars(part), "reason": "billing_error" });
        let (adjust, write_off) = (("adjustments", adjust), ("write-off", json!({ "reason": "bad_debt" })));
        let placed = ("collections", Value::Null);
        let back = ("adjustments/1/reverse", Value::Null);
        let owed = vec![(Account::PatientReceivable, cents)];
        let (before, action, leaves) = match self {
            Self::Adjust => {
                (None, adjust, vec![(Account::PatientReceivable, cents - part), (Account::Adjustments, part)])
            }
            Self::ReverseAdjustment => (Some(adjust), back, owed),
            Self::WriteOff => (None, write_off, vec![(Account::WriteOffs, cents)]),
            Self::ReverseWriteOff => (Some(write_off), back, owed),
            Self::Collections => (None, placed, vec![(Account::CollectionsReceivable, cents)]),
            _ => (Some(placed), ("collections/reverse", Value::Null), owed),
        };
        if let Some((action, body)) = before {
            on_current(scene, &path, action, &body).await.await.ok();
        }
        let (action, body) = action;
        scene.sending(&on_current(scene, &path, action, &body).await, &leaves)
    }

    /// Money that was received at the desk goes elsewhere.
    async fn move_money(self, scene: &Scene<'_>) -> Prepared {
        let (clinic, ada, cents, part) = (&scene.clinic, &scene.ada, scene.cents, scene.part());
        let (amount, invoice) = (scene.amount(), scene.invoice().await);
        let drawer = |cents| (Account::CashDrawer, cents);
        if self == Self::RefundCash {
            let payment = clinic.cash(ada, &amount, &[(&invoice, &amount)]).await.field("id");
            let request = scene.refund(&payment, part, &json!({ "type": "cash" }));
            return scene.sending(&request, &[drawer(cents - part), (Account::PatientReceivable, part)]);
        }
        let credit = clinic.cash(ada, &amount, &[]).await;
        let payment = credit.field("id");
        if self == Self::ApplyCredit {
            let path = format!("/v1/invoices/{invoice}/apply");
            let request = clinic.post(&path, &json!({ "payment_id": payment }));
            return scene.sending(&request, &[drawer(cents)]);
        }
        let body = json!({ "allocations": [{ "invoice_id": invoice, "amount": dollars(part) }] });
        let request = clinic.put(&format!("/v1/payments/{payment}/allocations"), &body);
        let left = cents - part;
        let leaves = [drawer(cents), (Account::PatientReceivable, left), (Account::PatientCredit, -left)];
        scene.sending(&request.on_version(credit.version()), &leaves)
    }
}

/// An action on an invoice as it is now.
async fn on_current(scene: &Scene<'_>, path: &str, action: &str, body: &Value) -> Request {
    let version = scene.clinic.get(path).await.version();
    let action = format!("{path}/{action}");
    let request = match body {
        Value::Null => scene.clinic.post_empty(&action),
        body => scene.clinic.post(&action, body),
    };
    request.on_version(version)
}
