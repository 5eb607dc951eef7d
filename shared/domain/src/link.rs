//! One-time payment links: who holds one may pay what it is for, until it expires, is used or withdrawn.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{Decision, EventKind, InvoiceId, LinkId, PatientId, PaymentId, Refusal};

/// The secret in a payment URL: 43 characters of base64url. Never stored, never logged; re-derived when needed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token of a link's generation: HMAC-SHA256 under the link key over link id and generation.
    pub fn of_link(key: &[u8], link: LinkId, generation: u32) -> Self {
        Self::derive(key, "link", &link.to_string(), generation)
    }

    /// The token of a payment's receipt page: what the processor's return address carries, so that the link's own
    /// token never leaves us.
    pub fn of_receipt(key: &[u8], payment: PaymentId) -> Self {
        Self::derive(key, "receipt", &payment.to_string(), 0)
    }

    pub(crate) fn derive(key: &[u8], purpose: &str, id: &str, generation: u32) -> Self {
        // An HMAC takes a key of any length.
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return Self(String::new()) };
        mac.update(format!("{purpose}\u{0}{id}\u{0}{generation}").as_bytes());
        Self(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Reads what a URL carries. Anything that is not shaped like a token becomes one that was never given out, so
    /// that a malformed and an unknown token take the same way to the same answer.
    pub fn from_url(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text in the URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the table keeps: the SHA-256 of the token.
    pub fn hash(&self) -> TokenHash {
        TokenHash(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes())))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The SHA-256 of a token, in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    /// The text in the table's key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a link lets its holder pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkFor {
    /// The balances of these invoices, of one patient.
    Invoices(Vec<InvoiceId>),
    /// A payment that staff made.
    Payment(PaymentId),
}

/// How a link stands, for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkStatus {
    /// Given out, not yet opened.
    Sent,
    /// The patient passed the identity check or pressed Pay.
    Opened,
    /// A payment was made by it.
    Used,
    /// Past its date.
    Expired,
    /// Withdrawn by staff.
    Revoked,
}

/// A payment link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// Whose bills it is for.
    pub patient: PatientId,
    /// What it lets pay.
    pub pays: LinkFor,
    /// Part of the token: renewing or revoking makes every earlier URL worthless.
    pub generation: u32,
    /// When it ends (UTC); checked here, never left to the table's expiry.
    pub expires_at: DateTime<Utc>,
    /// When the holder first passed the identity check or pressed Pay (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<DateTime<Utc>>,
    /// Whether staff withdrew it.
    #[serde(default)]
    pub revoked: bool,
    /// The payment that is being made by it: a second tab continues this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// Whether that payment went through.
    #[serde(default)]
    pub used: bool,
}

impl Link {
    /// Gives out a link.
    ///
    /// # Errors
    /// No invoice, more than 25, or one twice.
    pub fn issue(
        id: LinkId,
        patient: PatientId,
        pays: LinkFor,
        expires_at: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        if let LinkFor::Invoices(invoices) = &pays {
            let distinct =
                invoices.iter().enumerate().all(|(i, id)| !invoices.iter().take(i).any(|o| o == id));
            if invoices.is_empty() || invoices.len() > crate::payment::MAX_ALLOCATIONS || !distinct {
                return Err(Refusal::field("/invoice_ids", "expected 1 to 25 different invoices"));
            }
        }
        let (opened_at, revoked, payment, used) = (None, false, None, false);
        let link = Self { id, patient, pays, generation: 1, expires_at, opened_at, revoked, payment, used };
        Ok(Decision::of(link, EventKind::LinkIssued { expires_at }))
    }

    /// How it stands.
    pub fn status(&self, now: DateTime<Utc>) -> LinkStatus {
        match self {
            Self { used: true, .. } => LinkStatus::Used,
            Self { revoked: true, .. } => LinkStatus::Revoked,
            _ if now >= self.expires_at => LinkStatus::Expired,
            Self { opened_at: Some(_), .. } => LinkStatus::Opened,
            _ => LinkStatus::Sent,
        }
    }

