//! Checks an input against the form.
//!
//! The host's form checks what a person types into it, but an input also comes from a command line or another program,
//! so everything that the form promises is checked here again. As in the SDK, members that the form does not have are
//! left out of the result: StartOS itself sends such a member, `other`, with the texts of the choices that were not
//! made. Unlike in the SDK, a field that need not be filled in may also be missing.

use regex_lite::Regex;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number as JsonNumber, Value, json};

use super::{Disabled, Field, Form, List, Number, Pattern, Select, Text, Union};
use crate::error::{ActionError, InputError};
use crate::input_problem::InputProblem;

impl Form {
    /// Returns the input, cut down to the fields of the form, or everything that is wrong with it.
    ///
    /// In the result, a text that need not be filled in is `null` if it is empty, and a fixed field has the text that
    /// it is fixed to.
    pub fn check(&self, input: &Value) -> Result<Value, Vec<InputError>> {
        let mut check = Check::default();
        let checked = check.form(self, input, "");
        if check.errors.is_empty() {
            Ok(checked)
        } else {
            Err(check.errors)
        }
    }

    /// Checks an input and reads it into the type that an action works with.
    pub(crate) fn read<T: DeserializeOwned>(&self, input: &Value) -> Result<T, ActionError> {
        let checked = self.check(input)?;
        // The error of serde_json may quote the text of a masked field.
        serde_json::from_value(checked).map_err(|_| ActionError::Mismatch)
    }
}

#[derive(Default)]
struct Check {
    errors: Vec<InputError>,
}

impl Check {
    fn form(&mut self, form: &Form, input: &Value, path: &str) -> Value {
        let fields = form.fields().map(|(name, field)| {
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            (name.to_owned(), self.field(field, &input[name], &path))
        });
        Value::Object(fields.collect::<Map<_, _>>())
    }

    fn field(&mut self, field: &Field, value: &Value, path: &str) -> Value {
        let checked = match field {
            Field::Text(spec) => text(spec, value),
            Field::Number(spec) => number(spec, value),
            Field::Toggle(_) => match value {
                Value::Bool(_) => Ok(value.clone()),
                Value::Null => Err(InputProblem::Missing),
                _ => Err(InputProblem::NotASwitch),
            },
            Field::Select(spec) => select(spec, value),
            Field::Object(spec) => return self.form(&spec.spec, value, path),
            Field::Union(spec) => return self.union(spec, value, path),
            Field::List(spec) => return self.list(spec, value, path),
        };
        self.record(checked, path, field.name())
    }

    fn union(&mut self, spec: &Union, value: &Value, path: &str) -> Value {
        let selection = value["selection"].as_str();
        let Some((selection, variant)) = selection.and_then(|id| Some((id, spec.variant(id)?))) else {
            let problem = InputProblem::NotAChoice(ids(&spec.variants));
            return self.record(Err(problem), path, &spec.name);
        };
        if !spec.disabled.allows(selection) {
            return self.record(Err(InputProblem::Unavailable(variant.name.clone())), path, &spec.name);
        }
        let inner = self.form(&variant.spec, &value["value"], &format!("{path}.value"));
        json!({ "selection": selection, "value": inner })
    }

    fn list(&mut self, spec: &List, value: &Value, path: &str) -> Value {
        let Value::Array(items) = value else {
            let problem = if value.is_null() {
                InputProblem::Missing
            } else {
                InputProblem::NotAList
            };
            return self.record(Err(problem), path, &spec.name);
        };
        if let Some(min) = spec.min_length.filter(|&min| items.len() < min) {
            return self.record(Err(InputProblem::TooFew { min }), path, &spec.name);
        }
        if let Some(max) = spec.max_length.filter(|&max| items.len() > max) {
            return self.record(Err(InputProblem::TooMany { max }), path, &spec.name);
        }
        let patterns: Vec<_> = spec.spec.patterns.iter().map(compiled).collect();
        let items = items.iter().enumerate().map(|(index, item)| {
            let checked = line(item).and_then(|line| match line.trim() {
                // As in the host's form, an empty row is no mistake.
                "" => Ok(line),
                _ => matches(line, &patterns),
            });
            let checked = checked.map(Value::from);
            self.record(checked, &format!("{path}[{index}]"), &spec.name)
        });
        Value::Array(items.collect())
    }

