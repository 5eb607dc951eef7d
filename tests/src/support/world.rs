//! A table of its own with all functions over it, a mailbox, and a clock that tests set.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration as StdDuration,
};

use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use checkout::Checkout;
use chrono::{DateTime, Duration, Utc};
use documents::Documents;
use exports::{Exports, Limits};
use paywell_app::{
    App, copays,
    outreach::Run,
    pace::{Invocation, Spacing},
    reconcile::{self, Order},
};
use paywell_gateways::{
    aws::{Aws, AwsSettings},
    email::Email,
    objects::Objects,
    sms::Sms,
    stripe::Stripe,
};
use paywell_http::{api::StaffApi, auth::Verifier, cursor::CursorKey};
use paywell_store::Store;
use portal::Portal;
use processor_events::Webhooks;
use secrecy::SecretString;
use serde_json::Value;
use tracker::Tracker;

use super::{
    Answer, Function, Mail, Recorder, RouteInfo, engine, issuer, object_storage, processor, role::Role,
};

/// The functions that answer HTTP.
pub const FUNCTIONS: [&str; 8] =
    ["tracker", "documents", "exports", "payments", "links", "processor-events", "checkout", "portal"];

/// Where the functions are reached.
pub const PUBLIC_URL: &str = "https://pay.example.com";

/// The key of links; at least 32 characters.
pub const LINK_KEY: &str = "a key of links for tests, and tests alone";

thread_local! {
    /// What time it is for a run: each test is a thread.
    static CLOCK: Cell<DateTime<Utc>> = const { Cell::new(DateTime::UNIX_EPOCH) };
}

/// The clock that a run reads.
const CLOCK_OF_RUNS: fn() -> DateTime<Utc> = || CLOCK.get();

/// Further apart than a run lasts.
pub const AN_HOUR: StdDuration = StdDuration::from_secs(3_600);

/// As fast as the providers answer.
const UNHURRIED: Spacing = Spacing { mails: StdDuration::ZERO, texts: StdDuration::ZERO };

/// A table, and everything that stands on it.
pub struct World {
    /// Sees the functions' calls to the table.
    pub recorder: Recorder,
    /// What was sent.
    pub mail: Mail,
    /// The table's name.
    pub table: String,
    /// The table, past the recorder.
    pub client: Client,
    config: Config,
    /// The store over it, past the recorder.
    pub store: Store,
    /// The use cases with everything that any function has, and no role.
    pub app: &'static App,
    outreach: &'static App,
    reconcile: &'static App,
    pub(super) message_events: &'static App,
    functions: Vec<Function>,
    now: Cell<DateTime<Utc>>,
    pub(super) used_keys: Cell<u32>,
    pub(super) practices: RefCell<Vec<String>>,
}

impl World {
    /// A world in which it is a Monday at noon in New York: 1 June 2026, 16:00 UTC.
    pub async fn new() -> Rc<Self> {
        Self::at("2026-06-01T16:00:00Z".parse().unwrap(), "http://127.0.0.1:9").await
    }

    /// A world at an instant, with a processor at that address.
    pub async fn at(now: DateTime<Utc>, processor: &str) -> Rc<Self> {
        let table = format!("paywell-{}", paywell_app::ids::new(paywell_app::clock::now()));
        let world = Self::over(&engine().url, table, now, processor, Mail::start());
        world.store.create_table().await.unwrap();
        world
    }

    /// A world at an instant, over a table that an engine has or will have, with a processor at that address.
    pub fn over(engine: &str, table: String, now: DateTime<Utc>, processor: &str, mail: Mail) -> Rc<Self> {
        let recorder = Recorder::default();
        let aws = aws(engine, &mail);
        let config = aws.dynamodb(RetryConfig::standard().with_max_attempts(3));
        // However busy the machine is: what tests see is decided by what they do.
        let config = Config::new(&config).to_builder().timeout_config(TimeoutConfig::disabled()).build();
        let client = Client::from_conf(config.clone());
        let store = Store::new(client.clone(), &table);
        let making = Making { recorder: &recorder, config: &config, table: &table, aws: &aws, processor };
        let functions = making.functions();
        let kept = |app: App| -> &'static App { Box::leak(Box::new(app)) };
        let app = kept(making.app(None));
        let outreach = kept(making.app(Some("outreach")));
        let reconcile = kept(making.app(Some("reconcile")));
        let message_events = kept(making.app(Some("message-events")));
        let (now, used_keys) = (Cell::new(now), Cell::new(0));
        let practices = RefCell::default();
        Rc::new(Self {
            recorder,
            mail,
            table,
            client,
            config,
            store,
            app,
            outreach,
            reconcile,
            message_events,
            functions,
            now,
            used_keys,
            practices,
        })
    }

