//! "Send me a new one": whoever holds a link that has ended gets a good one, by a message to the contact on file alone.

use chrono::{DateTime, Utc};
use paywell_domain::{Actor, Link, Patient, link::Token};
use paywell_store::{By, Key};

use super::{Ended, Held, PracticeCard};
use crate::{
    App, AppError, Context,
    mail::Ways,
    messages::{About, Message, Occasion, Subject},
};

/// How often an hour a link may be asked for.
const TRIES_A_LINK: u32 = 3;
/// How often an hour one address may ask, over all links of a practice.
const TRIES_A_SOURCE: u32 = 20;

/// What whoever asked is told: the same whether anything was sent or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewal {
    /// The token was never given out.
    Unknown,
    /// If there is a good link to send, it is on its way.
    Asked(Box<PracticeCard>, Option<paywell_domain::Language>),
}

impl App {
    /// A new link is asked for with a token that was good. One that has expired is renewed; one that was replaced leads to
    /// its present generation. What is withdrawn, paid or about to be paid is not sent, nor too often.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn ask_anew(
        &self,
        token: &Token,
        source: &str,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Renewal, AppError> {
        let Some(held) = self.hold(token).await? else { return Ok(Renewal::Unknown) };
        let card = PracticeCard::of(&held.practice, held.logo.clone());
        let asked = Renewal::Asked(Box::new(card), held.patient.details.language);
        let (practice, link) = (&held.practice_id, held.link.state.id);
        let of_link = self.store.count_attempt(practice, &format!("anew#{link}"), now).await?;
        let of_source = self.store.count_attempt(practice, &format!("anew#{source}"), now).await?;
        if of_link > TRIES_A_LINK || of_source > TRIES_A_SOURCE {
            return Ok(asked);
        }
        if !held.wants_a_new_link(now) {
            return Ok(asked);
        }
        let by = By {
            practice: practice.clone(),
            actor: Actor::Patient { link },
            request: request.to_owned(),
            now,
        };
        let cx = Context { by, command: None };
        let patient = held.patient.id;
        let given = self
            .change(&cx, [Key::link(practice, link), Key::patient(practice, patient)], async |work| {
                let patient = work.need::<Patient>(patient, "patient")?;
                let recipient = work.load_recipient(&patient.state).await?;
                let Some(reach) = recipient.preferred(now) else { return Ok(None) };
                let (stored, practice) = (work.need::<Link>(link, "payment link")?, work.practice()?);
                let expires = practice.link_expiry(now);
                let Some(decision) = stored.state.asked_anew(expires, now) else { return Ok(None) };
                work.require_recipient_unchanged(&patient)?;
                let current = work.commit.update(&stored, decision)?;
                if current.version > stored.version {
                    work.commit.show_link(&current.state)?;
                }
                let token = work.lead(self, &current.state)?;
                let ways = Ways { now: &self.pay_url(&token), portal: &self.portal_url(&practice.id) };
                Ok(Some(Message::about(Occasion::NewLink, &practice, &recipient, reach, &ways, now)))
            })
            .await?;
        if let Some(message) = given {
            let outcome = self.send_message(&message, &About::new(practice, Subject::Link(link))).await;
            tracing::info!(%link, ?outcome, "a new link was asked for");
        }
        Ok(asked)
    }
}

impl Held {
    /// Whether a good link is sent: there is something to pay by it, and this one is not good.
    fn wants_a_new_link(&self, now: DateTime<Utc>) -> bool {
        matches!(self.ended(now), Some(Ended::Expired | Ended::Replaced)) && self.due().is_positive()
    }
}
