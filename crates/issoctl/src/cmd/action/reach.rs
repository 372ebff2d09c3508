//! The actions, wherever they are.

use isso_host::actions::Action;
use isso_host::daemon::Runtime;
use isso_host::lifecycle::Event;
use isso_host::{
    ActionDetails, ActionOutcome, ActionService, ActionSummary, Client, Examiner, FolderLock, HostInfoSource,
    InvalidField, IssoPython, RunRequest, offline,
};
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

use crate::cmd::host::COMMANDS;
use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::log::log;
use crate::waiting::waiting;

/// The actions of the running `up`, else of the files alone.
pub enum Actions {
    /// Those of the host.
    Api(Client),
    /// Those of the files.
    Files(Box<ActionService>),
}

impl Actions {
    /// Connects to the host of the folder, if one runs.
    pub fn reach(data: &DataFolder) -> Result<Self, Failure> {
        if let Some(client) = Client::connect(data.path())? {
            return Ok(Self::Api(client));
        }
        let volume = data.volume();
        let host = offline(&volume);
        Ok(Self::Files(Box::new(ActionService {
            volume,
            info_source: HostInfoSource::Local(None),
            python: IssoPython::beside(&Runtime::new(data.runtime()).gunicorn()),
            host,
            examiner: Examiner::new(COMMANDS, data.path().to_owned()),
        })))
    }

    /// Prepares and repairs the files before their form is read, as `up` does. Lists the repairs on stderr.
    ///
    /// Does nothing if no Isso is set up here, or the action does not exist.
    pub async fn prepare(&self, data: &DataFolder, id: &str) -> Result<(), Failure> {
        if let Self::Files(service) = self
            && Action::find(id).is_ok()
            && data.require_isso().is_ok()
        {
            log(LevelFilter::WARN);
            // An `up` that has started meanwhile prepares them itself.
            match data.lock_for_command().await? {
                FolderLock::HostRuns => {}
                _lock => init(service).await?,
            }
        }
        Ok(())
    }

    /// All actions.
    pub async fn list(&self) -> Result<Vec<ActionSummary>, Failure> {
        let language = language::of_environment();
        match self {
            Self::Api(client) => Ok(client.actions(language).await?),
            Self::Files(service) => Ok(service.list(language)?),
        }
    }

    /// One action with its form.
    pub async fn show(&self, id: &str) -> Result<ActionDetails, Failure> {
        let language = language::of_environment();
        match self {
            Self::Api(client) => Ok(client.action(id, language).await?),
            Self::Files(service) => Ok(service.show(id, language)?),
        }
    }

    /// Checks what was filled in, and changes nothing.
    pub async fn check(&self, id: &str, input: Value) -> Result<Vec<InvalidField>, Failure> {
        let request = request(input);
        match self {
            Self::Api(client) => Ok(client.check(id, &request).await?),
            Self::Files(service) => Ok(service.check(id, &request)?),
        }
    }

    /// Runs an action.
    pub async fn run(&self, data: &DataFolder, id: &str, input: Value) -> Result<ActionOutcome, Failure> {
        let request = request(input);
        match self {
            Self::Api(client) => Ok(waiting(client.run(id, &request)).await?),
            Self::Files(service) => {
                data.create()?;
                // Held while the files change, so that no `up` begins with half of it.
                let lock = match data.lock_for_command().await? {
                    // One has begun since, perhaps while a person was filling in the form.
                    FolderLock::HostRuns => return Ok(waiting(data.client()?.run(id, &request)).await?),
                    lock => lock,
                };
                init(service).await?;
                let changed = service.change(id, request).await?;
                // What waits on the network now keeps no `up` from beginning.
                drop(lock);
                Ok(service.follow_up(changed).await?)
            }
        }
    }
}

async fn init(service: &ActionService) -> Result<(), Failure> {
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
