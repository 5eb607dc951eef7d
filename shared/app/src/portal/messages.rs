//! Which messages are wanted, and in which language.

use paywell_domain::{
    ContactStanding, Language, Patient, on_file::ConsentGiven, patient::Phone, portal::ContactPoint,
    recipient::Unreachable, text::Line,
};

use super::SignedIn;
use crate::{App, AppError, Context, standings::contact_keys};

/// The most patients whose invoice sets are foreseen in the transaction of a choice for all of them; those of more are left
/// to the nightly pass.
const MAX_FORESEEN: usize = 15;

/// What is chosen now: the same for all patients of a session, as whoever answers for them is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messages {
    /// The address on file.
    pub address: Option<String>,
    /// Why none goes there, whatever is wanted.
    pub no_email: Option<Unreachable>,
    /// Whether mail is wanted.
    pub email: bool,
    /// The number on file.
    pub number: Option<Phone>,
    /// Why no texts go there, whatever was agreed to.
    pub no_texts: Option<Unreachable>,
    /// Whether texts were agreed to.
    pub texts: bool,
    /// What messages are written in, where somebody has chosen.
    pub language: Option<Language>,
}

impl App {
    /// What is chosen now, and how the contacts stand: two loads.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn portal_messages(&self, signed_in: &SignedIn) -> Result<Messages, AppError> {
        let loaded = self.store.load(signed_in.patient_keys()).await?;
        let patients = signed_in.patients(&loaded)?;
        let practice = signed_in.practice_id();
        let keys = patients.iter().flat_map(|patient| contact_keys(practice, &patient.state));
        let standings = self.store.load(keys).await?;
        let stops = |contact: Option<ContactPoint>| -> Result<Option<Unreachable>, AppError> {
            let Some(contact) = contact else { return Ok(None) };
            let standing = standings.get::<ContactStanding>(practice, contact.hash())?;
            Ok(standing.and_then(|standing| standing.state.stops()))
        };
        let contacts = || patients.iter().map(|patient| patient.state.responsible_party().1);
        let address = contacts().find_map(|contact| contact.email.as_ref());
        let number = contacts().find_map(|contact| contact.phone.clone());
        Ok(Messages {
            address: address.map(|address| address.as_str().to_owned()),
            no_email: stops(address.and_then(ContactPoint::email))?,
            email: patients.iter().any(|patient| !patient.state.choices.no_email),
            no_texts: stops(number.clone().map(ContactPoint::Phone))?,
            number,
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
