import { test } from 'node:test'

/** Tests that build upon each other: once one has failed, the others would only say so again. */
export function steps(begin) {
  let failed = false
  return (title, work) =>
    test(title, async t => {
      if (failed) return t.skip('a step before it failed')
      failed = true
      begin(title)
      await work()
      failed = false
    })
}
