//! Errors in the language of the person.

use isso_host::ApiError;
use isso_host::actions::{DatabaseText, Language, database_text};
use isso_host::database::DatabaseError;
use isso_host::lifecycle::{Refusal, with_causes};

/// Says why an event was refused, with the cause.
pub fn refusal(refusal: &Refusal, language: Language) -> String {
    let message = ApiError::of_refusal(refusal, language).message;
    let Refusal::Failed(failure) = refusal else {
        return message;
    };
    let cause = match failure.source.downcast_ref() {
        Some(error) => database(error, language),
        None => with_causes(&*failure.source),
    };
    format!("{message} {cause}")
}

/// Says what is wrong with the database.
pub fn database(error: &DatabaseError, language: Language) -> String {
    let text = match error {
        DatabaseError::Corrupt { damage, .. } => DatabaseText::Corrupt(damage),
        DatabaseError::Missing { .. } | DatabaseError::Empty { .. } => DatabaseText::Gone,
        DatabaseError::Folder(..)
        | DatabaseError::Unwritable { .. }
        | DatabaseError::NotIsso { .. }
        | DatabaseError::Unreadable(..) => {
            let reason = with_causes(error);
            return database_text(DatabaseText::Unusable(&reason), language);
        }
    };
    database_text(text, language)
}
