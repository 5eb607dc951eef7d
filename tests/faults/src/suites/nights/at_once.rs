//! Staff have a step done before its day: the oracle says beforehand whether that may be, and what it comes to.

use rand::{Rng, seq::IndexedRandom};
use serde_json::json;

use super::{
    Story,
    chase::Stands,
    oracle::{self, Expected, Moment},
};

impl Story {
    /// Of somebody. Whether a chase goes on whose pause is over is for the next run to say, and what came back goes on today.
    pub(super) async fn sends_now(&mut self) {
        let is_going = |place: &usize| {
            self.town.people[*place].chase().is_some_and(|chase| chase.stands == Stands::Going)
        };
        let going: Vec<usize> = (0..self.town.people.len()).filter(is_going).collect();
        let anybody = self.rng.random_range(0..self.town.people.len());
        let asked = going.choose(&mut self.rng).copied().filter(|_| self.rng.random_ratio(2, 3));
        let place = asked.unwrap_or(anybody);
        let (at, person) = (self.clinic.world.now(), &self.town.people[place]);
        let Some(chase) = person.chase() else { return };
        if chase.came_back_by.is_some() || matches!(chase.stands, Stands::Held(Some(_))) {
            return;
        }
        let (id, expected) =
            (chase.id.clone(), oracle::at_once(&Moment { town: &self.town, person, chase, at }));
        let path = format!("/v1/invoice-sets/{id}/actions");
        let answer = self.clinic.post(&path, &json!({ "action": "send_now" })).await;
        let may_be = matches!(expected, Some(Expected::Send(_) | Expected::Task(_)));
        let is_done = answer.status == 200;
        let what = format!("{expected:?} was to be done now: {} {}", answer.status, answer.text());
        self.rule(is_done == may_be && (is_done || answer.status == 409), &id, at, &what);
        self.counted(if is_done { "sent now" } else { "not sent now" });
        if is_done {
            let chase = self.town.people[place].present();
            chase.asked_for = Some(chase.done);
        }
        if let Some(task @ Expected::Task(_)) = expected {
            self.town.people[place].present().expected.push((at, task));
            self.explain(place, at).await;
        }
        self.hear(at, None, &oracle::OF_RUNS).await;
    }
}
