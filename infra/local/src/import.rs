//! Commands of the past, as a request would have given them: each is dated, and has an idempotency key of its own, so
//! that a loader that starts again goes on where it was cut off.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use paywell_app::{App, AppError, Context};
use paywell_domain::{Actor, InvoiceId, LinkId, PatientId, PaymentId, Practice, PracticeId, TreatmentId};
use paywell_store::{Answer, By, Command};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Why a command did nothing.
#[derive(Debug, Error)]
pub(crate) enum Problem {
    /// The application refuses what it was given; the text says what and why.
    #[error("{0}")]
    Refused(String),
    /// The table cannot be reached, or there is a bug.
    #[error(transparent)]
    Failed(anyhow::Error),
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(_) | AppError::NotFound(_) | AppError::KeyReused => {
                Self::Refused(error.to_string())
            }
            other => Self::Failed(other.into()),
        }
    }
}

/// Something that was made, and its version for the next command on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made<Id> {
    pub(crate) id: Id,
    pub(crate) version: u64,
}

/// Sends the commands of one practice.
pub(crate) struct Importer<'a> {
    pub(crate) app: &'a App,
    pub(crate) practice: PracticeId,
}

/// Sets a practice up, unless it is there, and gives it as it is, and since when.
pub(crate) async fn practice(
    app: &App,
    practice: Practice,
    now: DateTime<Utc>,
) -> anyhow::Result<(Practice, DateTime<Utc>)> {
    if let Some(known) = app.store.history::<Practice>(&practice.id, ()).await? {
        let since = known.events.first().map_or(now, |event| event.at);
        return Ok((known.stored.state, since));
    }
    let importer = Importer { app, practice: practice.id.clone() };
    app.create_practice(&importer.context("practice", now), practice.clone()).await?;
    Ok((practice, now))
}

impl Importer<'_> {
    /// The context of a read, or of a command without a key.
    pub(crate) fn context(&self, request: &str, now: DateTime<Utc>) -> Context {
        let practice = self.practice.clone();
        Context { by: By { practice, actor: Actor::Import, request: request.to_owned(), now }, command: None }
    }

    /// Whether a command was done before.
    pub(crate) async fn was_done(&self, key: &str) -> anyhow::Result<bool> {
        let command =
            Command { scope: Actor::Import.scope(), key: key.to_owned(), fingerprint: String::new() };
        let key = command.key(&self.practice);
        Ok(self.app.store.load([key.clone()]).await?.contains(&key))
    }

    fn keyed(&self, key: &str, at: DateTime<Utc>, body: &Value) -> Context {
        let command = Command {
            scope: Actor::Import.scope(),
            key: key.to_owned(),
            fingerprint: format!("{:x}", Sha256::digest(body.to_string())),
        };
        Context { command: Some(command), ..self.context(key, at) }
    }

    fn command<T: DeserializeOwned>(
        &self,
        key: &str,
        at: DateTime<Utc>,
        body: &Value,
    ) -> Result<(Context, T), Problem> {
        let request =
            serde_path_to_error::deserialize(body).map_err(|error| Problem::Refused(error.to_string()))?;
        Ok((self.keyed(key, at, body), request))
    }

    pub(crate) async fn patient(
        &self,
        key: &str,
        at: DateTime<Utc>,
        body: &Value,
    ) -> Result<PatientId, Problem> {
        let (cx, new) = self.command(key, at, body)?;
        made(&self.app.create_patient(&cx, new).await?).map(|made| made.id)
    }

    pub(crate) async fn treatment(
        &self,
        key: &str,
        at: DateTime<Utc>,
        body: &Value,
    ) -> Result<TreatmentId, Problem> {
        let (cx, new) = self.command(key, at, body)?;
        made(&self.app.create_treatment(&cx, new).await?).map(|made| made.id)
    }

    /// Writes a draft.
    pub(crate) async fn invoice(
        &self,
        key: &str,
        at: DateTime<Utc>,
        body: &Value,
    ) -> Result<Made<InvoiceId>, Problem> {
        let (cx, new) = self.command(key, at, body)?;
        made(&self.app.create_invoice(&cx, new).await?)
    }

    /// Posts an invoice to the portal, which makes it owed; no mail goes out.
    pub(crate) async fn post(
        &self,
        key: &str,
        at: DateTime<Utc>,
        invoice: Made<InvoiceId>,
    ) -> Result<Made<InvoiceId>, Problem> {
        let (cx, send) = self.command(key, at, &json!({ "channels": ["portal"] }))?;
        let answer = self.app.send_invoice(&cx, invoice.id, send).await?;
        Ok(Made { version: answer.version.unwrap_or(invoice.version), ..invoice })
    }

    pub(crate) async fn void(
        &self,
        key: &str,
        at: DateTime<Utc>,
        invoice: Made<InvoiceId>,
    ) -> Result<(), Problem> {
        let cx = self.keyed(key, at, &Value::Null);
        self.app.delete_invoice(&cx, invoice.id, invoice.version).await?;
        Ok(())
    }

    pub(crate) async fn payment(
        &self,
        key: &str,
        at: DateTime<Utc>,
        body: &Value,
    ) -> Result<Made<PaymentId>, Problem> {
        let (cx, new) = self.command(key, at, body)?;
        made(&self.app.create_payment(&cx, new).await?)
    }

    pub(crate) async fn cancel(
        &self,
        key: &str,
        at: DateTime<Utc>,
        payment: Made<PaymentId>,
    ) -> Result<(), Problem> {
        let (cx, wanted) = self.command(key, at, &json!({ "action": "cancel" }))?;
        self.app.move_payment(&cx, payment.id, payment.version, wanted).await?;
        Ok(())
    }

    pub(crate) async fn link(&self, key: &str, at: DateTime<Utc>, body: &Value) -> Result<LinkId, Problem> {
        let (cx, new) = self.command(key, at, body)?;
        made(&self.app.issue_link(&cx, new).await?).map(|made| made.id)
    }

    pub(crate) async fn revoke(&self, key: &str, at: DateTime<Utc>, link: LinkId) -> Result<(), Problem> {
        self.app.revoke_link(&self.keyed(key, at, &Value::Null), link).await?;
        Ok(())
    }
}

/// What a command made, by the path in its answer.
fn made<Id: FromStr>(answer: &Answer) -> Result<Made<Id>, Problem> {
    let id = answer.location.as_deref().and_then(|path| path.rsplit('/').next()?.parse().ok());
    let id = id.ok_or_else(|| Problem::Failed(anyhow::anyhow!("an answer without what it made")))?;
    Ok(Made { id, version: answer.version.unwrap_or(1) })
}
