//! Which messages are wanted, and in which language.

use paywell_domain::{Language, Patient, on_file::ConsentGiven, patient::Phone, text::Line};

use super::SignedIn;
use crate::{App, AppError, Context};

/// The most patients whose invoice sets are foreseen in the transaction of a choice for all of them; those of more are left
/// to the nightly pass.
const MAX_FORESEEN: usize = 15;

/// What is chosen now: the same for all patients of a session, as whoever answers for them is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messages {
    /// The address on file.
    pub address: Option<String>,
    /// Whether mail is wanted.
    pub email: bool,
    /// The number on file.
    pub number: Option<Phone>,
    /// Whether texts were agreed to.
    pub texts: bool,
    /// What messages are written in, where somebody has chosen.
    pub language: Option<Language>,
}

impl App {
    /// What is chosen now: one load.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn portal_messages(&self, signed_in: &SignedIn) -> Result<Messages, AppError> {
        let loaded = self.store.load(signed_in.patient_keys()).await?;
        let patients = signed_in.patients(&loaded)?;
        let contacts = || patients.iter().map(|patient| patient.state.responsible_party().1);
        Ok(Messages {
            address: contacts().find_map(|contact| contact.email.as_ref()).map(|e| e.as_str().to_owned()),
            email: patients.iter().any(|patient| !patient.state.choices.no_email),
            number: contacts().find_map(|contact| contact.phone.clone()),
            texts: patients.iter().any(|patient| patient.state.text_number().is_some()),
            language: patients.iter().find_map(|patient| patient.state.details.language),
        })
    }

    /// Chooses for all patients of a session, in one commit. `texts` is the wording that was agreed to.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn choose_messages(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
        (email, texts): (bool, Option<Line<500>>),
        language: Language,
    ) -> Result<(), AppError> {
        self.change(cx, signed_in.patient_keys(), async |work| {
            let patients = signed_in.patients(work.loaded())?;
            for patient in &patients {
                let texts = texts.clone().map(|wording| (wording, ConsentGiven::Online));
                let chosen = patient.state.choose_messages(email, texts, Some(language), cx.now());
                let _: paywell_store::Stored<Patient> = work.commit.update(patient, chosen)?;
            }
            let foreseen = patients.iter().take(MAX_FORESEEN).map(|patient| patient.state.id);
            work.foresee_sets(&foreseen.collect::<Vec<_>>(), &[]).await?;
            Ok(())
        })
        .await
    }
}
