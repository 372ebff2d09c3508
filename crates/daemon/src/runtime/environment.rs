//! The environment of the programs that make the Python environment.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// Variables for Python and pip; without any, they inherit those of this process.
#[derive(Clone, Default)]
pub(super) struct Environment(Option<Vec<(OsString, OsString)>>);

impl Environment {
    /// Keeps those variables with which Python makes this environment and no other.
    pub(super) fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Environment {
        let kept = variables.into_iter().filter(|(name, _)| !misleads(name)).collect();
        Environment(Some(kept))
    }

    pub(super) fn apply(&self, command: &mut Command) {
        if let Some(variables) = &self.0 {
            command
                .env_clear()
                .envs(variables.iter().map(|(name, value)| (name, value)));
        }
    }
}

/// Shows no value: an index may have a password in its address.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().flatten().map(|(name, _)| name))
            .finish()
    }
}

/// Whether a variable, set for other work in the same shell, has Python or pip use another Python, other modules or
/// another folder. `python -I` is not enough: pip starts further ones, to build a package, without it.
///
/// Of pip's own [settings](https://pip.pypa.io/en/stable/topics/configuration/#environment-variables) those stay that
/// say from where to fetch and how.
fn misleads(name: &OsStr) -> bool {
    const FETCHING: [&str; 17] = [
        "PIP_CACHE_DIR",
        "PIP_CERT",
        "PIP_CLIENT_CERT",
        "PIP_CONFIG_FILE",
        "PIP_DEFAULT_TIMEOUT",
        "PIP_EXTRA_INDEX_URL",
        "PIP_FIND_LINKS",
        "PIP_INDEX_URL",
        "PIP_KEYRING_PROVIDER",
        "PIP_NO_CACHE_DIR",
        "PIP_NO_INDEX",
        "PIP_PROXY",
        "PIP_RETRIES",
        "PIP_RESUME_RETRIES",
        "PIP_TIMEOUT",
        "PIP_TRUSTED_HOST",
        "PIP_USE_FEATURE",
    ];
    const PREFIXES: [&str; 5] = ["PYTHON", "PIP_", "SETUPTOOLS_", "DISTUTILS_", "VIRTUAL_ENV"];
    let name = name.to_string_lossy();
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !FETCHING.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_lead_python_and_pip_elsewhere_are_dropped() {
        for name in [
            "PYTHONHOME",
            "PYTHONPATH",
            "PIP_TARGET",
            "PIP_PREFIX",
            "PIP_USER",
            "PIP_PYTHON",
            "PIP_DRY_RUN",
            "PIP_NO_BINARY",
            "VIRTUAL_ENV",
            "SETUPTOOLS_USE_DISTUTILS",
        ] {
            assert!(misleads(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "HOME", "HTTPS_PROXY", "PIP_INDEX_URL", "CFLAGS", "PIPX"] {
            assert!(!misleads(OsStr::new(name)), "{name}");
        }
    }
}
