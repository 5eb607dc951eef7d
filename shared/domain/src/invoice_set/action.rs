//! What staff may do to a set, by its status.

use super::SetStatus;

/// An action on an invoice set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Give the balance up as uncollectable.
    WriteOff,
    /// Place it with an agency.
    SendToCollections,
    /// Hold messages back.
    Pause,
    /// Let messages go again.
    Resume,
    /// Follow other rules.
    ChangeRuleSet,
    /// End the chase; the balance stays owed.
    Cancel,
    /// Take a write-off or placement back.
    Reverse,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 7] = [
        Self::WriteOff,
        Self::SendToCollections,
        Self::Pause,
        Self::Resume,
        Self::ChangeRuleSet,
        Self::Cancel,
        Self::Reverse,
    ];

    /// Whether a set of that status allows it.
    pub const fn is_allowed(self, status: SetStatus) -> bool {
        use SetStatus::{Active, Collections, Expired, Failed, Paused, WillFail, WrittenOff};
        match self {
            Self::WriteOff | Self::SendToCollections | Self::ChangeRuleSet | Self::Cancel => {
                matches!(status, Active | WillFail | Failed | Paused | Expired)
            }
            Self::Pause => matches!(status, Active | WillFail | Failed),
            Self::Resume => matches!(status, Paused),
            Self::Reverse => matches!(status, WrittenOff | Collections),
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
            (Action::ChangeRuleSet, "yyyyynnnn"),
            (Action::Cancel, "yyyyynnnn"),
            (Action::Reverse, "nnnnnnnyy"),
        ] {
            let found: String =
                columns.map(|s| if action.is_allowed(s) { 'y' } else { 'n' }).iter().collect();
            assert_eq!(found, row, "{action:?}");
        }
    }
}
