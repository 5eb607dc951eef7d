//! Patients and treatments.

use chrono::NaiveDate;
use paywell_domain::{
    Decision, Patient, PatientId, Practice, Refusal, Treatment, TreatmentId, recipient::Unreachable,
};
use paywell_store::{Answer, Key, PatientAccount, Stored};

use crate::{
    App, AppError, Context,
    command::{answer, created, require_version},
    ids,
    requests::patients::{ChooseMessages, CreatePatient, CreateTreatment, EditPatient},
    views::patients::{PatientView, TreatmentView},
};

impl App {
    /// Registers a patient.
    ///
    /// # Errors
    /// A birth date that cannot be.
    pub async fn create_patient(&self, cx: &Context, new: CreatePatient) -> Result<Answer, AppError> {
        let id = PatientId::new(ids::new(cx.now()));
        self.command(cx, [], async |work| {
            let practice = work.practice()?;
            let decision = Patient::create(id, new.clone().into(), practice.today(cx.now()))?;
            let stored = work.commit.create(decision)?;
            let view = PatientView::of(&stored, &PatientAccount::default(), practice.currency);
            created(&view, format!("/v1/patients/{id}"))
        })
        .await
    }

    /// Corrects a patient's record, of the version that the caller read.
    ///
    /// # Errors
    /// There is no such patient; it was changed meanwhile; a birth date that cannot be.
    pub async fn edit_patient(
        &self,
        cx: &Context,
        id: PatientId,
        version: u64,
        edit: EditPatient,
    ) -> Result<Answer, AppError> {
        self.change_patient(cx, id, version, |patient, today| {
            patient.edit(edit.clone().apply(&patient.details), today)
        })
        .await
    }

    /// Which messages whoever answers for the bills wants, as they told staff.
    ///
    /// # Errors
    /// There is no such patient; it was changed meanwhile; texts without a number on file.
    pub async fn staff_choose_messages(
        &self,
        cx: &Context,
        id: PatientId,
        version: u64,
        choice: ChooseMessages,
    ) -> Result<Answer, AppError> {
        self.change_patient(cx, id, version, |patient, _| {
            if choice.texts.is_some() && patient.responsible_party().1.phone.is_none() {
                return Err(Unreachable::NoNumber.into());
            }
            let texts = choice.texts.clone().map(|agreed| (agreed.wording, agreed.given));
            Ok(patient.choose_messages(choice.email, texts, None, cx.now()))
        })
        .await
    }

    async fn change_patient(
        &self,
        cx: &Context,
        id: PatientId,
        version: u64,
        decide: impl Fn(&Patient, NaiveDate) -> Result<Decision<Patient>, Refusal>,
    ) -> Result<Answer, AppError> {
        let practice_id = cx.practice();
        let keys = [
            Key::patient(practice_id, id),
            Key::patient_balance(practice_id, id),
            Key::invoice_set(practice_id, id),
        ];
        self.command(cx, keys, async |work| {
            let practice = work.practice()?;
            let stored = work.need::<Patient>(id, "patient")?;
            let account = work.loaded().account(practice_id, id);
            let view = |stored: &Stored<Patient>| PatientView::of(stored, &account, practice.currency);
            require_version(&stored, version, &view(&stored))?;
            let changed = work.commit.update(&stored, decide(&stored.state, practice.today(cx.now()))?)?;
            work.foresee_sets(&[id], &[]).await?;
            answer(200, &view(&changed), changed.version)
        })
        .await
    }

    /// Registers a treatment.
    ///
    /// # Errors
    /// There is no such patient or location.
    pub async fn create_treatment(&self, cx: &Context, new: CreateTreatment) -> Result<Answer, AppError> {
        let id = TreatmentId::new(ids::new(cx.now()));
        let patient = new.patient_id;
        self.command(cx, [Key::patient(cx.practice(), patient)], async |work| {
            work.named::<Patient>(patient, "/patient_id", "patient")?;
            require_location(&work.practice()?, new.location.as_ref().map(|l| l.as_str()))?;
            let treatment = Treatment {
                id,
                patient,
                external_id: new.external_id.clone(),
                service_at: new.service_at,
                physician: new.physician.clone(),
                location: new.location.clone(),
                codes: new.codes.clone(),
            };
            let stored = work.commit.create(treatment.create())?;
            created(&TreatmentView::of(&stored.state), format!("/v1/treatments/{id}"))
        })
        .await
    }

    /// A patient with balance and credit.
    ///
    /// # Errors
    /// There is no such patient.
    pub async fn patient(&self, cx: &Context, id: PatientId) -> Result<PatientView, AppError> {
        let practice = cx.practice();
        let keys = [Key::practice(practice), Key::patient(practice, id), Key::patient_balance(practice, id)];
        let loaded = self.store.load(keys).await?;
        let stored = loaded.get::<Patient>(practice, id)?.ok_or(AppError::NotFound("patient"))?;
        let settings = loaded.get::<Practice>(practice, ())?;
        let settings = settings.ok_or_else(|| AppError::internal("the practice is not set up"))?;
        Ok(PatientView::of(&stored, &loaded.account(practice, id), settings.state.currency))
    }
}

/// Checks that a location is one of the practice's.
pub(crate) fn require_location(practice: &Practice, location: Option<&str>) -> Result<(), AppError> {
    match location {
        Some(id) if practice.location(id).is_none() => {
            let known: Vec<&str> = practice.locations.iter().map(|location| location.id.as_str()).collect();
            let detail = format!("expected one of the practice's locations: {}", known.join(", "));
            Err(paywell_domain::Refusal::field("/location", detail).into())
        }
        _ => Ok(()),
    }
}
