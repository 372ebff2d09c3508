//! Asking for a form on a terminal, field by field.

use std::collections::HashSet;

use dialoguer::{Confirm, Input, Password, Select};
use isso_host::InvalidField;
use isso_host::actions::form::{Disabled, Field, Filled, Form};
use serde_json::{Value, json};

use super::reach::Actions;
use super::set;
use crate::escape::{Escape, escape};
use crate::failure::Failure;
use crate::output::{BAD, DIM, Output};
use crate::terminal::{Questions, by_keys};

/// Asks for every field, with what stands there now as the answer to begin with.
///
/// Each answer is checked as the action would, and asked for again while it is wrong. Nothing is changed here.
pub async fn fill_in(
    actions: &Actions,
    id: &str,
    form: &Form,
    mut values: Value,
    output: Output,
) -> Result<Value, Failure> {
    form.complete(&mut values);
    let mut asked = HashSet::new();
    let mut questions = Questions::start()?;
    output.note(&format!(
        "{DIM}Enter takes what stands there; Ctrl-C ends without a change.{DIM:#}"
    ));
    loop {
        while let Some(question) = next(form, &values, &asked) {
            let (path, value) = questions.ask(move || question.ask()).await?;
            set(&mut values, &path, value);
            let wrong = actions.check(id, values.clone()).await?;
            if !report_wrong(&path, &wrong, output) {
                asked.insert(path);
            }
        }
        // What depends on several fields is found once all are there.
        let wrong = actions.check(id, values.clone()).await?;
        let again: Vec<_> = asked
            .iter()
            .filter(|path| report_wrong(path, &wrong, output))
            .cloned()
            .collect();
        if again.is_empty() {
            return Ok(values);
        }
        for path in again {
            asked.remove(&path);
        }
    }
}

/// A field that is to be asked for.
struct Question {
    path: String,
    label: String,
    field: Field,
    value: Value,
}

/// The first field that was not asked for yet, of those that the choices made so far have.
fn next(form: &Form, values: &Value, asked: &HashSet<String>) -> Option<Question> {
    let is_open =
        |filled: &Filled<'_>| !matches!(filled.field.disabled(), Disabled::Because(_)) && !asked.contains(&filled.path);
    let Filled { path, field, value } = form.walk(values).into_iter().find(is_open)?;
    Some(Question {
        label: label(form, &path, field),
        path,
        field: field.clone(),
        value: value.clone(),
    })
}

/// The field's name, behind that of its group.
fn label(form: &Form, path: &str, field: &Field) -> String {
    let group = path.split('.').next().and_then(|first| form.field(first));
    match group {
        Some(Field::Object(group)) => format!("{}: {}", group.name, field.name()),
        _ => field.name().to_owned(),
    }
}

/// Prints what is wrong with a field, and returns whether anything is.
fn report_wrong(path: &str, wrong: &[InvalidField], output: Output) -> bool {
    let item = format!("{path}[");
    let of_field = |it: &&InvalidField| it.field == path || it.field.starts_with(&item);
    let wrong: Vec<_> = wrong.iter().filter(of_field).collect();
    for InvalidField { message, .. } in &wrong {
        output.note(&format!("{BAD}{message}{BAD:#}"));
    }
    !wrong.is_empty()
}

impl Question {
    /// Asks the person, and gives back the path and the answer.
    fn ask(self) -> dialoguer::Result<(String, Value)> {
        for words in [self.field.description(), self.field.warning()].into_iter().flatten() {
            Output { json: false }.note(&format!("{DIM}{words}{DIM:#}"));
        }
        let answer = match &self.field {
            Field::Toggle(_) => self.toggle()?,
            Field::Select(_) | Field::Union(_) => self.choice()?,
            Field::List(_) => self.list()?,
            Field::Number(_) => {
                let typed = line(&self.label, &self.value.to_string().replace("null", ""))?;
                // What is no number is left to the check, which says so.
                typed.trim().parse::<i64>().map_or(json!(typed), Value::from)
            }
            Field::Text(field) if field.masked => self.password()?,
            Field::Text(_) => json!(line(&self.label, text(&self.value))?),
            // The fields of a group are asked for one by one.
            Field::Object(_) => self.value,
        };
        Ok((self.path, answer))
    }

    fn toggle(&self) -> dialoguer::Result<Value> {
        let now = self.value.as_bool().unwrap_or_default();
        let prompt = Confirm::new().with_prompt(&self.label).default(now);
        by_keys(|| prompt.interact()).map(Value::from)
    }

    /// Another choice brings the defaults of its own fields.
    fn choice(&self) -> dialoguer::Result<Value> {
        let now = text(match &self.field {
            Field::Union(_) => &self.value["selection"],
            _ => &self.value,
        });
        let choices = self.field.choices();
        let at = choices.iter().position(|(id, _)| *id == now);
        let prompt = Select::new()
            .with_prompt(&self.label)
            .items(choices.iter().map(|(_, shown)| shown))
            .default(at.unwrap_or_default());
        let chosen = by_keys(|| prompt.interact())?;
        let chosen = choices.get(chosen).map_or("", |(id, _)| id);
        Ok(match &self.field {
            Field::Union(_) if chosen == now => self.value.clone(),
            Field::Union(union) => union.select(chosen).unwrap_or_default(),
            _ => json!(chosen),
        })
    }

    /// One line for each item, those that are there first; an empty line takes one away, and behind them ends the list.
    fn list(&self) -> dialoguer::Result<Value> {
        let now: Vec<_> = self.value.as_array().into_iter().flatten().map(text).collect();
        let mut items = Vec::new();
        for index in 0.. {
            let prompt = format!("{} {} (empty ends the list)", self.label, items.len() + 1);
            let present = now.get(index).copied();
            let typed = match present {
                Some(item) => line(&format!("{} {}", self.label, items.len() + 1), item)?,
                None => line(&prompt, "")?,
            };
            match typed.trim() {
                "" if present.is_none() => break,
                "" => {}
                item => items.push(json!(item)),
            }
        }
        Ok(items.into())
    }

    fn password(&self) -> dialoguer::Result<Value> {
        let is_set = !text(&self.value).is_empty();
        let keep = if is_set { " (empty keeps the present one)" } else { "" };
        let typed = Password::new()
            .with_prompt(format!("{}{keep}", self.label))
            .allow_empty_password(true)
            .report(false)
            .interact()?;
        Ok(match typed.is_empty() {
            true => self.value.clone(),
            false => json!(typed),
        })
    }
}

/// A line that can be edited. What a terminal would obey in it is shown in other words, and stays as it is unless it is
/// edited.
fn line(prompt: &str, now: &str) -> dialoguer::Result<String> {
    let shown = escape(now, Escape::Text);
    let prompt = Input::new()
        .with_prompt(prompt)
        .with_initial_text(&*shown)
        .allow_empty(true);
    let typed: String = by_keys(|| prompt.interact_text())?;
    Ok(match typed == shown {
        true => now.to_owned(),
        false => typed,
    })
}

/// The text in a value; an empty one if the value is no text.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
