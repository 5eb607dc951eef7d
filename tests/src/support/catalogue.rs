//! A good request for every route of staff: what access and input are tested with. A new route must be added here.

use chrono::Days;
use paywell_http::auth::Role;
use serde_json::{Value, json};

use super::{Clinic, Request, RouteInfo};

/// The card that the patient has on file.
pub const CARD: &str = "pm_furnished";

/// A practice with one thing of every kind.
pub struct Furnished {
    /// The practice.
    pub clinic: Clinic,
    /// A patient, with a card on file that the processor does not know.
    pub patient: String,
    /// A patient of whom nothing is known yet.
    pub newcomer: String,
    /// An invoice that was never sent.
    pub draft: String,
    /// An invoice that is owed.
    pub invoice: String,
    /// A payment that was asked for.
    pub payment: String,
    /// A link for the invoice.
    pub link: String,
    /// A visit.
    pub treatment: String,
    /// A visit that is booked.
    pub appointment: String,
    /// An export.
    pub export: String,
    /// A rule set that no set follows.
    pub rule_set: String,
    /// The patient's invoice set.
    pub set: String,
    /// A patient who keeps a payment plan.
    pub keeper: String,
    /// That plan.
    pub plan: String,
}

/// The commands that take no body.
const WITHOUT_BODY: [&str; 8] = [
    "/v1/invoices/{id}/adjustments/{number}/reverse",
    "/v1/invoices/{id}/collections",
    "/v1/invoices/{id}/collections/reverse",
    "/v1/patients/{id}/payment-methods/{method}/default",
    "/v1/payment-links/{id}/revoke",
    "/v1/payments/{id}/void",
    "/v1/rule-sets/{id}/archive",
    "/v1/rule-sets/{id}/restore",
];

/// A good rule set.
pub fn rule_set(title: &str) -> Value {
    let spanish = json!({ "language": "es", "title": "Tiene un saldo", "message": "Hola, {first_name}." });
    json!({
        "title": title, "description": "One mail and a call.", "expiry_days": 30,
        "steps": [
            { "delay_days": 0, "method": "email", "title": "You have a balance with {practice}",
              "message": "{first_name}, please call {phone} with any question.",
              "window": { "from_hour": 9, "until_hour": 17 }, "fallback": "letter_task",
              "translations": [spanish] },
            { "delay_days": 7, "method": "call_task", "title": "Call {first_name}", "message": "Offer help." },
        ],
    })
}

/// The body of a good request about a patient.
fn of_patient(method: &str, pattern: &str) -> Value {
    match (method, pattern) {
        (_, "/v1/patients/{id}/payment-methods/setup" | "/v1/patients/{id}/autopay") => {
            json!({ "consent": { "wording": "I agree.", "given": "in_person" } })
        }
        ("POST", "/v1/patients") => {
            json!({ "first_name": "Ben", "last_name": "Ito", "birth_date": "1990-01-01" })
        }
        ("PATCH", "/v1/patients/{id}") => {
            json!({ "phone": "+16175550123", "time_zone": "America/New_York", "language": "es" })
        }
        ("POST", "/v1/patients/{id}/contacts/stop-texts") => {
            json!({ "spoken": "On the phone: no texts." })
        }
        ("POST", "/v1/patients/{id}/contacts/lift") => {
            json!({ "channel": "email", "note": "Asked; it works again." })
        }
        ("POST", "/v1/patients/{id}/contacts/replies/{number}/read") => json!({ "means": "other" }),
        ("PUT", "/v1/patients/{id}/messages") => json!({ "email": false }),
        (method, pattern) => panic!("{method} {pattern} has no good request here"),
    }
}

impl Clinic {
    /// A good payment plan for an invoice: two instalments of an amount, the first one in two days.
    pub fn good_plan(&self, patient: &str, invoice: &str, amount: &str) -> Value {
        let first_on = self.world.now().date_naive() + Days::new(2);
        json!({
            "patient_id": patient, "invoice_ids": [invoice],
            "consent": { "wording": format!("I agree to be charged {amount} twice."), "given": "in_person" },
            "schedule": { "count": 2, "every": "month", "first_on": first_on },
        })
    }

    /// A patient puts a card on file, of which the processor does not know, and agrees to a plan for an invoice of 20.00;
    /// gives its id.
    async fn keeps_plan(&self, patient: &str) -> String {
        self.keep_card(patient, "pm_keepers").await;
        let invoice = self.open_invoice(patient, "20.00").await;
        self.post("/v1/payment-plans", &self.good_plan(patient, &invoice, "10.00")).await.field("id")
    }
}

