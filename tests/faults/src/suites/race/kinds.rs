//! Who races whom, and what must come of it.

use chrono::TimeDelta;
use paywell_domain::Account;
use paywell_tests::support::{BY_CARD, Clinic, Request, pay_path};
use serde_json::{Value, json};

use super::{Raced, Ready, chase::Chase};
use crate::{
    Site,
    suites::commands::{Scene, dollars, pay_open_sessions},
};

/// A race.
#[derive(Debug, Clone, Copy)]
pub(super) enum Race {
    /// Payments at the desk of one invoice, of which one fits.
    PayPay,
    /// Payments at the desk of what is left, and refunds of what was paid, of which one fits.
    PayRefund,
    /// Refunds by the processor, of which one fits.
    RefundRefund,
    /// Pay pressed in several tabs.
    PressPress,
    /// Pay pressed on two links of one invoice, and paid on whichever page opened.
    LinkLink,
    /// One webhook, delivered several times.
    TellTell,
    /// A webhook, and runs that ask about the same.
    TellPoll,
    /// Cash at the desk, and Pay pressed, for the same.
    CashPress,
    /// A link withdrawn, and Pay pressed on it.
    RevokePress,
    /// A payment that was asked for, charged to the method on file.
    ChargeCharge,
    /// A hold taken, and released.
    CaptureVoid,
    /// A message or a charge that is due, and whoever stops it.
    Chase(Chase),
}

/// Refusals: not now, no more, somebody else was quicker.
const REFUSALS: [u16; 6] = [404, 409, 410, 412, 422, 503];

