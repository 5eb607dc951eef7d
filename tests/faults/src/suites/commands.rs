//! Each command that staff, patients, the processor and schedules can send, ready to be sent on a fresh practice.

mod by_link;
mod chased;
mod copays;
mod desk;
mod news;
mod on_file;
mod planned;
mod portal;
mod sets;
mod told;

use paywell_domain::Account;
use paywell_tests::support::{Clinic, Request};
use serde_json::{Value, json};

use crate::{Instance, Invocation, Plan, Site};
use by_link::ByLink;
pub(super) use chased::{NUMBER, OURS, notification, step};
use copays::OfVisit;
use desk::Desk;
use news::News;
use on_file::OnFile;
use planned::Planned;
use portal::AtPortal;
use sets::OnSet;
use told::Told;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Desk(Desk),
    OnFile(OnFile),
    ByLink(ByLink),
    News(News),
    OnSet(OnSet),
    Told(Told),
    Planned(Planned),
    OfVisit(OfVisit),
    AtPortal(AtPortal),
}

/// What a command has to do with messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sends {
    Nothing,
    /// It claims one, sends it, and notes what became of it.
    Message,
    /// It is answered by one, of which there is no note.
    Answer,
}

/// A command that is ready to be sent.
pub(super) struct Prepared {
    pub(super) clinic: Clinic,
    /// Which function it is for.
    function: &'static str,
    /// What to send, and to send again.
    pub(super) event: Value,
    /// What the accounts hold in the end, in cents, but for those of what was billed; those at zero are left out.
    pub(super) leaves: Vec<(Account, i64)>,
}

/// A practice on which a command is prepared, about so many cents.
pub(super) struct Scene<'a> {
    pub(super) site: &'a Site,
    pub(super) clinic: Clinic,
    pub(super) ada: String,
    cents: i64,
}

impl Command {
    pub(super) fn all() -> Vec<Self> {
        let desk = Desk::ALL.map(Self::Desk).into_iter();
        let desk = desk.chain(OnFile::ALL.map(Self::OnFile));
        let desk = desk.chain(ByLink::ALL.map(Self::ByLink)).chain(News::ALL.map(Self::News));
        let desk = desk.chain(OnSet::ALL.map(Self::OnSet)).chain(Told::ALL.map(Self::Told));
        let desk = desk.chain(Planned::ALL.map(Self::Planned)).chain(OfVisit::ALL.map(Self::OfVisit));
        desk.chain(AtPortal::ALL.map(Self::AtPortal)).collect()
    }

    /// What it sends.
    pub(super) fn sends(self) -> Sends {
        match self {
            Self::Desk(Desk::MailInvoice | Desk::RemindOfInvoice)
            | Self::OnSet(OnSet::SendNow | OnSet::SendStep)
            | Self::OfVisit(OfVisit::AskForCopay) => Sends::Message,
            Self::Told(told) if told.is_answered() => Sends::Answer,
            _ => Sends::Nothing,
        }
    }

    /// Whether the processor is asked, by it or in what follows: how often, and who brings what it says, leaves notes.
    pub(super) fn asks(self) -> bool {
        !matches!(self, Self::Desk(_) | Self::OnSet(_) | Self::Told(_) | Self::AtPortal(_))
    }

    /// Whether it charges a method on file: a charge that was cut off before it was confirmed is given up, and its
    /// answer says so.
    pub(super) fn charges(self) -> bool {
        matches!(
            self,
            Self::OnFile(OnFile::ChargeCard | OnFile::ChargeBank | OnFile::ChargeAsked | OnFile::Hold)
        )
    }

    /// The command on a fresh practice, about so many cents.
    pub(super) async fn prepare(self, site: &Site, cents: i64) -> Prepared {
        let scene = Scene::open(site, cents).await;
        match self {
            Self::Desk(command) => command.prepare(&scene).await,
            Self::OnFile(command) => command.prepare(&scene).await,
            Self::ByLink(command) => command.prepare(&scene).await,
            Self::News(command) => command.prepare(&scene).await,
            Self::OnSet(command) => command.prepare(&scene).await,
            Self::Told(command) => command.prepare(&scene).await,
            Self::Planned(command) => command.prepare(&scene).await,
            Self::OfVisit(command) => command.prepare(&scene).await,
            Self::AtPortal(command) => command.prepare(&scene).await,
        }
    }
}

impl Prepared {
    /// Sends it under a plan.
    pub(super) async fn send(&self, site: &Site, plan: &Plan) -> Invocation {
        self.instance(site).invoke(&self.event, plan).await
    }

