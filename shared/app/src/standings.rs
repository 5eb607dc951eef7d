//! How the contacts of responsible parties stand: read before anything is sent, changed by what their readers text and by
//! what staff know. What a set's patient said is in the set's history too.

use chrono::{DateTime, Duration, Utc};
use paywell_domain::{
    Actor, ContactStanding, Decision, Patient, PatientId, PracticeId, Refusal,
    patient::Phone,
    portal::ContactPoint,
    recipient::{Channel, Recipient},
    standing::Standings,
};
use paywell_store::{Answer, By, Key, Loaded, Stored};

use crate::{
    App, AppError, Context, Work,
    command::answer,
    messages::{About, Message, Subject},
    requests::patients::{LiftSuppression, ReadReply, StopTexts},
    texts::Text,
    views::patients::ContactsView,
};

/// The most patients of one contact in whose sets it is noted what was texted: one transaction. Those of more are foreseen
/// by the nightly pass.
const MAX_NOTED: usize = 20;

/// For how long after a text came it is answered (47 CFR 64.1200(a)(12)): a later answer could wake its sender.
const ANSWERED_WITHIN: Duration = Duration::minutes(5);

/// A text that somebody sent to one of our numbers.
#[derive(Debug, Clone, Copy)]
pub struct Texted<'a> {
    /// The provider's id of it.
    pub id: &'a str,
    /// Who sent it.
    pub from: &'a Phone,
    /// To which number.
    pub to: &'a Phone,
    /// What it says.
    pub text: &'a str,
    /// When the provider told of it (UTC), if it said: an old one is not answered.
    pub told_at: Option<DateTime<Utc>>,
}

/// The contacts of whoever answers for a patient's bills: the mail address and the telephone number.
fn contacts(patient: &Patient) -> [Option<ContactPoint>; 2] {
    let contact = patient.responsible_party().1;
    [contact.email.as_ref().and_then(ContactPoint::email), contact.phone.clone().map(ContactPoint::Phone)]
}

/// Where it is read how the contacts of whoever answers for a patient's bills stand.
pub(crate) fn contact_keys(practice: &PracticeId, patient: &Patient) -> impl Iterator<Item = Key> {
    let contacts = contacts(patient).into_iter().flatten();
    contacts.map(move |contact| Key::standing(practice, &contact.hash()))
}

/// What was loaded of a patient's contacts.
pub(crate) fn standings(
    loaded: &Loaded,
    practice: &PracticeId,
    patient: &Patient,
) -> Result<Standings, AppError> {
    let [email, phone] = contacts(patient);
    let found = |contact: Option<ContactPoint>| match contact {
        Some(contact) => {
            let known = loaded.get::<ContactStanding>(practice, contact.hash())?;
            Ok::<_, AppError>(known.map(|stored| stored.state))
        }
        None => Ok(None),
    };
    Ok(Standings { email: found(email)?, phone: found(phone)? })
}

impl Work<'_> {
    /// The responsible party of a patient, with what is known of their contacts.
    pub(crate) async fn load_recipient(&mut self, patient: &Patient) -> Result<Recipient, AppError> {
        let practice = self.practice()?;
        self.load(contact_keys(&practice.id, patient)).await?;
        Ok(Recipient::of(patient, &practice, &self.standings(patient)?))
    }

    /// What was loaded of a patient's contacts.
    pub(crate) fn standings(&self, patient: &Patient) -> Result<Standings, AppError> {
        standings(self.loaded(), self.practice_id(), patient)
    }

    /// Whatever changes a contact, a consent, or how a contact stands between this read and the commit prevents the send.
    pub(crate) fn require_recipient_unchanged(&mut self, patient: &Stored<Patient>) -> Result<(), AppError> {
        self.commit.require_unchanged(patient);
        for contact in contacts(&patient.state).into_iter().flatten() {
            match self.find::<ContactStanding>(contact.hash())? {
                Some(standing) => self.commit.require_unchanged(&standing),
                None => self.commit.require_absent::<ContactStanding>(contact.hash()),
            }
        }
        Ok(())
    }

    /// A contact as it stands; nothing is known of one that was never heard of.
    pub(crate) fn standing(&self, contact: &ContactPoint) -> Result<ContactStanding, AppError> {
        let known = self.find::<ContactStanding>(contact.hash())?;
        Ok(known.map_or_else(|| ContactStanding::new(contact.clone()), |stored| stored.state))
    }

    fn write_standing(&mut self, decision: Decision<ContactStanding>) -> Result<u64, AppError> {
        let hash = decision.state.contact.hash();
        let stored = match self.find::<ContactStanding>(hash)? {
            Some(known) => self.commit.update(&known, decision)?,
            None if decision.events.is_empty() => return Ok(0),
            None => self.commit.create(decision)?,
        };
        Ok(stored.version)
    }

    /// Writes how a contact stands now, notes it in the history of every open set that is chased there, and foresees those
    /// sets anew.
    pub(crate) async fn stand(
        &mut self,
        decision: Decision<ContactStanding>,
        patients: &[PatientId],
    ) -> Result<u64, AppError> {
        let events = decision.events.clone();
        let version = self.write_standing(decision)?;
        if !events.is_empty() {
            self.foresee_sets(patients, &events).await?;
        }
        Ok(version)
    }
}

