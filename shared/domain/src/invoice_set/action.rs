//! What staff may do to a set, by its status.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SetStatus;

/// An action on an invoice set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Give the balance up as uncollectable.
    WriteOff,
    /// Place it with an agency.
    SendToCollections,
    /// Hold messages back.
    Pause,
    /// Let messages go again.
    Resume,
    /// Do the next step now, before its day.
    SendNow,
    /// Follow other rules.
    ChangeRuleSet,
    /// End the chase; the balance stays owed.
    Cancel,
    /// Take a write-off or placement back.
    Reverse,
    /// Move the charges of a cancelled set back to chasing.
    ChaseAgain,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::WriteOff,
        Self::SendToCollections,
        Self::Pause,
        Self::Resume,
        Self::SendNow,
        Self::ChangeRuleSet,
        Self::Cancel,
        Self::Reverse,
        Self::ChaseAgain,
    ];

    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WriteOff => "write_off",
            Self::SendToCollections => "send_to_collections",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::SendNow => "send_now",
            Self::ChangeRuleSet => "change_rule_set",
            Self::Cancel => "cancel",
            Self::Reverse => "reverse",
            Self::ChaseAgain => "chase_again",
        }
    }

    /// What a set of that status allows.
    pub fn allowed(status: SetStatus) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |action| action.is_allowed(status))
    }

    /// Whether a set of that status allows it.
    pub const fn is_allowed(self, status: SetStatus) -> bool {
        use SetStatus::{Active, Cancelled, Collections, Expired, Failed, Paused, WillFail, WrittenOff};
        match self {
            Self::WriteOff | Self::SendToCollections | Self::ChangeRuleSet | Self::Cancel => {
                matches!(status, Active | WillFail | Failed | Paused | Expired)
            }
            Self::Pause => matches!(status, Active | WillFail | Failed),
            Self::Resume => matches!(status, Paused),
            Self::SendNow => matches!(status, Active | WillFail),
            Self::Reverse => matches!(status, WrittenOff | Collections),
            Self::ChaseAgain => matches!(status, Cancelled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix of the domain: rows are actions, columns active, will fail, failed, paused, expired, paid,
    /// cancelled, written off, collections.
    #[test]
    fn the_actions_are_those_of_the_matrix() {
        use SetStatus::{
            Active, Cancelled, Collections, Expired, Failed, Paid, Paused, WillFail, WrittenOff,
        };
        let columns = [Active, WillFail, Failed, Paused, Expired, Paid, Cancelled, WrittenOff, Collections];
        for (action, row) in [
            (Action::WriteOff, "yyyyynnnn"),
            (Action::SendToCollections, "yyyyynnnn"),
            (Action::Pause, "yyynnnnnn"),
            (Action::Resume, "nnnynnnnn"),
            (Action::SendNow, "yynnnnnnn"),
            (Action::ChangeRuleSet, "yyyyynnnn"),
            (Action::Cancel, "yyyyynnnn"),
            (Action::Reverse, "nnnnnnnyy"),
            (Action::ChaseAgain, "nnnnnnynn"),
        ] {
            let found: String =
                columns.map(|s| if action.is_allowed(s) { 'y' } else { 'n' }).iter().collect();
            assert_eq!(found, row, "{action:?}");
        }
    }
}
