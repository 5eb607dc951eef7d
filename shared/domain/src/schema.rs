//! How the API's description shows the domain's texts: the same rules that their parsers have.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::{
    Amount, PlanId, SetId,
    invoice::Discount,
    patient::{EmailAddress, Phone},
    text::Line,
};

/// A text that matches a pattern (ECMA-262, as JSON Schema has it).
pub(crate) fn text(description: &str, pattern: &str, example: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    text.pattern(Some(pattern)).examples([example]).into()
}

macro_rules! shown_as_text {
    ($name:ident, $description:literal, $pattern:literal, $example:literal) => {
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text($description, $pattern, $example)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    };
}

shown_as_text!(
    Amount,
    "A decimal amount, from 0.01 to 999999.99.",
    r"^(?=.*[1-9])[0-9]{1,6}(\.[0-9]{1,2})?$",
    "125.00"
);
shown_as_text!(
    Discount,
    "A percentage or an amount.",
    r"^((?=.*[1-9])[0-9]{1,2}(\.[0-9]{1,2})?%|100%|(?=.*[1-9])[0-9]{1,6}(\.[0-9]{1,2})?)$",
    "10%"
);
shown_as_text!(
    SetId,
    "An invoice set: whose it is, and the patient's which.",
    r"^set_[0-7][0-9a-hjkmnp-tv-z]{25}_[0-9]{4,10}$",
    "set_01h455vb4pex5vsknk084sn02q_0001"
);
shown_as_text!(
    PlanId,
    "A payment plan: whose it is, and the patient's which.",
    r"^pln_[0-7][0-9a-hjkmnp-tv-z]{25}_[0-9]{4,10}$",
    "pln_01h455vb4pex5vsknk084sn02q_0001"
);
shown_as_text!(
    EmailAddress,
    "An email address with a dotted domain.",
    r"^(?=.{6,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$",
    "ada@example.com"
);
shown_as_text!(
    Phone,
    "A telephone number in international form (E.164).",
    r"^\+[1-9][0-9]{7,14}$",
    "+16175550123"
);

impl<const MAX: usize> PartialSchema for Line<MAX> {
    fn schema() -> RefOr<Schema> {
        const ONE_LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(ONE_LINE));
        let description = format!("A text of 1 to {MAX} characters on one line.");
        text.min_length(Some(1)).max_length(Some(MAX)).description(Some(description)).into()
    }
}

impl<const MAX: usize> ToSchema for Line<MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Line{MAX}"))
    }
}
