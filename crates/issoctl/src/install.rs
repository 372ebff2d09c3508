//! The Python environment, made before the first start with a bar to watch.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;

use indicatif::{ProgressBar, ProgressStyle};
use isso_host::daemon::{InstallProgress, InstallStep, Runtime, RuntimeError};
use nix::unistd::{Uid, User, geteuid};

use crate::failure::Failure;
use crate::output::Output;
use crate::printer::{self, FLUSH_WITHIN};

/// Makes the environment if it is missing or damaged.
pub fn ensure(runtime: &Runtime, output: Output) -> Result<(), Failure> {
    if runtime.is_ready() {
        return Ok(());
    }
    output.note("Installing Isso into a Python environment of its own; this is done once.");
    printer::flush(FLUSH_WITHIN);
    // Drawn on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}").expect("the template is valid"));
    let made = runtime.ensure(|InstallProgress { step, done, total }| {
        bar.set_length(u64::try_from(total).unwrap_or(0));
        bar.set_position(u64::try_from(done).unwrap_or(0));
        bar.set_message(describe(&step));
    });
    bar.finish_and_clear();
    made.map_err(|source| {
        let hint = foreign_folder_hint(&source, geteuid());
        let failure = Failure::new("Isso could not be installed", source);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })
}

/// What to do where the environment's folder belongs to another user.
fn foreign_folder_hint(error: &RuntimeError, me: Uid) -> Option<String> {
    let RuntimeError::File { path, source, .. } = error else {
        return None;
    };
    let (folder, there) = path.ancestors().find_map(|it| Some((it, it.metadata().ok()?)))?;
    let owner = Uid::from_raw(there.uid());
    let is_denied = source.kind() == ErrorKind::PermissionDenied && owner != me;
    let user = User::from_uid(owner).ok().flatten();
    let name = user.map_or_else(|| format!("user {owner}"), |user| user.name);
    is_denied.then(|| {
        format!(
            "{} belongs to {name}: run this as {name}, or name a folder of your own with --runtime DIR",
            folder.display()
        )
    })
}

fn describe(step: &InstallStep) -> String {
    match step {
        InstallStep::Wait => "waiting for another issoctl that installs it".to_owned(),
        InstallStep::Create => "making a Python environment".to_owned(),
        InstallStep::Fetch(package) => format!("fetching {package}"),
        InstallStep::Install => "installing what was fetched".to_owned(),
        InstallStep::Build(package) => format!("building {package}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_of_another_user_is_told_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let owner = folder.path().metadata().unwrap().uid();
        let hint = |kind: ErrorKind, me| {
            let error = RuntimeError::File {
                doing: "lock",
                path: folder.path().join("python.lock"),
                source: kind.into(),
            };
            foreign_folder_hint(&error, Uid::from_raw(me))
        };
        let said = hint(ErrorKind::PermissionDenied, owner + 1).unwrap();
        let begin = format!("{} belongs to ", folder.path().display());
        assert!(said.starts_with(&begin) && said.contains("--runtime"), "{said}");
        assert_eq!(hint(ErrorKind::PermissionDenied, owner), None);
        assert_eq!(hint(ErrorKind::NotFound, owner + 1), None);
    }
}
