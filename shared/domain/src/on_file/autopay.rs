//! Autopay: what is owed is charged to the default method on the day on which it is due.

use chrono::NaiveDate;

use super::{Consent, MethodsOnFile};
use crate::{Decision, EventKind, Refusal};

impl MethodsOnFile {
    /// The patient agreed to autopay; with the same words again nothing changes.
    ///
    /// # Errors
    /// No default method can be charged on the practice's day `today`.
    pub fn start_autopay(&self, consent: Consent, today: NaiveDate) -> Result<Decision<Self>, Refusal> {
        if let Err(why) = self.ready(None, today) {
            return Err(Refusal::state("no-method", format!("nothing can be charged: {why}")));
        }
        let same = |known: &Consent| (&known.wording, known.given) == (&consent.wording, consent.given);
        if self.autopay.as_ref().is_some_and(same) {
            return Ok(self.unchanged());
        }
        let event = EventKind::AutopayStarted { wording: consent.wording.to_string(), given: consent.given };
        Ok(Decision::of(Self { autopay: Some(consent), ..self.clone() }, event))
    }

    /// Autopay ends, for a reason; none where it is off.
    pub fn stop_autopay(&self, reason: &str) -> Option<Decision<Self>> {
        self.autopay.as_ref()?;
        let event = EventKind::AutopayStopped { reason: reason.to_owned() };
        Some(Decision::of(Self { autopay: None, ..self.clone() }, event))
    }
}

impl Decision<MethodsOnFile> {
    /// Autopay ends with the method that it charged.
    pub(super) fn ending_autopay(mut self) -> Self {
        let default = self.state.default.as_deref().and_then(|id| self.state.method(id));
        if default.is_some_and(|method| method.unusable.is_none()) {
            return self;
        }
        if let Some(stopped) =
            self.state.stop_autopay("the method that it charged cannot be charged any more")
        {
            self.state = stopped.state;
            self.events.extend(stopped.events);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    use super::*;
    use crate::{
        PatientId, SetupId,
        fixtures::{NOW, today},
        on_file::{ConsentGiven, MethodKind},
    };

    fn consent(wording: &str) -> Consent {
        Consent { wording: wording.try_into().unwrap(), given: ConsentGiven::Online, at: NOW }
    }

    fn at() -> DateTime<Utc> {
        NOW
    }

    /// Ada with two cards, of which the first is the default.
    fn methods() -> MethodsOnFile {
        let kind =
            MethodKind::Card { brand: "visa".into(), last4: "4242".into(), exp_month: 12, exp_year: 2040 };
        let mut methods = MethodsOnFile::none(PatientId::new(Uuid::nil())).note_customer("cus_1").state;
        for (n, id) in [(1, "pm_1"), (2, "pm_2")] {
            let setup = SetupId::new(Uuid::from_u128(n));
            methods = methods.start_setup(setup, consent("I agree.")).unwrap().state;
            methods = methods.kept(setup, id, kind.clone(), at()).unwrap().state;
        }
        methods
    }

    fn on() -> MethodsOnFile {
        methods().start_autopay(consent("Charge me when it is due."), today()).unwrap().state
    }

    #[test]
    fn autopay_wants_a_method_that_can_be_charged() {
        assert!(on().autopay.is_some());
        let none = MethodsOnFile::none(PatientId::new(Uuid::nil()));
        assert!(none.start_autopay(consent("Charge me."), today()).is_err());
        let again = on().start_autopay(consent("Charge me when it is due."), today()).unwrap();
        assert_eq!(again.events, []);
    }

    #[test]
    fn it_ends_when_the_patient_says_so_or_with_the_method_that_it_charges() {
        assert_eq!(on().stop_autopay("the patient wants it").unwrap().state.autopay, None);
        assert!(methods().stop_autopay("the patient wants it").is_none());
        for ended in [on().remove("pm_1"), on().detached("pm_1"), on().unusable("pm_1", "returned")] {
            let ended = ended.unwrap();
            assert_eq!((ended.state.autopay, ended.events.len()), (None, 2));
        }
        for other in [on().remove("pm_2"), on().unusable("pm_2", "returned")] {
            assert!(other.unwrap().state.autopay.is_some());
        }
        assert!(
            on().make_default("pm_2", today()).unwrap().state.autopay.is_some(),
            "it charges the default"
        );
        assert_eq!(on().note_customer("cus_2").state.autopay, None);
    }
}
