// What visitors and StartOS see of Isso.

import { until } from './until.mjs'

const ISSO = 'http://127.0.0.1:8080'

/** What `GET /info` says once Isso answers it with 200. */
export function up() {
  return until('GET /info is 200', info)
}

export async function info() {
  const answer = await fetch(`${ISSO}/info`)
  return answer.status === 200 ? answer.json() : null
}

/** Whether scripts of a website may read what Isso answers. */
export async function mayRead(website) {
  const answer = await fetch(`${ISSO}/info`, { headers: { Origin: website } })
  return answer.headers.get('Access-Control-Allow-Origin') === website
}

export async function comment(website, text) {
  const answer = await fetch(`${ISSO}/new?uri=/post`, {
    method: 'POST',
    headers: { Origin: website, 'Content-Type': 'application/json' },
    body: JSON.stringify({ text, title: 'A post', author: 'Visitor' }),
  })
  if (!answer.ok) throw new Error(`Isso answered ${answer.status}: ${await answer.text()}`)
}

/** The texts that every visitor sees. */
export async function comments() {
  const answer = await fetch(`${ISSO}/?uri=/post&plain=1`)
  return answer.ok ? (await answer.json()).replies.map(({ text }) => text) : []
}

/** Logs in at the admin panel, and returns the session; nothing if the password is not accepted. */
export async function logsIn(password) {
  const body = new URLSearchParams({ password })
  const answer = await fetch(`${ISSO}/login/`, { method: 'POST', body, redirect: 'manual' })
  return answer.status === 302 ? answer.headers.get('Set-Cookie') : null
}

/** Whether the admin panel is shown to this session, and not the form that asks for the password. */
export async function isLoggedIn(session) {
  const answer = await fetch(`${ISSO}/admin/`, { headers: { Cookie: session.split(';')[0] } })
  if (!answer.ok) throw new Error(`Isso answered ${answer.status}`)
  return !(await answer.text()).includes('type="password"')
}

/** Waits until StartOS shows this health. */
export function health(service, result, text) {
  return until(`health is ${result}`, () => {
    const shown = service.host.health.get('primary')
    return shown?.result === result && text.test(shown.message)
  })
}

/** Waits until no process answers by the settings before. */
export function inForce(service) {
  return until('the settings are in force', () => {
    const status = service.attach('/opt/issoctl/issoctl', '--data', '/run/issoctl', 'status', '--json')
    return JSON.parse(status).settings.inForce
  })
}
