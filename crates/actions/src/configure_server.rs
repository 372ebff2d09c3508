//! *Server*: moderation, the time for corrections, protection from spam and what is shown.

use isso_cfg::{Contents, Key, Volume, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::done::Done;
use crate::duration::Duration;
use crate::error::{ActionError, InputError};
use crate::form::{Field, Form, Number, Object, Pattern, Text, Toggle};
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::metadata::Metadata;
use crate::result::ActionResult;

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "configure-server.name"),
            tr!(language, "configure-server.description"),
        )
    }
}

pub(crate) fn form(language: Language) -> Form {
    let toggle = |name: String, description: String, default: bool| {
        Field::Toggle(Toggle {
            name,
            description: Some(description),
            default,
            ..Toggle::default()
        })
    };
    let duration = |name: String, description: String, default: &str| {
        Field::Text(Text {
            name,
            description: Some(description),
            required: true,
            default: Some(default.to_owned()),
            patterns: vec![Pattern {
                regex: r"^\s*(\d+\s*[A-Za-z]+[\s,]*)+$".into(),
                description: tr!(language, "configure-server.duration-pattern"),
            }],
            ..Text::default()
        })
    };
    Form::new([
        (
            "moderationEnabled",
            toggle(
                tr!(language, "configure-server.moderation.name"),
                tr!(language, "configure-server.moderation.description"),
                true,
            ),
        ),
        (
            "approveIfEmailPreviouslyApproved",
            toggle(
                tr!(language, "configure-server.approve-known-email.name"),
                tr!(language, "configure-server.approve-known-email.description"),
                false,
            ),
        ),
        (
            "maxAge",
            duration(
                tr!(language, "configure-server.max-age.name"),
                tr!(language, "configure-server.max-age.description"),
                keys::MAX_AGE.seed(),
            ),
        ),
        (
            "purgeAfter",
            duration(
                tr!(language, "configure-server.purge-after.name"),
                tr!(language, "configure-server.purge-after.description"),
                keys::PURGE_AFTER.seed(),
            ),
        ),
        (
            "gravatar",
            toggle(
                tr!(language, "configure-server.gravatar.name"),
                tr!(language, "configure-server.gravatar.description"),
                false,
            ),
        ),
        (
            "latestEnabled",
            toggle(
                tr!(language, "configure-server.latest.name"),
                tr!(language, "configure-server.latest.description"),
                false,
            ),
        ),
        (
            "guard",
            Field::Object(Object {
                name: tr!(language, "configure-server.guard.name"),
                description: Some(tr!(language, "configure-server.guard.description")),
                warning: None,
                spec: guard(language, toggle),
            }),
        ),
    ])
}

fn guard(language: Language, toggle: impl Fn(String, String, bool) -> Field) -> Form {
    Form::new([
        (
            "enabled",
            toggle(
                tr!(language, "configure-server.guard-enabled.name"),
                tr!(language, "configure-server.guard-enabled.description"),
                true,
            ),
        ),
        (
            "ratelimit",
            Field::Number(Number {
                name: tr!(language, "configure-server.ratelimit.name"),
                description: Some(tr!(language, "configure-server.ratelimit.description")),
                units: Some(tr!(language, "configure-server.ratelimit.units")),
                required: true,
                default: Some(2),
                min: Some(1),
                max: Some(60),
                integer: true,
                ..Number::default()
            }),
        ),
        (
            "directReply",
            Field::Number(Number {
                name: tr!(language, "configure-server.direct-reply.name"),
                description: Some(tr!(language, "configure-server.direct-reply.description")),
                required: true,
                default: Some(3),
                min: Some(0),
                max: Some(MOST_DIRECT_REPLIES),
                integer: true,
                ..Number::default()
            }),
        ),
        (
            "requireAuthor",
            toggle(
                tr!(language, "configure-server.require-author.name"),
                tr!(language, "configure-server.require-author.description"),
                false,
            ),
        ),
        (
            "requireEmail",
            toggle(
                tr!(language, "configure-server.require-email.name"),
                tr!(language, "configure-server.require-email.description"),
                false,
            ),
        ),
        (
            "replyToSelf",
            toggle(
                tr!(language, "configure-server.reply-to-self.name"),
                tr!(language, "configure-server.reply-to-self.description"),
                false,
            ),
        ),
    ])
}

