//! What a set asks staff to do: a call, or a letter.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::InvoiceSet;
use crate::{
    Decision, EventKind,
    rule_set::{Filling, Method, Step},
    text::Line,
};

/// A task as its step words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskWords {
    /// A letter or a call.
    pub method: Method,
    /// What is to be done.
    pub title: String,
    /// How.
    pub message: String,
}

impl TaskWords {
    /// A step's words, in the language of the practice's staff.
    pub fn of(step: &Step, method: Method, language: crate::Language, filling: &Filling<'_>) -> Self {
        let (title, message) = step.words(language);
        Self { method, title: title.fill(filling), message: message.fill(filling) }
    }
}

/// Something that staff are to do for a set. It is open until they say that it is done, or the set ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// 1 for the set's first.
    pub number: u16,
    /// The step that asked for it, from 0.
    pub step: u16,
    /// A letter or a call.
    pub method: Method,
    /// What is to be done.
    pub title: String,
    /// How.
    pub message: String,
    /// Since when it is open (UTC).
    pub created_at: DateTime<Utc>,
}

impl InvoiceSet {
    /// Staff have done a task; none where no such task is open.
    pub fn finish_task(&self, number: u16, note: Option<Line<200>>) -> Option<Decision<Self>> {
        let mut finished = self.clone();
        finished.tasks.retain(|task| task.number != number);
        let was_open = finished.tasks.len() < self.tasks.len();
        was_open.then(|| Decision::of(finished, EventKind::TaskDone { task: number, note }))
    }

    /// The set with one more task, and the event that says so.
    pub(super) fn with_task(&self, step: u16, words: &TaskWords, now: DateTime<Utc>) -> (Self, EventKind) {
        let TaskWords { method, title, message } = words.clone();
        let number = self.tasks_made.saturating_add(1);
        let mut with = self.clone();
        with.tasks_made = number;
        with.tasks.push(Task { number, step, method, title: title.clone(), message, created_at: now });
        (with, EventKind::TaskCreated { task: number, step, method, title })
    }
}
