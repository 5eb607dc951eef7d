//! After any sequence of commands, every derived figure is what the ledger says.

use paywell_tests::support::{Answer, Clinic};
use serde_json::{Value, json};

/// How many commands a sequence has.
const COMMANDS: u32 = 120;

/// xorshift64: the same seed, the same sequence.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn pick<'a>(&mut self, from: &'a [String]) -> &'a str {
        &from[self.roll(from.len())]
    }

    fn amount(&mut self) -> String {
        format!("{}.{:02}", self.roll(90), self.roll(99) + 1)
    }

    /// A body with an amount, or without.
    fn maybe(&mut self, mut body: Value, amount: &str) -> Value {
        if self.roll(2) == 0 {
            body["amount"] = json!(amount);
        }
        body
    }
}

struct Player {
    clinic: Clinic,
    dice: Dice,
    patients: Vec<String>,
    invoices: Vec<String>,
    payments: Vec<String>,
}

impl Player {
    async fn play(&mut self) -> Answer {
        let patient = self.dice.pick(&self.patients).to_owned();
        let invoice = self.dice.pick(&self.invoices).to_owned();
        let payment = self.dice.pick(&self.payments).to_owned();
        match self.dice.roll(16) {
            0 | 1 => self.bill(&patient).await,
            2 | 3 => self.clinic.send(&invoice).await,
            4 => self.edit(&invoice).await,
            5 => self.delete(&invoice).await,
            6 | 7 => self.pay(&patient, &invoice).await,
            8 => self.record(&payment, &invoice).await,
            9 | 10 => self.correct(&invoice).await,
            11 | 12 => self.refund().await,
            13 => self.apply().await,
            14 => self.allocate().await,
            _ => self.ask_or_move(&patient, &payment).await,
        }
    }

    async fn bill(&mut self, patient: &str) -> Answer {
        let (one, two) = (self.dice.amount(), self.dice.amount());
        let discount = ["3%", "5.00", "100%"][self.dice.roll(3)];
        let body = json!({
            "patient_id": patient, "currency": "USD",
            "discount": discount,
            "lines": [
                { "description": "Visit", "unit_price": one, "quantity": self.dice.roll(3) + 1 },
                { "description": "X-ray", "unit_price": two, "discount": "7.5%" },
            ],
        });
        let answer = self.clinic.post("/v1/invoices", &body).await;
        if answer.status == 201 {
            self.invoices.push(answer.field("id"));
        }
        answer
    }

    async fn edit(&mut self, invoice: &str) -> Answer {
        let path = format!("/v1/invoices/{invoice}");
        let version = self.clinic.get(&path).await.version();
        let edit = match self.dice.roll(4) {
            0 => json!({ "delete_lines": [self.dice.roll(2) + 1] }),
            1 => json!({ "discount": null }),
            2 => json!({ "discount": self.dice.amount(), "term_days": 5 }),
            _ => json!({ "date": "2026-05-01", "location": "main" }),
        };
        self.clinic.patch(&path, &edit).on_version(version).await
    }

    async fn delete(&mut self, invoice: &str) -> Answer {
        let path = format!("/v1/invoices/{invoice}");
        let version = self.clinic.get(&path).await.version();
        let answer = self.clinic.delete(&path).on_version(version).await;
        if answer.status == 200 && answer.json()["status"] == json!("deleted") && self.invoices.len() > 1 {
            self.invoices.retain(|known| known != invoice);
        }
        answer
    }

    async fn pay(&mut self, patient: &str, invoice: &str) -> Answer {
        let mut invoice = invoice.to_owned();
        let mut shown = self.clinic.invoice(&invoice).await;
        if shown["balance"] == json!("0.00") && self.dice.roll(4) > 0 {
            let owed = self.clinic.ids("/v1/invoices?status=unpaid").await;
            invoice = self.dice.pick(if owed.is_empty() { &self.invoices } else { &owed }).to_owned();
            shown = self.clinic.invoice(&invoice).await;
        }
        let invoice = invoice.as_str();
        let payer = if self.dice.roll(8) == 0 { patient } else { shown["patient"]["id"].as_str().unwrap() };
        let balance = shown["balance"].as_str().unwrap().to_owned();
        let (amount, part) = match self.dice.roll(3) {
            0 => (balance.clone(), balance),
            1 => ("500.00".to_owned(), balance),
            _ => (self.dice.amount(), self.dice.amount()),
        };
        let answer = self.clinic.cash(payer, &amount, &[(invoice, &part)]).await;
        if answer.status == 201 {
            self.payments.push(answer.field("id"));
        }
        answer
    }

    /// On the invoice as it is, without money; mostly what its status allows.
    async fn correct(&mut self, invoice: &str) -> Answer {
        let path = format!("/v1/invoices/{invoice}");
        let read = self.clinic.get(&path).await;
        let shown = read.ok();
        let direction = ["up", "down"][self.dice.roll(2)];
        let adjust = json!({ "direction": direction, "amount": self.dice.amount(), "reason": "courtesy" });
        let amount = self.dice.amount();
        let write_off = self.dice.maybe(json!({ "reason": "bad_debt" }), &amount);
        let number = self.dice.roll(shown["adjustments"].as_array().map_or(0, Vec::len) + 1) + 1;
        let request = match (shown["status"].as_str().unwrap(), self.dice.roll(6)) {
            ("in_collections", 0..=4) => self.clinic.post_empty(&format!("{path}/collections/reverse")),
            ("written_off", 0..=4) => self.clinic.post_empty(&format!("{path}/adjustments/1/reverse")),
            (_, 0 | 1) => self.clinic.post(&format!("{path}/adjustments"), &adjust),
            (_, 2) => self.clinic.post(&format!("{path}/write-off"), &write_off),
            (_, 3) => self.clinic.post_empty(&format!("{path}/adjustments/{number}/reverse")),
            _ => self.clinic.post_empty(&format!("{path}/collections")),
        };
        request.on_version(read.version()).await
    }

