// What a visitor of a page with comments can do in a real browser.

/** The texts of a visitor. Another comment is there before. */
export const THERE = 'A comment that is there'
const POSTED = 'A comment of this visitor'
const EDITED = 'A comment with better words'

/** Visits a page, tries to read, post, edit and delete, and returns what went and what the browser said. */
export async function visit(browser, url) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const said = []
  page.on('console', message => ['error', 'warning'].includes(message.type()) && said.push(message.text()))
  page.on('pageerror', error => said.push(String(error)))
  const visitor = { loads: false, style: false, posts: false, edits: false, deletes: false }
  try {
    await page.goto(url)
    await page.waitForLoadState('networkidle')
    visitor.loads = await page.locator('.isso-comment').getByText(THERE).isVisible()
    visitor.style = visitor.loads && (await styled(page))
    const own = visitor.loads ? await post(page) : undefined
    visitor.posts = own !== undefined
    visitor.edits = visitor.posts && (await edit(page, own))
    visitor.deletes = visitor.posts && (await remove(page, own))
  } finally {
    await context.close()
  }
  return { ...visitor, said: [...new Set(said)] }
}

/** One word for what went wrong. */
export function summary({ loads, style, posts, edits, deletes }) {
  if (!loads) return 'nothing'
  if (!posts) return 'no posts'
  if (!edits || !deletes) return 'no edits'
  return style ? 'all' : 'no style'
}

/** Whether Isso's style sheet is in force, which says how wide a form may be. */
function styled(page) {
  return page.locator('#isso-thread .isso-postbox').first().evaluate(it => getComputedStyle(it).maxWidth !== 'none')
}

/** Posts a comment, and returns its element unless it is refused. */
async function post(page) {
  await page.locator('#isso-thread .isso-textarea').first().fill(POSTED)
  const answer = answered(page, 'POST')
  await page.locator('#isso-thread input[type=submit]').first().click()
  if (!(await answer)) return
  const comment = page.locator('.isso-comment', { hasText: POSTED })
  const id = await comment.getAttribute('id')
  return page.locator(`#${id}`)
}

async function edit(page, own) {
  const link = own.locator('.isso-edit')
  if (!(await link.isVisible())) return false
  // Isso gives the text only to whom it lets edit.
  const text = answered(page, 'GET')
  await link.click()
  if (!(await text)) return false
  await own.locator('.isso-textarea').fill(EDITED)
  const answer = answered(page, 'PUT')
  await link.click()
  if (!(await answer)) return false
  await own.getByText(EDITED).waitFor()
  return true
}

async function remove(page, own) {
  const link = own.locator('.isso-delete')
  if (!(await link.isVisible())) return false
  // The first click asks whether to.
  await link.click()
  const answer = answered(page, 'DELETE')
  await link.click()
  if (!(await answer)) return false
  await own.waitFor({ state: 'detached' })
  return true
}

/** Whether the page may read a good answer to its next request of a method. */
function answered(page, method) {
  return new Promise(resolve => {
    const end = good => {
      page.off('requestfinished', finished).off('requestfailed', failed)
      resolve(good)
    }
    const finished = async request => {
      if (request.method() === method) end((await request.response()).ok())
    }
    const failed = request => {
      if (request.method() === method) end(false)
    }
    page.on('requestfinished', finished).on('requestfailed', failed)
  })
}
