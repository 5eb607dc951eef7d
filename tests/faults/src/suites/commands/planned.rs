//! Payment plans, autopay, and steps that charge: begun by the run, which does not know the processor, and made by reconcile.

use chrono::TimeDelta;
use paywell_tests::support::BY_CARD;
use serde_json::json;

use super::{Prepared, Scene, chased::step, with};

/// Something that is planned, or that becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum Planned {
    CreatePlan,
    CancelPlan,
    TurnAutopayOn,
    TurnAutopayOff,
    BeginInstalment,
    MakeInstalment,
    /// A bank declines it: it is tried again some days later.
    DeclineInstalment,
    /// The plan, the card and autopay are taken back once the charge was begun: nothing is charged.
    CancelBegun,
    RemoveBegun,
    TurnOffBegun,
    BeginAutopay,
    MakeAutopay,
    BeginStep,
    MakeStep,
    /// A bank declines it: the step goes its other way.
    DeclineStep,
}

/// A test card that is put on file and then declined (<https://docs.stripe.com/testing>).
pub(super) const DECLINED_LATER: &str = "4000000000000341";

impl Planned {
    pub(super) const ALL: [Self; 15] = [
        Self::CreatePlan,
        Self::CancelPlan,
        Self::TurnAutopayOn,
        Self::TurnAutopayOff,
        Self::BeginInstalment,
        Self::MakeInstalment,
        Self::DeclineInstalment,
        Self::CancelBegun,
        Self::RemoveBegun,
        Self::TurnOffBegun,
        Self::BeginAutopay,
        Self::MakeAutopay,
        Self::BeginStep,
        Self::MakeStep,
        Self::DeclineStep,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        match self {
            Self::CreatePlan
            | Self::CancelPlan
            | Self::BeginInstalment
            | Self::MakeInstalment
            | Self::CancelBegun
            | Self::RemoveBegun
            | Self::DeclineInstalment => self.of_plan(scene).await,
            Self::BeginStep | Self::MakeStep | Self::DeclineStep => self.of_step(scene).await,
            _ => self.of_autopay(scene).await,
        }
    }

    async fn of_plan(self, scene: &Scene<'_>) -> Prepared {
        scene.site.pass_to_noon(1);
        let method = self.card_on_file(scene).await;
        let invoice = scene.invoice().await;
        let create = scene.plan(&invoice);
        if self == Self::CreatePlan {
            return scene.sending(&create, &scene.owed());
        }
        let made = create.await;
        let path = format!("/v1/payment-plans/{}", made.field("id"));
        if self != Self::CancelPlan {
            scene.site.pass(TimeDelta::days(1));
        }
        if matches!(self, Self::CancelBegun | Self::RemoveBegun) {
            scene.run_outreach().await;
        }
        if self == Self::RemoveBegun {
            let path = format!("/v1/patients/{}/payment-methods/{method}", scene.ada);
            return scene.sending(&scene.clinic.delete(&path), &scene.owed());
        }
        if matches!(self, Self::CancelPlan | Self::CancelBegun) {
            let version = scene.clinic.get(&path).await.version();
            let request = scene.clinic.post(&format!("{path}/cancel"), &json!({})).on_version(version);
            return scene.sending(&request, &scene.owed());
        }
        self.begun_or_made(scene, Self::BeginInstalment, Self::DeclineInstalment).await
    }

    async fn of_autopay(self, scene: &Scene<'_>) -> Prepared {
        scene.site.pass_to_noon(1);
        scene.put_on_file(BY_CARD).await;
        let consent = json!({ "wording": "Charge me when a bill is due.", "given": "by_phone" });
        let path = format!("/v1/patients/{}/autopay", scene.ada);
        let on = scene.clinic.post(&path, &json!({ "consent": consent }));
        if self == Self::TurnAutopayOn {
            scene.invoice().await;
            return scene.sending(&on, &scene.owed());
        }
        on.await.ok();
        scene.chased().await;
        if self == Self::TurnOffBegun {
            scene.run_outreach().await;
        }
        if matches!(self, Self::TurnAutopayOff | Self::TurnOffBegun) {
            return scene.sending(&scene.clinic.delete(&path), &scene.owed());
        }
        self.begun_or_made(scene, Self::BeginAutopay, Self::DeclineInstalment).await
    }

    async fn of_step(self, scene: &Scene<'_>) -> Prepared {
        scene.follow(&[step(0, "email", None), step(3, "charge_card", Some("email"))]).await;
        self.card_on_file(scene).await;
        scene.chased().await;
        scene.run_outreach().await;
        scene.site.pass(TimeDelta::days(3));
        self.begun_or_made(scene, Self::BeginStep, Self::DeclineStep).await
    }

    async fn card_on_file(self, scene: &Scene<'_>) -> String {
        let declined = matches!(self, Self::DeclineInstalment | Self::DeclineStep);
        let number = if declined { DECLINED_LATER } else { "4242424242424242" };
        scene.put_on_file(&with(BY_CARD, "number", number)).await
    }

    /// The run begins the charge, or has begun it, and reconcile makes it, or asks in vain.
    async fn begun_or_made(self, scene: &Scene<'_>, begins: Self, declined: Self) -> Prepared {
        if self == begins {
            return scene.outreach(&scene.taken());
        }
        scene.run_outreach().await;
        scene.reconcile(&if self == declined { scene.owed() } else { scene.taken() })
    }
}
