//! `issoctl supervise`: runs a given gunicorn command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isso_host::cfg::{Code, Document, Environment, Severity, Volume, keys};
use isso_host::daemon::Program;
use isso_host::{IMAGE_DATABASE, mark_while_running};

use crate::cli::SuperviseArgs;
use crate::cmd::host::LockedFolder;
use crate::failure::Failure;
use crate::gunicorn::{self, Refused};
use crate::listen::Listen;
use crate::locate::DataFolder;
use crate::output::Output;

/// Runs the entrypoint until a signal or `issoctl stop`.
pub async fn run(data: &DataFolder, output: Output, args: SuperviseArgs) -> Result<ExitCode, Failure> {
    let mut words = args.entrypoint.into_iter();
    let name = words.next().expect("clap asks for one word at least");
    let mut arguments: Vec<OsString> = words.collect();
    let bound = Program::bind_of(&mut arguments);
    let listen = match args.listen {
        Some(address) => address,
        None => address_of(&bound)?,
    };
    let executable = find(&name)?;
    let inherited = gunicorn::split(std::env::var_os(gunicorn::VARIABLE).as_deref());
    refuse_options(&arguments, &inherited)?;
    let has_volume = args.volume.is_some();
    let environment = Environment::of_supervise(std::env::vars_os());
    let volume = volume_of(args.config, args.volume, environment)?;

    let folder = LockedFolder::take(data).await?;
    let listener = listen.bind().await?;
    let hooks = data.path().join("gunicorn.conf.py");
    let has_own = gunicorn::has_configuration(&arguments, &inherited);
    let program = Program::wrapping(executable, arguments, &hooks, has_own)
        .map_err(|source| Failure::new(format!("cannot write {}", hooks.display()), source))?;
    // Isso gets only the variables that its settings name. To find `~` in dbpath it needs this one too.
    let home = home_of(volume.dbpath()).map(|home| ("HOME".into(), home.into_os_string()));
    let program = program.variables(home);
    let ready = folder.init(volume.clone(), program, listener).await?;
    if has_volume {
        mark_while_running(volume, ready.host.service().host.states());
    }
    ready.run(output).await
}

/// Returns the volume: a folder with all files, or an `isso.cfg` with a database elsewhere.
fn volume_of(config: Option<PathBuf>, volume: Option<PathBuf>, environment: Environment) -> Result<Volume, Failure> {
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|source| Failure::new(format!("no such place: {}", path.display()), source))
    };
    if let Some(volume) = volume {
        let volume = Volume::new(absolute(&volume)?, IMAGE_DATABASE).with_environment(environment);
        return Ok(volume.recording_repairs());
    }
    let config = absolute(&config.expect("clap asks for one of them"))?;
    require_file(&config)?;
    require_database_path(&config, &environment)?;
    let dbpath = database_of(&config, &environment);
    let database = place_of(&dbpath)?;
    Ok(Volume::of_config(config, dbpath)
        .with_database_at(database)
        .with_environment(environment))
}

/// Refuses a dbpath that cannot name a database. No default replaces it, because the comments may be elsewhere.
fn require_database_path(config: &Path, environment: &Environment) -> Result<(), Failure> {
    let cfg = isso_host::cfg::read_file(config)
        .ok()
        .flatten()
        .and_then(|bytes| Document::from_bytes(&bytes).ok());
    let found = cfg.and_then(|cfg| {
        isso_host::cfg::diagnose(&cfg.with_environment(environment))
            .into_iter()
            .find(|found| found.code == Code::DatabasePath && found.severity == Severity::Refused)
    });
    match found {
        None => Ok(()),
        Some(found) => Err(Failure::usage(format!(
            "{}:{}:{}: [general] dbpath = {}: {}",
            config.display(),
            found.line,
            found.column,
            found.text,
            found.message
        ))
        .hint(found.fix)),
    }
}

/// Returns where Isso finds the database. Isso inherits the working directory of this process.
fn place_of(dbpath: &str) -> Result<PathBuf, Failure> {
    let path = match home_of(dbpath) {
        Some(home) => home.join(&dbpath["~/".len()..]),
        None => PathBuf::from(dbpath),
    };
    std::path::absolute(path).map_err(|source| Failure::new(format!("no place for the database: {dbpath}"), source))
}

