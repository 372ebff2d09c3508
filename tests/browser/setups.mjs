// Set-ups of websites with comments, right ones and such with one mistake each.
//
// A set-up says what the browser is to do (`browser`) and which check of `issoctl doctor` is to name the cause
// (`doctor`; the first that fails or warns counts). `quick` ones are tried by every `make test`.

import { pages } from './pages.mjs'
import { mistakes } from './mistakes.mjs'

/** What a visitor can do where all is well. */
export const WORKS = 'all'

/** Every set-up, with the names of its website and its Isso, and the path of its page. */
export function setups() {
  return [...right(), ...mistakes(), ...pages()].map((setup, index) => {
    const number = String(index + 1).padStart(2, '0')
    const { prefix = '', domain = 'example.test', proxy = index % 2 ? 'caddy' : 'nginx', browser = WORKS } = setup
    return {
      doctor: [],
      ...setup,
      number,
      prefix,
      proxy,
      browser,
      listed: `s${number}.${domain}`,
      site: `${setup.www ? 'www.' : ''}s${number}.${domain}`,
      comments: `c${number}.example.test`,
      path: `/post-${number}/`,
    }
  })
}

/** Each proxy, with and without a prefix. */
function right() {
  const proxies = ['nginx', 'caddy']
  const all = proxies.flatMap(proxy => ['', '/isso', '/a/b'].map(prefix => ({ proxy, prefix })))
  return all.map(({ proxy, prefix }) => ({
    name: `as printed${prefix && `, at ${prefix}`}`,
    proxy,
    prefix,
    quick: prefix !== '/a/b',
  }))
}
