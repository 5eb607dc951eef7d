//! Keeping the card or account that is paid with: chosen where Pay is pressed, on file once it is used.

use paywell_domain::{
    Language, MethodsOnFile, PatientId, Refusal, SetupId,
    on_file::{Consent, ConsentGiven},
    text::Line,
};
use paywell_store::Key;
use paywell_words::{Words, say};

use crate::{AppError, Work};

/// Why the card or account is not kept; nothing was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepRefused {
    /// Who holds the link has not said who they are: a stranger's card must not become a patient's method.
    NotIdentified,
    /// The patient has as many methods on file as there may be.
    TooMany,
}

/// What a patient agrees to who has the card or account kept that is paid with, as the page says it in a language.
pub fn keep_wording(practice: &str, language: Language) -> String {
    say!(Words::of(language), "keep-consent", practice = practice)
}

impl Work<'_> {
    /// The patient agreed, in that language, to have kept what is paid with: in the transaction of the attempt.
    pub(super) async fn start_keeping(
        &mut self,
        patient: PatientId,
        setup: SetupId,
        language: Language,
    ) -> Result<Result<(), KeepRefused>, AppError> {
        let wording = keep_wording(self.practice()?.name.as_str(), language);
        let wording =
            Line::try_from(wording).map_err(|_| AppError::internal("a wording that is too long"))?;
        let consent = Consent { wording, given: ConsentGiven::Online, at: self.now() };
        self.load([Key::methods_on_file(self.practice_id(), patient)]).await?;
        let known = self.methods(patient)?;
        let before = known.as_ref().map_or_else(|| MethodsOnFile::none(patient), |known| known.state.clone());
        let started = match before.start_setup(setup, consent) {
            Ok(started) => started,
            Err(Refusal::State { rule: "too-many-methods", .. }) => return Ok(Err(KeepRefused::TooMany)),
            Err(refusal) => return Err(refusal.into()),
        };
        match known {
            Some(known) => drop(self.commit.update(&known, started)?),
            None => drop(self.commit.create(started)?),
        }
        Ok(Ok(()))
    }
}
