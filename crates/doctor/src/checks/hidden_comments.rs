//! `hidden-comments`: comments that Isso keeps and never shows, or that break a page.

use isso_actions::Language;
use isso_database::{CommentProblem, Problems};

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::comments::Comments;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "hidden-comments",
    run: |looks| Box::pin(async { look(looks).await }),
};

async fn look(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    match looks.comments().await {
        Comments::Counted(counts) if counts.problems.is_empty() => {
            vec![CHECK.pass(tr!(language, "hidden-comments.none", count = counts.all))]
        }
        Comments::Counted(counts) => counts.problems.iter().map(|it| judge(it, language)).collect(),
        absent => vec![absent.finding(&CHECK, language)],
    }
}

fn judge(found: &Problems, language: Language) -> Finding {
    let (count, first) = (found.count, found.first);
    let parent_fix = || tr!(language, "hidden-comments.parent-fix");
    let date_fix = || tr!(language, "hidden-comments.date-fix");
    match found.problem {
        CommentProblem::NoThread => CHECK.warn(
            tr!(language, "hidden-comments.no-thread", count = count, first = first),
            tr!(language, "hidden-comments.no-thread-fix"),
        ),
        CommentProblem::Mode => CHECK.warn(
            tr!(language, "hidden-comments.mode", count = count, first = first),
            tr!(language, "hidden-comments.mode-fix"),
        ),
        CommentProblem::Date => CHECK.warn(
            tr!(language, "hidden-comments.date", count = count, first = first),
            date_fix(),
        ),
        CommentProblem::Past => CHECK.warn(
            tr!(language, "hidden-comments.past", count = count, first = first),
            date_fix(),
        ),
        CommentProblem::Future => CHECK.warn(
            tr!(language, "hidden-comments.future", count = count, first = first),
            date_fix(),
        ),
        CommentProblem::ParentMissing => CHECK.warn(
            tr!(language, "hidden-comments.parent-missing", count = count, first = first),
            parent_fix(),
        ),
        CommentProblem::ParentElsewhere => CHECK.warn(
            tr!(
                language,
                "hidden-comments.parent-elsewhere",
                count = count,
                first = first
            ),
            parent_fix(),
        ),
        CommentProblem::ParentIsReply => CHECK.warn(
            tr!(
                language,
                "hidden-comments.parent-is-reply",
                count = count,
                first = first
            ),
            parent_fix(),
        ),
        // The whole page shows no comments.
        CommentProblem::Nobody => CHECK.fail(
            tr!(language, "hidden-comments.nobody", count = count, first = first),
            tr!(language, "hidden-comments.nobody-fix"),
        ),
    }
}
