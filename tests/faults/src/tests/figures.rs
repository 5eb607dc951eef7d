//! What counts as well.

use crate::suites::{Figure, Goal};

fn figure(name: &'static str, value: u64, n: u64) -> Figure {
    Figure { name, value, unit: "", n }
}

#[test]
fn a_figure_is_good_where_it_meets_its_goal_and_was_measured() {
    assert!(figure("race_wrong", 0, 1).is_good());
    assert!(!figure("race_wrong", 1, 1).is_good());
    assert!(!figure("race_wrong", 0, 0).is_good(), "no round counted");
    assert!(figure("crash_points_killed_pct", 100, 9).is_good());
    assert!(!figure("crash_points_killed_pct", 99, 9).is_good());
    assert!(!figure("wire_accepted_pct", 39, 9).is_good());
    assert_eq!(figure("race_overlapped", 16, 9).goal(), None, "it informs");
    assert_eq!(figure("model_accepted_pct", 40, 9).goal(), Some(Goal::AtLeast(40)));
}
