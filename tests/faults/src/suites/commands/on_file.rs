//! What staff do with methods on file, and refunds by the processor.

use paywell_domain::Account;
use paywell_tests::support::{BY_BANK, BY_CARD};
use serde_json::{Value, json};

use super::{Prepared, Scene, dollars};

/// A command for which the processor is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum OnFile {
    SetUpMethod,
    MakeDefault,
    RemoveMethod,
    ChargeCard,
    ChargeBank,
    ChargeAsked,
    Hold,
    Capture,
    CapturePart,
    Void,
    RefundByProcessor,
}

impl OnFile {
    pub(super) const ALL: [Self; 11] = [
        Self::SetUpMethod,
        Self::MakeDefault,
        Self::RemoveMethod,
        Self::ChargeCard,
        Self::ChargeBank,
        Self::ChargeAsked,
        Self::Hold,
        Self::Capture,
        Self::CapturePart,
        Self::Void,
        Self::RefundByProcessor,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        if self == Self::SetUpMethod {
            return scene.sending(&scene.clinic.set_up(&scene.ada), &[]);
        }
        let form = if self == Self::ChargeBank { BY_BANK } else { BY_CARD };
        let method = scene.put_on_file(form).await;
        match self {
            Self::MakeDefault | Self::RemoveMethod => self.on_method(scene, &method).await,
            _ => self.on_charge(scene).await,
        }
    }

    async fn on_method(self, scene: &Scene<'_>, first: &str) -> Prepared {
        let path = format!("/v1/patients/{}/payment-methods", scene.ada);
        if self == Self::RemoveMethod {
            return scene.sending(&scene.clinic.delete(&format!("{path}/{first}")), &[]);
        }
        let second = scene.put_on_file(BY_CARD).await;
        scene.sending(&scene.clinic.post_empty(&format!("{path}/{second}/default")), &[])
    }

    async fn on_charge(self, scene: &Scene<'_>) -> Prepared {
        let (clinic, cents, part) = (&scene.clinic, scene.cents, scene.part());
        let taken = [(Account::ProcessorClearing, cents)];
        let owed = [(Account::PatientReceivable, cents)];
        match self {
            Self::ChargeCard | Self::ChargeBank => {
                return scene.sending(&scene.charge(&json!({})).await, &taken);
            }
            Self::Hold => return scene.sending(&scene.charge(&json!({ "hold": true })).await, &owed),
            Self::ChargeAsked => {
                let asked = scene.charge(&Value::Null).await.await.field("id");
                let path = format!("/v1/payments/{asked}/charge");
                return scene.sending(&clinic.post(&path, &json!({ "method_on_file": {} })), &taken);
            }
            _ => {}
        }
        let hold = self != Self::RefundByProcessor;
        let payment = scene.charge(&json!({ "hold": hold })).await.await.field("id");
        scene.hear().await;
        let path = format!("/v1/payments/{payment}");
        let some = [(Account::ProcessorClearing, cents - part), (Account::PatientReceivable, part)];
        match self {
            Self::Capture => scene.sending(&clinic.post(&format!("{path}/capture"), &json!({})), &taken),
            Self::CapturePart => {
                let body = json!({ "amount": dollars(cents - part) });
                scene.sending(&clinic.post(&format!("{path}/capture"), &body), &some)
            }
            Self::Void => scene.sending(&clinic.post_empty(&format!("{path}/void")), &owed),
            _ => scene.sending(&scene.refund(&payment, part, &Value::Null), &some),
        }
    }
}
