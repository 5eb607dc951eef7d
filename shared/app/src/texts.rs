//! Text messages: as little as possible, and never longer than one message where that can be.

use paywell_domain::{
    Language, Practice,
    patient::Phone,
    portal::{CODE_MINUTES, Code},
};
use paywell_gateways::sms::{SendError, Text};
use paywell_words::{Words, say};

use crate::{App, mail::Outcome};

/// For how many seconds a text is worth delivering: as long as a code is good.
const GOOD_FOR: u32 = 600;

/// The text with a code.
pub(crate) fn code(practice: &Practice, code: &Code, language: Language) -> String {
    let (practice, minutes) = (practice.name.as_str(), CODE_MINUTES);
    say!(Words::of(language), "text-code", code = code.as_str(), practice = practice, minutes = minutes)
}

impl App {
    /// Hands a text to the provider, at most once.
    pub(crate) async fn send_text(&self, to: &Phone, body: &str, context: &[(&str, &str)]) -> Outcome {
        let Ok(sms) = self.sms() else { return Outcome::Later };
        match sms.send(&Text { to: to.as_str(), body, good_for: GOOD_FOR, context }).await {
            Ok(id) => Outcome::Sent(id.0),
            // The account's trouble is not the patient's.
            Err(error @ (SendError::NotSent | SendError::Throttled | SendError::SenderRefused(_))) => {
                tracing::error!(%error, "no text can be sent");
                Outcome::Later
            }
            Err(error @ SendError::Refused(_)) => {
                tracing::warn!(%error, "text refused");
                Outcome::Failed("the provider of text messages refused the number or the message".to_owned())
            }
            Err(error @ SendError::Unknown { .. }) => {
                tracing::warn!(%error, "text may have been sent");
                Outcome::Unknown
            }
        }
    }
}
