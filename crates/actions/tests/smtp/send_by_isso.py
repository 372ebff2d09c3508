"""Sends a mail by a real Isso. Arguments: the file with its settings, and the recipient. Says whether Isso has sent it."""

import logging
import smtplib
import sys
from types import SimpleNamespace

from isso import config
from isso.ext.notifications import SMTP

logging.disable()
conf = config.load(config.default_file(), sys.argv[1])
try:
    SMTP(SimpleNamespace(conf=conf))._sendmail("Subject", "Text", sys.argv[2])
    print("sent")
except (OSError, smtplib.SMTPException):
    print("not sent")
