//! The actions.

use isso_cfg::{Contents, Volume};
use serde_json::Value;

use crate::done::Done;
use crate::error::ActionError;
use crate::form::Form;
use crate::host_info::HostInfo;
use crate::i18n::Language;
use crate::metadata::Metadata;
use crate::preview::Preview;
use crate::result::ActionResult;
use crate::{
    check_embedding, configure_feed, configure_formatting, configure_server, configure_smtp, embed_code,
    send_test_email, set_admin_password, set_public_address, set_reverse_proxies, set_websites, sign_out_everywhere,
};

/// An action that a person can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Chooses the websites that may show comments.
    SetWebsites,
    /// Sets the address at which browsers reach this server.
    SetPublicAddress,
    /// Sets moderation, the time for corrections, protection from spam and what is shown.
    ConfigureServer,
    /// Turns notifications by email on or off.
    ConfigureSmtp,
    /// Sends a mail with the saved settings.
    SendTestEmail,
    /// Turns the feeds of the pages on or off.
    ConfigureFeed,
    /// Sets what visitors may write in a comment.
    ConfigureFormatting,
    /// Chooses the proxies whose addresses are not those of visitors.
    SetReverseProxies,
    /// Makes a new admin password.
    SetAdminPassword,
    /// Gives Isso a new session key, which ends every login.
    SignOutEverywhere,
    /// Shows the HTML that embeds comments.
    EmbedCode,
    /// Says whether visitors' browsers will show comments.
    CheckEmbedding,
}