    /// What time it is now.
    pub fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    /// Sets the clock.
    pub fn set_clock(&self, now: DateTime<Utc>) {
        self.now.set(now);
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        self.now.set(self.now.get() + time);
    }

    /// What time it is for the next request: no two come in the same second.
    pub(super) fn tick(&self) -> DateTime<Utc> {
        self.pass(Duration::seconds(1));
        CLOCK.set(self.now());
        self.now()
    }

    /// What a function that is invoked now reads as its clock.
    pub(super) fn clock(&self) -> fn() -> DateTime<Utc> {
        CLOCK.set(self.now());
        CLOCK_OF_RUNS
    }

    /// A run of outreach now, with time enough.
    pub async fn run_outreach(&self) -> Run {
        self.run_outreach_until(self.now() + Duration::minutes(10)).await
    }

    /// A run of outreach now, until a deadline.
    pub async fn run_outreach_until(&self, deadline: DateTime<Utc>) -> Run {
        self.run_outreach_apart(UNHURRIED.mails, deadline).await
    }

    /// A run of outreach now, with its mails so far apart, until a deadline.
    pub async fn run_outreach_apart(&self, mails: StdDuration, deadline: DateTime<Utc>) -> Run {
        self.outreach.run_outreach(&self.invocation(mails, deadline)).await.unwrap()
    }

    /// A run that collects copays now, with time enough.
    pub async fn run_copays(&self) -> copays::Run {
        self.run_copays_apart(UNHURRIED.mails, self.now() + Duration::minutes(10)).await
    }

    /// A run that collects copays now, with its mails so far apart, until a deadline.
    pub async fn run_copays_apart(&self, mails: StdDuration, deadline: DateTime<Utc>) -> copays::Run {
        self.outreach.run_copays(&self.invocation(mails, deadline)).await.unwrap()
    }

    fn invocation(&self, mails: StdDuration, deadline: DateTime<Utc>) -> Invocation {
        Invocation::new("req-outreach", self.clock(), deadline, Spacing { mails, ..UNHURRIED })
    }

    /// A run of reconcile now.
    pub async fn reconcile(&self, order: Order) -> reconcile::Run {
        let deadline = self.now() + Duration::minutes(10);
        self.reconcile.reconcile(order, "req-reconcile", self.clock(), deadline).await.unwrap()
    }

    /// A run of exports now, with time enough.
    pub async fn run_exports(&self) -> exports::Run {
        CLOCK.set(self.now());
        let deadline = self.now() + Duration::minutes(10);
        self.exports(Limits::default()).run("req-exports", deadline).await.unwrap()
    }

    /// Another instance of exports, as it ships but for what it takes on at a time.
    pub fn exports(&self, limits: Limits) -> Exports {
        let aws = aws(&engine().url, &self.mail);
        let (recorder, config, table) = (&self.recorder, &self.config, &*self.table);
        let making = Making { recorder, config, table, aws: &aws, processor: "" };
        Exports { api: making.staff("exports"), clock: CLOCK_OF_RUNS, limits }
    }

    /// Every route of every function.
    pub fn routes(&self) -> impl Iterator<Item = &RouteInfo> {
        self.functions.iter().flat_map(|function| &function.routes)
    }

    /// Answers an event as it comes from API Gateway.
    pub async fn answer(&self, event: &Value) -> Answer {
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        Answer::of(&self.function_for(event).answer(request, self.tick()).await)
    }

