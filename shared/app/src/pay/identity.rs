//! The light identity check: what only the patient would know, asked before a bill's details are shown.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{Actor, Link, LinkId, Patient, link::Token, practice::IdentityCheck};
use paywell_store::By;

use super::Ended;
use crate::{App, AppError, Context};

/// How often an hour a link's holder may try.
const TRIES_A_LINK: u32 = 5;
/// How often an hour one address may try, over all links of a practice: a clinic's waiting room shares one.
const TRIES_A_SOURCE: u32 = 50;

/// What the holder says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The patient's date of birth.
    BirthDate(NaiveDate),
    /// The patient's postal code.
    PostalCode(String),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The token was never given out.
    Unknown,
    /// The link is not good any more.
    Ended(Ended),
    /// It is right: the details of this link's generation may be shown for a while.
    Passed(LinkId, u32),
    /// It is wrong; so many tries are left this hour.
    Wrong(u32),
    /// There were too many tries this hour.
    TooMany,
}

impl Claim {
    fn is_right(&self, asks: IdentityCheck, patient: &Patient) -> bool {
        let plain =
            |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
        match (self, asks) {
            (Self::BirthDate(date), IdentityCheck::DateOfBirth) => *date == patient.details.birth_date,
            (Self::PostalCode(code), IdentityCheck::PostalCode) => {
                patient.details.postal_code.as_ref().is_some_and(|known| plain(known.as_str()) == plain(code))
            }
            _ => false,
        }
    }
}

impl App {
    /// Checks what the holder of a link says. Tries are counted before the answer is looked at.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn identify(
        &self,
        token: &Token,
        claim: &Claim,
        source: &str,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Identity, AppError> {
        let Some(held) = self.hold(token).await? else { return Ok(Identity::Unknown) };
        if let Some(ended) = held.ended(now) {
            return Ok(Identity::Ended(ended));
        }
        let (practice, link) = (&held.practice_id, held.link.state.id);
        let of_link = self.store.count_attempt(practice, &link.to_string(), now).await?;
        let of_source = self.store.count_attempt(practice, source, now).await?;
        if of_link > TRIES_A_LINK || of_source > TRIES_A_SOURCE {
            return Ok(Identity::TooMany);
        }
        if !claim.is_right(held.practice.identity_check, &held.patient) {
            return Ok(Identity::Wrong(TRIES_A_LINK.saturating_sub(of_link)));
        }
        let actor = Actor::Patient { link };
        let by = By { practice: practice.clone(), actor, request: request.to_owned(), now };
        let cx = Context { by, command: None };
        self.change(&cx, [paywell_store::Key::link(practice, link)], async |work| {
            let stored = work.need::<Link>(link, "payment link")?;
            if let Some(opened) = stored.state.opened(now) {
                let opened = work.commit.update(&stored, opened)?;
                work.commit.show_link(&opened.state)?;
            }
            Ok(())
        })
        .await?;
        Ok(Identity::Passed(link, held.link.state.generation))
    }
}
