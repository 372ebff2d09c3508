"""An SMTP server for the tests: prints its port, then every mail it takes as a line of JSON.

Arguments: the password of the user `isso`, and how many seconds it takes to accept a mail.
"""

import asyncio
import email
import email.policy
import json
import logging
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# That it speaks without TLS is known.
logging.getLogger("mail.log").setLevel(logging.ERROR)
warnings.simplefilter("ignore")

PASSWORD, DELAY = sys.argv[1].encode(), float(sys.argv[2])


class Inbox:
    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(DELAY)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        line = {"to": envelope.rcpt_tos, "subject": mail["subject"], "text": mail.get_content()}
        print(json.dumps(line), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    taken = data.login == b"isso" and data.password == PASSWORD
    return AuthResult(success=taken, handled=False)


async def main():
    def server():
        return SMTP(Inbox(), authenticator=authenticate, auth_require_tls=False, auth_required=True)

    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


asyncio.run(main())
