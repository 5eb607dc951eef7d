//! Between HTTP and the use cases: who asks for what, and how an answer or a refusal is said.

use lambda_http::http::StatusCode;
use paywell_app::{App, AppError, Context, config};
use paywell_domain::{Actor, Refusal};
use paywell_store::{Answer, By, Command};

use crate::{
    Call, Problem, Response,
    auth::{Staff, Verifier},
    body::Fingerprint,
    problem::Kind,
    respond::{SavedResponse, stored},
};

/// The state does not allow what was asked.
pub const STATE_CONFLICT: Kind = Kind {
    path: "/problems/state-conflict",
    status: StatusCode::CONFLICT,
    title: "Its present state does not allow this",
};

/// What a function for staff holds: the use cases, and who may come.
pub struct StaffApi {
    /// The use cases.
    pub app: App,
    /// Checks tokens.
    pub verifier: Verifier,
}

impl AsRef<Verifier> for StaffApi {
    fn as_ref(&self) -> &Verifier {
        &self.verifier
    }
}

impl StaffApi {
    /// The use cases behind the issuer that `PAYWELL_ISSUER` names, for tokens made out to `PAYWELL_AUDIENCE` ("paywell"
    /// if it is not set); the issuer's keys are fetched now, in the init phase.
    ///
    /// # Errors
    /// The setting is missing or no address.
    pub async fn new(app: App) -> Result<Self, lambda_http::Error> {
        let audience = config::setting("PAYWELL_AUDIENCE").unwrap_or_else(|_| "paywell".to_owned());
        let verifier = Verifier::new(&config::setting("PAYWELL_ISSUER")?, &audience)?;
        verifier.prefetch(paywell_app::clock::now()).await;
        Ok(Self { app, verifier })
    }
}

/// A read by staff.
///
/// # Errors
/// 500 where a verified token names a practice that cannot be one.
pub fn reading(staff: &Staff, call: &Call) -> Result<Context, Problem> {
    context(staff, call, None)
}

/// A command by staff: named by its `Idempotency-Key`, which is the caller's own.
///
/// # Errors
/// 400 where the key is missing or malformed.
pub fn commanding(staff: &Staff, call: &Call, fingerprint: &Fingerprint) -> Result<Context, Problem> {
    let key = call.idempotency_key()?;
    let command = Command {
        scope: staff.user_id.clone(),
        key: key.as_str().to_owned(),
        fingerprint: fingerprint.to_string(),
    };
    context(staff, call, Some(command))
}

fn context(staff: &Staff, call: &Call, command: Option<Command>) -> Result<Context, Problem> {
    let practice = staff.practice.parse().map_err(Problem::internal)?;
    let actor = Actor::Staff { user: staff.user_id.clone() };
    let by = By { practice, actor, request: call.request_id().to_owned(), now: call.now };
    Ok(Context { by, command })
}

/// A command's answer, the first time or again: the same, byte for byte.
///
/// # Errors
/// 500 where what was saved is no response.
pub fn answered(answer: Answer) -> Result<Response, Problem> {
    let Answer { status, body, location, version } = answer;
    stored(&SavedResponse { status, body, location, version })
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(Refusal::Field { pointer, detail }) => Self::invalid_field(pointer, detail),
            AppError::Refused(Refusal::State { rule, detail, allowed }) => {
                Self::new(&STATE_CONFLICT, sentence(&detail)).with("rule", rule).with("allowed", allowed)
            }
            AppError::NotFound(what) => Self::not_found(format!("There is no such {what}.")),
            AppError::Stale { current_version, current } => {
                Self::stale(current_version).with("current", current)
            }
            AppError::KeyReused => Self::key_reused(),
            AppError::InFlight => Self::in_flight(5),
            AppError::Busy => {
                Self::conflict("Others are changing the same things; send it again.").retry_after(1)
            }
            AppError::Unavailable(why) => Self::unavailable(1, why),
            AppError::Internal(why) => Self::internal(why),
        }
    }
}

/// Refusals are written as clauses; people read sentences.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
