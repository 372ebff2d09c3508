//! The Python environment, made from the package index.

#![allow(clippy::unwrap_used, reason = "a failure here fails the test")]

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::executable;
use isso_daemon::{InstallProgress, InstallStep, Runtime};

#[test]
fn the_environment_is_made_once_and_made_anew_when_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a folder/runtime");
    let runtime = Runtime::new(&place);
    assert!(!runtime.is_ready());
    let steps = ensure(&runtime);
    assert_eq!(steps.first().map(|p| &p.step), Some(&InstallStep::Create));
    assert_eq!(steps.last().map(|p| &p.step), Some(&InstallStep::Build("isso".into())));
    assert!(steps.is_sorted_by_key(|p| p.done), "{steps:?}");
    assert!(
        steps.iter().all(|p| p.done < p.total && p.total == steps[0].total),
        "{steps:?}"
    );
    assert!(runtime.is_ready());
    assert_eq!(ensure(&runtime), []);
    assert!(!runtime.clone().misaka(true).is_ready(), "misaka is not in it");

    let gunicorn = Command::new(runtime.gunicorn()).arg("--version").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&gunicorn.stdout), "gunicorn (version 27.0.1)\n");
    let isso = packages(&place).join("isso");
    let compiled = fs::read_dir(isso.join("__pycache__")).unwrap().count();
    assert!(compiled > 5, "uncompiled files would be compiled anew by every start");

    // Each kind of damage is undone, so that the next one is noticed for itself.
    for name in ["bin/gunicorn", "bin/python", "complete.json"] {
        check_loss(&runtime, &place.join(name));
    }
    check_loss(&runtime, &isso.join("run.py"));
    check_loss(&runtime, &packages(&place).join("isso-0.14.0.dist-info/RECORD"));
    let script = isso.join("isso.cfg");
    let length = script.metadata().unwrap().len();
    let resize = |length| {
        File::options()
            .write(true)
            .open(&script)
            .unwrap()
            .set_len(length)
            .unwrap();
    };
    resize(length + 1);
    assert!(!runtime.is_ready());
    resize(length);
    assert!(runtime.is_ready());

    let hooks = runtime.gunicorn().with_file_name("gunicorn.conf.py");
    check_loss(&runtime, &hooks);
    File::create(&hooks).unwrap();
    assert!(!runtime.is_ready());
    assert_eq!(ensure(&runtime), [], "nothing is fetched for them");
    assert!(runtime.is_ready());

    fs::remove_file(isso.join("run.py")).unwrap();
    assert_ne!(ensure(&runtime), []);
    assert!(runtime.is_ready());
}

#[test]
fn variables_of_the_shell_do_not_spoil_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let modules = folder.path().join("modules");
    fs::create_dir(&modules).unwrap();
    let mut module = File::create(modules.join("sitecustomize.py")).unwrap();
    module.write_all(b"raise SystemExit('a foreign module')").unwrap();
    let elsewhere = folder.path().join("elsewhere");
    let spoiling = [
        ("PYTHONHOME", Path::new("/nonexistent")),
        ("PYTHONPATH", &modules),
        ("PIP_TARGET", &elsewhere),
        ("PIP_DRY_RUN", Path::new("1")),
        ("VIRTUAL_ENV", &elsewhere),
    ];
    let spoiling = spoiling.map(|(name, value)| (name.into(), value.into()));
    let place = folder.path().join("runtime");
    let runtime = Runtime::new(&place).environment(std::env::vars_os().chain(spoiling));
    assert_ne!(ensure(&runtime), []);
    assert!(runtime.is_ready());
    assert!(!elsewhere.exists());
}

#[test]
fn a_missing_python_names_the_package() {
    check_python(None, "install the package python3");
}

#[test]
fn an_old_python_is_told() {
    check_python(Some("echo 3 9 /bin/sh"), "is Python 3.9, and Isso 0.14 needs 3.10");
}

#[test]
fn a_missing_venv_names_the_package() {
    // What Debian's Python says without python3-venv.
    let debian = "case \"$*\" in *venv*) \
        echo 'The virtual environment was not created successfully because ensurepip is not'; \
        echo 'available.'; exit 1;; esac; echo \"3 11 $0\"";
    check_python(Some(debian), "install python3-venv (Debian, Ubuntu)");
    let module = "case \"$*\" in *venv*) echo \"$0: No module named venv\" >&2; exit 1;; esac; echo \"3 11 $0\"";
    check_python(Some(module), "install python3-venv (Debian, Ubuntu)");
}

