//! Everything that a fault suite stands on: engine, processor, mail and wire in this process, functions in theirs.

use std::{cell::Cell, collections::BTreeMap, rc::Rc, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use http::Request as HttpRequest;
use paywell_domain::Account;
use paywell_tests::support::{
    BY_CARD, Books, Clinic, LINK_KEY, Mail, PUBLIC_URL, Processor, SECRET_KEY, WEBHOOK_SECRET, World, issuer,
    object_storage,
};
use serde_json::Value;

use crate::{
    Clock, Instance, Invocation, Plan, Profile, Wire,
    http::{Client, client, send},
};

/// Every function.
const FUNCTIONS: [&str; 11] = [
    "checkout",
    "documents",
    "exports",
    "links",
    "message-events",
    "outreach",
    "payments",
    "portal",
    "processor-events",
    "reconcile",
    "tracker",
];

/// A world whose functions run as they ship, each in a process of its own, behind a wire.
pub struct Site {
    /// What is at the other end of the functions' calls.
    pub wire: Arc<Wire>,
    /// The table past the functions, for preparing and for looking. It goes through a quiet end of the wire.
    pub world: Rc<World>,
    /// The processor.
    pub processor: Processor,
    clock: Option<Clock>,
    instances: BTreeMap<&'static str, Vec<Instance>>,
    practices: Cell<u32>,
    /// Messages that were sent before the present practice was made.
    earlier_mail: Cell<usize>,
    client: Client,
}

impl Site {
    /// A site with so many instances of each function, in real time. They start when they are first needed.
    pub async fn open(profile: Profile, instances: usize) -> Self {
        Self::build(profile, instances, None).await
    }

    /// A site whose functions go by a clock that can be moved.
    pub async fn open_with_clock(profile: Profile, instances: usize, clock: Clock) -> Self {
        Self::build(profile, instances, Some(clock)).await
    }

    async fn build(profile: Profile, count: usize, clock: Option<Clock>) -> Self {
        let folder = profile.build();
        let processor = Processor::by_the_systems_clock();
        let mail = Mail::start();
        let wire = Wire::new(&processor.url, &mail.url).await;
        let engine = wire.quiet_end().await;
        // Its own, for object storage is one for all sites of this process.
        let table = format!("paywell-{}", paywell_app::ids::new(paywell_app::clock::now()));
        let world = World::over(&engine, table, paywell_app::clock::now(), &processor.url, mail);
        let mut instances: BTreeMap<&'static str, Vec<Instance>> = BTreeMap::new();
        for function in FUNCTIONS {
            for number in 0..count {
                let environment = environment(&world.table, &processor.url);
                let instance =
                    Instance::new(folder, (function, number), &wire, environment, clock.as_ref()).await;
                instances.entry(function).or_default().push(instance);
            }
        }
        let (practices, earlier_mail) = (Cell::new(0), Cell::new(0));
        Self { wire, world, processor, clock, instances, practices, earlier_mail, client: client() }
    }

    /// One instance of a function.
    pub fn instance(&self, function: &str, number: usize) -> &Instance {
        &self.instances[function][number]
    }

    /// What time it is for the functions.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.as_ref().map_or_else(paywell_app::clock::now, Clock::now)
    }

    fn clock(&self) -> &Clock {
        self.clock.as_ref().expect("a site with a clock")
    }

    /// Lets time pass for the functions, for the test's own requests and at the processor.
    ///
    /// # Panics
    /// The functions go by real time.
    pub fn pass(&self, time: TimeDelta) {
        self.clock().advance(time);
        self.processor.simulator.advance(time.to_std().unwrap());
        self.world.set_clock(self.now());
    }

    /// Lets time pass until noon in New York, so many days from today.
    ///
    /// # Panics
    /// The functions go by real time, or that has passed.
    pub fn pass_to_noon(&self, days: i64) {
        let noon = self.now().date_naive().and_time(NaiveTime::from_hms_opt(17, 0, 0).unwrap()).and_utc();
        self.pass(noon + TimeDelta::days(days) - self.now());
    }

    /// Sets the functions' clock to real time again. The processor follows with the next practice.
    ///
    /// # Panics
    /// The functions go by real time.
    pub fn rewind(&self) {
        let clock = self.clock();
        clock.advance(-clock.ahead());
    }

    /// A new practice in an empty table, at a processor that has forgotten everything. What there was before is gone.
    pub async fn practice(&self) -> Clinic {
        self.wire.empty_engine().await;
        self.new_practice().await
    }

    /// The same, in a table whose indexes show a write only when told.
    pub async fn practice_with_lagging_indexes(&self) -> Clinic {
        self.wire.empty_engine_with_lagging_indexes().await;
        self.new_practice().await
    }

    async fn new_practice(&self) -> Clinic {
        self.processor.order("reset", &Value::Null).await;
        let ahead = self.clock.as_ref().map_or(TimeDelta::zero(), Clock::ahead);
        self.processor.simulator.advance(ahead.to_std().unwrap());
        self.world.store.create_table().await.unwrap();
        self.earlier_mail.set(self.world.mail.all().await.len());
        self.world.set_clock(self.now());
        self.practices.set(self.practices.get() + 1);
        // Never the same again: instances remember blocks of numbers by practice.
        Clinic::open_in(&self.world, &format!("prac_f{}", self.practices.get())).await
    }

    /// Sends an event of HTTP to the instance of that number of its function, under a plan.
    pub async fn send(&self, event: &Value, number: usize, plan: &Plan) -> Invocation {
        self.instance(self.world.destination(event), number).invoke(event, plan).await
    }

    /// The messages that the mail provider took for the present practice, the first first.
    pub async fn mail(&self) -> Vec<Value> {
        self.world.mail.all().await.split_off(self.earlier_mail.get())
    }

    /// The processor's objects of a kind, the newest first: at most 100.
    pub async fn at_processor(&self, kind: &str) -> Vec<Value> {
        let request = HttpRequest::get(format!("{}/v1/{kind}?limit=100", self.processor.url));
        let request = request.header("authorization", format!("Bearer {SECRET_KEY}"));
        let answer = send(&self.client, request.body(Bytes::new()).unwrap()).await;
        let mut page: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(page["has_more"], false, "{kind}: {page}");
        serde_json::from_value(page["data"].take()).unwrap()
    }

    /// What the processor has taken and not given back or held back, in cents, by its own account.
    pub fn kept_by_processor(&self) -> i64 {
        let moved = self.processor.simulator.truth().balance_transactions;
        moved.iter().filter(|one| !one.kind.starts_with("payout")).map(|one| one.amount).sum()
    }

    /// Somebody fills in the processor's page of a session with a good card and presses Pay.
    pub async fn pay_by_card(&self, hosted_page: &str) {
        assert!(self.fill_in(hosted_page, BY_CARD).await, "the card is good");
    }

    /// Somebody fills in a form of the processor's and presses the button; says whether it was taken.
    pub async fn fill_in(&self, hosted_page: &str, form: &[(&str, &str)]) -> bool {
        let form: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        let request =
            HttpRequest::post(hosted_page).header("content-type", "application/x-www-form-urlencoded");
        let answer = send(&self.client, request.body(Bytes::from(form.join("&"))).unwrap()).await;
        answer.status().is_redirection()
    }

    /// A delivery of an event of the processor, as API Gateway would hand it on now.
    pub fn delivery(&self, clinic: &Clinic, event: &Value) -> Value {
        self.world.set_clock(self.now());
        clinic.webhook(event).event()
    }

    /// Proves the books of a practice, and that the processor has what they say it has.
    pub async fn proven_books(&self, clinic: &Clinic) -> Books {
        let books = clinic.proven_books().await;
        let booked: i64 =
            books.journal.iter().map(|entry| entry.effect(Account::ProcessorClearing).get()).sum();
        assert_eq!(booked, self.kept_by_processor(), "the books say what the processor has");
        books
    }
}

