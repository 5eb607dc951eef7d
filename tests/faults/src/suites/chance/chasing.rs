//! Chasing: what staff do to sets, what providers tell of messages, and mornings on which the runs come.

use paywell_domain::ContactStanding;
use paywell_tests::support::{bounce, inbound, of_mail, of_text};
use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};

use super::{story::Story, tally::Came};
use crate::{
    Outcome, Plan,
    suites::commands::{NUMBER, OURS, notification},
};

/// What people text.
const WORDS: [&str; 5] = ["STOP", "START", "HELP", "Who is this?", "I will pay on Friday."];

impl Story<'_> {
    /// Something is done to a patient's set: mostly what its status allows.
    pub(super) async fn act_on_set(&mut self) -> Option<Came> {
        let patient = self.a_patient();
        let shown = self.clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await;
        if shown.status == 404 {
            return None;
        }
        let shown = shown.ok();
        let mut actions: Vec<Value> = shown["allowed_actions"].as_array().unwrap().clone();
        if actions.is_empty() || self.rng.random_ratio(1, 8) {
            actions = vec![json!("resume"), json!("reverse"), json!("pause")];
        }
        let action = actions.choose(&mut self.rng)?.clone();
        let mut body = json!({ "action": action });
        match action.as_str().unwrap() {
            "pause" => body["reason"] = json!(["hardship", "dispute"].choose(&mut self.rng)),
            "write_off" => body["reason"] = json!("bad_debt"),
            "change_rule_set" => body["rule_set_id"] = shown["rule_set_id"].clone(),
            _ => {}
        }
        let path = format!("/v1/invoice-sets/{}/actions", shown["id"].as_str().unwrap());
        Some(Came::of(&self.put(&self.clinic.post(&path, &body)).await))
    }

    /// A morning comes: what is due is sent and begun, and what was begun is made; now and then a run does not come.
    pub(super) async fn morning(&mut self) -> Option<Came> {
        self.site.pass_to_noon(1);
        self.site.wire.release_all().await;
        let came = self.outreach().await?;
        self.show_some().await;
        match self.rng.random_ratio(7, 8) {
            true => self.reconcile().await,
            false => Some(came),
        }
    }

    /// A provider tells what became of a message, or of a text to us: late, in any order, and twice.
    pub(super) async fn notify(&mut self) -> Option<Came> {
        if self.rng.random_bool(0.6) {
            self.hear().await;
        }
        let place = self.rng.random_range(0..self.notices.len().max(1));
        let notice = self.notices.get(place)?.clone();
        let sent = self.once("message-events", &notice).await;
        let is_taken = matches!(sent.outcome, Outcome::Answer(_));
        // What was taken may come again all the same.
        if is_taken && self.rng.random_ratio(4, 5) {
            self.notices.remove(place);
        }
        Some(if is_taken { Came::Accepted } else { Came::Refused("it is told again".to_owned()) })
    }

    /// Something is to be told, sooner or later.
    async fn hear(&mut self) {
        let mails = self.site.mail().await;
        let now = self.site.now();
        let event = match mails.choose(&mut self.rng).filter(|_| self.rng.random_bool(0.6)) {
            Some(text) if text["kind"] == "sms" => {
                of_text(text, ["TEXT_DELIVERED", "TEXT_UNREACHABLE"].choose(&mut self.rng).unwrap())
            }
            Some(mail) => match self.rng.random_range(0..8) {
                0 => bounce(mail, "Permanent"),
                1 => bounce(mail, "Transient"),
                2 => of_mail(mail, "Complaint"),
                _ => of_mail(mail, "Delivery"),
            },
            None => {
                let words = *WORDS.choose(&mut self.rng).unwrap();
                self.texts += 1;
                self.replies += u32::from(words.len() > 5);
                inbound(&format!("in-{}-{}", self.clinic.practice, self.texts), NUMBER, OURS, words)
            }
        };
        self.notices.push(notification(&[event], now));
    }

    /// Whatever was not taken is told until it is, twice. Then the number stands as the texts say: each was heard once.
    pub(super) async fn hear_the_rest(&mut self) {
        self.texts += 1;
        let stop = inbound(&format!("in-{}-{}", self.clinic.practice, self.texts), NUMBER, OURS, "STOP");
        self.notices.push(notification(&[stop], self.site.now()));
        for notice in [self.notices.clone(), self.notices.clone()].concat() {
            let told = self.site.instance("message-events", 0).invoke(&notice, &Plan::none()).await;
            assert_eq!(told.outcome, Outcome::Answer(Value::Null), "{notice}");
        }
        let number = NUMBER.to_owned().try_into().unwrap();
        let hash = paywell_domain::portal::ContactPoint::Phone(number).hash();
        let standing = self.clinic.stored::<ContactStanding>(hash).await.state;
        assert!(standing.opted_out_at.is_some(), "the last word was STOP: {standing:?}");
        assert_eq!(standing.replies, self.replies, "each reply is heard once: {standing:?}");
    }
}
