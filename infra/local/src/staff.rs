//! The demo's practices and their staff.

use issuer::User;

/// A practice whose staff can have tokens.
#[derive(Clone, Copy, Debug)]
pub struct Practice {
    /// Its id, such as `prac_riverside`.
    pub id: &'static str,
    /// The staff: role and name.
    pub staff: [(&'static str, &'static str); 4],
}

/// The practices of the demo.
pub const PRACTICES: [Practice; 2] = [
    Practice {
        id: "prac_riverside",
        staff: [
            ("viewer", "Vera Lindqvist"),
            ("front_desk", "Frank Ortiz"),
            ("biller", "Bella Chen"),
            ("owner", "Olivia Hart"),
        ],
    },
    Practice {
        id: "prac_lakeside",
        staff: [
            ("viewer", "Victor Nowak"),
            ("front_desk", "Fatima Haddad"),
            ("biller", "Ben Okafor"),
            ("owner", "Oscar Lund"),
        ],
    },
];

/// The practice of a Synthea run; the files name its locations.
pub const SYNTHEA: Practice = Practice {
    id: "prac_synthea",
    staff: [
        ("viewer", "Vivian Moreau"),
        ("front_desk", "Felix Tanaka"),
        ("biller", "Bianca Rossi"),
        ("owner", "Omar Haidari"),
    ],
};

impl Practice {
    /// The id of the user with this role, such as `user_riverside_biller`.
    #[must_use]
    pub fn user_id(&self, role: &str) -> String {
        let practice = self.id.trim_start_matches("prac_");
        format!("user_{practice}_{role}")
    }
}

/// Everybody who can have a token.
pub(crate) fn users(synthea: bool) -> Vec<User> {
    let users_of = |practice: Practice| {
        practice.staff.map(|(role, name)| User {
            id: practice.user_id(role),
            name: name.to_owned(),
            practice: practice.id.to_owned(),
            role: role.to_owned(),
        })
    };
    PRACTICES.into_iter().chain(synthea.then_some(SYNTHEA)).flat_map(users_of).collect()
}