impl Race {
    const OF_MONEY: [Self; 11] = [
        Self::PayPay,
        Self::PayRefund,
        Self::RefundRefund,
        Self::PressPress,
        Self::LinkLink,
        Self::TellTell,
        Self::TellPoll,
        Self::CashPress,
        Self::RevokePress,
        Self::ChargeCharge,
        Self::CaptureVoid,
    ];

    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::OF_MONEY.into_iter().chain(Chase::ALL.map(Self::Chase))
    }

    pub(super) async fn prepare(self, site: &Site, cents: i64, racers: usize) -> Ready {
        if let Self::Chase(chase) = self {
            return chase.prepare(&Scene::open(site, cents).await, racers).await;
        }
        site.rewind();
        let clinic = site.practice().await;
        let ada = clinic.patient("Ada").await;
        let lane = Lane { site, clinic, ada, cents, racers };
        match self {
            Self::PayPay | Self::PayRefund => self.at_desk(&lane).await,
            Self::RefundRefund | Self::ChargeCharge | Self::CaptureVoid => self.on_file(&lane).await,
            Self::TellTell | Self::TellPoll => self.telling(&lane).await,
            _ => self.by_link(&lane).await,
        }
    }

    async fn at_desk(self, lane: &Lane<'_>) -> Ready {
        let (clinic, ada, cents) = (&lane.clinic, &lane.ada, lane.cents);
        let amount = dollars(cents);
        if matches!(self, Self::PayPay) {
            let invoice = clinic.open_invoice(ada, &amount).await;
            let pay = || clinic.cash(ada, &amount, &[(&invoice, &amount)]);
            return lane.ready(pay, pay);
        }
        let invoice = clinic.open_invoice(ada, &dollars(cents * 2)).await;
        let pay = || clinic.cash(ada, &amount, &[(&invoice, &amount)]);
        let first = pay().await.field("id");
        lane.ready(pay, || refund(clinic, &first, cents, &json!({ "type": "cash" })))
    }

    async fn on_file(self, lane: &Lane<'_>) -> Ready {
        let (clinic, amount) = (&lane.clinic, dollars(lane.cents));
        let page = clinic.set_up(&lane.ada).await.field("url");
        assert!(lane.site.fill_in(&page, BY_CARD).await, "the card is good");
        lane.site.processor.tell(clinic).await;
        let invoice = clinic.open_invoice(&lane.ada, &amount).await;
        let method = match self {
            Self::RefundRefund => json!({}),
            Self::CaptureVoid => json!({ "hold": true }),
            _ => Value::Null,
        };
        let body = json!({
            "patient_id": lane.ada, "amount": amount, "currency": "USD", "method_on_file": method,
            "allocations": [{ "invoice_id": invoice, "amount": amount }],
        });
        let payment = clinic.post("/v1/payments", &body).await.field("id");
        let path = format!("/v1/payments/{payment}");
        match self {
            Self::RefundRefund => {
                let refund = || refund(clinic, &payment, most(lane.cents), &Value::Null);
                lane.ready(refund, refund)
            }
            Self::CaptureVoid => lane.ready(
                || clinic.post(&format!("{path}/capture"), &json!({})),
                || clinic.post_empty(&format!("{path}/void")),
            ),
            _ => {
                let charge = || clinic.post(&format!("{path}/charge"), &json!({ "method_on_file": {} }));
                lane.ready(charge, charge)
            }
        }
    }

    async fn by_link(self, lane: &Lane<'_>) -> Ready {
        let (clinic, ada, amount) = (&lane.clinic, &lane.ada, dollars(lane.cents));
        let invoice = clinic.open_invoice(ada, &amount).await;
        let link = clinic.link(ada, &[&invoice]).await;
        let press = |link: &Value| clinic.by_patient("POST", &format!("{}/checkout", pay_path(link)));
        match self {
            Self::LinkLink => {
                let other = clinic.link(ada, &[&invoice]).await;
                lane.ready(|| press(&link), || press(&other))
            }
            Self::CashPress => {
                lane.ready(|| clinic.cash(ada, &amount, &[(&invoice, &amount)]), || press(&link))
            }
            Self::RevokePress => {
                let path = format!("/v1/payment-links/{}/revoke", link["id"].as_str().unwrap());
                lane.ready(|| clinic.post_empty(&path), || press(&link))
            }
            _ => lane.ready(|| press(&link), || press(&link)),
        }
    }

    /// The patient has paid on the page, and nobody knows.
    async fn telling(self, lane: &Lane<'_>) -> Ready {
        let (site, clinic) = (lane.site, &lane.clinic);
        let invoice = clinic.open_invoice(&lane.ada, &dollars(lane.cents)).await;
        clinic.press_pay(&clinic.link(&lane.ada, &[&invoice]).await).await;
        pay_open_sessions(site).await;
        // The session's time is over: from now on it is asked about.
        site.pass(TimeDelta::minutes(62));
        let events = site.at_processor("events").await;
        let completed = events.iter().find(|event| event["type"] == "checkout.session.completed");
        let tell = ("processor-events", vec![site.delivery(clinic, completed.unwrap()); lane.racers]);
        let other = match self {
            Self::TellPoll => ("reconcile", vec![json!({}); lane.racers]),
            _ => tell.clone(),
        };
        Ready { clinic: clinic.clone(), ada: lane.ada.clone(), events: [tell, other] }
    }

    /// What must have come of it.
    pub(super) async fn judge(self, raced: &Raced<'_>) {
        let Raced { cents, statuses, effect, .. } = raced;
        let known = |status: &u16| *status < 400 || REFUSALS.contains(status);
        assert!(statuses.iter().flatten().all(known), "{statuses:?}");
        if let Self::Chase(chase) = self {
            return chase.judge(raced).await;
        }
        let done = |kind: usize| -> i64 {
            i64::try_from(statuses[kind].iter().filter(|status| **status < 400).count()).unwrap()
        };
        let (one, other) = (done(0), done(1));
        let (drawer, taken) =
            (effect.of_account(Account::CashDrawer), effect.of_account(Account::ProcessorClearing));
        let (owed, credit) =
            (effect.of_account(Account::PatientReceivable), -effect.of_account(Account::PatientCredit));
        let is = (drawer, taken, owed, credit);
        let told = format!("{statuses:?} and {effect:?}");
        match self {
            Self::PayPay => assert_eq!((one + other, is), (1, (*cents, 0, 0, 0)), "{told}"),
            Self::PayRefund => {
                assert!(other == 1 && (1..=2).contains(&one), "{told}");
                assert_eq!(is, (cents * one, 0, cents * (2 - one), 0), "{told}");
            }
            Self::RefundRefund => {
                let refunds = raced.site.processor.simulator.truth().refunds;
                assert_eq!((one + other, refunds.len()), (1, 1), "{told}");
                assert_eq!(is, (0, cents - most(*cents), most(*cents), 0), "{told}");
            }
            Self::PressPress | Self::ChargeCharge | Self::TellTell | Self::TellPoll => {
                assert!(one + other >= 1, "{told}");
                assert_eq!(is, (0, *cents, 0, 0), "{told}");
            }
            Self::LinkLink => {
                assert!(one + other >= 1 && [*cents, cents * 2].contains(&taken), "{told}");
                assert_eq!(
                    (drawer, owed, credit),
                    (0, 0, taken - cents),
                    "what came twice is credit: {told}"
                );
            }
            Self::CashPress => {
                assert!(one == 1 && [0, *cents].contains(&taken), "{told}");
                assert_eq!((drawer, owed, credit), (*cents, 0, taken), "what came twice is credit: {told}");
            }
            Self::RevokePress => {
                assert!(one >= 1 && [0, *cents].contains(&taken), "{told}");
                assert_eq!((drawer, owed, credit), (0, cents - taken, 0), "{told}");
            }
            Self::CaptureVoid => {
                assert!((one == 0) != (other == 0), "taken or released: {told}");
                let kept = if one > 0 { *cents } else { 0 };
                assert_eq!(is, (0, kept, cents - kept, 0), "{told}");
            }
            Self::Chase(_) => {}
        }
    }
}

/// A practice on which racers get ready, over so many cents.
struct Lane<'a> {
    site: &'a Site,
    clinic: Clinic,
    ada: String,
    cents: i64,
    racers: usize,
}

impl Lane<'_> {
    /// Racers of two kinds, as the functions' clock has them now: each command under a key of its own.
    fn ready(&self, one: impl Fn() -> Request, other: impl Fn() -> Request) -> Ready {
        self.site.world.set_clock(self.site.now());
        let events = |make: &dyn Fn() -> Request| {
            let events: Vec<Value> = (0..self.racers).map(|_| make().event()).collect();
            (self.site.world.destination(&events[0]), events)
        };
        Ready { clinic: self.clinic.clone(), ada: self.ada.clone(), events: [events(&one), events(&other)] }
    }
}

/// More than half, so that it fits once.
fn most(cents: i64) -> i64 {
    cents / 2 + 1
}

fn refund(clinic: &Clinic, payment: &str, cents: i64, tender: &Value) -> Request {
    let body = json!({
        "amount": dollars(cents), "currency": "USD", "reason": "patient_request", "tender": tender,
    });
    clinic.post(&format!("/v1/payments/{payment}/refunds"), &body)
}
