//! `issoctl supervise`: a host around somebody else's gunicorn command line.

use std::ffi::OsString;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isso_cfg::{Document, Volume};
use isso_daemon::{Listener, Program};

use crate::cli::SuperviseArgs;
use crate::data::DataDir;
use crate::error::Failure;
use crate::output::Output;
use crate::running::Place;

/// Where the official image keeps the database.
const DATABASE: &str = "/db/comments.db";

/// Runs the entrypoint until it is told to stop.
pub async fn run(data: &DataDir, output: Output, args: SuperviseArgs) -> Result<ExitCode, Failure> {
    let mut words = args.entrypoint.into_iter();
    let name = words.next().expect("clap asks for one word at least");
    let mut arguments: Vec<OsString> = words.collect();
    let bound = Program::bind_of(&mut arguments);
    let listen = match args.listen {
        Some(address) => address,
        None => address_of(&bound)?,
    };
    let executable = find(&name)?;
    let config = std::path::absolute(&args.config).map_err(|source| {
        Failure::new(format!("no such place: {}", args.config.display()), source)
    })?;

    let place = Place::take(data)?;
    let listener = Listener::bind(listen)
        .await
        .map_err(|source| Failure::new(format!("cannot listen on {listen}"), source))?;
    let hooks = data.path().join("gunicorn.conf.py");
    let program = Program::wrapping(executable, arguments, &hooks)
        .map_err(|source| Failure::new(format!("cannot write {}", hooks.display()), source))?;
    let database = database_of(&config);
    let running = place
        .init(Volume::of_config(config, database), program, listener)
        .await?;
    running.run(output).await
}

/// The address that gunicorn was to bind.
fn address_of(bound: &[String]) -> Result<SocketAddr, Failure> {
    let [bound] = bound else {
        return Err(Failure::usage(format!(
            "the command line binds {} addresses with -b, not one",
            bound.len()
        ))
        .hint("name the one to listen on with --listen ADDR:PORT"));
    };
    let address = bound.strip_prefix("tcp://").unwrap_or(bound);
    let address = match address.strip_prefix(':') {
        Some(port) => format!("0.0.0.0:{port}"),
        None => address.to_owned(),
    };
    let found = address
        .to_socket_addrs()
        .ok()
        .and_then(|mut all| all.next());
    found.ok_or_else(|| {
        Failure::usage(format!("`-b {bound}` is no address of the form ADDR:PORT"))
            .hint("name one with --listen ADDR:PORT; unix sockets are not supported")
    })
}

/// The program, as a shell would find it.
fn find(name: &OsString) -> Result<PathBuf, Failure> {
    which::which(name).map_err(|source| {
        Failure::new(format!("cannot run {}", Path::new(name).display()), source)
            .exit(Failure::USAGE)
            .hint("give the command line of gunicorn after `--`")
    })
}

/// The database must stay where it was when we came.
fn database_of(config: &Path) -> String {
    let cfg = std::fs::read(config)
        .ok()
        .and_then(|bytes| Document::from_bytes(&bytes).ok());
    let named = cfg.and_then(|cfg| cfg.get("general", "dbpath").map(str::to_owned));
    named.unwrap_or_else(|| DATABASE.to_owned())
}
