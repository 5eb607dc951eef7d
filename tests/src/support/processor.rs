//! The payment processor: its simulator on loopback, and webhooks signed as it signs them.

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use http::Request as HttpRequest;
use paywell_domain::{Payment, PaymentId};
use paywell_store::{Aggregate, Stored};
use serde_json::{Value, json};
use sha2::Sha256;
use stripe_simulator::{Config, Simulator};

use super::{Clinic, Request, World, loopback};

/// The form of a hosted page with a card that is taken.
pub const BY_CARD: &[(&str, &str)] = &[
    ("method", "card"),
    ("email", "ada@example.com"),
    ("name", "Ada Lovelace"),
    ("expiry", "12/40"),
    ("cvc", "123"),
    ("number", "4242424242424242"),
];

/// The form of a hosted page with a bank account that is debited.
pub const BY_BANK: &[(&str, &str)] = &[
    ("method", "us_bank_account"),
    ("email", "ada@example.com"),
    ("name", "Ada Lovelace"),
    ("routing_number", "110000000"),
    ("account_number", "000123456789"),
];

/// The endpoint's signing secret.
pub const WEBHOOK_SECRET: &str = "whsec_tests";
/// The account's secret key.
pub const SECRET_KEY: &str = "sk_test_tests";

/// A processor of one test. Its clock, and its world's, begin at the next 16:00 UTC: what a day brings, such as a payout,
/// comes after as many hours whenever the test is run.
pub struct Processor {
    /// Where it is.
    pub url: String,
    /// What it is: its clock, its events, what is true there.
    pub simulator: Simulator,
    ahead: Duration,
}

impl Processor {
    /// A processor that sends no webhooks by itself.
    pub fn start() -> Self {
        let now = paywell_app::clock::now();
        let noon = now.date_naive().and_hms_opt(16, 0, 0).unwrap().and_utc();
        Self::ahead(if noon > now { noon - now } else { noon + Duration::days(1) - now })
    }

    /// One that goes by the system's clock, as functions in processes of their own do.
    pub fn by_the_systems_clock() -> Self {
        Self::ahead(Duration::zero())
    }

    fn ahead(ahead: Duration) -> Self {
        let config = Config {
            secret_key: SECRET_KEY.to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
            ..Config::default()
        };
        let simulator = Simulator::new(config).unwrap();
        simulator.advance(ahead.to_std().unwrap());
        let served = simulator.clone();
        let url = loopback::serve(|listener| async move {
            stripe_simulator::serve(served, listener, std::future::pending()).await.unwrap();
        });
        Self { url, simulator, ahead }
    }

    /// What its clock says, but for what has passed here since.
    pub fn begun_at(&self) -> DateTime<Utc> {
        paywell_app::clock::now() + self.ahead
    }

    /// Lets time pass, here and in the practice's world.
    pub fn pass(&self, clinic: &Clinic, time: Duration) {
        clinic.world.pass(time);
        self.simulator.advance(time.to_std().unwrap());
    }

    /// Delivers what has happened since the last time, signed; every event is taken.
    pub async fn tell(&self, clinic: &Clinic) {
        for event in self.simulator.take_events() {
            let signature = self.simulator.sign(&event.body);
            let request = clinic.unsigned_webhook(&event.body).header("stripe-signature", &signature);
            assert_eq!(request.await.status, 204, "{}", event.kind);
        }
    }

    /// The patient fills in the form of a hosted page.
    pub async fn fill_in(&self, payment: &Payment, form: &[(&str, &str)]) {
        let session = payment.attempts.last().and_then(|attempt| attempt.session()).unwrap().to_owned();
        let page = self.read(&format!("{}/v1/checkout/sessions/{session}", self.url)).await;
        self.send_form(page["url"].as_str().unwrap(), form).await;
    }

    /// The form of a hosted page is sent, and taken.
    pub async fn send_form(&self, url: &str, form: &[(&str, &str)]) {
        let form: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        let request = HttpRequest::post(url);
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").body(form.join("&"));
        let answer = loopback::send(request.unwrap()).await;
        assert_eq!(answer.status(), 303, "{}", String::from_utf8_lossy(answer.body()));
    }

    /// Something of the processor, as it is there.
    pub async fn read(&self, url: &str) -> Value {
        let request = HttpRequest::get(url).header("authorization", format!("Bearer {SECRET_KEY}"));
        serde_json::from_slice(loopback::send(request.body(String::new()).unwrap()).await.body()).unwrap()
    }