    /// Whether whoever sends it is an API's client, who gets an HTTP answer.
    pub(super) fn is_http(&self) -> bool {
        self.event.get("rawPath").is_some()
    }

    fn instance<'a>(&self, site: &'a Site) -> &'a Instance {
        site.instance(self.function, 0)
    }
}

impl<'a> Scene<'a> {
    /// Ada, at a fresh practice.
    pub(super) async fn open(site: &'a Site, cents: i64) -> Self {
        site.rewind();
        Self::at(site, site.practice().await, cents).await
    }

    /// Ada comes to a practice.
    pub(super) async fn at(site: &'a Site, clinic: Clinic, cents: i64) -> Self {
        let ada = clinic.patient("Ada").await;
        Self { site, clinic, ada, cents }
    }

    pub(super) fn amount(&self) -> String {
        dollars(self.cents)
    }

    /// About half of it: more than nothing, less than all.
    fn part(&self) -> i64 {
        self.cents / 2
    }

    /// An invoice over all of it.
    pub(super) async fn invoice(&self) -> String {
        self.clinic.open_invoice(&self.ada, &self.amount()).await
    }

    /// The command, as the functions' clock has it now.
    fn sending(&self, request: &Request, leaves: &[(Account, i64)]) -> Prepared {
        self.site.world.set_clock(self.site.now());
        let event = request.event();
        let function = self.site.world.destination(&event);
        self.prepared(function, event, leaves)
    }

    /// The latest event of a type that the processor has, delivered.
    async fn told(&self, kind: &str, leaves: &[(Account, i64)]) -> Prepared {
        let events = self.site.at_processor("events").await;
        let event = events.iter().find(|event| event["type"] == kind);
        let event = event.unwrap_or_else(|| panic!("the processor has no {kind}"));
        self.prepared("processor-events", self.site.delivery(&self.clinic, event), leaves)
    }

    /// A run of reconcile.
    fn scheduled(&self, order: Value, leaves: &[(Account, i64)]) -> Prepared {
        self.prepared("reconcile", order, leaves)
    }

    fn prepared(&self, function: &'static str, event: Value, leaves: &[(Account, i64)]) -> Prepared {
        let mut leaves = leaves.to_vec();
        leaves.sort_unstable();
        Prepared { clinic: self.clinic.clone(), function, event, leaves }
    }

    /// Everything that the processor has told so far is known.
    pub(super) async fn hear(&self) {
        self.site.world.set_clock(self.site.now());
        self.site.processor.tell(&self.clinic).await;
    }

    /// Ada puts a method on file by the processor's page, and it is known; gives its id.
    pub(super) async fn put_on_file(&self, form: &[(&str, &str)]) -> String {
        let page = self.clinic.set_up(&self.ada).await.field("url");
        assert!(self.site.fill_in(&page, form).await, "the method is good");
        self.hear().await;
        let methods = self.clinic.methods(&self.ada).await;
        methods["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// A payment of an invoice by the method on file, with more or other details.
    async fn charge(&self, method_on_file: &Value) -> Request {
        let invoice = self.invoice().await;
        let allocations = json!([{ "invoice_id": invoice, "amount": self.amount() }]);
        self.clinic.post(
            "/v1/payments",
            &json!({
                "patient_id": self.ada, "amount": self.amount(), "currency": "USD",
                "method_on_file": method_on_file, "allocations": allocations,
            }),
        )
    }

    /// What is refunded of a payment.
    fn refund(&self, payment: &str, cents: i64, tender: &Value) -> Request {
        let body = json!({
            "amount": dollars(cents), "currency": "USD", "reason": "patient_request", "tender": tender,
        });
        self.clinic.post(&format!("/v1/payments/{payment}/refunds"), &body)
    }
}

/// Cents as an amount is written.
pub(super) fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The hosted page's form with another number in one of its fields.
pub(super) fn with<'a>(
    form: &[(&'a str, &'a str)],
    field: &'a str,
    number: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let others = form.iter().copied().filter(|(name, _)| *name != field);
    others.chain([(field, number)]).collect()
}

/// Whatever page of the processor is open, the patient pays on it.
pub(super) async fn pay_open_sessions(site: &Site) {
    for session in site.at_processor("checkout/sessions").await {
        if session["status"] == "open" {
            site.pay_by_card(session["url"].as_str().unwrap()).await;
        }
    }
}
