"""A mail server that knows one user, for the trials. Prints its port, and ends when its standard input does."""

import asyncio
import logging
import sys

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult


def authenticate(server, session, envelope, mechanism, credentials):
    if credentials.login == b"me" and credentials.password == b"right":
        return AuthResult(success=True)
    # A server may repeat what it was told; the trial must not.
    repeated = credentials.password.decode()
    return AuthResult(success=False, handled=False, message=f"535 5.7.8 {repeated} is wrong")


def connection():
    return SMTP(Sink(), hostname="mail.test", authenticator=authenticate, auth_require_tls=False)


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, host="127.0.0.1", port=0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


# It warns about its own use of what it is going to drop.
logging.disable()
asyncio.run(serve())
