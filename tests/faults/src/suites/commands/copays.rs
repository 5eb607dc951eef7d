//! Copays of visits to come: asked for by link, or held on the card on file, and taken or released.

use chrono::{DateTime, TimeDelta, Utc};
use paywell_domain::Account;
use paywell_tests::support::BY_CARD;
use serde_json::json;

use super::{Prepared, Scene, planned::DECLINED_LATER, with};

/// A visit, or what becomes of its copay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum OfVisit {
    BookVisit,
    /// The run sends the patient a link for it.
    AskForCopay,
    BeginHold,
    MakeHold,
    /// A bank declines it: the patient is asked.
    DeclineHold,
    /// The run sees that it is held.
    SeeHold,
    CompleteVisit,
    CaptureCopay,
    CancelVisit,
    ReleaseCopay,
}

impl OfVisit {
    pub(super) const ALL: [Self; 10] = [
        Self::BookVisit,
        Self::AskForCopay,
        Self::BeginHold,
        Self::MakeHold,
        Self::DeclineHold,
        Self::SeeHold,
        Self::CompleteVisit,
        Self::CaptureCopay,
        Self::CancelVisit,
        Self::ReleaseCopay,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        scene.site.pass_to_noon(1);
        let collect = if self == Self::AskForCopay { "request" } else { "authorise" };
        scene.change_practice(&json!({ "copays": { "collect": collect, "days_before": 1 } })).await;
        let number = if self == Self::DeclineHold { DECLINED_LATER } else { "4242424242424242" };
        scene.put_on_file(&with(BY_CARD, "number", number)).await;
        let starts_at: DateTime<Utc> = scene.site.now() + TimeDelta::hours(22);
        let body = json!({ "patient_id": scene.ada, "starts_at": starts_at, "copay": scene.amount() });
        let book = scene.clinic.post("/v1/appointments", &body);
        if self == Self::BookVisit {
            return scene.sending(&book, &[]);
        }
        let visit = format!("/v1/appointments/{}", book.await.field("id"));
        if matches!(self, Self::AskForCopay | Self::BeginHold) {
            return scene.outreach(&[]);
        }
        scene.run_outreach().await;
        if matches!(self, Self::MakeHold | Self::DeclineHold) {
            return scene.reconcile(&[]);
        }
        scene.run_reconcile().await;
        if self == Self::SeeHold {
            scene.site.pass(TimeDelta::minutes(6));
            return scene.outreach(&[]);
        }
        self.after_hold(scene, &visit).await
    }

    /// The visit ends, and what was held is taken or released.
    async fn after_hold(self, scene: &Scene<'_>, visit: &str) -> Prepared {
        scene.hear().await;
        let is_taken = matches!(self, Self::CompleteVisit | Self::CaptureCopay);
        if is_taken {
            scene.site.pass(TimeDelta::hours(23));
        }
        let status = if is_taken { "completed" } else { "cancelled" };
        let taken = [(Account::ProcessorClearing, scene.cents), (Account::PatientCredit, -scene.cents)];
        let leaves: &[(Account, i64)] = if is_taken { &taken } else { &[] };
        let version = scene.clinic.get(visit).await.version();
        let end = scene.clinic.patch(visit, &json!({ "status": status })).on_version(version);
        if matches!(self, Self::CompleteVisit | Self::CancelVisit) {
            return scene.sending(&end, leaves);
        }
        end.await.ok();
        scene.site.pass(TimeDelta::minutes(6));
        scene.reconcile(leaves)
    }
}
