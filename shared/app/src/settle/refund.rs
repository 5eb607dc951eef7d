//! Refunds: asked for once they are reserved; in doubt looked for before they are asked for again.

use paywell_domain::{
    Payment, RefundId,
    payment::{RefundMeans, RefundReason},
};
use paywell_gateways::stripe::{self, NewRefund, StripeError};

use super::{KEY_KNOWN, is_refused};
use crate::{
    App, AppError, Context,
    processor::{News, Subject, metadata},
};

impl App {
    /// What became of a refund. There is no step between making and confirming one, so each further request is preceded
    /// by a look for what an earlier one made, and has a key of its own: the processor replays a stored failure for the
    /// same key, and may have forgotten it after a day.
    pub(super) async fn ask_refund(
        &self,
        cx: &Context,
        payment: &Payment,
        id: RefundId,
    ) -> Result<News, AppError> {
        let refund = payment.refund_of(id)?;
        let charged = payment.charged().and_then(|attempt| Some((attempt.id, attempt.intent.as_deref()?)));
        let Some((attempt, intent)) = charged else {
            return Err(AppError::internal(format!("{} has no charge to refund", payment.id)));
        };
        if let RefundMeans::Processor(Some(known)) = &refund.means {
            let found = self.stripe()?.retrieve_refund(known).await;
            return Ok(found.map_or(News::Nothing, |found| News::Refund(id, Box::new(found))));
        }
        let first = payment.asked.is_none() && cx.now() - refund.requested_at < KEY_KNOWN;
        if !first {
            match self.find_refund(intent, id).await? {
                Looked::Found(found) => return Ok(News::Refund(id, found)),
                Looked::Absent => {}
                Looked::NotNow => return Ok(News::Nothing),
            }
        }
        let key = match payment.asked {
            None if first => id.to_string(),
            asked => format!("{id}-{}", asked.map_or(0, |asked| asked.times)),
        };
        let mut ids = Subject::metadata(cx.practice(), payment, attempt);
        ids.insert(metadata::REFUND.to_owned(), id.to_string());
        let new = NewRefund {
            payment_intent: intent,
            amount_cents: refund.amount.cents().get(),
            reason: match refund.reason {
                RefundReason::DuplicateCharge => Some(stripe::RefundReason::Duplicate),
                RefundReason::PatientRequest => Some(stripe::RefundReason::RequestedByCustomer),
                _ => None,
            },
            metadata: &ids,
        };
        match self.stripe()?.create_refund(&new, &key).await {
            Ok(made) => Ok(News::Refund(id, Box::new(made))),
            // An earlier request under another key may be what this one is refused for.
            Err(error) if is_refused(&error) => Ok(match self.find_refund(intent, id).await? {
                Looked::Found(found) => News::Refund(id, found),
                Looked::Absent => News::RefundRefused(id, reason(&error)),
                Looked::NotNow => News::Nothing,
            }),
            Err(error) => {
                tracing::warn!(refund = %id, %error, "the outcome of a refund is not known");
                Ok(News::Nothing)
            }
        }
    }

    async fn find_refund(&self, intent: &str, id: RefundId) -> Result<Looked, AppError> {
        let mut after: Option<String> = None;
        loop {
            let Ok(page) = self.stripe()?.list_refunds(intent, after.as_deref()).await else {
                return Ok(Looked::NotNow);
            };
            let ours = |refund: &&stripe::Refund| {
                refund.metadata.get(metadata::REFUND).is_some_and(|known| *known == id.to_string())
            };
            if let Some(found) = page.data.iter().find(ours) {
                return Ok(Looked::Found(Box::new(found.clone())));
            }
            after = page.next_after().map(|refund| refund.id.clone());
            if after.is_none() {
                return Ok(Looked::Absent);
            }
        }
    }
}

enum Looked {
    Found(Box<stripe::Refund>),
    Absent,
    NotNow,
}

fn reason(error: &StripeError) -> String {
    let code = match error {
        StripeError::Refused(refusal) => refusal.code.clone(),
        _ => None,
    };
    code.unwrap_or_else(|| "refused by the processor".to_owned())
}
