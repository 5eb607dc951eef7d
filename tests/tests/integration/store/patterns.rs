//! Every access pattern has a test: this is the list, and it is checked.

use paywell_store::ACCESS_PATTERNS;

const READING: &str = include_str!("reading.rs");
const LISTS: &str = include_str!("../invoices/lists.rs");
const QUESTIONS: &str = include_str!("../invoices/questions.rs");
const STATUS: &str = include_str!("../invoices/status.rs");
const LEDGER: &str = include_str!("../ledger.rs");
const JOURNEY: &str = include_str!("../invoices/journey.rs");
const CONCURRENCY: &str = include_str!("../concurrency.rs");
const OUTREACH: &str = include_str!("../outreach.rs");
const TAMPERING: &str = include_str!("../proof/tampering.rs");
const BACKFILL: &str = include_str!("../backfill.rs");
const PORTAL: &str = include_str!("../portal/signing_in.rs");
const ACCESS: &str = include_str!("../access.rs");

/// Method and index of a pattern, and a test that goes red without it.
const TESTED: [(&str, &str, &str, &str); 41] = [
    ("load", "table", JOURNEY, "an_invoice_is_written_sent_and_paid"),
    ("commit", "table", CONCURRENCY, "of_sixteen_payments_of_which_one_fits_one_is_taken"),
    ("history", "table", LEDGER, "an_event_that_was_edited_shows"),
    ("links_of", "table", READING, "the_links_of_an_invoice_are_found"),
    ("list", "by_created", LISTS, "a_walk_meets_every_invoice_once_there_and_back"),
    ("list", "by_due", LISTS, "lists_are_sorted_both_ways"),
    ("list", "by_amount", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_name", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_word2", QUESTIONS, "a_search_finds_every_word_of_a_name"),
    ("list", "by_word3", QUESTIONS, "a_search_finds_every_word_of_a_name"),
    ("list", "by_word4", QUESTIONS, "a_search_finds_every_word_of_a_name"),
    ("list", "by_paid", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_status_amount", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_status_name", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_facet", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_code1", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_code2", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_code3", QUESTIONS, "every_question_is_answered_as_a_plain_search_would"),
    ("list", "by_number", QUESTIONS, "a_number_finds_its_invoice_or_payment"),
    ("list", "by_status", STATUS, "each_status_lists_its_own_invoices_in_every_order"),
    ("list", "by_status_due", STATUS, "each_status_lists_its_own_invoices_in_every_order"),
    ("list", "by_patient", LISTS, "lists_are_sorted_both_ways"),
    ("counters", "table", ACCESS, "lists_and_figures_are_a_practices_own"),
    ("all_counters", "table", TAMPERING, "a_counter_that_was_edited_removed_or_invented_is_found"),
    ("journal", "table", READING, "a_months_journal_is_read_in_order"),
    ("pointer", "table", READING, "a_token_leads_to_its_link_and_nowhere_else"),
    ("customer", "table", READING, "a_customer_of_the_processor_leads_to_its_patient"),
    ("due", "queues", OUTREACH, "nothing_goes_out_before_its_time"),
    ("practices", "queues", READING, "every_practice_is_named"),
    ("changes", "changed", READING, "what_was_changed_is_named_by_day"),
    ("chain", "table", TAMPERING, "an_event_that_was_edited_removed_moved_or_cut_off_is_found"),
    ("row_ids", "table", TAMPERING, "a_row_that_was_edited_removed_or_invented_is_found"),
    ("rebuild_rows", "table", BACKFILL, "what_was_destroyed_is_made_anew"),
    (
        "remove_rows_of_nothing",
        "table",
        BACKFILL,
        "a_row_that_is_wrong_or_of_nothing_and_a_counter_that_is_off_are_mended",
    ),
    ("correct_counter", "table", BACKFILL, "a_counter_is_corrected_once"),
    ("counted_in_shard", "table", BACKFILL, "a_counter_is_corrected_once"),
    ("journal_items", "table", TAMPERING, "an_entry_that_was_edited_or_removed_is_found"),
    ("take_numbers", "table", CONCURRENCY, "numbers_taken_at_once_are_unique"),
    ("patients_by_contact", "table", PORTAL, "a_family_is_shown_together"),
    ("add_sends", "table", OUTREACH, "a_practice_sends_no_more_on_a_day_than_it_wants_to"),
    ("count_attempt", "table", READING, "attempts_are_counted_by_the_hour"),
];

#[test]
fn every_access_pattern_has_a_test() {
    let known: Vec<(&str, &str)> = ACCESS_PATTERNS.iter().map(|p| (p.method, p.index)).collect();
    let tested: Vec<(&str, &str)> = TESTED.iter().map(|(method, index, _, _)| (*method, *index)).collect();
    for pattern in &known {
        assert!(tested.contains(pattern), "{pattern:?} has no test");
    }
    for (method, index, file, test) in TESTED {
        assert!(known.contains(&(method, index)), "{method} by {index} is no pattern any more");
        assert!(file.contains(&format!("async fn {test}(")), "there is no test {test}");
    }
}
