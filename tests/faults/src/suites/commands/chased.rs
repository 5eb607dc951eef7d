//! Ada is chased: rules that a practice follows, and the day on which its run has something to do.

use chrono::{DateTime, Days, TimeDelta, Utc};
use paywell_domain::Account;
use paywell_tests::support::{Request, inbound};
use serde_json::{Value, json};

use super::{Prepared, Scene};
use crate::{Outcome, Plan};

/// Where Ada is texted.
pub(in crate::suites) const NUMBER: &str = "+16175550123";

/// Where the practice's texts come from.
pub(in crate::suites) const OURS: &str = "+18005550199";

/// A step of rules.
pub(in crate::suites) fn step(delay: u16, method: &str, fallback: Option<&str>) -> Value {
    json!({
        "delay_days": delay, "method": method, "fallback": fallback,
        "title": "You have a balance with us", "message": "Please pay, or call us.",
    })
}

/// Notifications, as SNS brings them and brings them again.
pub(in crate::suites) fn notification(events: &[Value], told_at: DateTime<Utc>) -> Value {
    let record = |event: &Value| {
        let sns = json!({ "MessageId": "95df01b4-ee98", "Timestamp": told_at, "Message": event.to_string() });
        json!({ "EventSource": "aws:sns", "Sns": sns })
    };
    json!({ "Records": events.iter().map(record).collect::<Vec<Value>>() })
}

impl Scene<'_> {
    /// What is owed, and nothing else.
    pub(super) fn owed(&self) -> [(Account, i64); 1] {
        [(Account::PatientReceivable, self.cents)]
    }

    /// What the processor took for what was owed.
    pub(super) fn taken(&self) -> [(Account, i64); 1] {
        [(Account::ProcessorClearing, self.cents)]
    }

    /// Makes rules of these steps; gives their id.
    pub(super) async fn rules(&self, title: &str, steps: &[Value]) -> String {
        let body = json!({ "title": title, "expiry_days": 60, "steps": steps });
        self.clinic.post("/v1/rule-sets", &body).await.field("id")
    }

    /// From noon of the day after on, the practice chases by these steps.
    pub(in crate::suites) async fn follow(&self, steps: &[Value]) {
        self.site.pass_to_noon(1);
        let rules = self.rules("Followed", steps).await;
        self.change_practice(&json!({ "rule_set_id": rules })).await;
    }

    /// The practice's settings are changed.
    pub(in crate::suites) async fn change_practice(&self, change: &Value) {
        let version = self.clinic.get("/v1/practice").as_owner().await.version();
        self.clinic.patch("/v1/practice", change).as_owner().on_version(version).await.ok();
    }

    /// Ada can be texted, and agreed to it.
    pub(in crate::suites) async fn agrees_to_texts(&self) {
        let path = format!("/v1/patients/{}", self.ada);
        let details = json!({ "phone": NUMBER, "time_zone": "America/New_York" });
        let version = self.clinic.get(&path).await.version();
        let version = self.clinic.patch(&path, &details).on_version(version).await.version();
        let consent = json!({ "wording": "I agree to texts about bills.", "given": "in_person" });
        let choice = json!({ "email": true, "texts": consent });
        self.clinic.put(&format!("{path}/messages"), &choice).on_version(version).await.ok();
    }

    /// An invoice over all of it that is chased from noon in two days on, which is then; gives the set's id.
    pub(in crate::suites) async fn chased(&self) -> String {
        self.clinic.open_invoice_with(&self.ada, &self.amount(), &json!({ "term_days": 1 })).await;
        self.site.pass_to_noon(2);
        self.set().await
    }

    /// A plan for an invoice of Ada's: one instalment, tomorrow, over all of it.
    pub(in crate::suites) fn plan(&self, invoice: &str) -> Request {
        let wording = format!("I agree to {}, tomorrow.", self.amount());
        let body = json!({
            "patient_id": self.ada, "invoice_ids": [invoice],
            "consent": { "wording": wording, "given": "in_person" },
            "schedule": { "count": 1, "every": "week", "first_on": self.clinic.today() + Days::new(1) },
        });
        self.clinic.post("/v1/payment-plans", &body)
    }

    /// Ada texts to us, as SNS brings it.
    pub(in crate::suites) fn texted(&self, id: &str, words: &str) -> Value {
        notification(&[inbound(id, NUMBER, OURS, words)], self.site.now())
    }

    /// Ada's invoice set.
    pub(super) async fn set(&self) -> String {
        self.clinic.get(&format!("/v1/patients/{}/invoice-set", self.ada)).await.field("id")
    }

    /// A run of outreach, a minute later: the practice's own clock ran ahead, a second a request. Whatever is due is done.
    pub(in crate::suites) async fn run_outreach(&self) {
        self.run(&self.outreach(&[])).await;
    }

    /// A run of reconcile, a minute later.
    pub(in crate::suites) async fn run_reconcile(&self) {
        self.run(&self.reconcile(&[])).await;
    }

    async fn run(&self, prepared: &Prepared) {
        let Outcome::Answer(run) = prepared.send(self.site, &Plan::none()).await.outcome else {
            panic!("a run that nothing disturbs ends")
        };
        let (of_copays, of_others) = (run["copays"]["due"].as_u64(), run["due"].as_u64());
        assert!(run["errors"] == 0 && of_copays.max(of_others) > Some(0), "{run}");
    }

    pub(super) fn outreach(&self, leaves: &[(Account, i64)]) -> Prepared {
        self.site.pass(TimeDelta::minutes(1));
        self.prepared("outreach", json!({ "source": "aws.events" }), leaves)
    }

    pub(super) fn reconcile(&self, leaves: &[(Account, i64)]) -> Prepared {
        self.site.pass(TimeDelta::minutes(1));
        self.scheduled(json!({}), leaves)
    }
}