    /// Whether its holder may still pay by it.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        matches!(self.status(now), LinkStatus::Sent | LinkStatus::Opened)
    }

    /// Withdraws it.
    ///
    /// # Errors
    /// It was used, or is withdrawn already.
    pub fn revoke(&self) -> Result<Decision<Self>, Refusal> {
        if self.used {
            return Err(Refusal::state("link-used", "this link has been used; there is nothing to withdraw"));
        }
        if self.revoked {
            return Err(Refusal::state("link-revoked", "this link is withdrawn already"));
        }
        let generation = self.generation.saturating_add(1);
        let revoked = Self { revoked: true, generation, ..self.clone() };
        Ok(Decision::of(revoked, EventKind::LinkRevoked))
    }

    /// Gives it a new URL and a new end; every earlier URL is worthless.
    ///
    /// # Errors
    /// It was used: what it was for is paid.
    pub fn renew(&self, expires_at: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        if self.used {
            return Err(Refusal::state(
                "link-used",
                "this link has been used; issue a new one for what is still owed",
            ));
        }
        let renewed = Self {
            generation: self.generation.saturating_add(1),
            expires_at,
            revoked: false,
            opened_at: None,
            ..self.clone()
        };
        Ok(Decision::of(renewed, EventKind::LinkRenewed { expires_at }))
    }

    /// Its holder passed the identity check; nothing where that was known.
    pub fn opened(&self, now: DateTime<Utc>) -> Option<Decision<Self>> {
        let opened = Self { opened_at: Some(now), ..self.clone() };
        self.opened_at.is_none().then(|| Decision::of(opened, EventKind::LinkOpened))
    }

    /// Its holder pressed Pay: this payment is now the one that is made by it.
    pub fn start_payment(&self, payment: PaymentId, now: DateTime<Utc>) -> Decision<Self> {
        let opened_at = self.opened_at.or(Some(now));
        let started = Self { payment: Some(payment), opened_at, ..self.clone() };
        Decision::of(started, EventKind::LinkPaymentStarted { payment })
    }

    /// Its holder asks for it anew: one that has expired is renewed, one that is good stays as it is. None where it was
    /// used, or withdrawn: staff decide whether there is another.
    pub fn asked_anew(&self, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Decision<Self>> {
        match self.status(now) {
            LinkStatus::Used | LinkStatus::Revoked => None,
            LinkStatus::Expired => self.renew(expires_at).ok(),
            LinkStatus::Sent | LinkStatus::Opened => {
                Some(Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() })
            }
        }
    }

    /// A part of what it is for was paid: it stays good for the rest, which another payment brings.
    pub fn paid_in_part(&self, payment: PaymentId) -> Decision<Self> {
        let rest = Self { payment: None, ..self.clone() };
        Decision::of(rest, EventKind::LinkPaidInPart { payment })
    }

    /// Its payment went through.
    pub fn payment_made(&self, payment: PaymentId) -> Decision<Self> {
        let used = Self { used: true, payment: Some(payment), ..self.clone() };
        Decision::of(used, EventKind::LinkUsed { payment })
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use uuid::Uuid;

    use super::*;

    fn link() -> Link {
        let (id, patient) = (LinkId::new(Uuid::nil()), PatientId::new(Uuid::nil()));
        let pays = LinkFor::Invoices(vec![InvoiceId::new(Uuid::nil())]);
        Link::issue(id, patient, pays, DateTime::UNIX_EPOCH + Duration::days(1)).unwrap().state
    }

    #[test]
    fn a_token_depends_on_key_link_and_generation_and_does_not_show_itself() {
        let id = LinkId::new(Uuid::nil());
        let token = Token::of_link(b"key", id, 1);
        assert_eq!(token.as_str().len(), 43);
        for other in [
            Token::of_link(b"other", id, 1),
            Token::of_link(b"key", LinkId::new(Uuid::max()), 1),
            Token::of_link(b"key", id, 2),
            Token::of_receipt(b"key", PaymentId::new(Uuid::nil())),
        ] {
            assert_ne!(token, other);
        }
        assert_eq!(token.hash(), Token::from_url(token.as_str()).hash());
        assert!(!format!("{token:?}").contains(token.as_str()));
    }

    #[test]
    fn a_link_ends_by_its_date_by_use_and_by_withdrawal() {
        let now = DateTime::UNIX_EPOCH;
        let link = link();
        assert_eq!(link.status(now), LinkStatus::Sent);
        assert_eq!(link.status(now + Duration::days(1)), LinkStatus::Expired);
        assert_eq!(link.opened(now).unwrap().state.status(now), LinkStatus::Opened);
        let revoked = link.revoke().unwrap().state;
        assert_eq!(revoked.status(now), LinkStatus::Revoked);
        assert!(revoked.revoke().is_err());
        let used = link.payment_made(PaymentId::new(Uuid::nil())).state;
        assert_eq!(used.status(now), LinkStatus::Used);
        assert!(!used.is_live(now) && used.revoke().is_err() && used.renew(now).is_err());
    }

    #[test]
    fn renewing_and_revoking_change_the_token() {
        let link = link();
        let renewed =
            link.revoke().unwrap().state.renew(DateTime::UNIX_EPOCH + Duration::days(9)).unwrap().state;
        assert_eq!(renewed.generation, 3);
        assert!(renewed.is_live(DateTime::UNIX_EPOCH + Duration::days(8)));
    }

    #[test]
    fn whoever_held_it_gets_it_anew_unless_staff_withdrew_it() {
        let (now, later) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + Duration::days(9));
        let link = link();
        let good = link.asked_anew(later, now).unwrap();
        assert_eq!((good.state.generation, good.events.len()), (1, 0), "it is good as it is");
        let expired = link.asked_anew(later + Duration::days(1), later).unwrap();
        assert_eq!((expired.state.generation, expired.state.is_live(later)), (2, true));
        assert!(link.revoke().unwrap().state.asked_anew(later, now).is_none());
        assert!(link.payment_made(PaymentId::new(Uuid::nil())).state.asked_anew(later, now).is_none());
    }

    #[test]
    fn a_link_that_was_paid_in_part_is_good_for_the_rest() {
        let (now, payment) = (DateTime::UNIX_EPOCH, PaymentId::new(Uuid::nil()));
        let rest = link().start_payment(payment, now).state.paid_in_part(payment).state;
        assert_eq!((rest.status(now), rest.payment), (LinkStatus::Opened, None));
    }

    #[test]
    fn opening_is_told_once() {
        let now = DateTime::UNIX_EPOCH;
        let opened = link().opened(now).unwrap().state;
        assert!(opened.opened(now).is_none());
    }

    #[test]
    fn a_link_is_for_one_to_25_different_invoices() {
        let one = InvoiceId::new(Uuid::nil());
        let many = (0..26).map(|n| InvoiceId::new(Uuid::from_u128(n))).collect();
        for invoices in [vec![], vec![one, one], many] {
            let pays = LinkFor::Invoices(invoices);
            assert!(
                Link::issue(
                    LinkId::new(Uuid::nil()),
                    PatientId::new(Uuid::nil()),
                    pays,
                    DateTime::UNIX_EPOCH
                )
                .is_err()
            );
        }
    }
}
