//! `purge`: whether the next start of Isso deletes comments that wait for approval.
//!
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/core.py> (`ThreadedMixin.purge`)

use isso_actions::Language;
use isso_cfg::keys;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::comments::Comments;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "purge",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

async fn look(looks: &Looks) -> Finding {
    let (cfg, language) = (&looks.patient.contents.cfg, looks.language());
    if cfg.read_bool(&keys::MODERATION_ENABLED) != Some(true) {
        return CHECK.skip(tr!(language, "purge.off"));
    }
    match looks.comments().await {
        Comments::Counted(counts) => judge(counts.overdue, &cfg.read_text(&keys::PURGE_AFTER), language),
        absent => absent.finding(&CHECK, language),
    }
}

fn judge(overdue: u64, after: &str, language: Language) -> Finding {
    match overdue {
        0 => CHECK.pass(tr!(language, "purge.none", after = after)),
        count => CHECK.warn(
            tr!(language, "purge.overdue", count = count, after = after),
            tr!(language, "purge.fix"),
        ),
    }
}
