//! A page is read: as many rows as it needs from each range, merged in the order that was asked for.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use futures_util::future::try_join_all;
use paywell_domain::PracticeId;

use super::{
    ListQuery, Listed, Page, Plan, Reading, Sort, Span, listing,
    plan::{Range, Segment},
};
use crate::{Key, Store, StoreError, row::Item};

/// How many items one request reads at most. Where the rows that are wanted are rarer than that, the page is short and
/// has a position to go on from.
pub const READ_LIMIT: usize = 2_000;

/// How many of them may go into an attempt to read all there is and sort it; where there is more, the rest is left for
/// reading in order.
const SORT_LIMIT: usize = 1_000;

/// How many items one request asks of a range at most.
const RANGE_LIMIT: usize = 500;

/// A page under way.
pub(super) struct Walk<'a, R> {
    store: &'a Store,
    practice: &'a PracticeId,
    query: &'a ListQuery,
    plan: &'a Plan,
    /// Whether the indexes are read in their own order.
    ascending: bool,
    found: Vec<(String, R)>,
    /// The position up to which everything was looked at.
    seen: Option<String>,
    /// Whether a row was found that is beyond the page.
    more: bool,
    looked_at: usize,
    reading: Reading,
}

/// What was read of a range and not yet looked at.
struct Lane<'a, R> {
    range: &'a Range,
    after: Option<String>,
    rows: VecDeque<(String, R)>,
    ended: bool,
}

/// What one query brought.
struct Portion<R> {
    rows: Vec<(String, R)>,
    ended: bool,
    tenths_of_units: u64,
}

impl<'a, R: Listed> Walk<'a, R> {
    pub(super) fn new(
        store: &'a Store,
        practice: &'a PracticeId,
        query: &'a ListQuery,
        plan: &'a Plan,
        spent: Reading,
    ) -> Self {
        let ascending = query.descending == query.is_backwards();
        let (found, seen, more) = (Vec::new(), None, false);
        let reading = Reading { plan: plan.to_string(), ..spent };
        Self { store, practice, query, plan, ascending, found, seen, more, looked_at: 0, reading }
    }

    /// The page; what was read, where all was to be sorted and there is more than may be read for that.
    pub(super) async fn page(mut self) -> Result<Result<Page<R>, Reading>, StoreError> {
        let from =
            self.query.from.as_ref().map(|(position, _)| position.as_str()).filter(|_| !self.plan.sorted);
        let segments: Vec<&Segment> = if self.ascending {
            self.plan.segments.iter().collect()
        } else {
            self.plan.segments.iter().rev().collect()
        };
        let mut all = true;
        for segment in segments {
            let Some(start) = segment.start(from, self.ascending) else { continue };
            all = self.segment(segment, start).await?;
            if !all {
                break;
            }
        }
        if !self.plan.sorted {
            return Ok(Ok(self.done(all)));
        }
        if !all {
            return Ok(Err(self.reading));
        }
        self.sort();
        Ok(Ok(self.done(true)))
    }

    /// Looks at the rows of a segment; false where the page is full, or no more may be read.
    async fn segment(&mut self, segment: &'a Segment, start: Option<&str>) -> Result<bool, StoreError> {
        let lane =
            |range| Lane { range, after: start.map(str::to_owned), rows: VecDeque::new(), ended: false };
        let mut lanes: Vec<Lane<'a, R>> = segment.ranges.iter().map(lane).collect();
        for lane in &mut lanes {
            lane.begin(self.ascending);
        }
        loop {
            if !self.fill(&mut lanes).await? {
                return Ok(false);
            }
            let heads = lanes.iter_mut().filter(|lane| !lane.rows.is_empty());
            let head = |lane: &&mut Lane<'a, R>| lane.rows.front().map(|(position, _)| position.clone());
            let next = if self.ascending { heads.min_by_key(head) } else { heads.max_by_key(head) };
            let Some((position, row)) = next.and_then(|lane| lane.rows.pop_front()) else { return Ok(true) };
            let position = format!("{}{position}", segment.prefix);
            // A row with many codes is in two ranges of one of them, in one place; one whose name begins twice with what is
            // searched for in two places, of which one is its own.
            let listing = row.listing();
            let elsewhere = !self.plan.sorted
                && self.query.sort == Sort::Match
                && self.query.position(&listing).as_ref() != Some(&position);
            if elsewhere || self.seen.as_ref() == Some(&position) {
                self.seen = Some(position);
                continue;
            }
            self.looked_at = self.looked_at.saturating_add(1);
            if self.query.admits(&listing) {
                if !self.plan.sorted && self.found.len() == self.query.limit {
                    self.more = true;
                    return Ok(false);
                }
                self.found.push((position.clone(), row));
            }
            self.seen = Some(position);
        }
    }

