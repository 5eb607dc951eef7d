//! The practice as its owner wants patients to see it.

use paywell_domain::{Cents, Practice, Refusal, practice::Logo};
use paywell_store::{Answer, Key};

use crate::{
    App, AppError, Context,
    command::{answer, require_version},
    requests::practice::EditPractice,
    views::practice::PracticeView,
};

/// What the processor charges at least (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>).
const LEAST_CHARGE: Cents = Cents::new(50);

impl App {
    /// The practice as patients see it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn practice_settings(&self, cx: &Context) -> Result<PracticeView, AppError> {
        let loaded = self.store.load([Key::practice(cx.practice()), Key::logo(cx.practice())]).await?;
        let stored = loaded.get::<Practice>(cx.practice(), ())?;
        let stored = stored.ok_or_else(|| AppError::internal("the practice is not set up"))?;
        Ok(PracticeView::of(&stored, loaded.logo(cx.practice()).as_ref()))
    }

    /// Changes how the practice shows itself to patients, of the version that the caller read.
    ///
    /// # Errors
    /// It was changed meanwhile; a part payment of less than the processor charges.
    pub async fn edit_practice(
        &self,
        cx: &Context,
        version: u64,
        edit: EditPractice,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::logo(cx.practice())], async |work| {
            let stored = work.need::<Practice>((), "practice")?;
            let before: Option<Logo> = work.loaded().logo(cx.practice());
            require_version(&stored, version, &PracticeView::of(&stored, before.as_ref()))?;
            let logo = edit.logo.clone().unwrap_or_else(|| before.clone());
            let new_logo = logo != before;
            let decision = stored.state.present(edited(&stored.state, &edit)?, new_logo);
            let edited = work.commit.update(&stored, decision)?;
            if new_logo {
                work.commit.logo(logo.as_ref());
            }
            answer(200, &PracticeView::of(&edited, logo.as_ref()), edited.version)
        })
        .await
    }
}

fn edited(practice: &Practice, edit: &EditPractice) -> Result<Practice, Refusal> {
    let mut edited = practice.clone();
    edited.name = edit.name.clone().unwrap_or(edited.name);
    edited.phone = edit.phone.clone().unwrap_or(edited.phone);
    edited.identity_check = edit.identity_check.unwrap_or(edited.identity_check);
    let page = &mut edited.pay_page;
    page.colour = edit.colour.unwrap_or(page.colour);
    page.part_from = edit.part_payment_from.unwrap_or(page.part_from);
    page.language = edit.language.unwrap_or(page.language);
    if page.part_from.is_some_and(|least| least.cents() < LEAST_CHARGE) {
        let detail = format!("expected at least {LEAST_CHARGE}, which is the least that can be charged");
        return Err(Refusal::field("/part_payment_from", detail));
    }
    Ok(edited)
}