    /// The name of the function that API Gateway would send an event to.
    pub fn destination(&self, event: &Value) -> &'static str {
        self.function_for(event).routes[0].function
    }

    fn function_for(&self, event: &Value) -> &Function {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap();
        self.function(text("/requestContext/http/method"), text("/rawPath"))
    }

    /// The function that API Gateway would send a request to: the one with the route, or one with the path.
    pub(super) fn function(&self, method: &str, path: &str) -> &Function {
        let covers = |route: &RouteInfo| route.covers(path);
        let exact = |route: &RouteInfo| covers(route) && route.method.as_str() == method;
        let found = self.functions.iter().find(|function| function.routes.iter().any(exact));
        let found = found.or_else(|| self.functions.iter().find(|f| f.routes.iter().any(covers)));
        found.unwrap_or(&self.functions[0])
    }
}

fn aws(engine: &str, mail: &Mail) -> Aws {
    Aws::new(AwsSettings {
        region: "us-east-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: SecretString::from("test"),
        session_token: None,
        dynamodb_endpoint: Some(engine.to_owned()),
        sesv2_endpoint: Some(mail.url.clone()),
        sms_endpoint: Some(mail.url.clone()),
        secretsmanager_endpoint: None,
        s3_endpoint: Some(object_storage().url.clone()),
    })
}

struct Making<'a> {
    recorder: &'a Recorder,
    config: &'a Config,
    table: &'a str,
    aws: &'a Aws,
    processor: &'a str,
}

impl Making<'_> {
    /// The use cases of a function, with what its role lets it do; with everything where none is named.
    fn app(&self, function: Option<&'static str>) -> App {
        let role = function.map(Role::of);
        let may = |action| role.as_ref().is_none_or(|role| role.may(action));
        let knows = |secret| role.as_ref().is_none_or(|role| role.knows(secret));
        let objects = |bucket: String| may("s3:PutObject").then(|| Objects::new(&self.aws.s3(), bucket));
        let texts = || Sms::new(&self.aws.sms(), "paywell-tests".to_owned(), "+18005550199".to_owned());
        let stripe = || Stripe::new(self.processor, &SecretString::from(processor::SECRET_KEY)).unwrap();
        let link_key = knows("LinkKey").then(|| SecretString::from(LINK_KEY));
        let (anchors, exports) = (objects(self.table.to_owned()), objects(format!("{}-exports", self.table)));
        let email = may("ses:SendEmail").then(|| Email::new(&self.aws.sesv2(), "paywell-tests".to_owned()));
        let sms = may("sms-voice:SendTextMessage").then(texts);
        let stripe = (knows("StripeSecretKey") || knows("StripeReadKey")).then(stripe);
        let http = self.recorder.before(self.config.http_client().unwrap(), role);
        let client = Client::from_conf(self.config.to_builder().http_client(http).build());
        let mut app = App::new(Store::new(client, self.table), PUBLIC_URL.to_owned());
        (app.link_key, app.anchors, app.exports) = (link_key, anchors, exports);
        (app.email, app.sms, app.stripe) = (email, sms, stripe);
        app
    }

    fn staff(&self, function: &'static str) -> StaffApi {
        let verifier = Verifier::new(&issuer().url, "paywell").unwrap();
        StaffApi { app: self.app(Some(function)), verifier }
    }

    fn functions(&self) -> Vec<Function> {
        let tracker = Tracker { api: self.staff("tracker"), cursors: CursorKey::new([7; 32]) };
        let secrets = vec![SecretString::from(processor::WEBHOOK_SECRET)];
        vec![
            Function::start("tracker", tracker, tracker::routes()),
            Function::start(
                "documents",
                Documents::new(self.staff("documents")).unwrap(),
                documents::routes(),
            ),
            Function::start(
                "exports",
                Exports { api: self.staff("exports"), clock: CLOCK_OF_RUNS, limits: Limits::default() },
                exports::routes(),
            ),
            Function::start("payments", self.staff("payments"), payments::routes()),
            Function::start("links", self.staff("links"), links::routes()),
            Function::start(
                "processor-events",
                Webhooks { app: self.app(Some("processor-events")), secrets },
                processor_events::routes(),
            ),
            Function::start(
                "checkout",
                Checkout::new(self.app(Some("checkout"))).unwrap(),
                checkout::routes(),
            ),
            Function::start("portal", Portal::new(self.app(Some("portal"))).unwrap(), portal::routes()),
        ]
    }
}
