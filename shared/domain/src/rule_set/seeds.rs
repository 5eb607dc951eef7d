//! The rule sets that a new practice finds, in the languages that its patients read.

use super::{Method, RuleSet, Step, Translation, Window};
use crate::{Language, RuleSetId};

type Words = (&'static str, &'static str);

const FIRST: [Words; 2] = [
    ("You have a balance with us", "There is a balance on your account."),
    ("Tiene un saldo con nosotros", "Hay un saldo en su cuenta."),
];

const REMINDER: [Words; 2] = [
    ("A reminder about your balance", "This is a reminder that there is a balance on your account."),
    ("Recordatorio sobre su saldo", "Le recordamos que hay un saldo en su cuenta."),
];

const STILL_OPEN: [Words; 2] = [
    (
        "Your balance is still open",
        "There is still a balance on your account. If you have a question about it, please call us.",
    ),
    (
        "Su saldo sigue pendiente",
        "Todavía hay un saldo en su cuenta. Si tiene alguna pregunta, por favor llámenos.",
    ),
];

const LAST: [Words; 2] = [
    (
        "Please call us about your balance",
        "{first_name}, there is still a balance on your account. Please pay it, or call {practice} at {phone}: we can help.",
    ),
    (
        "Llámenos sobre su saldo, por favor",
        "{first_name}, todavía hay un saldo en su cuenta. Páguelo o llame a {practice} al {phone}: podemos ayudarle.",
    ),
];

const CALL: [Words; 2] = [
    (
        "Call about the open balance",
        "Call {first_name}, ask whether anything is unclear, and offer help or a later date.",
    ),
    (
        "Llamar sobre el saldo pendiente",
        "Llame a {first_name}, pregunte si hay algo poco claro y ofrezca ayuda o una fecha posterior.",
    ),
];

fn step(delay_days: u16, method: Method, [english, spanish]: [Words; 2]) -> Result<Step, String> {
    let spanish =
        Translation { language: Language::Es, title: spanish.0.parse()?, message: spanish.1.parse()? };
    Ok(Step {
        delay_days,
        method,
        title: english.0.parse()?,
        message: english.1.parse()?,
        window: Window::default(),
        fallback: None,
        translations: vec![spanish],
    })
}

fn rule_set(
    id: RuleSetId,
    title: &str,
    description: &str,
    steps: Vec<Step>,
    expiry_days: u16,
) -> Result<RuleSet, String> {
    let description = Some(description.try_into()?);
    Ok(RuleSet { id, version: 1, title: title.try_into()?, description, steps, expiry_days })
}

impl RuleSet {
    /// The rule set that a new practice starts with: three mails over a month, expired after sixty days.
    ///
    /// # Errors
    /// None: the texts are known to fit.
    pub fn standard(id: RuleSetId) -> Result<Self, String> {
        let steps = vec![
            step(0, Method::Email, FIRST)?,
            step(14, Method::Email, REMINDER)?,
            step(30, Method::Email, STILL_OPEN)?,
        ];
        rule_set(id, "Standard", "Three mails over a month.", steps, 60)
    }

    /// Mails, and a text message after each that was not answered, to whoever agreed to texts.
    ///
    /// # Errors
    /// None: the texts are known to fit.
    pub fn mail_and_text(id: RuleSetId) -> Result<Self, String> {
        let steps = vec![
            step(0, Method::Email, FIRST)?,
            Step { fallback: Some(Method::Email), ..step(7, Method::Sms, REMINDER)? },
            step(21, Method::Email, REMINDER)?,
            Step { fallback: Some(Method::Email), ..step(35, Method::Sms, STILL_OPEN)? },
        ];
        let description =
            "Two mails and two text messages over five weeks; mail for whoever has not agreed to texts.";
        rule_set(id, "Mail and text", description, steps, 60)
    }

    /// For what is owed for long: two mails and a call.
    ///
    /// # Errors
    /// None: the texts are known to fit.
    pub fn final_notice(id: RuleSetId) -> Result<Self, String> {
        let steps = vec![
            Step { fallback: Some(Method::LetterTask), ..step(0, Method::Email, STILL_OPEN)? },
            Step { fallback: Some(Method::LetterTask), ..step(10, Method::Email, LAST)? },
            step(20, Method::CallTask, CALL)?,
        ];
        let description = "Two mails, or letters where there is no address, and a call.";
        rule_set(id, "Final notice", description, steps, 45)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_seed_can_be_what_it_is_in_every_language() {
        let id = RuleSetId::new(Uuid::nil());
        for seed in [RuleSet::standard(id), RuleSet::mail_and_text(id), RuleSet::final_notice(id)] {
            let seed = seed.unwrap();
            assert!(seed.clone().create().is_ok(), "{}", seed.title);
            for step in &seed.steps {
                let english = step.words(Language::En);
                let others = Language::ALL.into_iter().filter(|language| *language != Language::En);
                assert!(others.into_iter().all(|language| step.words(language) != english), "{}", step.title);
            }
        }
    }
}
