//! Methods on file, in the portal: as staff's, of the session's own patients.

use paywell_domain::{MethodsOnFile, PatientId, on_file::ConsentGiven, text::Line};
use paywell_store::Key;

use super::SignedIn;
use crate::{
    App, AppError, Context,
    requests::methods::{NewConsent, SetUpMethod, StartAutopay},
    views::methods::{MethodSetupView, PaymentMethodView, PaymentMethodsView},
};

/// A patient's methods on file.
#[derive(Debug, Clone)]
pub struct MethodsOf {
    /// Whose.
    pub patient: PatientId,
    /// How the patient is called.
    pub first_name: String,
    /// The methods, oldest first.
    pub methods: Vec<PaymentMethodView>,
    /// What the patient agreed to, word for word, where autopay is on.
    pub autopay: Option<String>,
}

impl App {
    /// The methods of all patients: one load.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn portal_methods(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
    ) -> Result<Vec<MethodsOf>, AppError> {
        let practice = cx.practice();
        let methods = signed_in.session.state.patients.iter().map(|id| Key::methods_on_file(practice, *id));
        let loaded = self.store.load(signed_in.patient_keys().into_iter().chain(methods)).await?;
        let today = signed_in.practice.today(cx.now());
        let mut shown = Vec::new();
        for patient in signed_in.patients(&loaded)? {
            let id = patient.state.id;
            let known = loaded.get::<MethodsOnFile>(practice, id)?.map(|stored| stored.state);
            let view = PaymentMethodsView::of(&known.unwrap_or_else(|| MethodsOnFile::none(id)), today);
            let first_name = patient.state.details.first_name.to_string();
            let autopay = view.autopay.map(|consent| consent.wording);
            shown.push(MethodsOf { patient: id, first_name, methods: view.items, autopay });
        }
        Ok(shown)
    }

    /// Opens the processor's page on which a method is put on file; `wording` is what the patient agrees to. Gives where
    /// the patient goes, none where the page is closed already.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the patient is not the session's; as [`App::set_up_method`].
    pub async fn portal_add_method(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
        patient: PatientId,
        wording: Line<500>,
    ) -> Result<Option<String>, AppError> {
        self.require_shown(signed_in, patient).await?;
        let consent = NewConsent { wording, given: ConsentGiven::Online };
        let answer = self.set_up_method(cx, patient, SetUpMethod { consent, methods: None }).await?;
        let view: MethodSetupView = serde_json::from_str(&answer.body)?;
        Ok(view.url)
    }

    /// Makes a method the one that is charged where none is named.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where patient or method are not the session's; the method cannot be charged.
    pub async fn portal_default_method(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
        patient: PatientId,
        method: &str,
    ) -> Result<(), AppError> {
        self.require_shown(signed_in, patient).await?;
        self.make_method_default(cx, patient, method).await.map(drop)
    }

    /// Takes a method off file.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where patient or method are not the session's.
    pub async fn portal_remove_method(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
        patient: PatientId,
        method: &str,
    ) -> Result<(), AppError> {
        self.require_shown(signed_in, patient).await?;
        self.remove_method(cx, patient, method).await.map(drop)
    }

    /// Turns autopay on; `wording` is what the patient agrees to.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the patient is not the session's; no default method can be charged.
    pub async fn portal_start_autopay(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
        patient: PatientId,
        wording: Line<500>,
    ) -> Result<(), AppError> {
        self.require_shown(signed_in, patient).await?;
        let consent = NewConsent { wording, given: ConsentGiven::Online };
        self.start_autopay(cx, patient, StartAutopay { consent }).await.map(drop)
    }

    /// Turns autopay off.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the patient is not the session's.
    pub async fn portal_stop_autopay(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
        patient: PatientId,
    ) -> Result<(), AppError> {
        self.require_shown(signed_in, patient).await?;
        self.stop_autopay(cx, patient).await.map(drop)
    }

    async fn require_shown(&self, signed_in: &SignedIn, patient: PatientId) -> Result<(), AppError> {
        let loaded = self.store.load([Key::patient(&signed_in.practice.id, patient)]).await?;
        signed_in.patient(&loaded, patient).map(drop)
    }
}
