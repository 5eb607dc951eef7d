//! Numbers that people see, taken from the table in blocks: one round trip for many invoices, gaps where a function
//! ends with numbers left.

use std::collections::{HashMap, VecDeque};

use paywell_domain::{Number, PracticeId, number::Series};
use paywell_store::{Store, StoreError};
use tokio::sync::Mutex;

/// How many numbers are taken at a time.
const BLOCK: u32 = 10;

#[derive(Default)]
pub(crate) struct Numbers(Mutex<HashMap<(PracticeId, Series), VecDeque<Number>>>);

impl Numbers {
    pub(crate) async fn next(
        &self,
        store: &Store,
        practice: &PracticeId,
        series: Series,
    ) -> Result<Number, StoreError> {
        let mut blocks = self.0.lock().await;
        let block = blocks.entry((practice.clone(), series)).or_default();
        if block.is_empty() {
            block.extend(store.take_numbers(practice, series, BLOCK).await?);
        }
        block.pop_front().ok_or_else(|| StoreError::Internal("an empty block of numbers".to_owned()))
    }
}
