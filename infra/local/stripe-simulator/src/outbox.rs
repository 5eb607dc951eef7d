//! Events on their way to endpoints, and how a test disturbs them; the sending itself is in [`crate::sender`].
//! Source: <https://docs.stripe.com/webhooks>.

use crate::state::{Cx, State};
use crate::webhooks::signature;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What happens to the webhooks of events to come. Stripe may deliver an event more than once, in any order, and gives
/// up what no endpoint accepts. Source: <https://docs.stripe.com/webhooks#event-delivery-behaviors>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rules {
    /// Nothing is sent until it is released.
    pub(crate) hold: bool,
    /// How many times each event is delivered beside the first.
    pub(crate) duplicate: u32,
    /// Every delivery whose number is a multiple of this is never sent; 0 loses none.
    pub(crate) lose_every: u64,
    /// Lets deliveries overtake each other: each waits 0 to 2 seconds, as this seed decides.
    pub(crate) shuffle_seed: Option<u64>,
}

impl Rules {
    /// Whether the delivery of this number, counted from 1, is lost.
    fn lose(&self, number: u64) -> bool {
        self.lose_every > 0 && number.is_multiple_of(self.lose_every)
    }

    /// How many seconds the delivery of this number waits.
    fn delay(&self, number: u64) -> i64 {
        self.shuffle_seed.map_or(0, |seed| i64::from(scatter(seed, &number.to_string()) % 3))
    }
}

/// A number that a seed and a name decide.
pub(crate) fn scatter(seed: u64, name: &str) -> u8 {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(name).finalize();
    digest.first().copied().unwrap_or_default()
}

/// One attempt to deliver: the status that came back, or why none did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tried {
    pub(crate) at: i64,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
}

/// An event on its way to one endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) endpoint: String,
    pub(crate) attempts: Vec<Tried>,
    /// When to try next, by the simulator's clock; `None` once delivered, given up or lost.
    pub(crate) next_at: Option<i64>,
    pub(crate) delivered: bool,
    /// Waits to be released.
    #[serde(default)]
    pub(crate) held: bool,
}

/// A signed request that is due.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Due {
    pub(crate) delivery: String,
    pub(crate) event: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) url: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

impl State {
    /// Starts the delivery of an event to each endpoint that listens for it, by the rules; `false` if there is no such
    /// event.
    pub(crate) fn send(&mut self, cx: &Cx, event: &str) -> bool {
        let copies = 1 + self.rules.duplicate;
        for endpoint in self.listeners(event) {
            for _ in 0..copies {
                self.ruled += 1;
                let lost = self.rules.lose(self.ruled);
                let next_at = (!lost).then_some(cx.now + self.rules.delay(self.ruled));
                self.deliver(event, &endpoint, next_at, self.rules.hold);
            }
        }
        self.events.contains_key(event)
    }

    fn listeners(&self, event: &str) -> Vec<String> {
        let Some(event) = self.events.get(event) else { return Vec::new() };
        let wanting = self.endpoints.values().filter(|endpoint| endpoint.wants(&event.kind));
        wanting.map(|endpoint| endpoint.id.clone()).collect()
    }

    fn deliver(&mut self, event: &str, endpoint: &str, next_at: Option<i64>, held: bool) -> String {
        let delivery = Delivery {
            id: self.id("whd_"),
            event: event.to_owned(),
            endpoint: endpoint.to_owned(),
            attempts: Vec::new(),
            next_at,
            delivered: false,
            held,
        };
        let id = delivery.id.clone();
        self.queue(&delivery);
        self.deliveries.insert(id.clone(), delivery);
        if let Some(event) = self.events.get_mut(event) {
            event.pending += 1;
        }
        id
    }

    fn queue(&mut self, delivery: &Delivery) {
        if let Some(at) = delivery.next_at.filter(|_| !delivery.held && !delivery.delivered) {
            self.outbox.insert((at, delivery.id.clone()));
        }
    }

