//! What staff do to invoice sets, and the message that one is due.

use paywell_domain::Account;
use paywell_tests::support::Request;
use serde_json::{Value, json};

use super::{Prepared, Scene, chased::step};

/// A command on an invoice set, or on several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum OnSet {
    PauseSet,
    HoldForDispute,
    ResumeSet,
    SendNow,
    ChangeRuleSet,
    CancelSet,
    ChaseAgain,
    WriteOffSet,
    SetToCollections,
    ReverseSetWriteOff,
    ReverseSetCollections,
    PauseTwoSets,
    /// The run sends the message of a step.
    SendStep,
}

impl OnSet {
    pub(super) const ALL: [Self; 13] = [
        Self::PauseSet,
        Self::HoldForDispute,
        Self::ResumeSet,
        Self::SendNow,
        Self::ChangeRuleSet,
        Self::CancelSet,
        Self::ChaseAgain,
        Self::WriteOffSet,
        Self::SetToCollections,
        Self::ReverseSetWriteOff,
        Self::ReverseSetCollections,
        Self::PauseTwoSets,
        Self::SendStep,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        scene.follow(&[step(0, "email", None), step(7, "email", None)]).await;
        let set = scene.chased().await;
        if self == Self::SendStep {
            return scene.outreach(&scene.owed());
        }
        let action = |action: &str| json!({ "action": action });
        let pause = json!({ "action": "pause", "reason": "hardship" });
        let write_off = json!({ "action": "write_off", "reason": "bad_debt" });
        let (before, body) = match self {
            Self::PauseSet | Self::PauseTwoSets => (None, pause),
            Self::HoldForDispute => (None, json!({ "action": "pause", "reason": "dispute" })),
            Self::ResumeSet => (Some(pause), action("resume")),
            Self::SendNow => (None, action("send_now")),
            Self::ChangeRuleSet => {
                let rules = scene.rules("Gentle", &[step(3, "email", None)]).await;
                (None, json!({ "action": "change_rule_set", "rule_set_id": rules }))
            }
            Self::CancelSet => (None, action("cancel")),
            Self::ChaseAgain => (Some(action("cancel")), action("chase_again")),
            Self::WriteOffSet => (None, write_off),
            Self::SetToCollections => (None, action("send_to_collections")),
            Self::ReverseSetWriteOff => (Some(write_off), action("reverse")),
            _ => (Some(action("send_to_collections")), action("reverse")),
        };
        if let Some(before) = before {
            act(scene, &set, &before).await.ok();
        }
        match self {
            Self::WriteOffSet => {
                scene.sending(&act(scene, &set, &body), &[(Account::WriteOffs, scene.cents)])
            }
            Self::SetToCollections => {
                let placed = [(Account::CollectionsReceivable, scene.cents)];
                scene.sending(&act(scene, &set, &body), &placed)
            }
            Self::PauseTwoSets => self.of_two(scene, &set, body).await,
            _ => scene.sending(&act(scene, &set, &body), &scene.owed()),
        }
    }

    /// Another patient's set is paused with it.
    async fn of_two(self, scene: &Scene<'_>, set: &str, mut body: Value) -> Prepared {
        let bob = scene.clinic.patient("Bob").await;
        scene.clinic.open_invoice(&bob, &scene.amount()).await;
        let bobs = scene.clinic.get(&format!("/v1/patients/{bob}/invoice-set")).await.field("id");
        body["sets"] = json!([set, bobs]);
        let owed = [(Account::PatientReceivable, scene.cents * 2)];
        scene.sending(&scene.clinic.post("/v1/invoice-sets/actions", &body), &owed)
    }
}

fn act(scene: &Scene<'_>, set: &str, body: &Value) -> Request {
    scene.clinic.post(&format!("/v1/invoice-sets/{set}/actions"), body)
}