#[test]
fn a_failure_is_told_in_the_words_of_the_program() {
    let full = "case \"$*\" in *venv*) echo 'No space left on device'; exit 1;; esac; echo \"3 11 $0\"";
    check_python(Some(full), "venv failed:\nNo space left on device");
    let pip = "case \"$*\" in *venv*) mkdir -p \"$4/bin\"; cp \"$0\" \"$4/bin/python\"; exit 0;; \
        *pip*) echo 'Could not find a version'; exit 1;; esac; echo \"3 11 $0\"";
    check_python(
        Some(pip),
        "pip could not install what Isso needs:\nCould not find a version",
    );
}

#[test]
fn a_link_in_the_place_of_its_lock_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    File::create(&other).unwrap().write_all(b"mine").unwrap();
    symlink(&other, folder.path().join("runtime.lock")).unwrap();
    let runtime = Runtime::new(folder.path().join("runtime"));
    let refused = runtime.ensure(|_| {}).unwrap_err();
    assert!(refused.to_string().contains("runtime.lock"), "{refused}");
    assert_eq!(fs::read(other).unwrap(), b"mine");
}

#[test]
fn a_folder_that_issoctl_has_not_made_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let check = |place: &Path, kept: &Path| {
        let error = Runtime::new(place).ensure(|_| {}).unwrap_err().to_string();
        assert!(error.contains("is left as it is"), "{error}");
        assert!(kept.exists(), "{}", kept.display());
    };
    let file = folder.path().join("file");
    File::create(&file).unwrap();
    check(&file, &file);
    let home = folder.path().join("home");
    fs::create_dir_all(home.join("bin")).unwrap();
    let letter = home.join("letter.txt");
    File::create(&letter).unwrap();
    File::create(home.join("requirements.txt")).unwrap();
    check(&home, &letter);
    let venv = folder.path().join("venv");
    let package = venv.join("lib/python3.12/site-packages/flask-3.0.dist-info");
    fs::create_dir_all(&package).unwrap();
    File::create(venv.join("pyvenv.cfg")).unwrap();
    check(&venv, &package);
}

#[test]
fn an_environment_that_was_cut_off_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("runtime");
    let pip = place.join("lib/python3.12/site-packages/pip-24.0.dist-info");
    fs::create_dir_all(&pip).unwrap();
    let python = folder.path().join("python3");
    executable(
        &python,
        "#!/bin/sh\ncase \"$*\" in *venv*) exit 1;; esac; echo \"3 11 $0\"\n",
    );
    let error = Runtime::new(&place).python(&python).ensure(|_| {}).unwrap_err();
    assert!(error.to_string().contains("venv failed"), "{error}");
    assert!(!pip.exists(), "what was there is removed");
}

fn ensure(runtime: &Runtime) -> Vec<InstallProgress> {
    let mut steps = Vec::new();
    runtime.ensure(|progress| steps.push(progress)).unwrap();
    steps
}

/// Takes a file away, looks whether that is noticed, and puts it back.
fn check_loss(runtime: &Runtime, file: &Path) {
    let aside = file.with_extension("aside");
    fs::rename(file, &aside).unwrap();
    assert!(!runtime.is_ready(), "{}", file.display());
    fs::rename(&aside, file).unwrap();
    assert!(runtime.is_ready(), "{}", file.display());
}

/// Makes an environment with a shell script in Python's place, or with none there.
fn check_python(script: Option<&str>, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python3");
    if let Some(script) = script {
        executable(&python, &format!("#!/bin/sh\n{script}\n"));
    }
    let runtime = Runtime::new(folder.path().join("runtime")).python(&python);
    let error = runtime.ensure(|_| {}).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    assert!(!runtime.is_ready());
}

fn packages(place: &Path) -> PathBuf {
    let versions = fs::read_dir(place.join("lib")).unwrap();
    let version = versions.map(|entry| entry.unwrap().path()).next().unwrap();
    version.join("site-packages")
}