    /// A payment that is paid, where there is one, and an invoice that its patient owes.
    async fn paid(&mut self) -> (String, String) {
        let paid = self.clinic.ids("/v1/payments?status=paid").await;
        let payment = self.dice.pick(if paid.is_empty() { &self.payments } else { &paid }).to_owned();
        let shown = self.clinic.payment(&payment).await;
        let patient = shown["patient"]["id"].as_str().unwrap();
        let owed = self.clinic.ids(&format!("/v1/patients/{patient}/invoices?status=unpaid")).await;
        let invoice = self.dice.pick(if owed.is_empty() { &self.invoices } else { &owed }).to_owned();
        (payment, invoice)
    }

    async fn refund(&mut self) -> Answer {
        let (payment, invoice) = self.paid().await;
        let amount = format!("{}.25", self.dice.roll(9));
        let parts = json!([{ "invoice_id": invoice, "amount": self.dice.amount() }]);
        let parts = if self.dice.roll(6) == 0 { parts } else { json!(null) };
        let reason = ["patient_request", "billing_error", "duplicate_charge"][self.dice.roll(3)];
        let refund = json!({
            "currency": "USD", "reason": reason, "tender": { "type": "cash" }, "allocations": parts,
        });
        let refund = self.dice.maybe(refund, &amount);
        self.clinic.post(&format!("/v1/payments/{payment}/refunds"), &refund).await
    }

    async fn apply(&mut self) -> Answer {
        let (payment, invoice) = self.paid().await;
        let amount = format!("{}.10", self.dice.roll(9));
        let apply = self.dice.maybe(json!({ "payment_id": payment }), &amount);
        self.clinic.post(&format!("/v1/invoices/{invoice}/apply"), &apply).await
    }

    async fn allocate(&mut self) -> Answer {
        let (payment, invoice) = self.paid().await;
        let version = self.clinic.get(&format!("/v1/payments/{payment}")).await.version();
        let one = json!([{ "invoice_id": invoice, "amount": format!("{}.50", self.dice.roll(9)) }]);
        let list = if self.dice.roll(2) == 0 { json!([]) } else { one };
        let path = format!("/v1/payments/{payment}/allocations");
        self.clinic.put(&path, &json!({ "allocations": list })).on_version(version).await
    }

    async fn record(&mut self, payment: &str, invoice: &str) -> Answer {
        let allocations = json!([{ "invoice_id": invoice, "amount": self.dice.amount() }]);
        let allocations = if self.dice.roll(2) == 0 { json!([]) } else { allocations };
        let record = json!({ "tender": { "type": "check", "number": "7" }, "allocations": allocations });
        self.clinic.post(&format!("/v1/payments/{payment}/record"), &record).await
    }

    async fn ask_or_move(&mut self, patient: &str, payment: &str) -> Answer {
        if self.dice.roll(2) == 0 {
            let body = json!({
                "patient_id": patient, "amount": self.dice.amount(), "currency": "USD",
                "draft": self.dice.roll(2) == 0,
            });
            let answer = self.clinic.post("/v1/payments", &body).await;
            self.payments.push(answer.field("id"));
            return answer;
        }
        let version = self.clinic.get(&format!("/v1/payments/{payment}")).await.version();
        let action = ["submit", "cancel", "reopen"][self.dice.roll(3)];
        let action = json!({ "action": action });
        self.clinic.post(&format!("/v1/payments/{payment}/status"), &action).on_version(version).await
    }
}

async fn sequence(seed: u64) {
    let clinic = Clinic::open().await;
    let patients = vec![clinic.patient("Ada").await, clinic.patient("Ben").await];
    let invoices = vec![clinic.draft(&patients[0], "40.00").await];
    let payments = vec![clinic.asked_for(&patients[1], "15.00").await];
    let mut player = Player { clinic: clinic.clone(), dice: Dice(seed), patients, invoices, payments };
    let mut accepted = 0;
    for n in 0..COMMANDS {
        let answer = player.play().await;
        assert!(answer.status < 500, "seed {seed}, command {n}: {}", answer.text());
        accepted += u32::from(answer.status < 300);
    }
    assert!(accepted * 10 >= COMMANDS * 4, "seed {seed}: only {accepted} of {COMMANDS} were accepted");
    println!("seed {seed}: {accepted} of {COMMANDS} commands accepted");
    clinic.proven_books().await;
}

#[tokio::test]
async fn the_books_are_right_after_any_commands() {
    for seed in [1, 20_260_601, 0x5EED] {
        sequence(seed).await;
    }
}

#[tokio::test]
async fn the_books_are_right_after_other_commands() {
    for seed in [77, 4_242, 0xFACE] {
        sequence(seed).await;
    }
}

#[tokio::test]
async fn an_event_that_was_edited_shows() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice(&ada, "125.00").await;
    assert_eq!(clinic.invoice(&id).await["history_intact"], json!(true));
    let key = format!("INVOICE#{}#{id}", clinic.practice);
    let update = clinic.world.client.update_item().table_name(&clinic.world.table);
    let string = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let event = json!({
        "of": id, "seq": 1, "at": "2026-06-01T00:00:00Z", "actor": { "type": "schedule" }, "request": "r",
        "kind": { "type": "invoice_created" },
    });
    update
        .key("pk", string(&key))
        .key("sk", string("E#00000001"))
        .update_expression("SET b = :b")
        .expression_attribute_values(":b", string(&event.to_string()))
        .send()
        .await
        .unwrap();
    assert_eq!(clinic.invoice(&id).await["history_intact"], json!(false));
}