pub(crate) fn prefill(contents: &Contents) -> Value {
    let cfg = &contents.cfg;
    let duration = |key: &Key| Duration::read(cfg, key).map(|duration| duration.text);
    json!({
        "moderationEnabled": cfg.read_bool(&keys::MODERATION_ENABLED),
        "approveIfEmailPreviouslyApproved": cfg.read_bool(&keys::APPROVE_IF_EMAIL_PREVIOUSLY_APPROVED),
        "maxAge": duration(&keys::MAX_AGE),
        "purgeAfter": duration(&keys::PURGE_AFTER),
        "gravatar": cfg.read_bool(&keys::GRAVATAR),
        "latestEnabled": cfg.read_bool(&keys::LATEST_ENABLED),
        "guard": {
            "enabled": cfg.read_bool(&keys::GUARD_ENABLED),
            "ratelimit": cfg.read_int(&keys::RATELIMIT),
            "directReply": cfg.read_int(&keys::DIRECT_REPLY),
            "requireAuthor": cfg.read_bool(&keys::REQUIRE_AUTHOR),
            "requireEmail": cfg.read_bool(&keys::REQUIRE_EMAIL),
            "replyToSelf": cfg.read_bool(&keys::REPLY_TO_SELF),
        },
    })
}

/// Fields that earlier versions of the form did not have. An input without them keeps what `isso.cfg` says.
const LATER_FIELDS: [&str; 2] = ["approveIfEmailPreviouslyApproved", "guard.directReply"];

/// The most direct comments that the form takes. Isso itself would take any number.
const MOST_DIRECT_REPLIES: i64 = 1_000_000;

fn read(language: Language, input: &Value) -> Result<Input, ActionError> {
    form(language).without_absent(&LATER_FIELDS, input).read(input)
}

pub(crate) fn check(language: Language, input: &Value) -> Result<(), ActionError> {
    let input = read(language, input)?;
    input.durations(language)?;
    Ok(())
}

pub(crate) fn run(volume: &Volume, language: Language, input: &Value) -> Result<Done, ActionError> {
    let input = read(language, input)?;
    let (max_age, purge_after) = input.durations(language)?;
    let updated = volume.update(|contents| {
        let cfg = &mut contents.cfg;
        max_age.write(cfg, &keys::MAX_AGE)?;
        cfg.write_bool(&keys::GRAVATAR, input.gravatar)?;
        cfg.write_bool(&keys::LATEST_ENABLED, input.latest_enabled)?;
        cfg.write_bool(&keys::MODERATION_ENABLED, input.moderation_enabled)?;
        if let Some(approve) = input.approve_if_email_previously_approved {
            cfg.write_bool(&keys::APPROVE_IF_EMAIL_PREVIOUSLY_APPROVED, approve)?;
        }
        purge_after.write(cfg, &keys::PURGE_AFTER)?;
        cfg.write_bool(&keys::GUARD_ENABLED, input.guard.enabled)?;
        cfg.write_int(&keys::RATELIMIT, input.guard.ratelimit)?;
        if let Some(direct_reply) = input.guard.direct_reply {
            cfg.write_int(&keys::DIRECT_REPLY, direct_reply)?;
        }
        cfg.write_bool(&keys::REQUIRE_AUTHOR, input.guard.require_author)?;
        cfg.write_bool(&keys::REQUIRE_EMAIL, input.guard.require_email)?;
        cfg.write_bool(&keys::REPLY_TO_SELF, input.guard.reply_to_self)?;
        Ok::<_, ActionError>(())
    })?;
    let message = tr!(
        language,
        "configure-server.in-force",
        max_age = max_age.text,
        purge_after = purge_after.text
    );
    Ok(Done {
        result: ActionResult::new(tr!(language, "configure-server.saved"), message, None),
        settings_changed: updated.cfg_changed,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    moderation_enabled: bool,
    approve_if_email_previously_approved: Option<bool>,
    max_age: String,
    purge_after: String,
    gravatar: bool,
    latest_enabled: bool,
    guard: Guard,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Guard {
    enabled: bool,
    ratelimit: i64,
    direct_reply: Option<i64>,
    require_author: bool,
    require_email: bool,
    reply_to_self: bool,
}

impl Input {
    /// Reads the two lengths of time, or reports each one that is wrong.
    fn durations(&self, language: Language) -> Result<(Duration, Duration), Vec<InputError>> {
        let read = |path: &str, label: String, text: &str| {
            Duration::parse(text).map_err(|error| InputError {
                path: path.to_owned(),
                label,
                problem: InputProblem::Duration(error),
            })
        };
        let max_age = read("maxAge", tr!(language, "configure-server.max-age.name"), &self.max_age);
        let purge_after = read(
            "purgeAfter",
            tr!(language, "configure-server.purge-after.name"),
            &self.purge_after,
        );
        match (max_age, purge_after) {
            (Ok(max_age), Ok(purge_after)) => Ok((max_age, purge_after)),
            (max_age, purge_after) => Err(max_age.err().into_iter().chain(purge_after.err()).collect()),
        }
    }
}
