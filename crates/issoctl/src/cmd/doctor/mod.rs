//! `issoctl doctor`: runs the checks of [`isso_host::doctor`], and prints what they find.

mod fix;
mod patient;
mod show;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use isso_host::doctor::{CHECKS, Looks, LooksError, Options, Report, examine};
use serde_json::json;

use self::show::{Shown, print_lines};
use crate::cli::DoctorArgs;
use crate::failure::Failure;
use crate::files;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{BOLD, Output};
use crate::signals::TermSignals;

/// The limit of each request.
const LIMIT: Duration = Duration::from_secs(5);

/// Lists or runs checks, or mends what one of them finds. Exits with 1 if a check has failed.
pub async fn run(data: &DataFolder, output: Output, args: DoctorArgs) -> Result<ExitCode, Failure> {
    if args.list {
        list(output);
        return Ok(ExitCode::SUCCESS);
    }
    let code = match &args.fix {
        Some(id) => fix::run(data, output, &args, id).await?,
        None => unless_ended(check(data, output, &args)).await?,
    };
    // The runtime would wait for its threads, and one may still look up a name or wait for a disk.
    std::process::exit(i32::from(code))
}

/// Works until Ctrl-C or SIGTERM.
async fn unless_ended<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut signals = TermSignals::new()?;
    tokio::select! {
        done = work => done,
        () = signals.recv() => Err(Failure::plain("ended by a signal")),
    }
}

fn list(output: Output) {
    let language = language::of_environment();
    if output.json {
        let listed = CHECKS
            .iter()
            .map(|check| json!({ "id": check.id, "title": check.title(language) }));
        return output.json(&listed.collect::<Vec<_>>());
    }
    let width = show::width(CHECKS);
    for check in CHECKS {
        output.line(&format!(
            "{BOLD}{:<width$}{BOLD:#}  {}",
            check.id,
            check.title(language)
        ));
    }
}

/// Runs the checks, prints what they find, and returns the exit code.
async fn check(data: &DataFolder, output: Output, args: &DoctorArgs) -> Result<u8, Failure> {
    let looks = looks(data, args, &args.only).await?;
    if args.lines.is_some() {
        examine(&looks, |findings| print_lines(findings, output)).await;
        return Ok(0);
    }
    let report = if output.json {
        let report = examine(&looks, |_| {}).await;
        output.json(&report);
        report
    } else {
        let mut shown = Shown::begin(&looks.options, args.verbose, data, output);
        let report = examine(&looks, |findings| shown.add(findings)).await;
        shown.end(&report);
        report
    };
    Ok(exit_code(&report))
}

fn exit_code(report: &Report) -> u8 {
    if report.has_failed() { Failure::FAILED } else { 0 }
}

/// What the checks with these ids look at.
async fn looks(data: &DataFolder, args: &DoctorArgs, only: &[String]) -> Result<Looks, Failure> {
    let authorities = args.authorities.iter().map(|path| authority(path));
    let options = Options {
        language: args.lines.unwrap_or_else(language::of_environment),
        address: args.address.clone(),
        sites: args.sites.clone(),
        pages: args.pages.clone(),
        only: only.to_owned(),
        resolve: args.resolve.clone(),
        authorities: authorities.collect::<Result<_, _>>()?,
        limit: LIMIT,
    };
    let looks = Looks::new(patient::gather(data, args).await?, options);
    looks.map_err(|error| match error {
        LooksError::Client(_) => Failure::of(error),
        error => Failure::of(error).exit(Failure::USAGE),
    })
}

fn authority(path: &Path) -> Result<Vec<u8>, Failure> {
    let pem = files::read(path)?;
    match String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        true => Ok(pem),
        false => Err(
            Failure::usage(format!("{} holds no certificate in PEM", path.display()))
                .hint("name the file that begins with -----BEGIN CERTIFICATE-----"),
        ),
    }
}