    /// What somebody does at the processor itself.
    pub async fn call(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let form: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = HttpRequest::post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {SECRET_KEY}"))
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = loopback::send(request.body(form.join("&")).unwrap()).await;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(answer.status().is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Somebody deletes an object at the processor itself.
    pub async fn delete(&self, path: &str) {
        let request = HttpRequest::delete(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {SECRET_KEY}")).body(String::new());
        let answer = loopback::send(request.unwrap()).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// Orders something of its control interface.
    pub async fn order(&self, path: &str, body: &Value) {
        let request = HttpRequest::post(format!("{}/_simulator/{path}", self.url));
        let request = request.header("content-type", "application/json").body(body.to_string()).unwrap();
        let answer = loopback::send(request).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// A practice whose processor this is.
    pub async fn clinic(&self) -> Clinic {
        let world = World::at(self.begun_at(), &self.url).await;
        Clinic::open_in(&world, "prac_riverside").await
    }
}

impl Clinic {
    /// Pay was pressed on a link's page: the patient is at the processor. Gives the payment.
    pub async fn press_pay(&self, link: &Value) -> Stored<Payment> {
        let answer = self.by_patient("POST", &format!("{}/checkout", pay_path(link))).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let payments = self.ids("/v1/payments?status=processing").await;
        self.stored_payment(&payments[0]).await
    }

    /// A request by somebody who holds a link, and no token of staff.
    pub fn by_patient(&self, method: &'static str, path: &str) -> Request {
        self.request(method, path).token("").without("idempotency-key")
    }

    /// A page of the processor.
    pub async fn fetch(&self, url: &str) -> String {
        let answer = loopback::send(HttpRequest::get(url).body(String::new()).unwrap()).await;
        String::from_utf8_lossy(answer.body()).into_owned()
    }

    /// A payment as the table has it.
    pub async fn stored_payment(&self, id: &str) -> Stored<Payment> {
        self.stored::<Payment>(id.parse::<PaymentId>().unwrap()).await
    }

    /// An aggregate as the table has it.
    pub async fn stored<A: Aggregate>(&self, id: A::Id) -> Stored<A> {
        let key = A::key_of(&self.practice, id.clone());
        let loaded = self.world.store.load([key]).await.unwrap();
        loaded.get::<A>(&self.practice, id).unwrap().expect("it is there")
    }

    /// A webhook of the processor, signed now.
    pub fn webhook(&self, event: &Value) -> Request {
        let body = event.to_string();
        let signature = signed(WEBHOOK_SECRET, self.world.now(), &body);
        self.unsigned_webhook(&body).header("stripe-signature", &signature)
    }

    /// A delivery to the webhooks' route, without a signature.
    pub fn unsigned_webhook(&self, body: &str) -> Request {
        let request = self.post_empty("/webhooks/stripe").without("idempotency-key");
        request.token("").header("content-type", "application/json").body(body)
    }
}

/// The path of a link's pay page.
pub fn pay_path(link: &Value) -> &str {
    let url = link["url"].as_str().unwrap();
    &url[url.find("/pay/").unwrap()..]
}

/// The processor's signature over a delivery.
pub fn signed(secret: &str, at: DateTime<Utc>, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.{body}", at.timestamp()).as_bytes());
    format!("t={},v1={:x}", at.timestamp(), mac.finalize().into_bytes())
}

/// An event about the session of a payment's last attempt.
pub fn session_event(clinic: &Clinic, id: &str, kind: &str, payment: &Payment) -> Value {
    let attempt = payment.attempts.last().unwrap();
    let (status, paid) = match kind {
        "checkout.session.expired" => ("expired", "unpaid"),
        "checkout.session.async_payment_failed" => ("complete", "unpaid"),
        _ => ("complete", "paid"),
    };
    let now = clinic.world.now().timestamp();
    json!({
        "id": id, "object": "event", "type": kind, "created": now, "livemode": false,
        "data": { "object": {
            "id": attempt.session(), "object": "checkout.session", "url": null, "status": status,
            "payment_status": paid, "payment_intent": "pi_test_1", "mode": "payment",
            "amount_total": payment.amount.cents().get(), "currency": "usd",
            "client_reference_id": attempt.id.to_string(), "created": now,
            "metadata": { "practice": clinic.practice.as_str(), "payment": payment.id.to_string() },
            "expires_at": attempt.expires_at().timestamp(),
        }},
    })
}
