// What a real Isso makes of files, asked outside of any subcontainer.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const python = (script, args, input) =>
  execFileSync(join(process.env.ISSO_TEST_RUNTIME, 'bin/python'), ['-c', script, ...args], {
    // As in the image; Isso replaces names of variables in values.
    env: { ISSO_SETTINGS: '/config/isso.cfg' },
    encoding: 'utf8',
    stdio: 'pipe',
    input,
  })

/** The values in a file, by `section.key`. */
export function values(path) {
  const script = `
import json, sys
from isso import config
read = config.load(config.default_file(), sys.argv[1])
json.dump({f"{section}.{key}": read.get(section, key) for section in read.sections() for key in read.options(section)}, sys.stdout)
`
  return JSON.parse(python(script, [path]))
}

/** Those of the files with which Isso does not start, or answers a comment with an error. */
export function refused(paths) {
  const script = `
import json, os, sys, tempfile
from isso import config, make_app
from werkzeug.test import Client

def refuses(path, database):
    try:
        read = config.load(config.default_file(), path)
        read.set("general", "dbpath", database)
        client = Client(make_app(read, multiprocessing=True))
        return client.post("/new?uri=/post", json={"title": "A post", "text": "A comment"}).status_code >= 500
    except (Exception, SystemExit):
        return True

with tempfile.TemporaryDirectory() as folder:
    paths = enumerate(sys.argv[1:])
    json.dump([path for n, path in paths if refuses(path, os.path.join(folder, str(n)))], sys.stdout)
`
  return JSON.parse(python(script, paths))
}

/** Makes a database of what SQLite has dumped. */
export function makeDatabase(path, dump) {
  python('import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())', [path], dump)
}

/** Fills a database that Isso has made with comments of some hundred bytes, until its file has so many. */
export function grow(path, bytes) {
  const script = `
import os, sqlite3, sys
path, bytes = sys.argv[1], int(sys.argv[2])
database = sqlite3.connect(path)
database.execute("PRAGMA synchronous = OFF")
database.execute("INSERT OR IGNORE INTO threads (id, uri, title) VALUES (1, '/post', 'A post')")
while os.path.getsize(path) < bytes:
    with database:
        database.execute("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)
            INSERT INTO comments (tid, created, mode, remote_addr, text, voters, likes, dislikes)
            SELECT 1, 1700000000 + i, 1, '127.0.0.0', hex(randomblob(200)), zeroblob(256), 0, 0 FROM n""")
`
  python(script, [path, String(bytes)])
}