    /// Reads on where nothing is left to look at, all ranges at once; false where no more may be read.
    async fn fill(&mut self, lanes: &mut [Lane<'a, R>]) -> Result<bool, StoreError> {
        let all = lanes.len();
        let hungry: Vec<&mut Lane<'a, R>> =
            lanes.iter_mut().filter(|lane| lane.rows.is_empty() && !lane.ended).collect();
        if hungry.is_empty() {
            return Ok(true);
        }
        let most = if self.plan.sorted { SORT_LIMIT } else { READ_LIMIT };
        let limit = self.portion(all).min(most.saturating_sub(self.reading.items) / hungry.len());
        if limit == 0 {
            return Ok(false);
        }
        self.reading.rounds = self.reading.rounds.saturating_add(1);
        let answers = try_join_all(hungry.iter().map(|lane| self.read(lane, limit))).await?;
        for (lane, Portion { rows, ended, tenths_of_units }) in hungry.into_iter().zip(answers) {
            self.reading.items = self.reading.items.saturating_add(rows.len());
            self.reading.tenths_of_units = self.reading.tenths_of_units.saturating_add(tenths_of_units);
            lane.after = rows.last().map(|(position, _)| position.clone()).or(lane.after.take());
            lane.rows.extend(rows);
            lane.ended = ended;
        }
        Ok(true)
    }

    /// How many items to ask of each range: as many as the page still needs, and of those that are passed over as many
    /// more as there were among those already seen.
    fn portion(&self, ranges: usize) -> usize {
        if self.plan.sorted {
            return SORT_LIMIT;
        }
        // One row more than a page tells whether the list goes on.
        let needed = self.query.limit.saturating_add(1).saturating_sub(self.found.len());
        let asked = match (self.plan.picked.is_empty(), self.found.len()) {
            (true, _) => needed,
            (false, 0) => needed.saturating_mul(if self.looked_at == 0 { 2 } else { 8 }),
            (false, found) => needed.saturating_mul(self.looked_at).div_ceil(found),
        };
        // Of many ranges each has only a part of a page.
        let share = if ranges > 4 { asked.saturating_mul(3).div_ceil(ranges) } else { asked };
        share.clamp(1, RANGE_LIMIT)
    }

    async fn read(&self, lane: &Lane<'_, R>, limit: usize) -> Result<Portion<R>, StoreError> {
        let range = lane.range;
        let text = |text: &String| AttributeValue::S(text.clone());
        let Span { from, before } = &range.span;
        let condition = match (from, before) {
            (None, None) => "#hash = :partition",
            (Some(_), None) => "#hash = :partition AND #range >= :from",
            (None, Some(_)) => "#hash = :partition AND #range < :before",
            (Some(_), Some(_)) => "#hash = :partition AND #range BETWEEN :from AND :before",
        };
        let mut request = self
            .store
            .client
            .query()
            .table_name(&self.store.table)
            .index_name(range.index)
            .key_condition_expression(condition)
            .expression_attribute_names("#hash", range.hash)
            .expression_attribute_values(":partition", text(&range.partition))
            .scan_index_forward(self.ascending)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_exclusive_start_key(lane.after.as_ref().map(|after| self.key_at(range, after)))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        if !range.span.is_open() {
            request = request.expression_attribute_names("#range", range.range);
        }
        for (name, bound) in [(":from", from), (":before", before)] {
            if let Some(bound) = bound {
                request = request.expression_attribute_values(name, text(bound));
            }
        }
        let answer = request.send().await?;
        let ended = answer.last_evaluated_key.is_none();
        let units = answer.consumed_capacity.and_then(|used| used.capacity_units());
        let units = units.and_then(|units| format!("{units:.1}").replace('.', "").parse().ok());
        let items = answer.items.unwrap_or_default();
        let row = |item: Item| {
            let position = item.get(range.range).and_then(|value| value.as_s().ok()).cloned();
            let position = position.ok_or_else(|| StoreError::internal("a row without its place"))?;
            Ok((position, listing::decode(item)?))
        };
        let rows = items.into_iter().map(row).collect::<Result<_, StoreError>>()?;
        Ok(Portion { rows, ended, tenths_of_units: units.unwrap_or_default() })
    }

    /// The whole key of a place in a range: of the index, and of the table. The row that was there may be gone.
    fn key_at(&self, range: &Range, position: &str) -> Item {
        let id = position.rsplit('#').next().unwrap_or_default();
        let mut key = Key::row(R::KIND, self.practice, id).attributes();
        key.insert(range.hash.to_owned(), AttributeValue::S(range.partition.clone()));
        key.insert(range.range.to_owned(), AttributeValue::S(position.to_owned()));
        key
    }

    /// Puts all that was found into the order that was asked for, and goes to where the page begins.
    fn sort(&mut self) {
        let place = |row: &R| self.query.position(&row.listing());
        let mut found: Vec<(String, R)> =
            self.found.drain(..).filter_map(|(_, row)| Some((place(&row)?, row))).collect();
        found.sort_by(|(one, _), (other, _)| if self.ascending { one.cmp(other) } else { other.cmp(one) });
        found.dedup_by(|(one, _), (other, _)| one == other);
        if let Some((from, _)) = &self.query.from {
            found.retain(|(position, _)| if self.ascending { position > from } else { position < from });
        }
        self.more = found.len() > self.query.limit;
        found.truncate(self.query.limit);
        self.found = found;
    }

    /// The page of what was found, `all` where nothing is left.
    fn done(mut self, all: bool) -> Page<R> {
        let backwards = self.query.is_backwards();
        let beyond = if self.more {
            self.found.last().map(|(position, _)| position.clone())
        } else {
            self.seen.filter(|_| !all)
        };
        if backwards {
            self.found.reverse();
        }
        let came_from = self.query.from.as_ref().map(|(position, _)| position.clone());
        let edge = |end: Option<&(String, R)>| end.map(|(position, _)| position.clone());
        let (next, previous) = if backwards {
            (edge(self.found.last()).or(came_from), beyond)
        } else {
            (beyond, came_from.clone().and_then(|_| edge(self.found.first()).or(came_from)))
        };
        let rows = self.found.into_iter().map(|(_, row)| row).collect();
        Page { rows, next, previous, reading: self.reading }
    }
}

impl Segment {
    /// Where to begin in it, coming from a position: at its edge (`Some(None)`), after the position, or not at all.
    fn start<'p>(&self, from: Option<&'p str>, ascending: bool) -> Option<Option<&'p str>> {
        let Some(from) = from else { return Some(None) };
        if let Some(within) = from.strip_prefix(self.prefix.as_str()) {
            return Some(Some(within));
        }
        ((self.prefix.as_str() > from) == ascending).then_some(None)
    }
}

impl<R> Lane<'_, R> {
    /// Days may have begun since the position was shown, so that it is outside of what the range is now.
    fn begin(&mut self, ascending: bool) {
        let Some(position) = &self.after else { return };
        let Span { from, before } = &self.range.span;
        let below = from.as_ref().is_some_and(|from| position < from);
        let above = before.as_ref().is_some_and(|before| position >= before);
        match (below, above, ascending) {
            (false, false, _) => {}
            (true, _, true) | (_, true, false) => self.after = None,
            (true, _, false) | (_, true, true) => self.ended = true,
        }
    }
}