    /// Notes what is still to be sent.
    pub(crate) fn derive_outbox(&mut self) {
        let deliveries = std::mem::take(&mut self.deliveries);
        deliveries.values().for_each(|delivery| self.queue(delivery));
        self.deliveries = deliveries;
    }

    /// Takes what is due; it stays taken until [`State::delivered`].
    pub(crate) fn take_due(&mut self, now: i64) -> Vec<Due> {
        let mut due = Vec::new();
        while self.outbox.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.outbox.pop_first() else { break };
            due.extend(self.signed(&id, now));
        }
        due
    }

    /// `None` if the endpoint was deleted meanwhile.
    fn signed(&self, id: &str, now: i64) -> Option<Due> {
        let delivery = self.deliveries.get(id)?;
        let (endpoint, event) = (self.endpoints.get(&delivery.endpoint)?, self.events.get(&delivery.event)?);
        let body = event.json().to_string();
        let signature = signature(&endpoint.secret, now, &body);
        Some(Due {
            delivery: id.to_owned(),
            event: event.id.clone(),
            kind: event.kind.clone(),
            url: endpoint.url.clone(),
            signature,
            body,
        })
    }

    /// What is held, oldest first.
    pub(crate) fn held(&self, now: i64) -> Vec<Due> {
        let held = self.deliveries.values().filter(|delivery| delivery.held && delivery.next_at.is_some());
        held.filter_map(|delivery| self.signed(&delivery.id, now)).collect()
    }

    /// Takes the held deliveries of an event, or new ones if none are held, so that it is delivered once more.
    pub(crate) fn release(&mut self, now: i64, event: &str) -> Vec<Due> {
        let held = self.deliveries.values_mut().filter(|delivery| delivery.held && delivery.event == event);
        let mut ids = Vec::new();
        for delivery in held.filter(|delivery| delivery.next_at.is_some()) {
            delivery.held = false;
            ids.push(delivery.id.clone());
        }
        if ids.is_empty() {
            for endpoint in self.listeners(event) {
                let id = self.deliver(event, &endpoint, Some(now), false);
                self.outbox.remove(&(now, id.clone()));
                ids.push(id);
            }
        }
        ids.iter().filter_map(|id| self.signed(id, now)).collect()
    }

    /// Puts new rules in force; without `hold`, all that was held is sent.
    pub(crate) fn rule(&mut self, now: i64, rules: Rules) {
        self.rules = rules;
        self.ruled = 0;
        if self.rules.hold {
            return;
        }
        for delivery in self.deliveries.values_mut().filter(|delivery| delivery.held) {
            delivery.held = false;
            if delivery.next_at.is_some() {
                delivery.next_at = Some(now);
                self.outbox.insert((now, delivery.id.clone()));
            }
        }
    }

    /// Records how an attempt ended. Anything but 2xx is tried again, ever more slowly, until the waits are used up.
    /// Source: <https://docs.stripe.com/webhooks#retries>
    pub(crate) fn delivered(
        &mut self,
        id: &str,
        now: i64,
        answer: std::result::Result<u16, String>,
        waits: &[i64],
    ) {
        self.revision += 1;
        let hold = self.rules.hold;
        let Some(delivery) = self.deliveries.get_mut(id) else { return };
        delivery.delivered = matches!(answer, Ok(200..=299));
        let wait = waits.get(delivery.attempts.len()).filter(|_| !delivery.delivered);
        delivery.next_at = wait.map(|wait| now + wait);
        delivery.held = hold && delivery.next_at.is_some();
        delivery.attempts.push(Tried { at: now, status: answer.as_ref().ok().copied(), error: answer.err() });
        let delivery = delivery.clone();
        self.queue(&delivery);
        if let Some(event) = self.events.get_mut(&delivery.event).filter(|_| delivery.delivered) {
            event.pending = event.pending.saturating_sub(1);
        }
    }
}