/// What every function finds in its environment, but for the addresses of its own end of the wire.
pub(crate) fn environment(table: &str, processor: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("PAYWELL_TABLE", table.to_owned()),
        ("PAYWELL_PUBLIC_URL", PUBLIC_URL.to_owned()),
        ("PAYWELL_LINK_KEY", LINK_KEY.to_owned()),
        ("PAYWELL_CURSOR_KEY", "a key of cursors for tests, and tests alone".to_owned()),
        ("PAYWELL_ISSUER", issuer().url.clone()),
        ("PAYWELL_HOSTED_PAGE_ORIGIN", processor.to_owned()),
        ("STRIPE_SECRET_KEY", SECRET_KEY.to_owned()),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ("SES_CONFIGURATION_SET", "paywell-tests".to_owned()),
        ("SMS_CONFIGURATION_SET", "paywell-tests".to_owned()),
        ("SMS_ORIGINATION_IDENTITY", "+18005550199".to_owned()),
        ("MAILS_PER_SECOND", "1000".to_owned()),
        ("TEXTS_PER_SECOND", "1000".to_owned()),
        ("PAYWELL_ANCHORS_BUCKET", table.to_owned()),
        ("PAYWELL_EXPORTS_BUCKET", format!("{table}-exports")),
        ("AWS_ENDPOINT_URL_S3", object_storage().url.clone()),
    ]
}
