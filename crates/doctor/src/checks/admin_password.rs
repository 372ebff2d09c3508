//! `admin-password`: whether the admin pages have a password that can be used.

use isso_actions::Language;
use isso_cfg::{Document, keys};

use crate::checks::Check;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "admin-password",
    run: |looks| Box::pin(async { vec![judge(&looks.patient.contents.cfg, looks.language())] }),
};

fn judge(cfg: &Document, language: Language) -> Finding {
    if cfg.read_bool(&keys::ADMIN_ENABLED) == Some(false) {
        CHECK.skip(tr!(language, "admin-password.off"))
    } else if cfg.has_usable_password() {
        CHECK.pass(tr!(language, "admin-password.set"))
    } else {
        CHECK.fail(
            tr!(language, "admin-password.none"),
            tr!(language, "admin-password.none-fix"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    fn status(cfg: &str) -> Status {
        judge(&Document::parse(cfg).unwrap(), Language::English).status
    }

    #[test]
    fn an_admin_panel_without_a_usable_password_fails() {
        assert_eq!(
            status("[admin]\nenabled = true\npassword = long enough\n"),
            Status::Pass
        );
        assert_eq!(status("[admin]\nenabled = true\npassword =\n"), Status::Fail);
        assert_eq!(status("[admin]\nenabled = false\n"), Status::Skip);
    }
}
