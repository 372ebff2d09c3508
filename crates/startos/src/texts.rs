//! Errors in the language of the person.

use isso_host::ApiError;
use isso_host::actions::{Language, database_error_text};
use isso_host::lifecycle::{Refusal, with_causes};

/// Says why an event was refused, with the cause.
pub fn refusal(refusal: &Refusal, language: Language) -> String {
    let message = ApiError::of_refusal(refusal, language).message;
    let Refusal::Failed(failure) = refusal else {
        return message;
    };
    let cause = match failure.source.downcast_ref() {
        Some(error) => database_error_text(error, language),
        None => with_causes(&*failure.source),
    };
    format!("{message} {cause}")
}
