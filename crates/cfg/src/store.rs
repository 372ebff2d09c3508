//! `start9/store.json`: what was selected and `isso.cfg` cannot tell, in the JSON of StartOS's SDK.
//!
//! Actions also keep there what they must know later and `isso.cfg` cannot tell.
//!
//! The selection is kept because `isso.cfg` cannot say whether it was *system* or *custom*: both become the same keys.

use serde_json::{Map, Value, json};

/// The contents of `store.json`. Fields that this program does not know are kept, in their order.
#[derive(Clone, PartialEq)]
pub struct Store {
    fields: Map<String, Value>,
}

impl Store {
    /// Reads the file's text; anything but a JSON object with an SMTP selection is damaged.
    pub fn parse(text: &str) -> Result<Store, StoreError> {
        let Value::Object(fields) = serde_json::from_str(text).map_err(StoreError::Json)? else {
            return Err(StoreError::NotAnObject);
        };
        match fields.get(SMTP) {
            Some(smtp) if is_selection(smtp) => Ok(Store { fields }),
            _ => Err(StoreError::NoSelection),
        }
    }

    /// Reads the file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Store, StoreError> {
        let text = std::str::from_utf8(bytes).map_err(|_| StoreError::NotUtf8)?;
        Store::parse(text)
    }

    /// The SMTP selection, as the SDK's form gives and takes it: `{"selection": …, "value": {…}}`.
    pub fn smtp(&self) -> &Value {
        // Every constructor puts the field there, and nothing removes it.
        &self.fields[SMTP]
    }

    /// Sets the SMTP selection.
    ///
    /// Other fields beside `selection` and `value` are kept while the selection stays the same. They are removed when
    /// another is selected, because the SDK may remember the fields of the other choices there: no password outlives
    /// *disabled*.
    pub fn set_smtp(&mut self, selection: Value) {
        let present = &mut self.fields[SMTP];
        match (present, selection) {
            (present, new) if new["selection"] == "disabled" => *present = disabled(),
            (Value::Object(present), Value::Object(new)) if present.get("selection") == new.get("selection") => {
                present.extend(new);
            }
            (present, new) => *present = new,
        }
    }

    /// A field of another name than the selection's.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|_| name != SMTP)
    }

    /// Sets a field of another name than the selection's.
    pub fn set_field(&mut self, name: &str, value: Value) {
        if name != SMTP {
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// The text to write.
    pub fn to_text(&self) -> String {
        // A map with text keys and JSON values has no way to fail.
        let mut text = serde_json::to_string(&self.fields).expect("JSON values can always be written as JSON");
        text.push('\n');
        text
    }
}

impl Default for Store {
    /// A fresh volume's store: no mail.
    fn default() -> Store {
        Store {
            fields: Map::from_iter([(SMTP.to_owned(), disabled())]),
        }
    }
}

impl std::fmt::Debug for Store {
    /// Shows only the kind of selection, because the rest may be a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("selection", &self.smtp()["selection"])
            .finish_non_exhaustive()
    }
}

/// The reason for which a text is no store. The text is never shown: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error("the file is not JSON")]
    Json(#[source] serde_json::Error),
    /// Not an object.
    #[error("the file holds no JSON object")]
    NotAnObject,
    /// No SMTP selection, or one of another shape.
    #[error("the file holds no SMTP selection")]
    NoSelection,
}

const SMTP: &str = "smtp";

fn disabled() -> Value {
    json!({"selection": "disabled", "value": {}})
}

fn is_selection(smtp: &Value) -> bool {
    smtp["selection"].is_string() && smtp["value"].is_object()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets a selection on a stored text and compares the text that would be written.
    fn check(stored: &str, selection: Value, expected: &str) {
        let mut store = Store::parse(stored).unwrap();
        store.set_smtp(selection);
        assert_eq!(store.to_text().trim_end(), expected);
        assert_eq!(Store::parse(&store.to_text()).unwrap(), store);
    }

    #[test]
    fn a_fresh_store_has_no_mail() {
        assert_eq!(
            Store::default().to_text(),
            "{\"smtp\":{\"selection\":\"disabled\",\"value\":{}}}\n"
        );
    }

    #[test]
    fn unknown_fields_keep_their_place() {
        check(
            r#"{"z":1,"smtp":{"selection":"system","value":{},"later":true},"a":[2.50,null]}"#,
            json!({"selection": "system", "value": {"customFrom": "a@b.org"}}),
            r#"{"z":1,"smtp":{"selection":"system","value":{"customFrom":"a@b.org"},"later":true},"a":[2.5,null]}"#,
        );
    }

    #[test]
    fn a_new_selection_leaves_no_password_behind() {
        let stored =
            r#"{"smtp":{"selection":"custom","value":{"password":"hunter2"},"other":{"x":{"password":"hunter2"}}}}"#;
        check(
            stored,
            json!({"selection": "disabled", "value": {"password": "hunter2"}}),
            r#"{"smtp":{"selection":"disabled","value":{}}}"#,
        );
        check(
            stored,
            json!({"selection": "system", "value": {}}),
            r#"{"smtp":{"selection":"system","value":{}}}"#,
        );
    }

    #[test]
    fn a_text_that_is_no_store_is_damaged() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Store::parse(text).unwrap_err().to_string(), expected, "{text:?}");
        };
        check("", "the file is not JSON");
        check(r#"{"smtp":{"selection":"disabled","#, "the file is not JSON");
        check("[]", "the file holds no JSON object");
        check("{}", "the file holds no SMTP selection");
        check(
            r#"{"smtp":{"selection":1,"value":{}}}"#,
            "the file holds no SMTP selection",
        );
        check(r#"{"smtp":"disabled"}"#, "the file holds no SMTP selection");
    }

    #[test]
    fn debug_shows_no_password() {
        let store = Store::parse(r#"{"smtp":{"selection":"custom","value":{"password":"hunter2"}}}"#).unwrap();
        assert_eq!(format!("{store:?}"), r#"Store { selection: String("custom"), .. }"#);
    }
}
