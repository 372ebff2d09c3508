// Pages that embed comments: right ones, and such with a mistake.

const NOTHING = 'nothing'

/** The set-ups whose page is special. `page` gets the address of Isso, and returns what differs from a usual page. */
export function pages() {
  return [
    // Right ones.
    page('script with async', { script: it => it.replace('<script', '<script async') }),
    page('script with defer', { script: it => it.replace('<script', '<script defer') }),
    page('script as a module', { script: it => it.replace('<script', '<script type="module"') }),
    page('script with crossorigin', { script: it => it.replace('<script', '<script crossorigin') }),
    page('data-isso without a slash at its end', { script: it => it.replace('/" src', '" src') }),
    page('script behind the thread', { order: 'thread first' }),
    page('thread is a div', { thread: '<div id="isso-thread" class="a b"></div>' }),
    page('no referrer', { headers: { 'Referrer-Policy': 'no-referrer' } }),
    page('an attribute that Isso overrides', {
      doctor: ['dead-attributes'],
      script: it => it.replace('<script', '<script data-isso-require-author="true"'),
    }),
    page('an iframe may not show it', { headers: { 'X-Frame-Options': 'DENY', 'X-Content-Type-Options': 'nosniff' } }),
    page('another thread is commented out', { thread: `${THREAD}<!-- ${THREAD} -->` }),

    // The thread.
    page('no thread', { browser: NOTHING, doctor: ['page-embed'], thread: '' }),
    page('two threads', { quick: true, browser: NOTHING, doctor: ['page-embed'], thread: THREAD + THREAD }),
    page('thread as a class', { browser: NOTHING, doctor: ['page-embed'], thread: '<section class="isso-thread"></section>' }),
    page('thread inside of a template', { browser: NOTHING, doctor: ['page-embed'], thread: `<template>${THREAD}</template>` }),

    // The script's address.
    page('script is left out', { browser: NOTHING, doctor: ['page-embed'], script: () => '' }),
    page('script of another path', {
      browser: NOTHING,
      doctor: ['page-script', 'page-embed', 'script'],
      script: it => it.replace('/js/embed', '/javascript/embed'),
    }),
    page('data-isso of another path', {
      browser: NOTHING,
      doctor: ['page-script', 'page-embed'],
      script: it => it.replace(/data-isso="([^"]*)"/, 'data-isso="$1wrong/"'),
    }),
    page('data-isso of another name', {
      browser: NOTHING,
      doctor: ['page-script', 'page-embed'],
      script: it => it.replace(/data-isso="https:\/\/[^.]*/, 'data-isso="https://nowhere'),
    }),
    page('script with a type that is none', {
      browser: NOTHING,
      doctor: ['page-embed'],
      script: it => it.replace('<script', '<script type="text/plain"'),
    }),
    page('script with the hash of another', {
      browser: NOTHING,
      doctor: ['page-script', 'script'],
      script: it => it.replace('<script', `<script crossorigin integrity="sha384-${'A'.repeat(64)}"`),
    }),
    page('http:// script on an https:// page', {
      quick: true,
      browser: NOTHING,
      doctor: ['mixed-content'],
      script: it => it.replaceAll('https://', 'http://'),
    }),
    page('http:// in data-isso alone', {
      browser: NOTHING,
      doctor: ['mixed-content'],
      script: it => it.replace('data-isso="https://', 'data-isso="http://'),
    }),

    // Content-Security-Policy.
    csp('names Isso three times', isso => `default-src 'self'; script-src ${isso}; connect-src ${isso}; style-src ${isso}`),
    csp('names Isso for all', isso => `default-src 'self' ${isso}`),
    csp('allows https: for all', () => `default-src https:`),
    csp('allows only inline styles to be inline', isso => `default-src ${isso}; style-src ${isso} 'unsafe-inline'`),
    csp('allows the script by its nonce', isso => `script-src 'nonce-abc'; connect-src ${isso}; style-src ${isso}`, {
      script: it => it.replace('<script', '<script nonce="abc"'),
    }),
    csp('only reports', () => `default-src 'none'`, { header: 'Content-Security-Policy-Report-Only' }),
    csp('allows nothing but its own', () => `default-src 'self'`, { browser: NOTHING }),
    csp('lacks script-src', isso => `script-src 'self'; connect-src ${isso}; style-src ${isso}`, { browser: NOTHING }),
    csp('lacks connect-src', isso => `script-src ${isso}; connect-src 'self'; style-src ${isso}`, {
      quick: true,
      browser: NOTHING,
    }),
    csp('lacks style-src', isso => `script-src ${isso}; connect-src ${isso}; style-src 'self'`, { browser: 'no style' }),
    csp('names a nonce that the script has not', () => `script-src 'nonce-abc'`, { browser: NOTHING }),
    csp('twice, the second too narrow', isso => [`default-src ${isso}`, `script-src 'self'`], { browser: NOTHING }),
    csp('names the website for Isso', isso => `default-src 'self' ${isso.replace('://c', '://s')}`, { browser: NOTHING }),
    csp('names another port', isso => `default-src 'self' ${isso.replace(/:\d+$/, ':1')}`, { browser: NOTHING }),
    page('CSP in a meta element lacks script-src', {
      browser: NOTHING,
      doctor: ['csp'],
      head: `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`,
    }),

    // What else a page forbids.
    page('COEP require-corp', {
      browser: NOTHING,
      doctor: ['coep'],
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
    }),
    page('COEP credentialless', { headers: { 'Cross-Origin-Embedder-Policy': 'credentialless' } }),
    page('Trusted Types', {
      browser: NOTHING,
      doctor: ['trusted-types'],
      headers: { 'Content-Security-Policy': "require-trusted-types-for 'script'" },
    }),
  ]
}

/** The element that comments are put into. */
const THREAD = '<section id="isso-thread" data-title="A post"></section>'

/** The page of a set-up: its headers and its HTML, with the address of Isso. */
export function render({ head = '', script = it => it, thread = THREAD, order, headers = {} }, isso) {
  const code = script(`<script data-isso="${isso}/" src="${isso}/js/embed.min.js"></script>`)
  const body = order === 'thread first' ? thread + code : code + thread
  return {
    headers: typeof headers === 'function' ? headers(new URL(isso).origin) : headers,
    html: `<!doctype html><meta charset="utf-8"><title>A post</title>${head}<h1>A post</h1>${body}`,
  }
}

function page(name, what) {
  return { name, ...what }
}

function csp(name, policy, { header = 'Content-Security-Policy', ...what } = {}) {
  const doctor = what.browser ? ['csp'] : []
  return { name: `CSP ${name}`, doctor, headers: isso => ({ [header]: policy(isso) }), ...what }
}
