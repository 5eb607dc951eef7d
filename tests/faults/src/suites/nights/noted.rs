//! What happened is told to the oracle; what a provider told of a message is looked at once.

use chrono::{DateTime, Utc};

use super::{
    Story,
    chase::{Follows, Stands},
    happening::{Happening, News},
};

impl Story {
    /// Something has happened. What a provider told changes what is next, at once.
    pub(super) async fn noted(&mut self, happening: &Happening, made: &str, at: DateTime<Utc>) {
        let follows = match happening {
            Happening::Told { person, letter, news } => Some(self.town.follows(*person, letter, *news)),
            _ => None,
        };
        let chases = self.chases();
        self.town.note(happening, made, at);
        self.counted_if(
            matches!(happening, Happening::Refund { .. }) && self.chases() > chases,
            "chased for a refund",
        );
        let (Happening::Told { person, letter, news }, Some(follows)) = (happening, follows) else { return };
        let is_back = matches!(news, News::Back | News::BackForGood);
        self.counted_if(is_back && follows == Follows::Nothing, "came back late");
        self.counted_if(follows == Follows::AnotherWay, "goes another way");
        self.counted_if(follows == Follows::Task, "staff do it instead");
        self.counted_if(follows == Follows::Failed, "no way is left");
        let (patient, chase) = (&self.town.people[*person].id, self.town.people[*person].chase().unwrap());
        if !matches!(chase.stands, Stands::Going | Stands::Failed) {
            return;
        }
        let shown = self.clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok();
        let tasks = shown["tasks"].as_array().unwrap().iter();
        let is_theirs =
            tasks.filter(|task| task["step"] == chase.done - usize::from(chase.done > 0)).count() > 0;
        let is_so = shown["next_step"] == chase.done
            && (shown["status"] == "failed") == (chase.stands == Stands::Failed)
            && (follows != Follows::Task || is_theirs);
        let what = format!("{follows:?} after {news:?} of {:?}: {shown}", letter.taken["id"]);
        let set = chase.id.clone();
        self.rule(is_so, &set, at, &what);
    }

    fn chases(&self) -> usize {
        self.town.people.iter().map(|person| person.chases.len()).sum()
    }
}
