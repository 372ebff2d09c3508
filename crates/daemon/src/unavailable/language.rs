//! The languages of the page.

/// The words of the page in one language.
#[derive(Debug)]
pub(super) struct Words {
    /// The language's tag, as in `Accept-Language`.
    pub(super) tag: &'static str,
    pub(super) title: &'static str,
    pub(super) visitor: &'static str,
    pub(super) owner: &'static str,
    /// Where to look, as HTML.
    pub(super) on_startos: &'static str,
    pub(super) elsewhere: &'static str,
    pub(super) password: &'static str,
    pub(super) refresh: &'static str,
}

/// English comes first: it is the default.
const ALL: [Words; 5] = [
    Words {
        tag: "en",
        title: "Comments are not available right now",
        visitor: "The comment server is not running. Please come back in a few minutes.",
        owner: "If this is your server",
        on_startos: "On StartOS, open the page of this service. It says what to do.",
        elsewhere: "Elsewhere, run <code>issoctl status</code> on the server. It says what is wrong.",
        password: "A new server waits for its admin password. The action <b>Set Admin Password</b> makes one: \
                   <code>issoctl action run set-admin-password</code>",
        refresh: "This page reloads every 15 seconds, and shows Isso as soon as Isso runs.",
    },
    Words {
        tag: "es",
        title: "Los comentarios no están disponibles en este momento",
        visitor: "El servidor de comentarios no está en marcha. Vuelva a intentarlo dentro de unos minutos.",
        owner: "Si este servidor es suyo",
        on_startos: "En StartOS, abra la página de este servicio. Allí se indica qué hacer.",
        elsewhere: "En otros sistemas, ejecute <code>issoctl status</code> en el servidor. Indica cuál es el problema.",
        password: "Un servidor nuevo espera su contraseña de administración. La acción <b>Establecer la contraseña de \
                   administración</b> crea una: <code>issoctl action run set-admin-password</code>",
        refresh: "Esta página se recarga cada 15 segundos y mostrará Isso en cuanto esté en marcha.",
    },
    Words {
        tag: "de",
        title: "Kommentare sind zurzeit nicht verfügbar",
        visitor: "Der Kommentarserver läuft gerade nicht. Bitte versuchen Sie es in ein paar Minuten noch einmal.",
        owner: "Falls das Ihr Server ist",
        on_startos: "Unter StartOS öffnen Sie die Seite dieses Dienstes. Dort steht, was zu tun ist.",
        elsewhere: "Sonst führen Sie auf dem Server <code>issoctl status</code> aus. Der Befehl nennt das Problem.",
        password: "Ein neuer Server wartet auf sein Admin-Passwort. Die Aktion <b>Admin-Passwort setzen</b> erzeugt \
                   eines: <code>issoctl action run set-admin-password</code>",
        refresh: "Diese Seite lädt alle 15 Sekunden neu und zeigt Isso, sobald es läuft.",
    },
    Words {
        tag: "pl",
        title: "Komentarze są chwilowo niedostępne",
        visitor: "Serwer komentarzy teraz nie działa. Proszę spróbować ponownie za kilka minut.",
        owner: "Jeśli to Twój serwer",
        on_startos: "W StartOS otwórz stronę tej usługi. Znajdziesz tam informację, co zrobić.",
        elsewhere: "W innym systemie uruchom na serwerze <code>issoctl status</code>. Polecenie powie, co jest nie tak.",
        password: "Nowy serwer czeka na hasło administratora. Utworzy je działanie <b>Ustaw hasło administratora</b>: \
                   <code>issoctl action run set-admin-password</code>",
        refresh: "Ta strona odświeża się co 15 sekund i pokaże Isso, gdy tylko zacznie działać.",
    },
    Words {
        tag: "fr",
        title: "Les commentaires ne sont pas disponibles pour le moment",
        visitor: "Le serveur de commentaires ne fonctionne pas actuellement. Veuillez réessayer dans quelques minutes.",
        owner: "Si ce serveur est le vôtre",
        on_startos: "Sous StartOS, ouvrez la page de ce service. Elle indique que faire.",
        elsewhere: "Ailleurs, exécutez <code>issoctl status</code> sur le serveur. La commande indique le problème.",
        password: "Un nouveau serveur attend son mot de passe d’administration. L’action <b>Définir le mot de passe \
                   d’administration</b> en crée un : <code>issoctl action run set-admin-password</code>",
        refresh: "Cette page se recharge toutes les 15 secondes et affichera Isso dès qu’il fonctionnera.",
    },
];

/// The words for a reader with this `Accept-Language`
/// ([RFC 9110, 12.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4)).
pub(super) fn words_for(accepted: &str) -> &'static Words {
    let mut best = (&ALL[0], 0.0);
    for range in accepted.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let primary = tag.split('-').next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        let found = ALL.iter().find(|words| words.tag.eq_ignore_ascii_case(primary));
        if let Some(words) = found
            && weight > best.1
        {
            best = (words, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accepted: &str, tag: &str) {
        assert_eq!(words_for(accepted).tag, tag, "{accepted:?}");
    }

    #[test]
    fn the_reader_gets_the_language_that_it_prefers_of_the_five() {
        check("de-AT,de;q=0.9,en;q=0.8", "de");
        check("nl, fr;q=0.5, pl;q=0.7", "pl");
        check("en;q=0.1, ES", "es");
        check("de;q=0, fr;q=0.2", "fr");
    }

    #[test]
    fn other_languages_become_english() {
        for accepted in ["", "*", "nl", "de;q=x", ";;,,", "deutsch"] {
            check(accepted, "en");
        }
    }
}
