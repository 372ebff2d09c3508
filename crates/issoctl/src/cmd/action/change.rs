//! A change that a check proposes: some fields of an action's form, with the values of before and after.

use isso_host::ActionDetails;
use isso_host::doctor::Mend;
use serde::Serialize;
use serde_json::Value;

use super::set;
use crate::output::{BOLD, DIM, Output};

/// What a mend changes in the form of its action.
#[derive(Debug, Serialize)]
pub struct Change {
    /// The action.
    pub action: String,
    /// The fields whose values change. Secrets are hidden.
    pub fields: Vec<ChangedField>,
    #[serde(skip)]
    name: String,
    /// The whole form with the new values.
    #[serde(skip)]
    pub input: Value,
}

/// A field whose value changes.
#[derive(Debug, Serialize)]
pub struct ChangedField {
    path: String,
    #[serde(skip)]
    label: String,
    before: Value,
    after: Value,
}

impl Change {
    /// Puts the values of the mend into the form as it stands now.
    pub fn plan(action: ActionDetails, mend: &Mend) -> Change {
        let ActionDetails { listed, form, prefill } = action;
        let form = form.unwrap_or_default();
        let mut input = prefill.clone();
        for (path, value) in &mend.fields {
            set(&mut input, path, value.clone());
        }
        let (mut before, mut after) = (prefill, input.clone());
        form.mask(&mut before);
        form.mask(&mut after);
        let label = |path: &str| form.walk(&after).into_iter().find(|it| it.path == path);
        let changed = |path: &String| {
            let (before, after) = (get(&before, path), get(&after, path));
            (before != after).then(|| ChangedField {
                path: path.clone(),
                label: label(path).map_or_else(|| path.clone(), |it| it.field.name().to_owned()),
                before: before.clone(),
                after: after.clone(),
            })
        };
        Change {
            fields: mend.fields.keys().filter_map(changed).collect(),
            action: listed.id,
            name: listed.metadata.name,
            input,
        }
    }

    /// Prints the action and, of each field, the values of before and after.
    pub fn print(&self, output: Output) {
        output.note(&format!("{BOLD}{}{BOLD:#}  {}", self.action, self.name));
        for ChangedField {
            path,
            label,
            before,
            after,
        } in &self.fields
        {
            output.note(&format!("  {label}  {DIM}{path}{DIM:#}"));
            output.note(&format!("    {DIM}-{DIM:#} {}", words(before)));
            output.note(&format!("    {DIM}+{DIM:#} {}", words(after)));
        }
    }

    /// The command that puts the values of before back.
    pub fn undo(&self) -> String {
        let fields = self
            .fields
            .iter()
            .flat_map(|field| assignments(&field.path, &field.before));
        let fields: String = fields.map(|field| format!(" {field}")).collect();
        format!("issoctl action run {}{fields}", self.action)
    }
}

fn get<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, part| &value[part])
}

/// The value for a person to read.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        Value::Array(items) if items.is_empty() => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The value as `FIELD=VALUE` in a shell, once for each item of a list.
fn assignments(path: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().flat_map(|item| assignments(path, item)).collect(),
        Value::Array(_) | Value::Null => vec![format!("{path}=")],
        Value::String(text) => vec![format!("{path}={}", shell_words::quote(text))],
        other => vec![format!("{path}={}", shell_words::quote(&other.to_string()))],
    }
}

#[cfg(test)]
mod tests {
    use isso_host::actions::{Action, HostInfo, Language};
    use isso_host::cfg::{Contents, Document};
    use isso_host::{ActionSummary, actions::Metadata};
    use serde_json::json;

    use super::*;

    fn plan(action: Action, cfg: &str, fields: Value) -> Change {
        let contents = Contents {
            cfg: Document::parse(cfg).unwrap(),
            ..Contents::fresh()
        };
        let metadata: Metadata = action.metadata(Language::English, &contents);
        let id = action.id().to_owned();
        let details = ActionDetails {
            listed: ActionSummary {
                id: id.clone(),
                metadata,
            },
            form: action.form(Language::English, &HostInfo::default()),
            prefill: action.prefill(&contents),
        };
        let fields = fields.as_object().unwrap().clone();
        Change::plan(details, &Mend { action: id, fields })
    }

    #[test]
    fn a_change_keeps_the_other_fields_and_can_be_undone() {
        let cfg = "[general]\nhost =\n    https://a.example\n    http://localhost\n[guard]\nratelimit = 3\n";
        let websites = json!(["https://a.example", "https://www.a.example"]);
        let change = plan(Action::SetWebsites, cfg, json!({ "websites": websites }));
        assert_eq!(change.input, json!({ "websites": websites }));
        assert_eq!(
            change.undo(),
            "issoctl action run set-websites websites=https://a.example"
        );
        let change = plan(
            Action::ConfigureServer,
            cfg,
            json!({ "guard.ratelimit": 9, "gravatar": false }),
        );
        assert_eq!(change.input["guard"]["ratelimit"], 9);
        assert_eq!(change.input["maxAge"], "15m");
        assert_eq!(change.fields.len(), 1, "{change:?}");
        assert_eq!(change.undo(), "issoctl action run configure-server guard.ratelimit=3");
        let change = plan(Action::SetWebsites, "", json!({ "websites": websites }));
        assert_eq!(change.undo(), "issoctl action run set-websites websites=");
    }
}
