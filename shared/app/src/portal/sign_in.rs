//! A code is asked for, and typed.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, ContactStanding, Language, Patient, PortalSession, Practice, SessionId,
    link::Token,
    portal::{Code, ContactPoint, MAX_PATIENTS, SignIn, Tried},
    recipient::Channel,
};
use paywell_store::{By, Commit, Key, Store};
use secrecy::ExposeSecret;

use crate::{
    App, AppError, Context, ids,
    mail::Mail,
    messages::{About, Message, Subject},
    texts::Text,
};

/// How many codes an hour may be asked for to one contact.
const CODES_A_CONTACT: u32 = 5;
/// How many an hour from one address, over all contacts: a clinic's waiting room shares one.
const CODES_A_SOURCE: u32 = 30;
/// How many codes an hour may be tried from one address.
const TRIES_A_SOURCE: u32 = 50;

/// What came of asking for a code.
pub enum Asked {
    /// It was begun: the browser holds the token, and where the contact is on file, the code is to be sent. Whoever asks
    /// is told the same either way.
    Begun(Token, Option<Box<CodeMessage>>),
    /// There were too many this hour.
    TooMany,
}

/// What came of a code that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// It is right: the browser holds this from now on.
    SignedIn(Token),
    /// It is wrong; so many tries are left.
    Wrong(u8),
    /// No code is right any more, or none was asked for by this browser.
    Over,
    /// There were too many tries this hour.
    TooMany,
}

/// A message with a code, ready to be sent. No `Debug`: it holds the code.
pub struct CodeMessage {
    message: Message,
    about: About,
}

impl CodeMessage {
    /// To the contact on file, by the way that was asked for.
    fn to(
        practice: &Practice,
        patient: &Patient,
        channel: Channel,
        code: &Code,
        language: Language,
        session: SessionId,
    ) -> Option<Self> {
        let contact = patient.responsible_party().1;
        let message = match channel {
            Channel::Email => Message::Mail(Mail::code(practice, contact.email.as_ref()?, code, language)),
            Channel::Sms => Message::Text(Text::code(practice, contact.phone.as_ref()?, code, language)),
        };
        Some(Self { message, about: About::new(&practice.id, Subject::Session(session)) })
    }
}

impl App {
    /// Begins a sign-in: a code is to go to a contact, where it is that of a responsible party.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn ask_for_code(
        &self,
        practice: &Practice,
        contact: &ContactPoint,
        (language, source): (Language, &str),
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Asked, AppError> {
        let hash = contact.hash();
        let of_source = self.store.count_attempt(&practice.id, &format!("code-from-{source}"), now).await?;
        let of_contact =
            self.store.count_attempt(&practice.id, &format!("code-to-{}", hash.as_str()), now).await?;
        if of_source > CODES_A_SOURCE || of_contact > CODES_A_CONTACT {
            return Ok(Asked::TooMany);
        }
        let (patients, standing) = answered_for(&self.store, practice, contact).await?;
        let is_written_to = standing.is_none_or(|standing| standing.stops().is_none());
        let key = self.link_key()?.expose_secret().as_bytes();
        let id = SessionId::new(ids::new(now));
        let token = Token::of_sign_in(key, id);
        let by = By {
            practice: practice.id.clone(),
            actor: Actor::Portal { session: id },
            request: request.to_owned(),
            now,
        };
        let mut commit = Commit::new(&by, None);
        let begun = SignIn::begin(id, contact, patients.iter().map(|patient| patient.id).collect(), now);
        commit.begin_sign_in(&token.hash(), &begun)?;
        self.store.commit(commit).await?;
        let code = Code::of(key, &token);
        let message = patients.first().filter(|_| is_written_to).and_then(|patient| {
            let language = patient.details.language.unwrap_or(language);
            CodeMessage::to(practice, patient, contact.channel(), &code, language, id)
        });
        Ok(Asked::Begun(token, message.map(Box::new)))
    }

    /// Sends a code. Whatever became of it, nobody is told: that a message was sent is known to whoever gets it.
    pub async fn send_code(&self, message: &CodeMessage) {
        drop(self.send_message(&message.message, &message.about).await);
    }

    /// A code was typed in the browser that asked for it. Tries are counted before the code is looked at.
    ///
    /// # Errors
    /// The table cannot be reached; [`AppError::Busy`] where many are sent at once.
    pub async fn enter_code(
        &self,
        practice: &Practice,
        token: &Token,
        typed: Option<&Code>,
        source: &str,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Entered, AppError> {
        let tries = self.store.count_attempt(&practice.id, &format!("tried-from-{source}"), now).await?;
        if tries > TRIES_A_SOURCE {
            return Ok(Entered::TooMany);
        }
        let (hash, key) = (token.hash(), self.link_key()?.expose_secret().as_bytes());
        let keys = [Key::practice(&practice.id), Key::sign_in(&practice.id, &hash)];
        let read = self.store.load(keys.clone()).await?;
        let Some((begun, _)) = read.sign_in(&practice.id, &hash)? else { return Ok(Entered::Over) };
        let actor = Actor::Portal { session: begun.id };
        let by = By { practice: practice.id.clone(), actor, request: request.to_owned(), now };
        let cx = Context { by, command: None };
        self.change_from(&cx, Some(read), keys, async |work| {
            let Some((begun, version)) = work.loaded().sign_in(&practice.id, &hash)? else {
                return Ok(Entered::Over);
            };
            match begun.try_code(typed, &Code::of(key, token), now) {
                Tried::Over => Ok(Entered::Over),
                Tried::Wrong(tried) => {
                    work.commit.tried_code(&hash, &tried, version)?;
                    Ok(Entered::Wrong(tried.tries_left()))
                }
                Tried::Right(used) => {
                    work.commit.tried_code(&hash, &used, version)?;
                    let session = Token::of_session(key, used.id);
                    work.commit.create(PortalSession::start(session.hash(), &used, now))?;
                    Ok(Entered::SignedIn(session))
                }
            }
        })
        .await
    }
}

/// The patients for whose bills a contact answers now, and how it stands: what finds them is looked at again in their
/// records.
async fn answered_for(
    store: &Store,
    practice: &Practice,
    contact: &ContactPoint,
) -> Result<(Vec<Patient>, Option<ContactStanding>), AppError> {
    let found = store.patients_by_contact(&practice.id, &contact.hash()).await?;
    let keys = found.iter().map(|id| Key::patient(&practice.id, *id));
    let loaded = store.load(keys.chain([Key::standing(&practice.id, &contact.hash())])).await?;
    let mut patients = Vec::new();
    for id in found {
        patients.extend(loaded.get::<Patient>(&practice.id, id)?.map(|stored| stored.state));
    }
    patients.retain(|patient| contact.answers_for(patient));
    patients.truncate(MAX_PATIENTS);
    let standing = loaded.get::<ContactStanding>(&practice.id, contact.hash())?;
    Ok((patients, standing.map(|stored| stored.state)))
}