/// The home folder, if dbpath begins with `~/`.
fn home_of(dbpath: &str) -> Option<PathBuf> {
    std::env::home_dir().filter(|_| dbpath.starts_with("~/"))
}

/// Refuses a path that is no file, such as a folder, which a repair would rename and replace with a file.
fn require_file(config: &Path) -> Result<(), Failure> {
    if config.is_file() || !config.exists() {
        return Ok(());
    }
    let inside = ["isso.cfg", "config/isso.cfg"].map(|name| config.join(name));
    let hint = match inside.iter().find(|file| file.is_file()) {
        Some(file) => format!("did you mean --config {}?", file.display()),
        None => "name the file itself, such as --config /config/isso.cfg".to_owned(),
    };
    Err(Failure::usage(format!("{} is no file", config.display())).hint(hint))
}

/// Returns the address that gunicorn's command line names.
fn address_of(bound: &[String]) -> Result<Listen, Failure> {
    const HINT: &str = "name the one to listen on with --listen ADDR:PORT, such as --listen 0.0.0.0:8080";
    match bound {
        [bound] => Listen::of_gunicorn(bound)
            .map_err(|source| Failure::new(format!("cannot listen where `-b {bound}` says"), source))
            .map_err(|failure| failure.exit(Failure::USAGE).hint(HINT)),
        [] => Err(Failure::usage("the command line does not say with -b where to listen").hint(HINT)),
        several => Err(Failure::usage(format!(
            "the command line listens on {} addresses with -b, and here it can be one",
            several.len()
        ))
        .hint(HINT)),
    }
}

/// Finds the program as a shell does.
fn find(name: &OsString) -> Result<PathBuf, Failure> {
    which::which(name).map_err(|source| {
        Failure::new(format!("cannot run {}", Path::new(name).display()), source)
            .exit(Failure::USAGE)
            .hint("give the command line of gunicorn after `--`")
    })
}

/// Refuses options with which gunicorn cannot be supervised, or with which Isso would read another file than the host.
/// Options in a configuration file are checked in gunicorn itself.
fn refuse_options(arguments: &[OsString], inherited: &[OsString]) -> Result<(), Failure> {
    let ours = gunicorn::sets_our_variable(arguments).or_else(|| gunicorn::sets_our_variable(inherited));
    if let Some(ours) = ours {
        return Err(Failure::usage(format!(
            "gunicorn's option -e sets a variable that issoctl gives to Isso: {ours}"
        ))
        .hint("leave it out; name Isso's settings with --config"));
    }
    let (found, place) = match (gunicorn::refused(arguments), gunicorn::refused(inherited)) {
        (Some(found), _) => (found, String::new()),
        (None, Some(found)) => (found, format!(" in {}", gunicorn::VARIABLE)),
        (None, None) => return Ok(()),
    };
    let Refused { word, why, hint } = found;
    Err(Failure::usage(format!("gunicorn's option {word}{place} {why}")).hint(hint))
}

/// Returns dbpath from the settings. If these cannot be read, takes it from the last good settings, or from a line that
/// looks like it, so that Isso keeps its database while the file is broken.
fn database_of(config: &Path, environment: &Environment) -> String {
    let last_good = config.with_file_name("isso.cfg.last-good");
    let named = |path: &Path| {
        let cfg = Document::from_bytes(&isso_host::cfg::read_file(path).ok()??).ok()?;
        cfg.get(keys::DBPATH.section, keys::DBPATH.name)?;
        let cfg = cfg.with_environment(environment);
        Some(cfg.read_text(&keys::DBPATH)).filter(|path| !path.is_empty())
    };
    let written = || {
        let bytes = isso_host::cfg::read_file(config).ok()??;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let value = |line: &str| {
            let (key, value) = line.split_once(['=', ':'])?;
            (key.trim() == "dbpath").then(|| value.trim().to_owned())
        };
        text.lines().find_map(value).filter(|path| !path.is_empty())
    };
    let found = named(config).or_else(|| named(&last_good)).or_else(written);
    found.unwrap_or_else(|| IMAGE_DATABASE.to_owned())
}