impl Furnished {
    /// Furnishes a practice.
    pub async fn of(clinic: Clinic) -> Self {
        let patient = clinic.patient("Ada").await;
        let draft = clinic.draft(&patient, "40.00").await;
        let invoice = clinic.open_invoice(&patient, "60.00").await;
        let payment = clinic.asked_for(&patient, "10.00").await;
        let link = clinic.link(&patient, &[&invoice]).await["id"].as_str().unwrap().to_owned();
        let treatment = json!({ "patient_id": patient, "service_at": "2026-05-01T14:00:00Z" });
        let treatment = clinic.post("/v1/treatments", &treatment).await.field("id");
        let appointment =
            json!({ "patient_id": patient, "starts_at": "2026-06-20T14:00:00Z", "copay": "30.00" });
        let appointment = clinic.post("/v1/appointments", &appointment).await.field("id");
        clinic.keep_card(&patient, CARD).await;
        let newcomer = clinic.patient("Ben").await;
        let export = json!({ "list": "payments", "format": "csv" });
        let export = clinic.post("/v1/exports", &export).await.field("id");
        let rule_set = clinic.post("/v1/rule-sets", &rule_set("Furnished")).await.field("id");
        let set = clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.field("id");
        let keeper = clinic.patient("Cora").await;
        let plan = clinic.keeps_plan(&keeper).await;
        Self {
            clinic,
            set,
            rule_set,
            patient,
            newcomer,
            draft,
            invoice,
            payment,
            link,
            treatment,
            appointment,
            export,
            keeper,
            plan,
        }
    }

    /// The path of a route, naming this practice's things.
    pub fn path(&self, route: &RouteInfo) -> String {
        let id = match route.pattern.split('/').nth(2).unwrap() {
            "invoices" if matches!(route.method.as_str(), "PATCH" | "DELETE") => &self.draft,
            "invoices" => &self.invoice,
            "payments" => &self.payment,
            "payment-links" => &self.link,
            "exports" => &self.export,
            "appointments" => &self.appointment,
            "rule-sets" => &self.rule_set,
            "invoice-sets" => &self.set,
            "payment-plans" => &self.plan,
            "patients" if route.pattern.ends_with("/payment-plan") => &self.keeper,
            "patients" if route.pattern.ends_with("/setup") => &self.newcomer,
            _ => &self.patient,
        };
        let path = route.pattern.replace("{id}", id).replace("{number}", "1").replace("{method}", CARD);
        match route.pattern {
            "/v1/rule-sets/{id}/preview" => format!("{path}?patient={}", self.patient),
            _ => path,
        }
    }

    /// Whether a route that takes a body does without.
    pub fn may_be_empty(route: &RouteInfo) -> bool {
        matches!(route.pattern, "/v1/invoices/{id}/remind" | "/v1/payments/{id}/request")
    }