impl App {
    /// Loads whoever a contact answers for, with their sets and how the contact stands.
    pub(crate) async fn load_contact(
        &self,
        work: &mut Work<'_>,
        contact: &ContactPoint,
    ) -> Result<Vec<PatientId>, AppError> {
        let practice = work.practice_id().clone();
        let mut patients = self.store.patients_by_contact(&practice, &contact.hash()).await?;
        patients.truncate(MAX_NOTED);
        let of_each =
            patients.iter().flat_map(|id| [Key::patient(&practice, *id), Key::invoice_set(&practice, *id)]);
        let keys: Vec<Key> = of_each.chain([Key::standing(&practice, &contact.hash())]).collect();
        work.load(keys).await?;
        Ok(patients)
    }

    /// Somebody texted to one of our numbers: a word that ends texts or brings them back does so at once, HELP is answered,
    /// and anything else holds texts to that number until staff have read it. Once, however often it is told. Where
    /// practices share a number, it is said to all of them.
    ///
    /// # Errors
    /// The table cannot be reached: the provider tells it again.
    pub async fn hear_text(
        &self,
        texted: Texted<'_>,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let pointer = self.store.load([Key::text_number(texted.to)]).await?;
        let practices = match pointer.practice_of(texted.to) {
            Some(practice) => vec![practice],
            None => self.store.practices().await?,
        };
        let mut answer = None;
        for practice in practices {
            answer = answer.or(self.hear_text_of(practice, texted, request, now).await?);
        }
        let is_fresh = texted.told_at.is_none_or(|at| now - at <= ANSWERED_WITHIN);
        if let Some((practice, message)) = answer.filter(|_| is_fresh) {
            drop(self.send_message(&message, &About::new(&practice, Subject::Answer)).await);
        }
        Ok(())
    }

    async fn hear_text_of(
        &self,
        practice: PracticeId,
        texted: Texted<'_>,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<(PracticeId, Message)>, AppError> {
        let event = format!("text_{}_{practice}", texted.id);
        let actor = Actor::Processor { event: texted.id.to_owned() };
        let by = By { practice, actor, request: request.to_owned(), now };
        let cx = Context { by, command: None };
        let contact = ContactPoint::Phone(texted.from.clone());
        self.change(&cx, [Key::webhook(&event)], async |work| {
            if work.has(&Key::webhook(&event)) {
                return Ok(None);
            }
            let practice = work.practice()?;
            let patients = self.load_contact(work, &contact).await?;
            let (decision, answer) = work.standing(&contact)?.heard(texted.text, now);
            work.stand(decision, &patients).await?;
            work.commit.webhook(&event);
            let Some(answer) = answer else { return Ok(None) };
            let mut language = practice.pay_page.language;
            for patient in &patients {
                let patient = work.find::<Patient>(*patient)?;
                language = patient.and_then(|patient| patient.state.details.language).or(language);
            }
            let text = Text::answering(&practice, texted.from, answer, language.unwrap_or_default());
            Ok(Some((practice.id, Message::Text(text))))
        })
        .await
    }

    /// How the contacts of whoever answers for a patient's bills stand.
    ///
    /// # Errors
    /// There is no such patient.
    pub async fn contacts(&self, cx: &Context, id: PatientId) -> Result<ContactsView, AppError> {
        self.look(cx, [Key::patient(cx.practice(), id)], async |work| {
            let patient = work.need::<Patient>(id, "patient")?.state;
            let recipient = work.load_recipient(&patient).await?;
            Ok(ContactsView::of(&patient, &recipient, &work.standings(&patient)?))
        })
        .await
    }

    /// Whoever answers for a patient's bills told staff that they want no more texts.
    ///
    /// # Errors
    /// There is no such patient, or no number on file.
    pub async fn stop_texts(&self, cx: &Context, id: PatientId, said: StopTexts) -> Result<Answer, AppError> {
        self.change_standing(
            cx,
            id,
            Channel::Sms,
            |standing| Ok(standing.stop(said.spoken.clone(), cx.now())),
        )
        .await
    }

    /// Staff have read a reply.
    ///
    /// # Errors
    /// There is no such patient, or no such reply that nobody has read.
    pub async fn read_reply(
        &self,
        cx: &Context,
        id: PatientId,
        reply: u32,
        read: ReadReply,
    ) -> Result<Answer, AppError> {
        self.change_standing(cx, id, Channel::Sms, |standing| standing.read(reply, read.means, cx.now()))
            .await
    }

    /// Staff know that a contact from which messages came back works again.
    ///
    /// # Errors
    /// There is no such patient, or nothing has come back; its reader has complained.
    pub async fn lift_suppression(
        &self,
        cx: &Context,
        id: PatientId,
        lift: LiftSuppression,
    ) -> Result<Answer, AppError> {
        self.change_standing(cx, id, lift.channel, |standing| standing.lift(lift.note.clone())).await
    }

    async fn change_standing(
        &self,
        cx: &Context,
        id: PatientId,
        channel: Channel,
        decide: impl Fn(&ContactStanding) -> Result<Decision<ContactStanding>, Refusal>,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::patient(cx.practice(), id)], async |work| {
            let patient = work.need::<Patient>(id, "patient")?.state;
            let contact =
                contacts(&patient).into_iter().flatten().find(|contact| contact.channel() == channel);
            let contact = contact.ok_or(AppError::NotFound("contact of that kind"))?;
            work.load_recipient(&patient).await?;
            let patients = self.load_contact(work, &contact).await?;
            let decision = decide(&work.standing(&contact)?)?;
            let version = work.stand(decision, &patients).await?;
            let recipient = work.load_recipient(&patient).await?;
            answer(200, &ContactsView::of(&patient, &recipient, &work.standings(&patient)?), version)
        })
        .await
    }
}
