//! Proving the books of a running stack, and what people read of it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, ensure};
use paywell_app::App;
use paywell_app::proof::Options;
use paywell_domain::proof::{Difference, Proof};
use paywell_domain::{Cents, PracticeId};
use paywell_gateways::{objects::Objects, stripe::Stripe};
use secrecy::SecretString;

use crate::clock::{self, Clock};
use crate::secrets::Secrets;
use crate::{StackFile, dynamodb, functions};

/// Proves one practice's books in the stack whose data are in a folder, or every practice's.
///
/// # Errors
/// No stack is running there, it has no such practice, or it cannot be read.
pub async fn prove(
    folder: &Path,
    practice: Option<PracticeId>,
    options: &Options,
) -> Result<Vec<(PracticeId, Proof)>> {
    let stack = StackFile::read(folder)?;
    let secrets = Secrets::read(&folder.join(crate::data::SECRETS))?;
    let mut app = App::new(dynamodb::store(&stack.addresses), stack.addresses.api.clone());
    app.stripe = Some(Stripe::new(&stack.addresses.stripe, &SecretString::from(secrets.stripe_secret_key))?);
    let aws = dynamodb::aws(&stack.addresses.dynamodb, Some(&stack.addresses.objects));
    app.anchors = Some(Objects::new(&aws.s3(), functions::ANCHORS));
    let now = clock::now() + Clock::of(folder).offset();
    let mut practices = app.store.practices().await?;
    if let Some(practice) = practice {
        practices.retain(|known| *known == practice);
        ensure!(!practices.is_empty(), "there is no practice {practice}");
    }
    let mut proofs = Vec::new();
    for practice in practices {
        let proof = app.prove(&practice, options, now).await?;
        proofs.push((practice, proof));
    }
    Ok(proofs)
}

/// A proof as a table for people.
#[must_use]
pub fn report(practice: &PracticeId, proof: &Proof) -> String {
    let counted = &proof.counted;
    let mut text = format!(
        "{practice}: {} invoices, {} payments, {} sets, {} payouts, {} patients, {} rows, {} journal entries, \
         {} movements at the processor, {} histories with {} events, \
         {} anchored heads\n",
        counted.invoices,
        counted.payments,
        counted.sets,
        counted.payouts,
        counted.patients,
        counted.rows,
        counted.entries,
        counted.movements,
        counted.histories,
        counted.events,
        counted.anchors,
    );
    let mut table = |title: &str, differences: &[Difference]| {
        if differences.is_empty() {
            return;
        }
        let _ = writeln!(text, "  {title}");
        let _ = writeln!(text, "  {:<26} {:>14} {:>14}  ids", "name", "found", "expected");
        for difference in differences {
            let figure = |figure: i64| {
                if difference.name.is_money() { Cents::new(figure).to_string() } else { figure.to_string() }
            };
            let (found, expected) = (figure(difference.found), figure(difference.expected));
            let (name, ids) = (difference.name.text(), difference.ids.join(" "));
            let _ = writeln!(text, "  {name:<26} {found:>14} {expected:>14}  {ids}");
        }
    };
    table("differences", &proof.differences);
    table("awaiting the processor's message", &proof.awaiting);
    if proof.differences.is_empty() {
        text.push_str("  every figure ties out\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use paywell_domain::proof::Name;

    use super::*;

    #[test]
    fn a_report_names_each_difference_with_its_figures() {
        let practice: PracticeId = "prac_riverside".parse().unwrap();
        assert!(report(&practice, &Proof::default()).ends_with("every figure ties out\n"));
        let money = Difference::of(Name::InvoiceBalance, "inv_x", 12_500, 12_400);
        let number = Difference::of(Name::Counter, "invoice_open_n", 3, 2);
        let proof = Proof { differences: vec![money, number], ..Proof::default() };
        let text = report(&practice, &proof);
        for part in ["invoice_balance", "125.00", "124.00", "inv_x", "counter", " 3 ", " 2 "] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("ties out"));
    }
}
