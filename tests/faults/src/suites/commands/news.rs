//! What the processor tells, and what schedules ask it.

use chrono::TimeDelta;
use paywell_domain::Account;
use paywell_tests::support::{BY_BANK, BY_CARD};
use serde_json::{Value, json};

use super::{Prepared, Scene, pay_open_sessions, with};
use crate::{Fault, Outcome, Plan, When};

/// News of the processor, or a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum News {
    SessionCompleted,
    SessionExpired,
    DebitProcessing,
    DebitSucceeded,
    DebitFailed,
    DebitReturned,
    ChargeSucceeded,
    MethodAttached,
    MethodConsented,
    MethodDetached,
    ChargeRefunded,
    RefundSucceeded,
    RefundFailed,
    DisputeOpened,
    DisputeWon,
    DisputeLost,
    /// Asks about a charge whose answer was lost.
    AskAboutCharge,
    /// Asks about a refund whose answer was lost.
    AskAboutRefund,
    /// Ends a session for what was paid at the desk.
    ExpireSession,
    /// Goes through the processor's charges, one of which nobody told of.
    Nightly,
}

/// A test card whose refunds stay pending, and one whose refunds fail later (<https://docs.stripe.com/testing>).
const PENDS_REFUNDS: &str = "4000000000007726";
const FAILS_REFUNDS: &str = "4000000000005126";

impl News {
    pub(super) const ALL: [Self; 20] = [
        Self::SessionCompleted,
        Self::SessionExpired,
        Self::DebitProcessing,
        Self::DebitSucceeded,
        Self::DebitFailed,
        Self::DebitReturned,
        Self::ChargeSucceeded,
        Self::MethodAttached,
        Self::MethodConsented,
        Self::MethodDetached,
        Self::ChargeRefunded,
        Self::RefundSucceeded,
        Self::RefundFailed,
        Self::DisputeOpened,
        Self::DisputeWon,
        Self::DisputeLost,
        Self::AskAboutCharge,
        Self::AskAboutRefund,
        Self::ExpireSession,
        Self::Nightly,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        match self {
            Self::SessionCompleted | Self::SessionExpired | Self::DebitProcessing | Self::ExpireSession => {
                self.of_session(scene).await
            }
            Self::MethodAttached | Self::MethodConsented | Self::MethodDetached => {
                self.of_method(scene).await
            }
            Self::DebitSucceeded | Self::DebitFailed | Self::DebitReturned => self.of_debit(scene).await,
            Self::ChargeRefunded | Self::RefundSucceeded | Self::RefundFailed | Self::AskAboutRefund => {
                self.of_refund(scene).await
            }
            Self::DisputeOpened | Self::DisputeWon | Self::DisputeLost => self.of_dispute(scene).await,
            Self::ChargeSucceeded | Self::AskAboutCharge | Self::Nightly => self.of_charge(scene).await,
        }
    }

    async fn of_session(self, scene: &Scene<'_>) -> Prepared {
        let (clinic, amount) = (&scene.clinic, scene.amount());
        let (owed, paid) = (owed(scene), taken(scene));
        let invoice = scene.invoice().await;
        clinic.press_pay(&clinic.link(&scene.ada, &[&invoice]).await).await;
        let sessions = scene.site.at_processor("checkout/sessions").await;
        let text = |name: &str| sessions[0][name].as_str().unwrap().to_owned();
        match self {
            Self::SessionCompleted => {
                pay_open_sessions(scene.site).await;
                scene.told("checkout.session.completed", &paid).await
            }
            Self::SessionExpired => {
                let path = format!("checkout_sessions/{}/expire", text("id"));
                scene.site.processor.order(&path, &Value::Null).await;
                scene.told("checkout.session.expired", &owed).await
            }
            Self::DebitProcessing => {
                assert!(scene.site.fill_in(&text("url"), BY_BANK).await, "the account is good");
                scene.told("checkout.session.completed", &paid).await
            }
            _ => {
                clinic.cash(&scene.ada, &amount, &[(&invoice, &amount)]).await.ok();
                // The practice's own clock ran ahead, a second a request.
                scene.site.pass(TimeDelta::minutes(1));
                scene.scheduled(json!({}), &[(Account::CashDrawer, scene.cents)])
            }
        }
    }

    async fn of_method(self, scene: &Scene<'_>) -> Prepared {
        if self == Self::MethodDetached {
            let method = scene.put_on_file(BY_CARD).await;
            scene.site.processor.call(&format!("/v1/payment_methods/{method}/detach"), &[]).await;
            return scene.told("payment_method.detached", &[]).await;
        }
        let page = scene.clinic.set_up(&scene.ada).await.field("url");
        scene.site.pay_by_card(&page).await;
        match self {
            Self::MethodAttached => scene.told("payment_method.attached", &[]).await,
            _ => {
                for event in scene.site.at_processor("events").await {
                    if event["type"] == "payment_method.attached" {
                        assert_eq!(scene.clinic.webhook(&event).await.status, 204);
                    }
                }
                scene.told("setup_intent.succeeded", &[]).await
            }
        }
    }

