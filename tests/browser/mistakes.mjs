// Mistakes in the configuration of a proxy, in its certificate, and in Isso's settings.

const NOTHING = 'nothing'
const ISSO = /proxy_pass http:\/\/(\S+);/

/**
 * The set-ups whose server has a mistake. `spoil` changes what `issoctl proxy` prints. `asked` was asked for by a page of
 * another website before.
 */
export function mistakes() {
  return [
    // What is no mistake.
    nginx('nginx with gzip for scripts', into('gzip_types text/javascript application/javascript text/css;')),
    nginx('nginx that takes the prefix off', all(
      swap('location /isso/ {', 'location /isso/ {\n        rewrite ^/isso(/.*)$ $1 break;'),
    ), { prefix: '/isso' }),
    nginx('nginx that says Vary: Origin', into('add_header Vary Origin always;')),
    caddy('Caddy that compresses', into('', '\tencode gzip\n')),

    // CORS.
    nginx('website is not listed', it => it, { quick: true, unlisted: true, browser: NOTHING, doctor: ['cors'] }),
    nginx('www. before a website that is listed without', it => it, {
      www: true,
      browser: NOTHING,
      doctor: ['site-reachable', 'cors'],
    }),
    nginx('a second CORS header', into('add_header Access-Control-Allow-Origin $http_origin always;'), {
      quick: true,
      browser: NOTHING,
      doctor: ['cors'],
    }),
    caddy('a second CORS header', into('', '\theader +Access-Control-Allow-Origin "*"\n'), { browser: NOTHING, doctor: ['cors'] }),
    nginx('CORS for all', into(
      "proxy_hide_header Access-Control-Allow-Origin;\n        add_header Access-Control-Allow-Origin '*' always;",
    ), { browser: NOTHING, doctor: ['cors', 'cors-foreign'] }),
    nginx('CORS without credentials', into('proxy_hide_header Access-Control-Allow-Credentials;'), {
      browser: NOTHING,
      doctor: ['cors'],
    }),
    nginx('OPTIONS is refused', into('if ($request_method = OPTIONS) { return 405; }'), {
      quick: true,
      browser: NOTHING,
      doctor: ['preflight'],
    }),
    caddy('OPTIONS is refused', into('', '\t@options method OPTIONS\n\trespond @options 403\n'), {
      browser: NOTHING,
      doctor: ['preflight'],
    }),
    nginx('OPTIONS is answered without CORS', into('if ($request_method = OPTIONS) { return 204; }'), {
      browser: NOTHING,
      doctor: ['preflight'],
    }),
    nginx('PUT and DELETE are refused', into('if ($request_method ~ ^(PUT|DELETE)$) { return 405; }'), {
      browser: 'no edits',
      doctor: ['methods'],
    }),
    nginx('CORS allows no PUT', into(
      "proxy_hide_header Access-Control-Allow-Methods;\n        add_header Access-Control-Allow-Methods 'GET, POST' always;",
    ), { browser: 'no edits', doctor: ['methods', 'preflight'] }),

    // What Isso is told of the address.
    nginx('Host is not passed', swap(/proxy_set_header Host .*/, ''), { doctor: ['public-endpoint'] }),
    nginx('scheme is not passed', swap(/proxy_set_header X-Forwarded-Proto .*/, ''), { doctor: ['scheme-seen', 'cookies'] }),
    nginx('scheme is not passed, from another site', swap(/proxy_set_header X-Forwarded-Proto .*/, ''), {
      domain: 'elsewhere.test',
      browser: 'no edits',
      doctor: ['scheme-seen', 'cookies'],
    }),
    caddy('scheme is not passed, from another site', into('header_up X-Forwarded-Proto http'), {
      domain: 'elsewhere.test',
      browser: 'no edits',
      doctor: ['scheme-seen', 'cookies'],
    }),
    nginx('prefix with a slash at its end', swap('X-Script-Name "/isso"', 'X-Script-Name "/isso/"'), {
      prefix: '/isso',
      browser: NOTHING,
      doctor: ['prefix'],
    }),
    nginx('prefix is not passed', swap(/proxy_set_header X-Script-Name .*/, ''), {
      prefix: '/isso',
      browser: NOTHING,
      doctor: ['reachable', 'prefix'],
    }),
    nginx('prefix is taken off and not passed', all(
      swap(/proxy_set_header X-Script-Name .*/, ''),
      swap(ISSO, 'proxy_pass http://$1/;'),
    ), { prefix: '/isso', doctor: ['prefix'] }),

    // What is answered.
    nginx('Isso does not run', swap(ISSO, 'proxy_pass http://127.0.0.1:1;'), { browser: NOTHING, doctor: ['reachable'] }),
    nginx('another virtual host', swap(/proxy_pass .*/, "default_type text/html; return 200 '<h1>Welcome to nginx!</h1>';"), {
      browser: NOTHING,
      doctor: ['reachable'],
    }),
    nginx('a password for all', into('auth_basic Comments; auth_basic_user_file /dev/null;'), {
      browser: NOTHING,
      doctor: ['reachable'],
    }),
    nginx('an error page for the script', before(
      "location /js/ { default_type text/html; return 200 '<h1>Not found</h1>'; }",
    ), { browser: NOTHING, doctor: ['script'] }),
    nginx('no style', before('location /css/ { return 404; }'), { browser: 'no style', doctor: ['style'] }),
    nginx('a script that was rewritten', into(
      "proxy_set_header Accept-Encoding ''; sub_filter_types text/javascript; sub_filter_once off; sub_filter 'function' 'func tion';",
    ), { browser: NOTHING, doctor: ['script'] }),
    nginx('a script as text, which may not be guessed', into(
      "proxy_hide_header Content-Type; add_header Content-Type text/plain always; add_header X-Content-Type-Options nosniff;",
    ), { browser: NOTHING, doctor: ['script', 'reachable'] }),
    nginx('a policy that keeps Isso for its own origin', into(
      'add_header Cross-Origin-Resource-Policy same-origin always;',
    ), { browser: NOTHING, doctor: ['script'] }),
    nginx('answers are cached, whatever the website', all(swap('proxy_cache off;', ''), into(
      'proxy_cache cache; proxy_cache_key $host$request_uri; proxy_cache_valid 200 1h;',
    )), { asked: '/config', browser: NOTHING, doctor: ['cache', 'cors'] }),

    // The certificate.
    nginx('certificate is out of date', it => it, { quick: true, certificate: 'expired', browser: NOTHING, doctor: ['tls'] }),
    nginx('certificate for another name', it => it, { certificate: 'wrong', browser: NOTHING, doctor: ['tls'] }),
    nginx('certificate without its chain', it => it, { certificate: 'incomplete', browser: NOTHING, doctor: ['tls'] }),
    nginx('certificate of an unknown authority', it => it, { certificate: 'unknown', browser: NOTHING, doctor: ['tls'] }),

    // The network and the site.
    nginx('website of another site', it => it, { domain: 'elsewhere.test', doctor: ['same-site'] }),
    nginx('website on the internet, Isso at home', it => it, {
      space: 'public',
      browser: NOTHING,
      doctor: ['local-network'],
    }),
  ]
}

const nginx = (name, spoil, what) => ({ name, proxy: 'nginx', spoil, ...what })
const caddy = (name, spoil, what) => ({ name, proxy: 'caddy', spoil, ...what })

/** Replaces what must be there. */
function swap(from, to) {
  return text => {
    const swapped = text.replace(from, to)
    if (swapped === text) throw new Error(`nothing is replaced, for there is no ${from} in\n${text}`)
    return swapped
  }
}

const all = (...changes) => text => changes.reduce((text, change) => change(text), text)

/** Adds lines to what passes requests on to Isso, and lines before it. */
function into(inside, outside = '') {
  return text => {
    const place = text.lastIndexOf(text.includes('\treverse_proxy') ? '\treverse_proxy' : '    location ')
    const begin = text.indexOf('{\n', place) + 2
    return `${text.slice(0, place)}${outside}${text.slice(place, begin)}        ${inside}\n${text.slice(begin)}`
  }
}

/** Adds lines before the place that passes requests on to Isso. */
const before = lines => into('', `    ${lines}\n`)
