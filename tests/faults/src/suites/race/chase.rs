//! Whoever stops a message or a charge, and the runs that send it or make it.

use chrono::TimeDelta;
use paywell_domain::Account;
use paywell_tests::support::{BY_CARD, Request};
use serde_json::{Value, json};

use super::{Raced, Ready};
use crate::suites::commands::{Scene, step};

/// Who is first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Chase {
    /// A set is paused, and its message is due.
    PauseSend,
    /// Cash at the desk for all of it, and its message is due.
    PaySend,
    /// STOP, brought several times, and a text is due.
    StopSend,
    /// A plan is cancelled, and its instalment is due.
    CancelBegin,
    /// A plan is cancelled, and its instalment was begun.
    CancelMake,
    /// The card is taken off file, and an instalment on it was begun.
    RemoveMake,
    /// A visit is completed, and cancelled; its copay is held.
    CompleteCancel,
}

impl Chase {
    pub(super) const ALL: [Self; 7] = [
        Self::PauseSend,
        Self::PaySend,
        Self::StopSend,
        Self::CancelBegin,
        Self::CancelMake,
        Self::RemoveMake,
        Self::CompleteCancel,
    ];

    pub(super) async fn prepare(self, scene: &Scene<'_>, racers: usize) -> Ready {
        match self {
            Self::PauseSend | Self::PaySend | Self::StopSend => self.sending(scene, racers).await,
            Self::CompleteCancel => visiting(scene, racers).await,
            _ => self.charging(scene, racers).await,
        }
    }

    async fn sending(self, scene: &Scene<'_>, racers: usize) -> Ready {
        let method = if matches!(self, Self::StopSend) { "sms" } else { "email" };
        scene.follow(&[step(0, method, None), step(7, "email", None)]).await;
        scene.agrees_to_texts().await;
        let set = scene.chased().await;
        let (clinic, ada, amount) = (&scene.clinic, &scene.ada, scene.amount());
        let invoice = clinic.ids(&format!("/v1/patients/{ada}/invoices")).await.remove(0);
        let ending = match self {
            Self::PauseSend => commands(scene, racers, || {
                let pause = json!({ "action": "pause", "reason": "hardship" });
                clinic.post(&format!("/v1/invoice-sets/{set}/actions"), &pause)
            }),
            Self::PaySend => commands(scene, racers, || clinic.cash(ada, &amount, &[(&invoice, &amount)])),
            _ => ("message-events", vec![scene.texted("in-1", "STOP"); racers]),
        };
        scene.ready([ending, ("outreach", vec![json!({}); racers])])
    }

    async fn charging(self, scene: &Scene<'_>, racers: usize) -> Ready {
        scene.site.pass_to_noon(1);
        let method = scene.put_on_file(BY_CARD).await;
        let invoice = scene.invoice().await;
        let plan = scene.plan(&invoice).await;
        scene.site.pass(TimeDelta::days(1));
        let run = match self {
            Self::CancelBegin => "outreach",
            _ => {
                scene.run_outreach().await;
                "reconcile"
            }
        };
        let path = format!("/v1/payment-plans/{}", plan.field("id"));
        let version = scene.clinic.get(&path).await.version();
        scene.site.pass(TimeDelta::minutes(1));
        let ending = match self {
            Self::RemoveMake => {
                let path = format!("/v1/patients/{}/payment-methods/{method}", scene.ada);
                commands(scene, racers, || scene.clinic.delete(&path))
            }
            _ => commands(scene, racers, || {
                scene.clinic.post(&format!("{path}/cancel"), &json!({})).on_version(version)
            }),
        };
        scene.ready([ending, (run, vec![json!({}); racers])])
    }

