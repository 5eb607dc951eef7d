//! A practice in a world, and its staff's requests.

use std::rc::Rc;

use aws_sdk_dynamodb::types::AttributeValue;
use paywell_app::{Context, ids};
use paywell_domain::{
    Actor, ContactStanding, Currency, Decision, EventKind, Practice, PracticeId, RuleSetId,
    portal::ContactPoint,
    practice::{IdentityCheck, Location},
    standing::Suppression,
};
use paywell_store::{By, Commit, Key};
use serde_json::Value;

use super::{Request, World};

/// A practice. Clones are the same practice.
#[derive(Clone)]
pub struct Clinic {
    /// The world it is in.
    pub world: Rc<World>,
    /// Its id.
    pub practice: PracticeId,
}

impl Clinic {
    /// A practice in a world of its own.
    pub async fn open() -> Self {
        Self::open_in(&World::new().await, "prac_riverside").await
    }

    /// Another practice in the same world.
    pub async fn neighbour(&self) -> Self {
        Self::open_in(&self.world, "prac_hillside").await
    }

    /// A practice of New York, with the standard rules, that chases from the day after the due date.
    pub async fn open_in(world: &Rc<World>, id: &str) -> Self {
        let clinic = Self { world: world.clone(), practice: id.parse().unwrap() };
        let practice = Practice {
            id: clinic.practice.clone(),
            name: "Riverside Clinic".try_into().unwrap(),
            phone: "+16175550100".to_owned().try_into().unwrap(),
            email: "billing@riverside.example".to_owned().try_into().unwrap(),
            time_zone: chrono_tz::America::New_York,
            currency: Currency::Usd,
            identity_check: IdentityCheck::DateOfBirth,
            pay_page: paywell_domain::practice::PayPageSettings::default(),
            locations: vec![Location {
                id: "main".try_into().unwrap(),
                name: "Main Street".try_into().unwrap(),
            }],
            text_number: None,
            outreach: paywell_domain::practice::OutreachSettings::default(),
            link_days: 30,
            chase_after_days: 1,
            rule_set: RuleSetId::new(ids::new(world.now())),
            rule_set_version: 1,
            copays: paywell_domain::appointment::CopayRule::Off,
            calendar: paywell_domain::practice::Calendar::default(),
        };
        world.app.create_practice(&clinic.context(), practice).await.unwrap();
        world.practices.borrow_mut().push(id.to_owned());
        clinic
    }

    /// Work that runs by itself.
    pub fn context(&self) -> Context {
        Context { by: self.by(), command: None }
    }

    /// The practice's settings are changed, as whoever runs the stack would.
    pub async fn change_practice(&self, change: impl FnOnce(&mut Practice)) {
        let stored = self.stored::<Practice>(()).await;
        let mut changed = stored.state.clone();
        change(&mut changed);
        let mut commit = Commit::new(&self.by(), None);
        drop(commit.update(&stored, Decision::of(changed, EventKind::PracticeCreated)).unwrap());
        self.world.store.commit(commit).await.unwrap();
    }

    /// A provider says that nothing is delivered any more to an address or a number.
    pub async fn suppress(&self, contact: &str, why: Suppression) {
        self.world.store.commit(self.suppressing(contact, why).await).await.unwrap();
    }

    /// What writes that, once it is committed.
    ///
    /// # Panics
    /// It is no contact.
    pub async fn suppressing(&self, contact: &str, why: Suppression) -> Commit {
        let contact = ContactPoint::typed(contact).unwrap();
        let key = Key::standing(&self.practice, &contact.hash());
        let known = self.world.store.load([key.clone()]).await.unwrap().at::<ContactStanding>(&key).unwrap();
        let mut commit = Commit::new(&self.by(), None);
        match known {
            Some(known) => drop(commit.update(&known, known.state.suppress(why)).unwrap()),
            None => drop(commit.create(ContactStanding::new(contact).suppress(why)).unwrap()),
        }
        commit
    }

    /// Sets a field of an aggregate past the use cases, right before the next commit.
    ///
    /// # Panics
    /// The table cannot be written.
    pub fn meanwhile(&self, key: Key, field: &[&str], value: AttributeValue) {
        self.world.recorder.meanwhile("TransactWriteItems", self.setting(key, field, value));
    }

    /// Sets a field of an aggregate past the use cases.
    pub fn setting(
        &self,
        key: Key,
        field: &[&str],
        value: AttributeValue,
    ) -> impl Future<Output = ()> + Send + 'static {
        let mut update = self.world.client.update_item().table_name(&self.world.table);
        let mut path = vec!["d".to_owned()];
        for (place, name) in field.iter().enumerate() {
            update = update.expression_attribute_names(format!("#{place}"), *name);
            path.push(format!("#{place}"));
        }
        let update = update
            .key("pk", AttributeValue::S(key.pk))
            .key("sk", AttributeValue::S(key.sk))
            .update_expression(format!("SET v = v + :one, {} = :value", path.join(".")))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":value", value);
        async move {
            update.send().await.unwrap();
        }
    }

    /// On whose behalf it is written.
    pub fn by(&self) -> By {
        By {
            practice: self.practice.clone(),
            actor: Actor::Import,
            request: self.new_key(),
            now: self.world.tick(),
        }
    }

    /// A GET by a biller.
    pub fn get(&self, path: &str) -> Request {
        Request::new(self, "GET", path)
    }

    /// A POST by a biller, of a new command.
    pub fn post(&self, path: &str, body: &Value) -> Request {
        Request::new(self, "POST", path).json(body)
    }

    /// A POST without a body.
    pub fn post_empty(&self, path: &str) -> Request {
        Request::new(self, "POST", path)
    }

    /// A PUT by a biller, of a new command.
    pub fn put(&self, path: &str, body: &Value) -> Request {
        Request::new(self, "PUT", path).json(body)
    }

    /// A PATCH by a biller, of a new command.
    pub fn patch(&self, path: &str, body: &Value) -> Request {
        Request::new(self, "PATCH", path).json(body)
    }

    /// A DELETE by a biller, of a new command.
    pub fn delete(&self, path: &str) -> Request {
        Request::new(self, "DELETE", path)
    }

    /// A request of any method, with nothing in it but an idempotency key.
    pub fn request(&self, method: &'static str, path: &str) -> Request {
        Request::new(self, method, path)
    }

    pub(super) fn new_key(&self) -> String {
        let used = self.world.used_keys.get() + 1;
        self.world.used_keys.set(used);
        format!("key-{used}")
    }
}