    /// The body of a good request; none where the route takes none.
    pub fn body(&self, route: &RouteInfo) -> Option<Value> {
        if matches!(route.method.as_str(), "GET" | "DELETE") || WITHOUT_BODY.contains(&route.pattern) {
            return None;
        }
        let allocations = json!([{ "invoice_id": self.invoice, "amount": "5.00" }]);
        let body = match (route.method.as_str(), route.pattern) {
            (_, "/v1/invoices/{id}/remind" | "/v1/payments/{id}/request") => json!({ "channels": ["email"] }),
            (method, pattern) if pattern.starts_with("/v1/patients") => of_patient(method, pattern),
            ("POST", "/v1/treatments") => json!({
                "patient_id": self.patient, "service_at": "2026-05-01T14:00:00Z", "codes": ["99213"],
            }),
            (method, "/v1/appointments" | "/v1/appointments/{id}") => self.appointment(method),
            ("POST", "/v1/invoices") => json!({
                "patient_id": self.patient, "currency": "USD", "date": "2026-06-01",
                "lines": [{ "description": "Visit", "unit_price": "5.00", "treatment_id": self.treatment }],
            }),
            ("PATCH", "/v1/practice") => self.practice(),
            ("PATCH", "/v1/invoices/{id}") => json!({ "term_days": 3 }),
            ("POST", "/v1/invoices/{id}/send") => json!({ "channels": ["portal"] }),
            ("POST", "/v1/payments") => json!({
                "patient_id": self.patient, "amount": "5.00", "currency": "USD", "due_date": "2026-07-01",
                "treatment_id": self.treatment, "appointment_id": self.appointment,
                "tender": { "type": "cash" }, "allocations": allocations,
            }),
            ("POST", "/v1/payments/{id}/record") => {
                json!({ "tender": { "type": "cash" }, "allocations": allocations })
            }
            ("POST", "/v1/invoices/{id}/adjustments") => {
                json!({ "direction": "down", "amount": "5.00", "reason": "other", "note": "as agreed" })
            }
            ("POST", "/v1/invoices/{id}/write-off") => {
                json!({ "amount": "5.00", "reason": "small_balance", "note": "as agreed" })
            }
            ("POST", "/v1/invoices/{id}/apply") => json!({ "payment_id": self.payment, "amount": "5.00" }),
            ("PUT", "/v1/payments/{id}/allocations") => json!({ "allocations": allocations }),
            ("POST", "/v1/payments/{id}/refunds" | "/v1/payments/{id}/refunds/preview") => json!({
                "amount": "5.00", "currency": "USD", "reason": "other", "note": "as agreed", "owed_again": true,
                "tender": { "type": "cash" },
            }),
            ("POST", "/v1/invoice-sets/actions") => {
                json!({ "sets": [self.set], "action": "change_rule_set", "rule_set_id": self.rule_set })
            }
            ("POST", "/v1/invoice-sets/{id}/actions") => {
                json!({ "action": "change_rule_set", "rule_set_id": self.rule_set })
            }
            ("POST", "/v1/invoice-sets/{id}/tasks/{number}/done") => json!({ "note": "She will pay." }),
            (_, "/v1/rule-sets" | "/v1/rule-sets/{id}") => rule_set("Gentle"),
            ("POST", "/v1/payments/{id}/charge") => json!({ "method_on_file": { "id": CARD } }),
            ("POST", "/v1/payments/{id}/capture") => json!({ "amount": "5.00" }),
            ("POST", "/v1/payments/{id}/status") => json!({ "action": "cancel" }),
            ("POST", "/v1/exports") => {
                json!({ "list": "invoices", "format": "xlsx", "filters": { "status": "unpaid" }, "sort": "due" })
            }
            ("POST", "/v1/payment-links") => {
                json!({ "patient_id": self.patient, "invoice_ids": [self.invoice] })
            }
            ("POST", "/v1/payment-plans") => self.clinic.good_plan(&self.patient, &self.invoice, "30.00"),
            ("PATCH", "/v1/payment-plans/{id}") => json!({ "method_id": CARD }),
            ("POST", "/v1/payment-plans/{id}/cancel") => json!({ "note": "She pays at once." }),
            ("POST", "/v1/payment-links/{id}/renew") => json!({ "expires_at": "2026-07-01T00:00:00Z" }),
            (method, pattern) => panic!("{method} {pattern} has no good request here"),
        };
        Some(body)
    }

    /// A good appointment, or a good change of one.
    fn appointment(&self, method: &str) -> Value {
        if method == "PATCH" {
            return json!({ "starts_at": "2026-06-25T14:00:00Z", "location": null, "copay": "35.00" });
        }
        json!({
            "patient_id": self.patient, "starts_at": "2026-07-01T14:00:00Z", "location": "main",
            "treatment_id": self.treatment, "copay": "30.00",
        })
    }

    /// A good change of the practice.
    fn practice(&self) -> Value {
        json!({
            "name": "Riverside Family Clinic", "rule_set_id": self.rule_set, "chase_after_days": 3,
            "copays": { "collect": "request", "days_before": 2 }, "holidays": ["2026-07-03"],
        })
    }

    /// A request of the practice `asking` that would be good in this one.
    pub fn request(&self, asking: &Clinic, route: &RouteInfo) -> Request {
        let request = self.request_to(asking, route, &self.path(route));
        match self.body(route) {
            Some(body) => request.json(&body),
            None => request,
        }
    }

    /// A request of a route's method to some path, on the first version and without a body.
    pub fn request_to(&self, asking: &Clinic, route: &RouteInfo, path: &str) -> Request {
        let method = match route.method.as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            other => panic!("{other}"),
        };
        let request = asking.request(method, path).on_version(1);
        let by_billers = route.permission.is_none_or(|permission| Role::Biller.may(permission));
        if by_billers { request } else { request.as_owner() }
    }

    /// Every route of staff.
    pub fn staff_routes(&self) -> Vec<RouteInfo> {
        self.clinic.world.routes().filter(|route| route.permission.is_some()).cloned().collect()
    }
}
