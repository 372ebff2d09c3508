//! An action as it was sent, in types.

use isso_host::Shown;
use isso_host::actions::Form;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;

/// The form of an action, without a field where there is nothing to fill in.
pub(super) fn form_of(action: &Shown) -> Result<Form, Failure> {
    let form = Option::<Form>::deserialize(&action.form);
    let form =
        form.map_err(|source| Failure::new(format!("the form of `{}` cannot be read", action.listed.id), source))?;
    Ok(form.unwrap_or_default())
}

/// A text in it; an empty one where there is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
