//! What can be wrong with a field of an input.

use std::net::IpAddr;

use isso_cfg::{Origin, OriginError, PublicAddress, PublicAddressError, SecretError, TimedeltaError};

use crate::i18n::{Language, tr};

/// What is wrong with a field of an input. It never holds the text of a masked field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputProblem {
    /// The field must be filled in, and is empty.
    Missing,
    /// The value is not a text.
    NotAText,
    /// The value is not a number.
    NotANumber,
    /// The number is not whole.
    NotWhole,
    /// The value is neither true nor false.
    NotASwitch,
    /// The value is not a list.
    NotAList,
    /// The value is none of these choices.
    NotAChoice(Vec<String>),
    /// The host does not offer this choice now.
    Unavailable(String),
    /// The field is fixed to this text, and the value is another one.
    Fixed(String),
    /// The text has a line break, or another character that a line of `isso.cfg` cannot hold.
    ControlCharacter,
    /// The text has too few characters.
    TooShort {
        /// The least number.
        min: usize,
    },
    /// The text has too many characters.
    TooLong {
        /// The greatest number.
        max: usize,
    },
    /// The number is too small.
    TooSmall {
        /// The least value.
        min: i64,
    },
    /// The number is too large.
    TooLarge {
        /// The greatest value.
        max: i64,
    },
    /// The list has too few items.
    TooFew {
        /// The least number of items.
        min: usize,
    },
    /// The list has too many items.
    TooMany {
        /// The greatest number of items.
        max: usize,
    },
    /// The text does not match the field's pattern; this describes the pattern, in the form's language.
    Pattern(String),
    /// The text is not the address of a website.
    Origin(OriginError),
    /// The website is public and not encrypted.
    PublicHttp(Origin),
    /// The text is not an address at which browsers could reach this server.
    PublicAddress(PublicAddressError),
    /// The address of this server is public and not encrypted.
    PublicHttpAddress(PublicAddress),
    /// The id of a page is not a path, so the page needs a title.
    PageNeedsTitle,
    /// The text is not a length of time.
    Duration(TimedeltaError),
    /// The text would not reach Isso unchanged.
    Secret(SecretError),
    /// The text is not the name of a server.
    HostName,
    /// The text is not an email address.
    Email,
    /// The text is a network, and not the address of a proxy.
    ProxyNetwork(String),
    /// The address of a proxy has a port.
    ProxyPort(IpAddr),
    /// The text is not the address of a proxy.
    ProxyAddress(String),
    /// Notifications are on, and no recipient is given.
    NoRecipient,
}

impl InputProblem {
    /// The problem as a sentence for the person who filled in the form.
    pub fn localized(&self, language: Language) -> String {
        match self {
            Self::Missing => tr!(language, "problem.missing"),
            Self::NotAText => tr!(language, "problem.not-a-text"),
            Self::NotANumber => tr!(language, "problem.not-a-number"),
            Self::NotWhole => tr!(language, "problem.not-whole"),
            Self::NotASwitch => tr!(language, "problem.not-a-switch"),
            Self::NotAList => tr!(language, "problem.not-a-list"),
            Self::NotAChoice(choices) => tr!(language, "problem.not-a-choice", choices = choices.join(", ")),
            Self::Unavailable(choice) => tr!(language, "problem.unavailable", choice = choice),
            Self::Fixed(value) => tr!(language, "problem.fixed", value = value),
            Self::ControlCharacter => tr!(language, "problem.control-character"),
            Self::TooShort { min } => tr!(language, "problem.too-short", min = min),
            Self::TooLong { max } => tr!(language, "problem.too-long", max = max),
            Self::TooSmall { min } => tr!(language, "problem.too-small", min = min),
            Self::TooLarge { max } => tr!(language, "problem.too-large", max = max),
            Self::TooFew { min } => tr!(language, "problem.too-few", min = min),
            Self::TooMany { max } => tr!(language, "problem.too-many", max = max),
            Self::Pattern(description) => description.clone(),
            Self::Origin(error) => origin(language, error),
            Self::PublicHttp(origin) => tr!(language, "problem.public-http", origin = origin),
            Self::PublicAddress(error) => public_address(language, error),
            Self::PublicHttpAddress(address) => tr!(language, "problem.public-http", origin = address),
            Self::PageNeedsTitle => tr!(language, "problem.page-needs-title"),
            Self::Duration(error) => duration(language, error),
            Self::Secret(error) => secret(language, error),
            Self::HostName => tr!(language, "problem.host-name"),
            Self::Email => tr!(language, "problem.email"),
            Self::ProxyNetwork(text) => tr!(language, "problem.proxy-network", text = text),
            Self::ProxyPort(address) => tr!(language, "problem.proxy-port", address = address),
            Self::ProxyAddress(text) => tr!(language, "problem.proxy-address", text = text),
            Self::NoRecipient => tr!(language, "problem.recipient"),
        }
    }
}

fn origin(language: Language, error: &OriginError) -> String {
    match error {
        OriginError::Empty => tr!(language, "origin.empty"),
        OriginError::NoScheme => tr!(language, "origin.no-scheme"),
        OriginError::Scheme { scheme } => tr!(language, "origin.scheme", scheme = scheme),
        OriginError::UserInfo => tr!(language, "origin.user-info"),
        OriginError::Wildcard => tr!(language, "origin.wildcard"),
        OriginError::Path => tr!(language, "origin.path"),
        OriginError::Query => tr!(language, "origin.query"),
        OriginError::Fragment => tr!(language, "origin.fragment"),
        OriginError::Port => tr!(language, "origin.port"),
        OriginError::Host => tr!(language, "origin.host"),
        OriginError::Ipv6 => tr!(language, "origin.ipv6"),
    }
}

fn public_address(language: Language, error: &PublicAddressError) -> String {
    match error {
        PublicAddressError::Origin(error) => origin(language, error),
        PublicAddressError::Query => tr!(language, "public-address.query"),
        PublicAddressError::Fragment => tr!(language, "public-address.fragment"),
        PublicAddressError::Path => tr!(language, "public-address.path"),
    }
}

fn duration(language: Language, error: &TimedeltaError) -> String {
    match error {
        TimedeltaError::Empty => tr!(language, "duration.empty"),
        TimedeltaError::NoUnit(number) => tr!(language, "duration.no-unit", number = number),
        TimedeltaError::UnknownUnit(unit) => tr!(language, "duration.unknown-unit", unit = unit),
        TimedeltaError::Repeated(unit) => tr!(language, "duration.repeated", unit = unit),
        TimedeltaError::NotANumber(word) => tr!(language, "duration.not-a-number", word = word),
        TimedeltaError::Zero => tr!(language, "duration.zero"),
        TimedeltaError::TooLong => tr!(language, "duration.too-long"),
    }
}

fn secret(language: Language, error: &SecretError) -> String {
    match error {
        SecretError::Empty => tr!(language, "secret.empty"),
        SecretError::OuterSpace => tr!(language, "secret.outer-space"),
        SecretError::LineBreak => tr!(language, "secret.line-break"),
        SecretError::Expanded { reference } => {
            tr!(language, "secret.expanded", reference = reference)
        }
        SecretError::NotAscii => tr!(language, "secret.not-ascii"),
    }
}
