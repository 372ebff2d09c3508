//! The SDK's `inputSpecConstants.smtpInputSpec`: no mail, the system's mail server, or another one.
//!
//! The English texts are the SDK's. The SDK has no other language, so the translations are ours.

use crate::form::{Disabled, Field, Form, Pattern, Select, Text, Union, Variant};
use crate::host_info::Security;
use crate::i18n::{Language, tr};

/// The SDK's `Patterns.emailWithName`.
pub(crate) const EMAIL_WITH_NAME: &str =
    r"^([A-Za-z0-9._%+-]+@([A-Za-z0-9.-]+\.[A-Za-z]{2,}))|([^<]*<([A-Za-z0-9._%+-]+@([A-Za-z0-9.-]+\.[A-Za-z]{2,}))>)$";

/// The port of implicit TLS. The form fixes it.
pub(super) const TLS_PORT: &str = "465";

/// The ports that the form offers for STARTTLS.
pub(super) const STARTTLS_PORTS: [&str; 3] = ["25", "587", "2525"];

/// The provider without any preset.
pub(super) const OTHER: &str = "other";

/// A provider's preset: its id, its name, its host, and whether the host is fixed.
struct Provider {
    id: &'static str,
    name: &'static str,
    host: &'static str,
    fixed: bool,
    security: Security,
}

const PROVIDERS: [Provider; 5] = [
    Provider {
        id: "gmail",
        name: "Gmail",
        host: "smtp.gmail.com",
        fixed: true,
        security: Security::Tls,
    },
    Provider {
        id: "ses",
        name: "Amazon SES",
        host: "email-smtp.us-east-1.amazonaws.com",
        fixed: false,
        security: Security::Tls,
    },
    Provider {
        id: "sendgrid",
        name: "SendGrid",
        host: "smtp.sendgrid.net",
        fixed: true,
        security: Security::Tls,
    },
    Provider {
        id: "mailgun",
        name: "Mailgun",
        host: "smtp.mailgun.org",
        fixed: true,
        security: Security::Tls,
    },
    Provider {
        id: "protonmail",
        name: "Proton Mail",
        host: "smtp.protonmail.ch",
        fixed: true,
        security: Security::Starttls,
    },
];

/// Whether the provider's form takes this host.
pub(super) fn takes_host(provider: &str, host: &str) -> bool {
    match PROVIDERS.iter().find(|known| known.id == provider) {
        Some(known) => !known.fixed || known.host == host,
        None => provider == OTHER,
    }
}

/// The field `smtp`.
pub(super) fn field(language: Language, has_system_smtp: bool) -> Field {
    let custom_from = Text {
        name: tr!(language, "smtp.custom-from.name"),
        description: Some(tr!(language, "smtp.custom-from.description")),
        placeholder: Some(tr!(language, "smtp.custom-from.placeholder")),
        patterns: vec![email(language)],
        ..Text::default()
    };
    let variants = vec![
        (
            "disabled".into(),
            Variant {
                name: tr!(language, "smtp.disabled"),
                spec: Form::default(),
            },
        ),
        (
            "system".into(),
            Variant {
                name: tr!(language, "smtp.system"),
                spec: Form::new([("customFrom", Field::Text(custom_from))]),
            },
        ),
        (
            "custom".into(),
            Variant {
                name: tr!(language, "smtp.custom"),
                spec: Form::new([("provider", providers(language))]),
            },
        ),
    ];
    Field::Union(Union {
        name: "SMTP".into(),
        description: Some(tr!(language, "smtp.description")),
        warning: None,
        disabled: Disabled::Choices(if has_system_smtp {
            Vec::new()
        } else {
            vec!["system".into()]
        }),
        immutable: false,
        default: Some("disabled".into()),
        variants,
    })
}

fn providers(language: Language) -> Field {
    let preset = |provider: &Provider| {
        let spec = credentials(language, Some(provider.host), provider.fixed, provider.security);
        (
            provider.id.to_owned(),
            Variant {
                name: provider.name.into(),
                spec,
            },
        )
    };
    let other = Variant {
        name: tr!(language, "smtp.other"),
        spec: credentials(language, None, false, Security::Tls),
    };
    Field::Union(Union {
        name: tr!(language, "smtp.provider"),
        description: None,
        warning: None,
        disabled: Disabled::No,
        immutable: false,
        default: None,
        variants: PROVIDERS
            .iter()
            .map(preset)
            .chain([(OTHER.to_owned(), other)])
            .collect(),
    })
}

fn credentials(language: Language, host: Option<&str>, fixed: bool, security: Security) -> Form {
    let host = Text {
        name: tr!(language, "smtp.host"),
        required: true,
        default: host.map(str::to_owned),
        placeholder: Some("smtp.example.com".into()),
        disabled: if fixed {
            Disabled::Because(tr!(language, "smtp.host-fixed"))
        } else {
            Disabled::No
        },
        ..Text::default()
    };
    let from = Text {
        name: tr!(language, "smtp.from.name"),
        required: true,
        placeholder: Some(tr!(language, "smtp.from.placeholder")),
        patterns: vec![email(language)],
        ..Text::default()
    };
    let username = Text {
        name: tr!(language, "smtp.username"),
        required: true,
        ..Text::default()
    };
    let password = Text {
        name: tr!(language, "smtp.password"),
        masked: true,
        ..Text::default()
    };
    Form::new([
        ("host", Field::Text(host)),
        ("security", securities(language, security)),
        ("from", Field::Text(from)),
        ("username", Field::Text(username)),
        ("password", Field::Text(password)),
    ])
}

fn securities(language: Language, default: Security) -> Field {
    let name = tr!(language, "smtp.port");
    let tls = Text {
        name: name.clone(),
        required: true,
        default: Some(TLS_PORT.into()),
        disabled: Disabled::Because(tr!(language, "smtp.port-fixed")),
        ..Text::default()
    };
    let starttls = Select {
        name,
        default: Some("587".into()),
        values: STARTTLS_PORTS.map(|port| (port.to_owned(), port.to_owned())).into(),
        ..Select::default()
    };
    let variant = |name: &str, port| Variant {
        name: name.into(),
        spec: Form::new([("port", port)]),
    };
    Field::Union(Union {
        name: tr!(language, "smtp.security"),
        description: None,
        warning: None,
        disabled: Disabled::No,
        immutable: false,
        default: Some(default.id().into()),
        variants: vec![
            ("tls".into(), variant("TLS", Field::Text(tls))),
            ("starttls".into(), variant("STARTTLS", Field::Select(starttls))),
        ],
    })
}

fn email(language: Language) -> Pattern {
    Pattern {
        regex: EMAIL_WITH_NAME.into(),
        description: tr!(language, "smtp.from.pattern"),
    }
}
