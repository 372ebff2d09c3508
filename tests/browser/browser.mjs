// A real Chromium. `make test-tools` has unpacked it into the folder that ISSO_TEST_BROWSER names.

import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** Nothing takes longer on a machine that is not broken. */
const PATIENCE = 60_000

/** Starts the browser, with further arguments and variables of its environment. */
export async function launch({ args = [], env = {} } = {}) {
  const folder = process.env.ISSO_TEST_BROWSER
  if (!folder) throw new Error('ISSO_TEST_BROWSER names the folder with Chromium; `make test-browser` sets it')
  try {
    return await chromium.launch({
      executablePath: join(folder, 'chromium'),
      // It opens nothing but pages of these tests, and root has no other choice.
      args: ['--no-sandbox', ...args],
      env: { ...process.env, LD_LIBRARY_PATH: libraries(), ...env },
    })
  } catch (error) {
    const text = `Chromium does not start on this machine, so no test in the browser can run. It is ${folder}/chromium, for Linux on x86_64 with glibc`
    throw new Error(text, { cause: error })
  }
}

/** The folder with the libraries that come with the browser. */
export const libraries = () => join(process.env.ISSO_TEST_BROWSER, 'al2023/lib')

/** Opens a window that shares nothing, such as cookies, with other windows. */
export async function open(browser, options = {}) {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(PATIENCE)
  return context.newPage()
}

/** Saves what is to be seen, where ISSO_TEST_PICTURES names a folder for it. */
export async function picture(page, name) {
  const folder = process.env.ISSO_TEST_PICTURES
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