    fn record(&mut self, checked: Result<Value, InputProblem>, path: &str, label: &str) -> Value {
        checked.unwrap_or_else(|problem| {
            self.errors.push(InputError {
                path: path.to_owned(),
                label: label.to_owned(),
                problem,
            });
            Value::Null
        })
    }
}

fn text(spec: &Text, value: &Value) -> Result<Value, InputProblem> {
    let given = if value.is_null() { "" } else { line(value)? };
    if spec.disabled != Disabled::No {
        let fixed = spec.default.as_deref().unwrap_or_default();
        return match given {
            "" => Ok(fixed.into()),
            given if given == fixed => Ok(fixed.into()),
            _ => Err(InputProblem::Fixed(fixed.to_owned())),
        };
    }
    // A password of spaces is not empty. It is refused later, with the reason.
    if given.is_empty() || (!spec.masked && given.trim().is_empty()) {
        return if spec.required {
            Err(InputProblem::Missing)
        } else {
            Ok(Value::Null)
        };
    }
    let length = given.chars().count();
    if let Some(min) = spec.min_length.filter(|&min| length < min) {
        return Err(InputProblem::TooShort { min });
    }
    if let Some(max) = spec.max_length.filter(|&max| length > max) {
        return Err(InputProblem::TooLong { max });
    }
    let patterns: Vec<_> = spec.patterns.iter().map(compiled).collect();
    matches(given, &patterns).map(Value::from)
}

/// A text for one line of `isso.cfg`.
fn line(value: &Value) -> Result<&str, InputProblem> {
    let text = value.as_str().ok_or(InputProblem::NotAText)?;
    if text.chars().any(char::is_control) {
        Err(InputProblem::ControlCharacter)
    } else {
        Ok(text)
    }
}

fn compiled(pattern: &Pattern) -> (Regex, &Pattern) {
    let regex = Regex::new(&pattern.regex)
        .expect("a test compiles the patterns of the actions, and what does not compile is not read from JSON");
    (regex, pattern)
}

fn matches<'t>(text: &'t str, patterns: &[(Regex, &Pattern)]) -> Result<&'t str, InputProblem> {
    match patterns.iter().find(|(regex, _)| !regex.is_match(text)) {
        Some((_, pattern)) => Err(InputProblem::Pattern(pattern.description.clone())),
        None => Ok(text),
    }
}

fn number(spec: &Number, value: &Value) -> Result<Value, InputProblem> {
    let number = match value {
        Value::Null if !spec.required => return Ok(Value::Null),
        Value::Null => return Err(InputProblem::Missing),
        Value::Number(number) => number,
        _ => return Err(InputProblem::NotANumber),
    };
    let whole = whole(number).ok_or(InputProblem::NotWhole)?;
    if let Some(min) = spec.min.filter(|&min| whole < min) {
        return Err(InputProblem::TooSmall { min });
    }
    if let Some(max) = spec.max.filter(|&max| whole > max) {
        return Err(InputProblem::TooLarge { max });
    }
    Ok(whole.into())
}

/// JavaScript has one kind of number, so `2.0` is the whole number 2.
fn whole(number: &JsonNumber) -> Option<i64> {
    // Beyond 2⁵³ a float no longer names one whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = |float: &f64| float.fract() == 0.0 && float.abs() < EXACT;
    #[allow(clippy::cast_possible_truncation, reason = "the float is whole and small enough")]
    number
        .as_i64()
        .or_else(|| number.as_f64().filter(exact).map(|float| float as i64))
}

fn select(spec: &Select, value: &Value) -> Result<Value, InputProblem> {
    // An empty value, too, is answered with the choices.
    match spec.values.iter().find(|(known, _)| value == known) {
        Some((known, shown)) if !spec.disabled.allows(known) => Err(InputProblem::Unavailable(shown.clone())),
        Some((known, _)) => Ok(json!(known)),
        None => Err(InputProblem::NotAChoice(ids(&spec.values))),
    }
}

/// The ids of the choices.
fn ids<T>(choices: &[(String, T)]) -> Vec<String> {
    choices.iter().map(|(id, _)| id.clone()).collect()
}
