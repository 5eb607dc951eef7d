//! Nights that can be counted by hand.

use super::*;

const UNHURRIED: u32 = u32::MAX;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const WAITS: Waits = Waits {
    query: ms(5),
    batch: ms(3),
    commit: ms(10),
    count: ms(4),
    mail: ms(50),
    processor: Duration::ZERO,
};

#[test]
fn one_set_takes_one_call_after_the_other() {
    // 5 to find it, 6 to read it, 10 to claim, 50 to send, 10 to note, 4 to count, 5 to find no other.
    let one = night(1, UNHURRIED, &WAITS, None);
    assert_eq!(
        one,
        Night {
            invocations: 1,
            sent: 1,
            took: ms(90),
            at_work: ms(90),
            queries: 9,
            batches: 2,
            commits: 2,
            counts: 1
        }
    );
    assert_eq!(one.calls(), 14);
}

#[test]
fn nothing_due_is_no_night() {
    assert_eq!(night(0, 1, &WAITS, None), Night::default());
}

#[test]
fn messages_go_out_one_slot_apart() {
    // The first at 11, the ninth 800 later; then 70 and 9.
    assert_eq!(night(9, 10, &WAITS, None).took, ms(11 + 800 + 70 + 9));
}

#[test]
fn of_those_read_together_no_more_are_worked_on_at_once_than_by_a_run() {
    // Twenty of each shard, eight at a time: three times 70.
    assert_eq!(night(160, UNHURRIED, &WAITS, None).took, ms(11 + 3 * 70 + 9));
    // The twenty-first is read after the others are done.
    let more = night(168, UNHURRIED, &WAITS, None);
    assert_eq!(more.took, ms(11 + 3 * 70 + 4 + 6 + 70 + 9));
    assert_eq!((more.queries, more.batches, more.commits, more.counts), (16, 32, 336, 16));
}

#[test]
fn a_page_is_followed_by_the_next() {
    // A thousand of each shard are a whole page: the next is empty.
    assert_eq!(night(8_000, UNHURRIED, &WAITS, None).queries, 16);
    assert_eq!(night(8_001, UNHURRIED, &WAITS, None).queries, 17);
}

#[test]
fn sets_wait_for_the_processor_one_after_the_other() {
    let waits = Waits { processor: ms(10), ..WAITS };
    assert_eq!(night(8, UNHURRIED, &waits, None).took, ms(11 + 80 + 70 + 9));
}

#[test]
fn what_a_run_leaves_the_next_one_sends() {
    // Lambda's limit less the 15 seconds that a run keeps for itself: thirty slots, from 11 ms on.
    let schedule = Schedule { every: ms(60_000), time_limit: ms(45_000) };
    let two = night(45, 1, &WAITS, Some(schedule));
    assert_eq!((two.invocations, two.sent), (2, 45));
    // The last slot of the first is 29 seconds after its first one, of the second 14.
    assert_eq!(two.at_work, ms(11 + 29_000 + 70 + 9) + ms(11 + 14_000 + 70 + 9));
    assert_eq!(two.took, ms(60_000 + 11 + 14_000 + 70 + 9));
}

#[test]
fn one_run_keeps_up_until_as_many_are_under_way_as_it_allows() {
    // Twenty of each shard in 220 where nobody waits for slots; who waits keeps the others of the twenty waiting.
    let (rate, whole) = (highest_rate(&WAITS), 8 * 20 * 1_000 / 220);
    assert!((whole / 2..whole).contains(&rate), "{rate}, {whole}");
    // With a processor that takes 10 for each, a hundred a second.
    let rate = highest_rate(&Waits { processor: ms(10), ..WAITS });
    assert!((100..=105).contains(&rate), "{rate}");
}
