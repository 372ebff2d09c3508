//! `input` and `run`: an action's form, and the action itself.

use std::path::Path;

use isso_host::actions::{ActionResult, Form, NoticeTitle, ResultValue};
use isso_host::{ActionDetails, RunRequest};
use serde_json::Value;

use crate::hook::{HookRun, repairs};
use crate::protocol::{Input, Level, Request, Run};

/// The form of an action.
pub async fn input(data: &Path, request: &Request, action: &str) -> Input {
    let hook = HookRun::start(data, request).await;
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

/// Carries an action out. What it changed, the supervisor takes over when Isso runs.
pub async fn run(data: &Path, request: Request, action: &str) -> Run {
    let mut hook = HookRun::start(data, &request).await;
    let typed = RunRequest {
        input: request.input,
        language: request.language,
    };
    let result = match hook.service.run(action, typed).await {
        Ok(ran) => {
            // The result may hold a password that is shown only once: no refusal may hide it.
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

/// StartOS has no word for a value on several lines. One that is said to have one line keeps its
/// line breaks, and the button that copies it.
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
