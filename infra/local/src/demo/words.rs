//! Names, places and services. All are invented or common; telephone numbers are of the range kept for fiction.

/// A place where patients live.
pub(super) struct Place {
    pub(super) postal_code: &'static str,
    /// The area code of its telephones.
    pub(super) area: &'static str,
}

/// Something that is billed.
pub(super) struct Service {
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    /// Its price in cents.
    pub(super) cents: i64,
}

const fn place(postal_code: &'static str, area: &'static str) -> Place {
    Place { postal_code, area }
}

const fn service(code: &'static str, description: &'static str, cents: i64) -> Service {
    Service { code, description, cents }
}

/// Given names, apart by spaces.
pub(super) const FIRST_NAMES: &str = "\
    Aaliyah Aaron Abigail Ahmed Alejandra Amara Andre Anna Anthony Aria Arjun Beatriz Benjamin Brianna Caleb \
    Camila Carlos Chloe Daniel David Diego Elena Elijah Emily Ethan Fatima Felix Gabriela George Grace \
    Hannah Hassan Henry Imani Isaac Isabella Jamal James Jasmine Jin Jorge Joseph Julia Kai Keisha Kenji \
    Layla Leo Lin Lucas Lucía Maria Marcus Mateo Maya Mei Michael Mina Nadia Naomi Nathan Nia Noah Nora \
    Olivia Omar Oscar Patricia Paul Priya Quinn Rachel Rafael Rosa Ruth Samir Samuel Sara Sofia Stephen \
    Tamika Thomas Tomás Valeria Victor Wei William Ximena Yasmin Zoe";

/// Family names, apart by spaces.
pub(super) const LAST_NAMES: &str = "\
    Adams Ahmadi Allen Alvarez Anderson Baker Banerjee Barnes Bell Brooks Brown Carter Castillo Chan Chen \
    Clark Coleman Cooper Cruz Davis Diaz Edwards Evans Fisher Flores Foster Garcia Gomez Gonzalez Gray Green \
    Gupta Hall Harris Henderson Hernandez Hill Howard Hughes Ivanova Jackson Jenkins Johnson Jones Kaplan \
    Kelly Khan Kim King Kowalski Lee Lewis Lopez Martin Martinez Mendoza Miller Mitchell Moore Morales \
    Morgan Murphy Nakamura Nelson Nguyen O'Brien Okafor Ortiz Parker Patel Perez Phillips Powell Ramirez \
    Reed Reyes Rivera Roberts Robinson Rodriguez Rogers Ross Sanchez Scott Shah Silva Singh Smith Stewart \
    Sullivan Taylor Thompson Torres Tran Turner Walker Ward Washington Watson White Williams Wilson Wright \
    Young Zhang";

pub(super) const PHYSICIANS: &[&str] =
    &["Dr. Miriam Weiss", "Dr. Daniel Osei", "Dr. Laura Benítez", "Ken Sato, NP"];

pub(super) const DENTISTS: &[&str] = &["Dr. Henrik Lund", "Dr. Amina Yusuf"];

pub(super) const MASSACHUSETTS: &[Place] = &[
    place("02138", "617"),
    place("02139", "617"),
    place("02140", "857"),
    place("02143", "617"),
    place("02144", "857"),
    place("02155", "781"),
    place("02176", "781"),
    place("02453", "781"),
    place("02472", "617"),
    place("02474", "339"),
];

pub(super) const ILLINOIS: &[Place] =
    &[place("60610", "312"), place("60611", "312"), place("60613", "773"), place("60614", "773")];

pub(super) const MEDICINE: &[Service] = &[
    service("99212", "Office visit, short", 8_500),
    service("99213", "Office visit", 12_500),
    service("99214", "Office visit, long", 18_750),
    service("99395", "Yearly check-up", 21_000),
    service("90471", "Vaccination", 3_200),
    service("85025", "Blood count", 2_815),
    service("80053", "Blood chemistry", 4_190),
    service("81002", "Urine test", 1_150),
    service("93000", "Electrocardiogram", 6_475),
    service("87880", "Strep test", 2_960),
    service("94010", "Breathing test", 5_525),
    service("12001", "Wound care", 24_340),
    service("20610", "Joint injection", 16_080),
];

pub(super) const DENTISTRY: &[Service] = &[
    service("D0120", "Check-up", 6_200),
    service("D0274", "X-ray images", 7_450),
    service("D1110", "Cleaning", 11_500),
    service("D2391", "Filling, one surface", 18_900),
    service("D2740", "Crown", 118_000),
    service("D7140", "Extraction", 21_600),
];
