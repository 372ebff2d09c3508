//! The hooks `input` and `run`: they return an action's form, and run the action.

use std::path::Path;

use isso_host::actions::{ActionResult, Form, NoticeTitle, ResultValue};
use isso_host::{ActionDetails, Commands, RunRequest};
use serde_json::Value;

use crate::hook::{HookRun, repairs};
use crate::protocol::{Input, Level, Request, Run};

/// Returns the form of an action with its present values.
pub async fn input(data: &Path, commands: Commands, request: &Request, action: &str) -> Input {
    let hook = HookRun::start(data, request, commands).await;
    let shown = hook.service.show(action, hook.language);
    let notices = repairs(&hook.service.volume, hook.language);
    let (spec, value, refusal) = match shown {
        Ok(ActionDetails { form, prefill, .. }) => (form.unwrap_or_default(), prefill, None),
        Err(problem) => (Form::default(), Value::Null, Some(problem.message)),
    };
    Input {
        spec,
        value,
        notices: notices.into_iter().collect(),
        refusal,
    }
}

/// Runs an action. If Isso runs, its supervisor notices the changed files and puts them in force.
pub async fn run(data: &Path, commands: Commands, request: Request, action: &str) -> Run {
    let mut hook = HookRun::start(data, &request, commands).await;
    let typed = RunRequest {
        input: request.input,
        language: request.language,
    };
    let result = match hook.service.run(action, typed).await {
        Ok(ran) => {
            // The result may contain a password that is shown only once, so the warning must not hide the result.
            if let Some(warning) = ran.warning {
                hook.notify(Level::Warning, NoticeTitle::NotInForce, warning);
            }
            Some(for_startos(ran.result))
        }
        Err(problem) => {
            hook.refuse(problem.message);
            None
        }
    };
    Run {
        result,
        orders: hook.into_orders(),
    }
}

/// Turns values of several lines into values of one line, the only sort that StartOS has. StartOS keeps the line breaks
/// in such a value, and shows its copy button.
fn for_startos(mut result: ActionResult) -> ActionResult {
    result.result = result.result.map(|value| match value {
        ResultValue::Multiline { value, copyable } => ResultValue::Single {
            value,
            copyable,
            qr: false,
            masked: false,
        },
        single @ ResultValue::Single { .. } => single,
    });
    result
}