impl Action {
    /// Every action, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::SetWebsites,
        Self::SetPublicAddress,
        Self::ConfigureServer,
        Self::ConfigureSmtp,
        Self::SendTestEmail,
        Self::ConfigureFeed,
        Self::ConfigureFormatting,
        Self::SetReverseProxies,
        Self::SetAdminPassword,
        Self::SignOutEverywhere,
        Self::EmbedCode,
        Self::CheckEmbedding,
    ];

    /// Finds the action with this id.
    pub fn find(id: &str) -> Result<Self, ActionError> {
        let action = Self::ALL.into_iter().find(|action| action.id() == id);
        action.ok_or_else(|| ActionError::UnknownAction(id.to_owned()))
    }

    /// The action's id, as in `issoctl action run ID`.
    pub fn id(self) -> &'static str {
        match self {
            Self::SetWebsites => "set-websites",
            Self::SetPublicAddress => "set-public-address",
            Self::ConfigureServer => "configure-server",
            Self::ConfigureSmtp => "configure-smtp",
            Self::SendTestEmail => "send-test-email",
            Self::ConfigureFeed => "configure-feed",
            Self::ConfigureFormatting => "configure-formatting",
            Self::SetReverseProxies => "set-reverse-proxies",
            Self::SetAdminPassword => "set-admin-password",
            Self::SignOutEverywhere => "sign-out-everywhere",
            Self::EmbedCode => "embed-code",
            Self::CheckEmbedding => "check-embedding",
        }
    }

    /// The name, description and so on by which the host announces the action.
    pub fn metadata(self, language: Language, contents: &Contents) -> Metadata {
        match self {
            Self::SetWebsites => set_websites::metadata(language),
            Self::SetPublicAddress => set_public_address::metadata(language),
            Self::ConfigureServer => configure_server::metadata(language),
            Self::ConfigureSmtp => configure_smtp::metadata(language),
            Self::SendTestEmail => send_test_email::metadata(language),
            Self::ConfigureFeed => configure_feed::metadata(language),
            Self::ConfigureFormatting => configure_formatting::metadata(language),
            Self::SetReverseProxies => set_reverse_proxies::metadata(language),
            Self::SetAdminPassword => set_admin_password::metadata(language, contents),
            Self::SignOutEverywhere => sign_out_everywhere::metadata(language),
            Self::EmbedCode => embed_code::metadata(language),
            Self::CheckEmbedding => check_embedding::metadata(language),
        }
    }

    /// The form that a person fills in; `None` for an action without one.
    pub fn form(self, language: Language, host_info: &HostInfo) -> Option<Form> {
        match self {
            Self::SetWebsites => Some(set_websites::form(language)),
            Self::SetPublicAddress => Some(set_public_address::form(language, host_info)),
            Self::ConfigureServer => Some(configure_server::form(language)),
            Self::ConfigureSmtp => Some(configure_smtp::form(language, host_info)),
            Self::SendTestEmail => Some(send_test_email::form(language)),
            Self::ConfigureFeed => Some(configure_feed::form(language)),
            Self::ConfigureFormatting => Some(configure_formatting::form(language)),
            Self::SetReverseProxies => Some(set_reverse_proxies::form(language)),
            Self::SetAdminPassword | Self::SignOutEverywhere => None,
            Self::EmbedCode => Some(embed_code::form(language, host_info)),
            Self::CheckEmbedding => Some(check_embedding::form(language)),
        }
    }

    /// The present settings as an input of the form, passwords included; `null` for an action without a form.
    pub fn prefill(self, contents: &Contents) -> Value {
        match self {
            Self::SetWebsites => set_websites::prefill(contents),
            Self::SetPublicAddress => set_public_address::prefill(contents),
            Self::ConfigureServer => configure_server::prefill(contents),
            Self::ConfigureSmtp => configure_smtp::prefill(contents),
            Self::SendTestEmail => send_test_email::prefill(contents),
            Self::ConfigureFeed => configure_feed::prefill(contents),
            Self::ConfigureFormatting => configure_formatting::prefill(contents),
            Self::SetReverseProxies => set_reverse_proxies::prefill(contents),
            Self::SetAdminPassword | Self::SignOutEverywhere => Value::Null,
            Self::EmbedCode => Value::Object(serde_json::Map::new()),
            Self::CheckEmbedding => check_embedding::prefill(),
        }
    }

    /// Checks the input and carries the action out, or changes nothing and says why.
    ///
    /// It takes the volume's lock, or for `sign-out-everywhere` SQLite's, and waits for nothing else.
    pub fn run(
        self,
        volume: &Volume,
        host_info: &HostInfo,
        language: Language,
        input: &Value,
    ) -> Result<Done, ActionError> {
        match self {
            Self::SetWebsites => set_websites::run(volume, language, input),
            Self::SetPublicAddress => set_public_address::run(volume, host_info, language, input),
            Self::ConfigureServer => configure_server::run(volume, language, input),
            Self::ConfigureSmtp => configure_smtp::run(volume, host_info, language, input),
            Self::SendTestEmail => send_test_email::run(volume, language, input),
            Self::ConfigureFeed => configure_feed::run(volume, host_info, language, input),
            Self::ConfigureFormatting => configure_formatting::run(volume, language, input),
            Self::SetReverseProxies => set_reverse_proxies::run(volume, language, input),
            Self::SetAdminPassword => set_admin_password::run(volume, language),
            Self::SignOutEverywhere => sign_out_everywhere::run(volume, language),
            Self::EmbedCode => embed_code::run(host_info, language, input),
            Self::CheckEmbedding => check_embedding::run(language, input),
        }
    }

    /// Checks the input as [`Action::run`] does, and changes nothing.
    pub fn check(
        self,
        contents: &Contents,
        host_info: &HostInfo,
        language: Language,
        input: &Value,
    ) -> Result<(), ActionError> {
        match self {
            Self::SetWebsites => set_websites::check(contents, language, input),
            Self::SetPublicAddress => set_public_address::check(contents, host_info, language, input),
            Self::ConfigureServer => configure_server::check(language, input),
            Self::ConfigureSmtp => configure_smtp::check(contents, host_info, language, input),
            Self::SendTestEmail => send_test_email::check(contents, language, input),
            Self::ConfigureFeed => configure_feed::check(contents, language, input),
            Self::ConfigureFormatting => configure_formatting::check(contents, language, input),
            Self::SetReverseProxies => set_reverse_proxies::check(contents, language, input),
            Self::SetAdminPassword | Self::SignOutEverywhere => Ok(()),
            Self::EmbedCode => embed_code::check(host_info, language, input),
            Self::CheckEmbedding => check_embedding::check(language, input),
        }
    }

    /// What the host should have the installed Isso render before [`Action::run`], so that a person sees it, and that
    /// nothing is saved with which Isso would not start. `None` for an action without a preview.
    pub fn preview(
        self,
        contents: &Contents,
        language: Language,
        input: &Value,
    ) -> Result<Option<Preview>, ActionError> {
        match self {
            Self::ConfigureFormatting => configure_formatting::preview(contents, language, input).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether [`Action::preview`] has something to render.
    pub fn has_preview(self) -> bool {
        self == Self::ConfigureFormatting
    }

    /// Does what waits on the network, after [`Action::run`] with the same input: tries the saved mail settings after
    /// `configure-smtp`, sends the mail of `send-test-email`, and adds the mail server's answers to the result. The
    /// other actions leave the result as it is.
    ///
    /// It waits for ten seconds at most, and may be dropped at any moment. `saved` reads the settings, or says why they
    /// cannot be read; the caller chooses the thread that waits for the disk. Only the two actions await it.
    ///
    /// A mail server that does not take the settings is no error of `configure-smtp`, which has saved them. A test mail
    /// that is not sent is an error.
    pub async fn after(
        self,
        saved: impl Future<Output = Result<Contents, String>>,
        language: Language,
        input: &Value,
        result: ActionResult,
    ) -> Result<ActionResult, ActionError> {
        match self {
            Self::ConfigureSmtp => Ok(configure_smtp::after(saved.await, language, result).await),
            Self::SendTestEmail => send_test_email::after(saved.await, language, input, result).await,
            _ => Ok(result),
        }
    }
}
