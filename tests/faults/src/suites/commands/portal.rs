//! What patients do at the portal.

use paywell_tests::support::{BY_CARD, Browser};

use super::{Prepared, Scene, chased::NUMBER};

/// A form of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum AtPortal {
    /// The bills are chosen that are to be paid.
    ChooseBills,
    TurnAutopayOnThere,
    RemoveMethodThere,
    AgreeToTexts,
}

impl AtPortal {
    pub(super) const ALL: [Self; 4] =
        [Self::ChooseBills, Self::TurnAutopayOnThere, Self::RemoveMethodThere, Self::AgreeToTexts];

    pub(super) async fn prepare(self, scene: &Scene<'_>) -> Prepared {
        let (clinic, ada) = (&scene.clinic, scene.ada.as_str());
        let invoice = scene.invoice().await;
        let method = match self {
            Self::TurnAutopayOnThere | Self::RemoveMethodThere => scene.put_on_file(BY_CARD).await,
            _ => String::new(),
        };
        if self == Self::AgreeToTexts {
            let path = format!("/v1/patients/{ada}");
            let version = clinic.get(&path).await.version();
            let phone = serde_json::json!({ "phone": NUMBER });
            clinic.patch(&path, &phone).on_version(version).await.ok();
        }
        let browser = Browser::of(clinic, "ada@example.com").await;
        let form = match self {
            Self::ChooseBills => browser.filled_in("", "/pay", &[("patient", ada), (&invoice, "on")]).await,
            Self::TurnAutopayOnThere => {
                let agreed = [("turn", "on"), ("wording", "en"), ("agreed", "on"), ("name", "form-1")];
                let fields = [&[("patient", ada)], &agreed[..]].concat();
                browser.filled_in("/methods", "/methods/autopay", &fields).await
            }
            Self::RemoveMethodThere => {
                let fields = [("patient", ada), ("method", &method), ("name", "form-1")];
                browser.filled_in("/methods", "/methods/remove", &fields).await
            }
            Self::AgreeToTexts => {
                let fields = [("email", "on"), ("texts", "on"), ("language", "en"), ("wording", "en")];
                browser.filled_in("/messages", "/messages", &fields).await
            }
        };
        scene.sending(&form, &scene.owed())
    }
}
