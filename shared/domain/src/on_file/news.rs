//! What the processor tells of methods, in whatever order it comes: a method itself, whose page it was entered on, that
//! it is gone.

use chrono::{DateTime, Utc};

use super::{MAX_REMOVED, MethodKind, MethodOnFile, MethodsOnFile, keep_last};
use crate::{Decision, EventKind, SetupId};

impl MethodsOnFile {
    /// The processor holds a method for the patient. Chargeable once it is also known what the patient agreed to
    /// ([`Self::consented`]). None where it is known already, or was removed.
    pub fn attached(
        &self,
        id: &str,
        kind: MethodKind,
        as_of: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Decision<Self>> {
        if self.method(id).is_some() || self.removed.iter().any(|removed| removed == id) {
            return None;
        }
        let mut added = self.clone();
        let entered = added.setups.iter().position(|setup| setup.method.as_deref() == Some(id));
        let entered = entered.map(|place| added.setups.remove(place));
        let (setup, consent) = entered.map(|entered| (entered.id, entered.consent)).unzip();
        let event = EventKind::MethodAdded { method: id.to_owned(), shown: kind.for_people() };
        let method =
            MethodOnFile { id: id.to_owned(), kind, as_of, consent, setup, unusable: None, added_at: now };
        added.methods.push(method);
        Some(Decision::of(added.first_is_default(id), event))
    }

    /// The processor knows a method better, such as a card's new date. None where that is no news.
    pub fn updated(
        &self,
        id: &str,
        kind: MethodKind,
        as_of: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Decision<Self>> {
        let mut updated = self.clone();
        let Some(known) = updated.methods.iter_mut().find(|method| method.id == id) else {
            return self.attached(id, kind, as_of, now);
        };
        if known.kind == kind || as_of < known.as_of {
            return None;
        }
        let event = EventKind::MethodChanged { method: id.to_owned(), shown: kind.for_people() };
        (known.kind, known.as_of) = (kind, as_of);
        Some(Decision::of(updated, event))
    }

    /// A method was entered on the page of a setup: what the patient agreed to there is what it may be charged for.
    /// None where that is known, or the method was removed.
    pub fn consented(&self, setup: SetupId, id: &str) -> Option<Decision<Self>> {
        let place = self.setups.iter().position(|open| open.id == setup && open.method.is_none())?;
        if self.removed.iter().any(|removed| removed == id) {
            return None;
        }
        let mut consented = self.clone();
        let entered = consented.setups.remove(place);
        match consented.methods.iter_mut().find(|method| method.id == id) {
            Some(method) => (method.consent, method.setup) = (Some(entered.consent), Some(setup)),
            None => {
                consented.setups.insert(place, super::Setup { method: Some(id.to_owned()), ..entered });
            }
        }
        let event = EventKind::MethodConsented { method: id.to_owned(), setup };
        Some(Decision::of(consented.first_is_default(id), event))
    }

    /// A method was used on the page of a setup, and the processor keeps it: it is on file, with what the patient agreed to
    /// there. None where all of that is known, or the method was removed.
    pub fn kept(
        &self,
        setup: SetupId,
        id: &str,
        kind: MethodKind,
        now: DateTime<Utc>,
    ) -> Option<Decision<Self>> {
        let mut kept = self.consented(setup, id)?;
        if let Some(added) = kept.state.attached(id, kind, now, now) {
            kept.events.extend(added.events);
            kept.state = added.state;
        }
        Some(kept)
    }

    /// The processor does not hold a method any more: it cannot be charged again. None where it is removed already.
    pub fn detached(&self, id: &str) -> Option<Decision<Self>> {
        if self.removed.iter().any(|removed| removed == id) {
            return None;
        }
        if let Some(removed) = self.remove(id) {
            return Some(removed);
        }
        let mut removed = self.clone();
        removed.removed.push(id.to_owned());
        keep_last(&mut removed.removed, MAX_REMOVED);
        Some(Decision::of(removed, EventKind::MethodRemoved { method: id.to_owned() }))
    }

    /// A method cannot be charged any more; none where that is known.
    pub fn unusable(&self, id: &str, why: &str) -> Option<Decision<Self>> {
        let mut changed = self.clone();
        let usable = |method: &&mut MethodOnFile| method.id == id && method.unusable.is_none();
        changed.methods.iter_mut().find(usable)?.unusable = Some(why.to_owned());
        let event = EventKind::MethodUnusable { method: id.to_owned(), reason: why.to_owned() };
        Some(Decision::of(changed, event).ending_autopay())
    }

    /// The first method that the patient agreed to is the default without anybody saying so.
    fn first_is_default(mut self, id: &str) -> Self {
        let mut agreed = self.methods.iter().filter(|m| m.consent.is_some() && m.unusable.is_none());
        if agreed.next().is_some_and(|first| first.id == id) && agreed.next().is_none() {
            self.default.get_or_insert_with(|| id.to_owned());
        }
        self
    }
}