    /// What must have come of it.
    pub(super) async fn judge(self, raced: &Raced<'_>) {
        let told = format!("{:?} and {:?}", raced.statuses, raced.effect);
        let done = |kind: usize| raced.statuses[kind].iter().filter(|status| **status < 400).count();
        let has = |account| raced.effect.of_account(account);
        let (taken, owed) = (has(Account::ProcessorClearing), has(Account::PatientReceivable));
        match self {
            Self::PauseSend | Self::PaySend | Self::StopSend => {
                let cash = if matches!(self, Self::PaySend) { raced.cents } else { 0 };
                assert_eq!((has(Account::CashDrawer), taken, owed), (cash, 0, raced.cents - cash), "{told}");
                assert_eq!(done(1), raced.statuses[1].len(), "runs end: {told}");
                let once = !matches!(self, Self::StopSend);
                assert!(done(0) == 1 || (!once && done(0) > 0), "{told}");
                self.judge_messages(raced).await;
            }
            Self::CompleteCancel => {
                assert_eq!(done(0) + done(1), 1, "the visit ends once: {told}");
                let kept = if done(0) == 1 { raced.cents } else { 0 };
                assert_eq!((taken, has(Account::PatientCredit)), (kept, -kept), "{told}");
            }
            _ => {
                assert!([0, raced.cents].contains(&taken) && owed == raced.cents - taken, "{told}");
                let charges = raced.site.processor.simulator.truth().charges;
                assert!(charges.iter().filter(|charge| charge.captured).count() <= 1, "{charges:?}");
                let path = format!("/v1/patients/{}/payment-plan", raced.ada);
                let plan = raced.clinic.get(&path).await.ok();
                let noted = !plan["instalments"][0]["taken"].is_null();
                assert_eq!(noted, taken > 0, "the plan knows what was taken: {plan}");
                is_never_after(&plan, "instalment_claimed", "plan_cancelled");
                if matches!(self, Self::CancelBegin) && done(0) > 0 {
                    assert_eq!(taken, 0, "nothing is charged for a plan that has ended: {told}");
                }
            }
        }
    }

    /// What was sent was claimed, once, and not after it was stopped.
    async fn judge_messages(self, raced: &Raced<'_>) {
        let (of_sets, others): (Vec<Value>, Vec<Value>) =
            raced.site.mail().await.into_iter().partition(|message| !message["tags"]["set"].is_null());
        let path = format!("/v1/patients/{}/invoice-set", raced.ada);
        let set = raced.clinic.get(&path).await.ok();
        let claims = names(&set).iter().filter(|name| *name == "message_claimed").count();
        assert!(claims <= 1 && of_sets.len() == claims, "{claims} claims: {of_sets:?}");
        let stopped = match self {
            Self::PauseSend => "set_paused",
            Self::PaySend => "set_paid",
            _ => "texts_stopped",
        };
        assert!(names(&set).iter().any(|name| name == stopped), "{set}");
        is_never_after(&set, "message_claimed", stopped);
        if matches!(self, Self::StopSend) {
            assert_eq!(others.len(), 1, "it is confirmed once: {others:?}");
        }
    }
}

/// A visit of yesterday evening whose copay is held.
async fn visiting(scene: &Scene<'_>, racers: usize) -> Ready {
    scene.site.pass_to_noon(1);
    scene.change_practice(&json!({ "copays": { "collect": "authorise", "days_before": 1 } })).await;
    scene.put_on_file(BY_CARD).await;
    let starts_at = scene.site.now() + TimeDelta::hours(22);
    let body = json!({ "patient_id": scene.ada, "starts_at": starts_at, "copay": scene.amount() });
    let visit =
        format!("/v1/appointments/{}", scene.clinic.post("/v1/appointments", &body).await.field("id"));
    scene.run_outreach().await;
    scene.run_reconcile().await;
    scene.hear().await;
    scene.site.pass(TimeDelta::hours(23));
    let version = scene.clinic.get(&visit).await.version();
    let end = |status: &str| scene.clinic.patch(&visit, &json!({ "status": status })).on_version(version);
    let ends = [commands(scene, racers, || end("completed")), commands(scene, racers, || end("cancelled"))];
    scene.ready(ends)
}

/// Commands, each under a key of its own, as the functions' clock has them now.
fn commands(scene: &Scene<'_>, racers: usize, make: impl Fn() -> Request) -> (&'static str, Vec<Value>) {
    scene.site.world.set_clock(scene.site.now());
    let events: Vec<Value> = (0..racers).map(|_| make().event()).collect();
    (scene.site.world.destination(&events[0]), events)
}

impl Scene<'_> {
    fn ready(&self, events: super::Events) -> Ready {
        Ready { clinic: self.clinic.clone(), ada: self.ada.clone(), events }
    }
}

fn names(shown: &Value) -> Vec<String> {
    let entries = shown["timeline"].as_array().unwrap().iter();
    entries.map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
}

fn is_never_after(shown: &Value, begun: &str, ended: &str) {
    let names = names(shown);
    let last = names.iter().position(|name| name == ended).unwrap_or(names.len());
    assert!(!names[last..].iter().any(|name| name == begun), "{begun} after {ended}: {names:?}");
}
