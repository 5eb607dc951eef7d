//! Links: what staff do with them, and what patients do who hold one.

use paywell_domain::Account;
use paywell_tests::support::pay_path;
use serde_json::{Value, json};

use super::{Prepared, Scene};

/// A command about a link, or by who holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum ByLink {
    IssueLink,
    RenewLink,
    RevokeLink,
    LookAtPage,
    PassIdentityCheck,
    PressPay,
    LookAtReceipt,
    ContinuePayment,
}

impl ByLink {
    pub(super) const ALL: [Self; 8] = [
        Self::IssueLink,
        Self::RenewLink,
        Self::RevokeLink,
        Self::LookAtPage,
        Self::PassIdentityCheck,
        Self::PressPay,
        Self::LookAtReceipt,
        Self::ContinuePayment,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        let (clinic, invoice) = (&scene.clinic, scene.invoice().await);
        let owed = [(Account::PatientReceivable, scene.cents)];
        let paid = [(Account::ProcessorClearing, scene.cents)];
        if self == Self::IssueLink {
            let body = json!({ "patient_id": scene.ada, "invoice_ids": [invoice] });
            return scene.sending(&clinic.post("/v1/payment-links", &body), &owed);
        }
        let link = clinic.link(&scene.ada, &[&invoice]).await;
        let of_staff = format!("/v1/payment-links/{}", link["id"].as_str().unwrap());
        let page = pay_path(&link);
        match self {
            Self::RenewLink => scene.sending(&clinic.post(&format!("{of_staff}/renew"), &json!({})), &owed),
            Self::RevokeLink => scene.sending(&clinic.post_empty(&format!("{of_staff}/revoke")), &owed),
            Self::LookAtPage => scene.sending(&clinic.by_patient("GET", page), &owed),
            Self::PassIdentityCheck => {
                let form = clinic.by_patient("POST", &format!("{page}/identity"));
                let form = form.body("birth_date=1980-12-10");
                scene.sending(&form.header("content-type", "application/x-www-form-urlencoded"), &owed)
            }
            Self::PressPay => scene.sending(&clinic.by_patient("POST", &format!("{page}/checkout")), &paid),
            _ => self.on_receipt(scene, &link).await,
        }
    }

    /// The patient is back from the processor's page, and has not paid yet.
    async fn on_receipt(self, scene: &Scene<'_>, link: &Value) -> Prepared {
        scene.clinic.press_pay(link).await;
        let sessions = scene.site.at_processor("checkout/sessions").await;
        let back = sessions[0]["success_url"].as_str().unwrap().split('?').next().unwrap();
        let receipt = &back[back.find("/pay/receipts/").unwrap()..];
        let request = match self {
            Self::LookAtReceipt => scene.clinic.by_patient("GET", receipt),
            _ => scene.clinic.by_patient("POST", &format!("{receipt}/continue")),
        };
        scene.sending(&request, &[(Account::ProcessorClearing, scene.cents)])
    }
}
