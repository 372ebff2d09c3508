"""Says what CPython's configparser makes of files, as Isso sets it up.

Reads files from stdin, each as its length (four bytes, big endian) and its bytes; writes for each one line of JSON to
stdout: null when Python refuses the file, else what it finds in it.

https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py
"""

import configparser
import io
import json
import sys


def read(data):
    parser = configparser.ConfigParser(allow_no_value=True, interpolation=None)
    try:
        with io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") as file:
            parser.read_file(file)
    except Exception:  # Isso catches none of them, whatever their type.
        return None
    return {
        "defaults": list(parser.defaults().items()),
        # The public ways to list the keys of a section add those of [DEFAULT].
        "sections": [(name, list(keys.items())) for name, keys in parser._sections.items()],
        "inherited": [(name, parser.items(name)) for name in parser.sections()],
    }


while prefix := sys.stdin.buffer.read(4):
    data = sys.stdin.buffer.read(int.from_bytes(prefix, "big"))
    print(json.dumps(read(data)))
