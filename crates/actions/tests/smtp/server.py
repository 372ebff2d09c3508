"""A mail server that knows one user. Prints its port, then the envelope and the text of every mail as a line of JSON,
and ends when its standard input does.

Arguments: `tls PEM` or `starttls PEM`, with a file that holds a certificate and its key; `ascii`, without SMTPUTF8.
"""

import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

words = sys.argv[1:]
ENCRYPTION = words[0] if words and words[0] in ("tls", "starttls") else None
context = None
if ENCRYPTION:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(words[1])


def authenticate(server, session, envelope, mechanism, credentials):
    if credentials.login == b"me" and credentials.password == b"right":
        return AuthResult(success=True)
    # A server may repeat what it was told; what is told to a person must not.
    repeated = credentials.password.decode()
    return AuthResult(success=False, handled=False, message=f"535 5.7.8 {repeated} is wrong")


class Inbox:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.7.1 not from here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox: me, right"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient taken"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("full@"):
            return "552 5.2.2 mailbox full"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "envelope": [envelope.mail_from, envelope.rcpt_tos, sorted(envelope.mail_options)],
            "from": mail["From"],
            "to": mail["To"],
            "date": mail["Date"] is not None,
            "subject": mail["Subject"],
            "text": mail.get_content(),
        }
        print(json.dumps(told), flush=True)
        return "250 2.0.0 queued as 42"


def connection():
    return SMTP(
        Inbox(),
        hostname="mail.test",
        authenticator=authenticate,
        auth_require_tls=False,
        auth_required=True,
        enable_SMTPUTF8="ascii" not in words,
        tls_context=context if ENCRYPTION == "starttls" else None,
    )


async def serve():
    loop = asyncio.get_running_loop()
    tls = context if ENCRYPTION == "tls" else None
    server = await loop.create_server(connection, host="127.0.0.1", port=0, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


# It warns about its own use of what it is going to drop.
logging.disable()
asyncio.run(serve())