    async fn of_debit(self, scene: &Scene<'_>) -> Prepared {
        scene.put_on_file(BY_BANK).await;
        scene.charge(&json!({})).await.await.ok();
        scene.hear().await;
        let end = if self == Self::DebitFailed { "fail" } else { "succeed" };
        scene.site.processor.order("debits/settle", &json!({ "outcome": end })).await;
        match self {
            Self::DebitSucceeded => scene.told("payment_intent.succeeded", &taken(scene)).await,
            Self::DebitFailed => scene.told("payment_intent.payment_failed", &owed(scene)).await,
            _ => {
                scene.hear().await;
                self.dispute(scene, "insufficient_funds").await;
                scene.told("charge.dispute.created", &owed(scene)).await
            }
        }
    }

    async fn of_refund(self, scene: &Scene<'_>) -> Prepared {
        let number = match self {
            Self::RefundSucceeded => PENDS_REFUNDS,
            Self::RefundFailed => FAILS_REFUNDS,
            _ => "4242424242424242",
        };
        let part = scene.part();
        let some = [(Account::ProcessorClearing, scene.cents - part), (Account::PatientReceivable, part)];
        scene.put_on_file(&with(BY_CARD, "number", number)).await;
        let payment = scene.charge(&json!({})).await.await.field("id");
        scene.hear().await;
        let refund = scene.refund(&payment, part, &Value::Null);
        if self == Self::AskAboutRefund {
            self.lose_answer(scene, &refund.event(), "POST /v1/refunds").await;
            return scene.scheduled(json!({}), &some);
        }
        refund.await.ok();
        if self == Self::ChargeRefunded {
            return scene.told("charge.refunded", &some).await;
        }
        scene.hear().await;
        let end = if self == Self::RefundSucceeded { "succeeded" } else { "failed" };
        let refunds = scene.site.at_processor("refunds").await;
        let path = format!("refunds/{}/settle", refunds[0]["id"].as_str().unwrap());
        scene.site.processor.order(&path, &json!({ "status": end })).await;
        match self {
            Self::RefundSucceeded => scene.told("refund.updated", &some).await,
            _ => scene.told("refund.failed", &taken(scene)).await,
        }
    }

    async fn of_dispute(self, scene: &Scene<'_>) -> Prepared {
        scene.put_on_file(BY_CARD).await;
        scene.charge(&json!({})).await.await.ok();
        scene.hear().await;
        let dispute = self.dispute(scene, "fraudulent").await;
        if self == Self::DisputeOpened {
            let held = [(Account::DisputedFunds, scene.cents)];
            return scene.told("charge.dispute.created", &held).await;
        }
        scene.hear().await;
        let (end, leaves) =
            if self == Self::DisputeWon { ("won", taken(scene)) } else { ("lost", owed(scene)) };
        scene.site.processor.order(&format!("disputes/{dispute}/close"), &json!({ "status": end })).await;
        scene.told("charge.dispute.closed", &leaves).await
    }

    /// The patient's bank takes back the one charge; gives the dispute.
    async fn dispute(self, scene: &Scene<'_>, reason: &str) -> String {
        let truth = scene.site.processor.simulator.truth();
        let path = format!("charges/{}/dispute", truth.charges[0].id);
        scene.site.processor.order(&path, &json!({ "reason": reason })).await;
        scene.site.processor.simulator.truth().disputes[0].id.clone()
    }

    /// A charge of which the practice knows nothing but that it was to be confirmed.
    async fn of_charge(self, scene: &Scene<'_>) -> Prepared {
        scene.put_on_file(BY_CARD).await;
        let charge = scene.charge(&json!({})).await;
        scene.site.world.set_clock(scene.site.now());
        self.lose_answer(scene, &charge.event(), "POST /v1/payment_intents/*/confirm").await;
        match self {
            Self::ChargeSucceeded => scene.told("payment_intent.succeeded", &taken(scene)).await,
            Self::AskAboutCharge => scene.scheduled(json!({}), &taken(scene)),
            _ => scene.scheduled(json!({ "nightly": true }), &taken(scene)),
        }
    }

    /// The function is gone when the processor answers. Then time passes until it is asked again.
    async fn lose_answer(self, scene: &Scene<'_>, event: &Value, operation: &'static str) {
        let plan = Plan::every(operation, Fault::Kill(When::After));
        assert_eq!(scene.site.send(event, 0, &plan).await.outcome, Outcome::Died, "it did ask");
        if self != Self::ChargeSucceeded {
            scene.site.pass(TimeDelta::minutes(6));
        }
    }
}

fn owed(scene: &Scene<'_>) -> [(Account, i64); 1] {
    [(Account::PatientReceivable, scene.cents)]
}

fn taken(scene: &Scene<'_>) -> [(Account, i64); 1] {
    [(Account::ProcessorClearing, scene.cents)]
}
