//! Gathers what this machine knows of the Isso that is examined.

use std::net::{Ipv4Addr, SocketAddr};

use isso_host::cfg::{Contents, Environment, Volume, VolumeError};
use isso_host::daemon::locked_isso_version;
use isso_host::doctor::Patient;
use isso_host::{Client, IMAGE_DATABASE, SettingsView};

use crate::cli::DoctorArgs;
use crate::errors::data_dir::unreadable_settings;
use crate::failure::Failure;
use crate::locate::DataFolder;

/// Asks the running host, else looks at the files alone.
pub async fn gather(data: &DataFolder, args: &DoctorArgs) -> Result<Patient, Failure> {
    if args.startos {
        // A hook runs where no host can be reached, and StartOS makes the backups.
        let volume = Volume::new(data.path(), IMAGE_DATABASE);
        let is_running = volume.keep_unused().is_none();
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, isso_startos::PORT));
        return of_files(&volume, is_running.then_some(listen));
    }
    match Client::connect(data.path())? {
        Some(client) => of_host(data, &client).await,
        None => {
            data.require_isso()?;
            let environment = Environment::of_command(std::env::vars_os());
            let patient = of_files(&data.volume().with_environment(environment), None)?;
            Ok(Patient {
                backups: Some(data.backups()),
                ..patient
            })
        }
    }
}

fn of_files(volume: &Volume, listen: Option<SocketAddr>) -> Result<Patient, Failure> {
    Ok(Patient {
        contents: volume.contents().map_err(refused)?,
        database: volume.db_path(),
        backups: None,
        listen,
        isso_version: locked_isso_version().to_owned(),
    })
}

async fn of_host(data: &DataFolder, client: &Client) -> Result<Patient, Failure> {
    let files = client.files().await?;
    let status = client.status(false).await?;
    // `supervise` serves the files of a container, and makes no backups of them by itself.
    let makes_backups = files.are_together() || data.backups().is_dir();
    let mut patient = of_files(&files.volume(), None)?;
    replace_variables(&mut patient.contents, client.settings(true).await?);
    patient.backups = makes_backups.then(|| data.backups());
    patient.listen = status
        .url
        .strip_prefix("http://")
        .and_then(|address| address.parse().ok());
    patient.listen = patient.listen.filter(|_| status.serving);
    if let Some(version) = status.probe.version {
        patient.isso_version = version;
    }
    Ok(patient)
}

/// Puts the values of variables into the settings as the host sees them, for this command has other variables.
fn replace_variables(contents: &mut Contents, seen: SettingsView) {
    for setting in seen.read.into_iter().flatten().filter(|setting| setting.expanded) {
        // A value that cannot be written stays as it is, and the checks see the variable's name.
        let _ = contents.cfg.set(&setting.section, &setting.name, &setting.value);
    }
}

/// Without settings, there is nothing to examine.
fn refused(error: VolumeError) -> Failure {
    match error {
        VolumeError::Invalid { .. } => {
            unreadable_settings(error).hint("see the lines that are wrong: `issoctl config check`")
        }
        error => unreadable_settings(error),
    }
}
