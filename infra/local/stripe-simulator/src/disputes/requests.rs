//! The endpoints of disputes. Source: <https://docs.stripe.com/api/disputes>.

use super::course::{close_now, say};
use super::{Dispute, DisputeStatus, EVIDENCE};
use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::params::Reader;
use crate::state::{Cx, State};
use serde_json::Value;

/// `GET /v1/disputes/{id}`
pub(crate) fn retrieve(state: &State, cx: &Cx, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(find(state, id)?.json(cx.now))
}

/// `GET /v1/disputes`. Source: <https://docs.stripe.com/api/disputes/list>
pub(crate) fn list(state: &State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let (charge, intent) = (reader.string("charge"), reader.string("payment_intent"));
    reader.finish()?;
    let wanted = |dispute: &Dispute| {
        charge.as_ref().is_none_or(|charge| dispute.charge == *charge)
            && intent.as_ref().is_none_or(|intent| dispute.payment_intent == *intent)
    };
    let owner = charge.as_deref().or(intent.as_deref());
    Listing { page, created, owner }.of(state, "/v1/disputes", wanted, |dispute| dispute.json(cx.now))
}

/// `POST /v1/disputes/{id}`. In test mode, `winning_evidence` and `losing_evidence` as the text decide at once.
/// Sources: <https://docs.stripe.com/api/disputes/update>, <https://docs.stripe.com/testing#evidence>
pub(crate) fn update(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let evidence = reader.hash("evidence", |evidence| {
        let given = EVIDENCE.iter().filter_map(|name| Some((*name, evidence.clearable(name)?)));
        given.collect::<Vec<(&str, Option<String>)>>()
    });
    // https://docs.stripe.com/api/disputes/update#update_dispute-submit: by default true.
    let submit = reader.boolean("submit").unwrap_or(true);
    let metadata = reader.metadata();
    reader.finish()?;
    let mut dispute = find(state, id)?.clone();
    dispute.metadata = metadata.apply(&dispute.metadata)?;
    let given = evidence.is_some();
    if given && !dispute.status.is_open() {
        return Err(closed());
    }
    for (name, text) in evidence.unwrap_or_default() {
        match text {
            Some(text) => dispute.evidence.insert(name.to_owned(), text),
            None => dispute.evidence.remove(name),
        };
    }
    if given && submit {
        dispute.status = DisputeStatus::UnderReview;
        dispute.submissions += 1;
    }
    let text = dispute.evidence.get("uncategorized_text").cloned().filter(|_| given && submit);
    state.put(dispute);
    say(state, cx, id, "charge.dispute.updated");
    match text.as_deref() {
        Some("winning_evidence") => close_now(state, cx, id, true),
        Some("losing_evidence") => close_now(state, cx, id, false),
        _ => None,
    };
    Ok(find(state, id)?.json(cx.now))
}

/// `POST /v1/disputes/{id}/close`: the loss is accepted. Source: <https://docs.stripe.com/api/disputes/close>
pub(crate) fn close(state: &mut State, cx: &Cx, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    find(state, id)?;
    close_now(state, cx, id, false).ok_or_else(closed)
}

fn closed() -> StripeError {
    StripeError::invalid("This dispute is already closed")
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Dispute> {
    state.disputes.get(id).ok_or_else(|| StripeError::missing("dispute", id, "dispute"))
}
