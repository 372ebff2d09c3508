//! `issoctl action`.

mod ask;
mod input;
mod run;

use std::process::ExitCode;

use isso_host::actions::{Action, Form};
use isso_host::lifecycle::Event;
use isso_host::{Client, Listed, Ran, RunRequest, Service, Shown, Surroundings, Taken, Wrong, offline};
use serde::Deserialize;
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

use crate::cli::ActionCommand;
use crate::failure::Failure;
use crate::fields;
use crate::language;
use crate::locate::DataFolder;
use crate::log::log;
use crate::output::{BOLD, DIM, Output, WARN};
use crate::waiting::waiting;

/// Lists, shows or runs actions.
pub async fn run(data: &DataFolder, output: Output, command: ActionCommand) -> Result<ExitCode, Failure> {
    let actions = Actions::reach(data)?;
    match command {
        ActionCommand::List => list(&actions.list().await?, output),
        ActionCommand::Show { id, reveal } => show(actions.show(&id).await?, reveal, output)?,
        ActionCommand::Run(args) => return run::run(data, &actions, output, args).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// The actions of the running `up`, else of the files alone.
enum Actions {
    Api(Client),
    Files(Box<Service>),
}

impl Actions {
    fn reach(data: &DataFolder) -> Result<Self, Failure> {
        if let Some(client) = Client::connect(data.path())? {
            return Ok(Self::Api(client));
        }
        let volume = data.volume();
        let host = offline(&volume).host;
        Ok(Self::Files(Box::new(Service {
            volume,
            surroundings: Surroundings::Machine(None),
            host,
        })))
    }

    /// Puts the files right before their form is read, as `up` would; repairs are listed on stderr.
    ///
    /// Nothing is made where no Isso is set up, nor for an action that does not exist.
    async fn settle(&self, data: &DataFolder, id: &str) -> Result<(), Failure> {
        if let Self::Files(service) = self
            && Action::find(id).is_ok()
            && data.holds_isso().is_ok()
        {
            log(LevelFilter::WARN);
            // An `up` that has begun meanwhile settles them itself.
            match data.lock_for_command().await? {
                Taken::ByHost => {}
                _lock => init(service).await?,
            }
        }
        Ok(())
    }

    async fn list(&self) -> Result<Vec<Listed>, Failure> {
        let language = language::of_environment();
        match self {
            Self::Api(client) => Ok(client.actions(language).await?),
            Self::Files(service) => Ok(service.list(language)?),
        }
    }

    async fn show(&self, id: &str) -> Result<Shown, Failure> {
        let language = language::of_environment();
        match self {
            Self::Api(client) => Ok(client.action(id, language).await?),
            Self::Files(service) => Ok(service.show(id, language)?),
        }
    }

    async fn check(&self, id: &str, input: Value) -> Result<Vec<Wrong>, Failure> {
        let request = request(input);
        match self {
            Self::Api(client) => Ok(client.check(id, &request).await?),
            Self::Files(service) => Ok(service.check(id, &request)?),
        }
    }

    async fn run(&self, data: &DataFolder, id: &str, input: Value) -> Result<Ran, Failure> {
        let request = request(input);
        match self {
            Self::Api(client) => Ok(waiting(client.run(id, &request)).await?),
            Self::Files(service) => {
                data.create()?;
                // Held while the files change, so that no `up` begins with half of it.
                let _lock = match data.lock_for_command().await? {
                    // One has begun since, perhaps while a person was filling in the form.
                    Taken::ByHost => return Ok(waiting(data.client()?.run(id, &request)).await?),
                    lock => lock,
                };
                init(service).await?;
                Ok(service.run(id, request).await?)
            }
        }
    }
}

async fn init(service: &Service) -> Result<(), Failure> {
    let done = service.host.send(Event::Init).await;
    done.map(drop)
        .map_err(|refusal| Failure::new("the data folder cannot be used", refusal))
}

fn request(input: Value) -> RunRequest {
    RunRequest {
        input,
        language: language::of_environment().tag().to_owned(),
    }
}

fn list(actions: &[Listed], output: Output) {
    if output.json {
        return output.json(&actions);
    }
    for Listed { id, metadata } in actions {
        output.line(&format!("{BOLD}{id}{BOLD:#}  {}", text(&metadata["name"])));
        output.line(&format!("    {DIM}{}{DIM:#}", text(&metadata["description"])));
    }
}

fn show(mut action: Shown, reveal: bool, output: Output) -> Result<(), Failure> {
    let form = form_of(&action)?;
    if !reveal {
        form.mask(&mut action.prefill);
    }
    if output.json {
        output.json(&action);
        return Ok(());
    }
    let Listed { id, metadata } = &action.listed;
    output.line(&format!("{BOLD}{id}{BOLD:#}  {}", text(&metadata["name"])));
    output.line(text(&metadata["description"]));
    if let Some(warning) = metadata["warning"].as_str() {
        output.line(&format!("{WARN}{warning}{WARN:#}"));
    }
    let fields = fields::describe(&form, &action.prefill);
    if !fields.is_empty() {
        output.line("");
    }
    for field in fields {
        output.line(&format!(
            "  {BOLD}{}{BOLD:#} = {}  {DIM}{}{DIM:#}",
            field.path, field.value, field.label
        ));
    }
    Ok(())
}

/// The form of an action, without a field where there is nothing to fill in.
fn form_of(action: &Shown) -> Result<Form, Failure> {
    let form = Option::<Form>::deserialize(&action.form);
    let form =
        form.map_err(|source| Failure::new(format!("the form of `{}` cannot be read", action.listed.id), source))?;
    Ok(form.unwrap_or_default())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
