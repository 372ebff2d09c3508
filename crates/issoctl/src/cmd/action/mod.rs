//! `issoctl action`.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;

use isso_lifecycle::Event;
use serde_json::Value;

use crate::api::Client;
use crate::cli::{ActionCommand, RunArgs};
use crate::data::DataDir;
use crate::error::Failure;
use crate::fields;
use crate::host;
use crate::language;
use crate::output::{BOLD, DIM, GOOD, Output, WARN};
use crate::service::{Listed, Ran, RunRequest, Service, Shown};
use crate::surroundings::Surroundings;

/// Lists, shows or runs actions.
pub async fn run(
    data: &DataDir,
    output: Output,
    command: ActionCommand,
) -> Result<ExitCode, Failure> {
    let actions = Actions::reach(data)?;
    match command {
        ActionCommand::List => list(&actions.list().await?, output),
        ActionCommand::Show { id, reveal } => show(actions.show(&id).await?, reveal, output),
        ActionCommand::Run(args) => return run_one(data, &actions, output, args).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// The actions of the running `up`, else of the files alone.
enum Actions {
    Api(Client),
    Files(Box<Service>),
}

impl Actions {
    fn reach(data: &DataDir) -> Result<Self, Failure> {
        if let Some(client) = Client::connect(data)? {
            return Ok(Self::Api(client));
        }
        let volume = data.volume();
        let host = host::offline(&volume).host;
        Ok(Self::Files(Box::new(Service {
            volume,
            surroundings: Surroundings::Machine(None),
            host,
        })))
    }

    async fn list(&self) -> Result<Vec<Listed>, Failure> {
        let language = language::of_environment();
        match self {
            Self::Api(client) => client.actions(language).await,
            Self::Files(service) => Ok(service.list(language)?),
        }
    }

    async fn show(&self, id: &str) -> Result<Shown, Failure> {
        let language = language::of_environment();
        match self {
            Self::Api(client) => client.action(id, language).await,
            Self::Files(service) => Ok(service.show(id, language)?),
        }
    }

    async fn run(&self, data: &DataDir, id: &str, input: Value) -> Result<Ran, Failure> {
        let request = RunRequest {
            input,
            language: language::of_environment().tag().to_owned(),
        };
        match self {
            Self::Api(client) => client.run(id, &request).await,
            Self::Files(service) => {
                data.create()?;
                service
                    .host
                    .send(Event::Init)
                    .await
                    .map_err(|refusal| Failure::new("the data folder cannot be used", refusal))?;
                Ok(service.run(id, request).await?)
            }
        }
    }
}

fn list(actions: &[Listed], output: Output) {
    if output.json {
        return output.json(&actions);
    }
    for Listed { id, metadata } in actions {
        output.line(&format!("{BOLD}{id}{BOLD:#}  {}", text(&metadata["name"])));
        output.line(&format!(
            "    {DIM}{}{DIM:#}",
            text(&metadata["description"])
        ));
    }
}

fn show(mut action: Shown, reveal: bool, output: Output) {
    if !reveal {
        fields::mask(&action.form, &mut action.prefill);
    }
    if output.json {
        return output.json(&action);
    }
    let Listed { id, metadata } = &action.listed;
    output.line(&format!("{BOLD}{id}{BOLD:#}  {}", text(&metadata["name"])));
    output.line(text(&metadata["description"]));
    if let Some(warning) = metadata["warning"].as_str() {
        output.line(&format!("{WARN}{warning}{WARN:#}"));
    }
    let fields = fields::describe(&action.form, &action.prefill);
    if !fields.is_empty() {
        output.line("");
    }
    for field in fields {
        output.line(&format!(
            "  {BOLD}{}{BOLD:#} = {}  {DIM}{}{DIM:#}",
            field.path, field.value, field.label
        ));
    }
}

async fn run_one(
    data: &DataDir,
    actions: &Actions,
    output: Output,
    args: RunArgs,
) -> Result<ExitCode, Failure> {
    let shown = actions.show(&args.id).await?;
    let input = match &args.input {
        Some(path) => read_input(path)?,
        None if shown.form.is_null() && args.fields.is_empty() => Value::Null,
        None if args.fields.is_empty() => {
            return Err(Failure::usage(format!(
                "`{}` has a form, and nothing was filled in",
                args.id
            ))
            .hint(format!(
                "see its fields with `issoctl action show {}`",
                args.id
            )));
        }
        None => fields::assign(&shown.form, shown.prefill, &args.fields)?,
    };
    let ran = actions.run(data, &args.id, input).await?;
    let in_force = match actions {
        Actions::Api(client) if ran.settings_changed && !args.no_wait => {
            Some(client.status(true).await?)
        }
        _ => None,
    };
    if output.json {
        output.json(&ran.result);
    } else {
        print_result(&ran.result, output);
    }
    if let Some(warning) = &ran.warning {
        output.note(&format!("{WARN}{warning}{WARN:#}"));
    }
    match in_force {
        Some(status) if status.serving && status.settings.reason.is_some() => {
            let reason = status.settings.reason.unwrap_or_default();
            return Err(Failure::plain(format!("it is saved, but {reason}")).hint("issoctl status"));
        }
        Some(status) if status.serving => {
            output.note(&format!("{GOOD}Isso serves with it.{GOOD:#}"));
        }
        Some(status) => {
            let reason = status.supervisor.last_exit.unwrap_or_default();
            return Err(
                Failure::plain(format!("it is saved, but Isso does not serve: {reason}"))
                    .hint("issoctl logs"),
            );
        }
        None => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn read_input(path: &Path) -> Result<Value, Failure> {
    let stdin = path == Path::new("-");
    if stdin && std::io::stdin().is_terminal() {
        Output { json: false }.note("Type the form as JSON, then Ctrl-D:");
    }
    let mut text = String::new();
    let read = if stdin {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|source| Failure::new(format!("cannot read {}", path.display()), source))?;
    serde_json::from_str(&text).map_err(|source| {
        // serde_json names line and column, and quotes nothing of what might be a password.
        Failure::new(format!("{} does not hold JSON", path.display()), source).exit(Failure::USAGE)
    })
}

fn print_result(result: &Value, output: Output) {
    output.note(&format!("{BOLD}{}{BOLD:#}", text(&result["title"])));
    if let Some(message) = result["message"].as_str() {
        output.note(message);
    }
    print_value(&result["result"], output);
}

/// The value itself goes to stdout alone, so that `$(issoctl action run …)` yields just that.
fn print_value(value: &Value, output: Output) {
    match value["type"].as_str() {
        Some("group") => {
            for member in value["value"].as_array().into_iter().flatten() {
                output.note(text(&member["name"]));
                print_value(member, output);
            }
        }
        Some(_) => output.line(text(&value["value"])),
        None => {}
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
