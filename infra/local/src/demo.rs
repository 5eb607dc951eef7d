//! Two practices as they might be: a year of patients, invoices and payments, made by the same application code as
//! HTTP, with a fixed seed and no network. No mail goes out: invoices are posted to the portal.
//!
//! | practice | patients | for |
//! |---|---|---|
//! | `prac_riverside` | 300 | everything; Ada Lovelace has nothing billed yet |
//! | `prac_lakeside` | 40 | seeing that practices are apart; it asks for the postal code |
//!
//! Dates count back from when the practice was first loaded, so loading again, at any time, changes nothing, and
//! finishes what was cut off.

mod bills;
mod cast;
mod perform;
mod practices;
mod story;
#[cfg(test)]
mod tests;
mod words;

use anyhow::Result;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use paywell_app::App;
use paywell_domain::PracticeId;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::import::{self, Importer};
pub use perform::Counts;
use practices::Site;
use story::{Calendar, Story};

/// How many patients are loaded at a time.
const AT_A_TIME: usize = 8;

/// What a practice got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Which.
    pub practice: PracticeId,
    /// How much of what; none where it was all there before.
    pub new: Option<Counts>,
}

/// Loads both practices, or what is missing of them.
///
/// # Errors
/// The table cannot be reached.
pub async fn load(app: &App, now: DateTime<Utc>) -> Result<Vec<Loaded>> {
    let mut loaded = Vec::new();
    for site in [practices::riverside(now)?, practices::lakeside(now)?] {
        loaded.push(Loaded { practice: site.practice.id.clone(), new: load_site(app, site, now).await? });
    }
    Ok(loaded)
}

/// Sets both practices up, with nothing in them.
///
/// # Errors
/// The table cannot be reached.
pub async fn set_up(app: &App, now: DateTime<Utc>) -> Result<()> {
    for site in [practices::riverside(now)?, practices::lakeside(now)?] {
        import::practice(app, site.practice, now).await?;
    }
    Ok(())
}

/// The site's fixed patient comes last, so where that patient is, everything is.
async fn load_site(app: &App, site: Site, now: DateTime<Utc>) -> Result<Option<Counts>> {
    let (practice, since) = import::practice(app, site.practice.clone(), now).await?;
    let importer = Importer { app, practice: practice.id.clone() };
    let last = Story::of(site.fixed.clone(), since);
    if importer.was_done(&last.key).await? {
        return Ok(None);
    }
    let calendar = Calendar::new(practice.time_zone, since);
    let stories = cast::stories(&site, &calendar, &mut ChaCha8Rng::seed_from_u64(site.seed));
    let counts: Vec<Counts> = stream::iter(&stories)
        .map(|story| perform::story(&importer, story))
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;
    let fixed = perform::story(&importer, &last).await?;
    Ok(Some(counts.iter().fold(fixed, Counts::plus)))
}
