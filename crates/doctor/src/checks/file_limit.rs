//! `file-limit`: whether Isso may open enough files and connections at a time.

use isso_actions::Language;
use nix::sys::resource::{Resource, getrlimit};

use crate::checks::Check;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "file-limit",
    run: |looks| Box::pin(async { vec![look(looks.language())] }),
};

/// What Linux gives to a process that asks for no other limit. gunicorn needs one for each connection, and its own.
const USUAL: u64 = 1024;

/// The limit of this process, which a process that is started in the same way has, too.
fn look(language: Language) -> Finding {
    match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((limit, _)) => judge(limit, language),
        Err(error) => CHECK.unknown(tr!(language, "file-limit.unknown", reason = error)),
    }
}

fn judge(limit: u64, language: Language) -> Finding {
    match limit >= USUAL {
        true => CHECK.pass(tr!(language, "file-limit.enough", limit = limit)),
        false => CHECK.warn(
            tr!(language, "file-limit.low", limit = limit),
            tr!(language, "file-limit.fix"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn a_low_limit_is_noticed() {
        assert_eq!(judge(1023, Language::English).status, Status::Warn);
        assert_eq!(judge(1024, Language::English).status, Status::Pass);
        assert_eq!(judge(u64::MAX, Language::English).status, Status::Pass);
    }
}
