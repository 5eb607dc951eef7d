//! The patient portal: what whoever answers for bills sees and does once signed in.

mod look;
mod messages;
mod methods;
mod pay;
mod sign_in;

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, Patient, PatientId, PortalSession, Practice, PracticeId, link::Token, practice::Logo,
};
use paywell_store::{By, Command, Key, Loaded, Stored};

use crate::{App, AppError, Context};

pub use look::{Home, HomeInvoice, HomePatient, InvoicePage, PastTransaction};
pub use messages::Messages;
pub use methods::MethodsOf;
pub use pay::PayLink;
pub use sign_in::{Asked, CodeMessage, Entered};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The practice.
    pub practice: Practice,
    /// Its logo, where it has one.
    pub logo: Option<Logo>,
    /// The session.
    pub session: Stored<PortalSession>,
}

impl SignedIn {
    /// What they ask for; named, where it is a command that is done once.
    pub fn context(&self, request: &str, command: Option<Command>, now: DateTime<Utc>) -> Context {
        let actor = Actor::Portal { session: self.session.state.id };
        let practice = self.practice.id.clone();
        Context { by: By { practice, actor, request: request.to_owned(), now }, command }
    }

    fn practice_id(&self) -> &PracticeId {
        &self.practice.id
    }

    fn patient_keys(&self) -> Vec<Key> {
        let patients = self.session.state.patients.iter();
        patients.map(|patient| Key::patient(self.practice_id(), *patient)).collect()
    }

    /// Those of the session's patients whom it still shows, as they were loaded.
    fn patients(&self, loaded: &Loaded) -> Result<Vec<Stored<Patient>>, AppError> {
        let mut patients = Vec::new();
        for id in &self.session.state.patients {
            patients.extend(loaded.get::<Patient>(self.practice_id(), *id)?);
        }
        patients.retain(|patient| self.session.state.shows(&patient.state));
        Ok(patients)
    }

    /// A patient that a path or a form names, as loaded: one whom the session shows.
    fn patient(&self, loaded: &Loaded, id: PatientId) -> Result<Stored<Patient>, AppError> {
        let found = loaded.get::<Patient>(self.practice_id(), id)?;
        found.filter(|patient| self.session.state.shows(&patient.state)).ok_or(AppError::NotFound("patient"))
    }
}

impl App {
    /// The practice that a path names, with its logo; none where there is no such practice.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn portal_practice(
        &self,
        practice: &PracticeId,
    ) -> Result<Option<(Practice, Option<Logo>)>, AppError> {
        let loaded = self.store.load([Key::practice(practice), Key::logo(practice)]).await?;
        let found = loaded.get::<Practice>(practice, ())?;
        Ok(found.map(|stored| (stored.state, loaded.logo(practice))))
    }

    /// Who is signed in with a token, last seen at `seen`: one load. None where the session is over, or never was.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn signed_in(
        &self,
        practice: &PracticeId,
        token: &Token,
        seen: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<SignedIn>, AppError> {
        let hash = token.hash();
        let keys = [Key::practice(practice), Key::logo(practice), Key::portal_session(practice, &hash)];
        let loaded = self.store.load(keys).await?;
        let settings = loaded.get::<Practice>(practice, ())?;
        let session = loaded.get::<PortalSession>(practice, hash)?;
        let both = settings.zip(session).filter(|(_, session)| session.state.is_open(seen, now));
        let logo = loaded.logo(practice);
        Ok(both.map(|(settings, session)| SignedIn { practice: settings.state, logo, session }))
    }

    /// Ends a session, here and for good.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn sign_out(&self, signed_in: &SignedIn, cx: &Context) -> Result<(), AppError> {
        let token = signed_in.session.state.token.clone();
        self.change(cx, [Key::portal_session(cx.practice(), &token)], async |work| {
            let session = work.need::<PortalSession>(token.clone(), "session")?;
            if let Some(ended) = session.state.sign_out(cx.now()) {
                work.commit.update(&session, ended)?;
            }
            Ok(())
        })
        .await
    }
}
