/** At most 80 characters in each language. */
export const short = {
  en_US: 'A small comment server for your website, without trackers',
  es_ES: 'Un pequeño servidor de comentarios para su sitio web, sin rastreadores',
  de_DE: 'Ein kleiner Kommentarserver für Ihre Website, ohne Tracker',
  pl_PL: 'Niewielki serwer komentarzy do Twojej witryny, bez śledzenia',
  fr_FR: 'Un petit serveur de commentaires pour votre site web, sans traqueurs',
}

/** At most 500 characters in each language. */
export const long = {
  en_US:
    'With Isso, visitors comment on your blog or website, and what they write stays on your own server. A few lines of HTML put comments on a page. Nobody needs an account; visitors can use Markdown, reply to each other and correct what they wrote for a while. New comments can wait until you approve them, in the moderation panel or by email. After the installation, set the admin password, add your websites and copy the embed code.',
  es_ES:
    'Con Isso, los visitantes comentan en su blog o sitio web, y lo que escriben se queda en su propio servidor. Unas líneas de HTML añaden comentarios a una página. Nadie necesita una cuenta; los visitantes pueden usar Markdown, responderse y corregir durante un tiempo lo que escribieron. Los comentarios nuevos pueden esperar su aprobación, en el panel de moderación o por correo. Tras la instalación, establezca la contraseña de administración, añada sus sitios web y copie el código para insertar.',
  de_DE:
    'Mit Isso kommentieren Besucher Ihr Blog oder Ihre Website, und was sie schreiben, bleibt auf Ihrem eigenen Server. Ein paar Zeilen HTML bringen Kommentare auf eine Seite. Niemand braucht ein Konto; Besucher können Markdown verwenden, einander antworten und Geschriebenes eine Zeit lang korrigieren. Neue Kommentare können warten, bis Sie sie freigeben, auf der Moderationsseite oder per E-Mail. Nach der Installation: Admin-Passwort setzen, Websites eintragen, Code zum Einbetten kopieren.',
  pl_PL:
    'Dzięki Isso odwiedzający komentują Twój blog lub witrynę, a to, co piszą, zostaje na Twoim własnym serwerze. Kilka wierszy HTML umieszcza komentarze na stronie. Nikt nie potrzebuje konta; odwiedzający mogą używać Markdownu, odpowiadać sobie nawzajem i przez pewien czas poprawiać swoje wpisy. Nowe komentarze mogą czekać na zatwierdzenie w panelu moderacji lub pocztą e-mail. Po instalacji należy ustawić hasło administratora, dodać witryny i skopiować kod do osadzenia.',
  fr_FR:
    "Avec Isso, les visiteurs commentent votre blog ou votre site web, et ce qu'ils écrivent reste sur votre propre serveur. Quelques lignes de HTML placent les commentaires sur une page. Nul besoin de compte ; les visiteurs peuvent utiliser Markdown, se répondre et corriger leurs écrits un certain temps. Les nouveaux commentaires peuvent attendre votre approbation, dans le panneau de modération ou par e-mail. Après l'installation, définissez le mot de passe, ajoutez vos sites et copiez le code.",
}
