//! Verifying the chain of every history.

use futures_util::{StreamExt, TryStreamExt, stream};
use paywell_domain::{
    PracticeId,
    event::{Head, verify},
    proof::{Books, Difference, Name},
};
use paywell_store::{Chain, Change};

use crate::{App, AppError};

/// How many histories are read at a time.
const AT_ONCE: usize = 8;

impl App {
    /// Verifies the chain of everything that a practice has with a history.
    pub(super) async fn read_histories(
        &self,
        practice: &PracticeId,
        books: &mut Books,
    ) -> Result<(), AppError> {
        let mut anchors = self.read_anchors(practice, books).await?;
        let mut from = None;
        loop {
            let (changes, next) = self.store.changes(practice, None, from).await?;
            let chains = stream::iter(&changes).map(async |change| {
                let chain = self.store.chain(&change.key).await?;
                Ok::<_, AppError>((change, chain))
            });
            let chains: Vec<(&Change, Chain)> = chains.buffer_unordered(AT_ONCE).try_collect().await?;
            for (change, chain) in chains {
                let kept = anchors.remove(&change.key).unwrap_or_default();
                check(&change.key, &chain, &kept, books);
            }
            from = next;
            if from.is_none() {
                break;
            }
        }
        // What was kept of something that is in no index any more.
        for (key, kept) in anchors {
            let chain = self.store.chain(&key).await?;
            check(&key, &chain, &kept, books);
        }
        Ok(())
    }
}

/// Notes where a chain departs from what was written, and from the heads that were kept of it.
fn check(key: &str, chain: &Chain, kept: &[(u64, Head)], books: &mut Books) {
    let counted = books.counted();
    counted.histories = counted.histories.saturating_add(1);
    counted.events = counted.events.saturating_add(count(chain.events.len()));
    let Some((version, head)) = chain.end else {
        return books.note(Difference::of(Name::AggregateMissing, key, 0, 1));
    };
    let texts = chain.events.iter().map(|event| event.as_ref().map_or(("", Head::GENESIS), |(t, h)| (t, *h)));
    if let Err(broken_at) = verify(texts, head) {
        return books.note(Difference::of(Name::HistoryBroken, key, number(broken_at), number(version)));
    }
    if count(chain.events.len()) != version {
        let found = number(count(chain.events.len()));
        return books.note(Difference::of(Name::HistoryBroken, key, found, number(version)));
    }
    for (kept_version, kept_head) in kept {
        let counted = books.counted();
        counted.anchors = counted.anchors.saturating_add(1);
        let index = usize::try_from(kept_version.saturating_sub(1)).unwrap_or(usize::MAX);
        let head = chain.events.get(index).and_then(|event| event.as_ref().map(|(_, head)| *head));
        let name = match head {
            Some(head) if head == *kept_head => continue,
            Some(_) => Name::HistoryRewritten,
            None => Name::HistoryTruncated,
        };
        return books.note(Difference::of(name, key, number(version), number(*kept_version)));
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
