// What visitors and the owner see while Isso does not run.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { until } from '../../package/s9pk/test/until.mjs'
import { launch, open, picture } from './browser.mjs'
import { Isso, blog, silent } from './servers.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

/** Starts `up`, and closes everything afterwards. */
async function withIsso(t, prepare = () => {}) {
  const isso = await Isso.up()
  t.after(() => isso.close())
  const website = await blog(isso)
  t.after(website.close)
  await prepare(isso, website)
  isso.start()
  return { isso, website }
}

/** Waits until the supervisor answers in Isso's place. */
const answered = isso => until('503', async () => (await fetch(isso.url)).status === 503)

/** Opens the page of the blog, waits until all of it has loaded, and returns what its script got. */
async function load(page, website) {
  const script = page.waitForResponse(answer => answer.url().endsWith('/js/embed.min.js'))
  const begun = performance.now()
  await page.goto(website.url)
  const took = Math.round(performance.now() - begun)
  return { status: (await script).status(), took }
}

test('a blog loads before there is a password, the owner reads what to do, and comments come with the password', async t => {
  const { isso, website } = await withIsso(t, (isso, website) => {
    isso.command('action', 'run', 'set-websites', `websites=${website.url}`)
  })
  await answered(isso)

  const page = await open(browser)
  const { status, took } = await load(page, website)
  t.diagnostic(`the blog loaded in ${took} ms`)
  assert.equal(status, 503)
  assert.ok(await page.getByText('A post').isVisible())
  const seen = await page.evaluate(async isso => {
    const answer = await fetch(`${isso}/?uri=/`, { credentials: 'include' })
    return [answer.status, answer.headers.get('Retry-After')]
  }, isso.url)
  assert.deepEqual(seen, [503, '10'])

  const admin = await open(browser, { locale: 'de-DE' })
  assert.equal((await admin.goto(`${isso.url}/admin/`)).status(), 503)
  await admin.getByRole('heading', { name: 'Kommentare sind zurzeit nicht verfügbar' }).waitFor()
  assert.ok(await admin.getByText('issoctl action run set-admin-password').isVisible())
  await picture(admin, 'unavailable')
  await admin.setViewportSize({ width: 320, height: 640 })
  const overflow = await admin.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  assert.ok(!overflow, 'a narrow screen shows all of it')
  await picture(admin, 'unavailable-narrow')

  isso.command('action', 'run', 'set-admin-password')
  assert.equal((await load(page, website)).status, 200)
  await page.locator('#isso-thread .isso-textarea').first().fill('Hello from a browser')
  await page.locator('#isso-thread input[type=submit]').first().click()
  await page.locator('.isso-comment').getByText('Hello from a browser').waitFor()
  await admin.reload()
  await admin.locator('input[type=password]').waitFor()
})

test('a blog loads while Isso waits for something else', async t => {
  const { isso, website } = await withIsso(t, async isso => {
    isso.command('action', 'run', 'set-admin-password')
    // Isso tries each of its websites before it serves, for five seconds.
    const waits = await Promise.all([silent(), silent(), silent(), silent()])
    t.after(() => waits.forEach(website => website.close()))
    isso.command('action', 'run', 'set-websites', ...waits.map(website => `websites=${website.url}`))
  })
  await until('Isso is being started', () => fetch(isso.url).then(() => true))

  const page = await open(browser)
  const { status, took } = await load(page, website)
  t.diagnostic(`the blog loaded in ${took} ms`)
  assert.equal(status, 503)
})
