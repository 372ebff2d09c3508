export const releaseNotes = {
  en_US: `- Changed settings take effect while Isso keeps running. There is no restart, and your visitors notice nothing.
- You may edit isso.cfg by hand: the remarks you wrote into it and the order of its lines are kept.
- If a line of isso.cfg is wrong, Isso goes on with the settings from before, and the health check names the line and what is wrong with it.
- Embed Code offers the addresses that a visitor's browser can reach, just as they are, with those over https first.
- Email notifications are tried out when you save them and, with System Credentials, follow every change of the mail server in StartOS.
- The comment database is checked while Isso runs. No backup is made of one that is known to be corrupt, so a good backup is not overwritten.
- Your comments, settings and admin password are kept. There is no way back to an older version of this package: it would rewrite isso.cfg and drop your remarks.`,
  es_ES: `- Los ajustes modificados se aplican mientras Isso sigue en marcha. No hay reinicio y sus visitantes no notan nada.
- Puede editar isso.cfg a mano: se conservan las anotaciones que usted escribió y el orden de las líneas.
- Si una línea de isso.cfg es incorrecta, Isso sigue con los ajustes anteriores, y la verificación de salud indica la línea y qué le pasa.
- «Código para insertar» ofrece las direcciones a las que puede llegar el navegador de un visitante, tal como son y con las de https primero.
- Las notificaciones por correo se prueban al guardarlas y, con las credenciales del sistema, siguen cada cambio del servidor de correo en StartOS.
- La base de datos de comentarios se comprueba mientras Isso funciona. Si se sabe que está dañada, no se hace ninguna copia de seguridad, de modo que no se sobrescribe una copia buena.
- Se conservan sus comentarios, los ajustes y la contraseña de administración. No se puede volver a una versión anterior de este paquete: reescribiría isso.cfg y eliminaría sus anotaciones.`,
  de_DE: `- Geänderte Einstellungen treten in Kraft, während Isso weiterläuft. Es gibt keinen Neustart, und Ihre Besucher bemerken nichts.
- Sie können isso.cfg von Hand bearbeiten: Ihre Anmerkungen darin und die Reihenfolge der Zeilen bleiben erhalten.
- Ist eine Zeile von isso.cfg falsch, läuft Isso mit den bisherigen Einstellungen weiter, und der Gesundheitscheck nennt die Zeile und was daran falsch ist.
- „Code zum Einbetten“ bietet die Adressen an, die der Browser eines Besuchers erreichen kann, genau so, wie sie sind, und die mit https zuerst.
- E-Mail-Benachrichtigungen werden beim Speichern ausprobiert und folgen mit den Zugangsdaten des Systems jeder Änderung des Mailservers in StartOS.
- Die Kommentardatenbank wird geprüft, während Isso läuft. Von einer, die als beschädigt bekannt ist, wird kein Backup erstellt, damit ein gutes nicht überschrieben wird.
- Ihre Kommentare, Einstellungen und das Admin-Passwort bleiben erhalten. Ein Weg zurück zu einer älteren Version dieses Pakets besteht nicht: Sie würde isso.cfg neu schreiben und Ihre Anmerkungen verwerfen.`,
  pl_PL: `- Zmienione ustawienia są wprowadzane bez zatrzymywania Isso. Nie ma ponownego uruchomienia, a odwiedzający niczego nie zauważają.
- Plik isso.cfg można edytować ręcznie: zapisane w nim uwagi i kolejność wierszy zostają zachowane.
- Jeśli wiersz w isso.cfg jest błędny, Isso działa dalej z poprzednimi ustawieniami, a kontrola stanu wskazuje ten wiersz i to, co jest w nim nie tak.
- „Kod do osadzenia” proponuje adresy osiągalne dla przeglądarki odwiedzającego, dokładnie takie, jakie są, zaczynając od tych z https.
- Powiadomienia e-mail są wypróbowywane przy zapisywaniu, a z danymi logowania systemu uwzględniają każdą zmianę serwera poczty w StartOS.
- Baza komentarzy jest sprawdzana podczas pracy Isso. Gdy wiadomo, że jest uszkodzona, kopia zapasowa nie powstaje, dzięki czemu dobra kopia nie zostanie nadpisana.
- Komentarze, ustawienia i hasło administratora zostają zachowane. Powrót do starszej wersji tego pakietu nie jest możliwy: zapisałaby ona isso.cfg od nowa i usunęła uwagi.`,
  fr_FR: `- Les réglages modifiés s'appliquent pendant qu'Isso continue de tourner. Il n'y a pas de redémarrage et vos visiteurs ne remarquent rien.
- Vous pouvez modifier isso.cfg à la main : les remarques que vous y avez écrites et l'ordre des lignes sont conservés.
- Si une ligne d'isso.cfg est incorrecte, Isso continue avec les réglages précédents, et la vérification de bon fonctionnement indique la ligne et ce qui ne va pas.
- « Code d'intégration » propose les adresses que le navigateur d'un visiteur peut atteindre, telles qu'elles sont, celles en https d'abord.
- Les notifications par e-mail sont essayées lorsque vous les enregistrez et, avec les identifiants du système, suivent chaque changement du serveur de messagerie dans StartOS.
- La base de données des commentaires est vérifiée pendant qu'Isso tourne. Si l'on sait qu'elle est endommagée, aucune sauvegarde n'en est faite, afin qu'une bonne sauvegarde ne soit pas écrasée.
- Vos commentaires, vos réglages et le mot de passe d'administration sont conservés. Il n'est pas possible de revenir à une version antérieure de ce paquet : elle réécrirait isso.cfg et supprimerait vos remarques.`,
}
