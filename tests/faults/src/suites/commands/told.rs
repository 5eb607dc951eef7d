//! What the providers of mail and texts tell of messages, and what people text.

use paywell_tests::support::{bounce, inbound, of_mail, of_text};
use serde_json::{Value, json};

use super::{
    Prepared, Scene,
    chased::{NUMBER, OURS, notification, step},
};
use crate::{Outcome, Plan};

/// News of a message, or a text to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum Told {
    MailDelivered,
    /// For good: the step's other method is next.
    MailBounced,
    /// For now: staff do it instead.
    MailReturned,
    /// For good, with no other way left.
    MailBouncedAtLast,
    MailComplained,
    /// The mail by which an invoice was sent.
    InvoiceBounced,
    TextDelivered,
    /// The number takes none.
    TextRefused,
    StopTexted,
    StartTexted,
    HelpTexted,
    ReplyTexted,
    /// Two notifications in one invocation.
    TwoAtOnce,
}

impl Told {
    pub(super) const ALL: [Self; 13] = [
        Self::MailDelivered,
        Self::MailBounced,
        Self::MailReturned,
        Self::MailBouncedAtLast,
        Self::MailComplained,
        Self::InvoiceBounced,
        Self::TextDelivered,
        Self::TextRefused,
        Self::StopTexted,
        Self::StartTexted,
        Self::HelpTexted,
        Self::ReplyTexted,
        Self::TwoAtOnce,
    ];

    /// Whether it is answered at once by a text, which is claimed by nobody: whoever is cut off before it does not send it.
    pub(super) fn is_answered(self) -> bool {
        matches!(self, Self::StopTexted | Self::StartTexted | Self::HelpTexted)
    }

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        let first = match self {
            Self::MailReturned => step(0, "email", Some("call_task")),
            Self::MailBouncedAtLast => step(0, "email", None),
            Self::TextDelivered | Self::TextRefused => step(0, "sms", Some("email")),
            _ => step(0, "email", Some("sms")),
        };
        scene.follow(&[first, step(7, "email", None)]).await;
        scene.agrees_to_texts().await;
        scene.chased().await;
        if self == Self::InvoiceBounced {
            let other = scene.clinic.draft(&scene.ada, "1.00").await;
            let by = json!({ "channels": ["email"] });
            scene.clinic.post(&format!("/v1/invoices/{other}/send"), &by).await.ok();
            let mail = scene.last_message().await;
            let owed = scene.owed().map(|(account, cents)| (account, cents + 100));
            return scene.notified(&[bounce(&mail, "Permanent")], &owed);
        }
        scene.run_outreach().await;
        let sent = scene.last_message().await;
        let text = |id: &str, words: &str| inbound(id, NUMBER, OURS, words);
        let events = match self {
            Self::MailDelivered => vec![of_mail(&sent, "Delivery")],
            Self::MailBounced | Self::MailBouncedAtLast => vec![bounce(&sent, "Permanent")],
            Self::MailReturned => vec![bounce(&sent, "Transient")],
            Self::MailComplained => vec![of_mail(&sent, "Complaint")],
            Self::TextDelivered => vec![of_text(&sent, "TEXT_DELIVERED")],
            Self::TextRefused => vec![of_text(&sent, "TEXT_INVALID")],
            Self::StopTexted => vec![text("in-1", "Stop.")],
            Self::StartTexted => {
                let stop = scene.notified(&[text("in-0", "STOP")], &[]);
                let stopped = stop.send(scene.site, &Plan::none()).await.outcome;
                assert_eq!(stopped, Outcome::Answer(Value::Null));
                vec![text("in-1", "START")]
            }
            Self::HelpTexted => vec![text("in-1", "HELP")],
            Self::ReplyTexted => vec![text("in-1", "I will pay on Friday.")],
            _ => vec![of_mail(&sent, "Delivery"), text("in-1", "Who is this?")],
        };
        scene.notified(&events, &scene.owed())
    }
}

impl Scene<'_> {
    async fn last_message(&self) -> Value {
        self.site.mail().await.pop().expect("something was sent")
    }

    fn notified(&self, events: &[Value], leaves: &[(paywell_domain::Account, i64)]) -> Prepared {
        self.prepared("message-events", notification(events, self.site.now()), leaves)
    }
}
