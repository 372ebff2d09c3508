// Builds the actions' forms with StartOS' own SDK, and lets its validators judge inputs.
//
// Reads {texts, hostInfo, inputs} on stdin and writes {forms, metadata, verdicts} to stdout. `texts` are those of one
// language, so that both sides say the same; the SMTP union alone keeps the SDK's own words.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const require = createRequire(import.meta.url)
const { StartSdk, utils } = require('@start9labs/start-sdk')

const { texts, hostInfo, metadata, inputs } = JSON.parse(await text(process.stdin))
const sdk = StartSdk.of().withManifest({ id: 'isso', images: {}, volumes: ['main'] }).build(true)
const { Action, InputSpec, List, Value, inputSpecConstants } = sdk

// What the SDK asks StartOS for while it builds a form.
const effects = {
  eventId: 'test',
  isInContext: false,
  onLeaveContext: () => {},
  child: () => effects,
  getSystemSmtp: async () => hostInfo.systemSmtp,
  action: { export: async ({ metadata }) => metadata },
}

const named = (key) => ({ name: texts[`${key}.name`], description: texts[`${key}.description`] })
const toggle = (key, byDefault) => Value.toggle({ ...named(key), default: byDefault })
const duration = (key, byDefault) =>
  Value.text({
    ...named(key),
    required: true,
    default: byDefault,
    patterns: [
      { regex: '^\\s*(\\d+\\s*[A-Za-z]+[\\s,]*)+$', description: texts['configure-server.duration-pattern'] },
    ],
  })

// How a visitor writes it is the same in each language.
const written = (key, syntax, byDefault) =>
  Value.toggle({ name: texts[`configure-formatting.${key}`], description: syntax, default: byDefault })

const optionalText = (key, more) => Value.text({ ...named(key), required: false, default: null, ...more })

/** `text` of the form, with one place filled in. */
const filled = (key, address) => texts[key].replace('%{address}', address)

const publicAddress = () => {
  const key = 'set-public-address.address'
  const { name } = named(key)
  if (!hostInfo.assignsAddresses) {
    const more = { placeholder: 'https://comments.example.org', inputmode: 'url' }
    return Value.text({ name, description: texts[`${key}.type`], required: false, default: null, ...more })
  }
  const present = hostInfo.publicAddress
  const values = {
    ...Object.fromEntries(hostInfo.addresses.map((address) => [address, address])),
    ...(present ? { [present]: filled('set-public-address.elsewhere', present) } : {}),
    none: texts['set-public-address.no-address'],
  }
  return Value.select({ name, description: texts[`${key}.choose`], default: Object.keys(values)[0], values })
}

const embedded = [...new Set([hostInfo.publicAddress, ...hostInfo.addresses])].filter(Boolean)

const specs = {
  'set-websites': InputSpec.of({
    websites: Value.list(
      List.text({ ...named('set-websites.websites'), maxLength: 100 }, {
        placeholder: 'https://blog.example.com',
        inputmode: 'url',
        patterns: [
          { regex: '^\\s*[Hh][Tt][Tt][Pp][Ss]?://\\S+\\s*$', description: texts['set-websites.websites.pattern'] },
        ],
      }),
    ),
  }),
  'set-public-address': InputSpec.of({ address: publicAddress() }),
  'configure-server': InputSpec.of({
    moderationEnabled: toggle('configure-server.moderation', true),
    approveIfEmailPreviouslyApproved: toggle('configure-server.approve-known-email', false),
    maxAge: duration('configure-server.max-age', '15m'),
    purgeAfter: duration('configure-server.purge-after', '30d'),
    gravatar: toggle('configure-server.gravatar', false),
    latestEnabled: toggle('configure-server.latest', false),
    guard: Value.object(
      named('configure-server.guard'),
      InputSpec.of({
        enabled: toggle('configure-server.guard-enabled', true),
        ratelimit: Value.number({
          ...named('configure-server.ratelimit'),
          units: texts['configure-server.ratelimit.units'],
          required: true,
          default: 2,
          min: 1,
          max: 60,
          integer: true,
        }),
        directReply: Value.number({
          ...named('configure-server.direct-reply'),
          required: true,
          default: 3,
          min: 0,
          max: 1000000,
          integer: true,
        }),
        requireAuthor: toggle('configure-server.require-author', false),
        requireEmail: toggle('configure-server.require-email', false),
        replyToSelf: toggle('configure-server.reply-to-self', false),
      }),
    ),
  }),
  'configure-smtp': InputSpec.of({
    smtp: inputSpecConstants.smtpInputSpec,
    to: Value.text({
      ...named('configure-smtp.to'),
      required: false,
      default: null,
      placeholder: 'you@example.com',
      inputmode: 'email',
      patterns: [
        { regex: utils.Patterns.emailWithName.regex, description: texts['configure-smtp.email-pattern'] },
      ],
    }),
    replyNotifications: toggle('configure-smtp.reply-notifications', false),
  }),
  'send-test-email': InputSpec.of({
    to: Value.text({
      ...named('send-test-email.to'),
      required: true,
      default: null,
      placeholder: 'you@example.com',
      inputmode: 'email',
      patterns: [
        { regex: utils.Patterns.emailWithName.regex, description: texts['configure-smtp.email-pattern'] },
      ],
    }),
  }),
  'configure-feed': InputSpec.of({
    enabled: toggle('configure-feed.enabled', false),
    base: Value.text({
      ...named('configure-feed.base'),
      required: false,
      default: null,
      placeholder: 'https://blog.example.com',
      inputmode: 'url',
      patterns: [{ regex: '^\\s*[Hh][Tt][Tt][Pp][Ss]?://\\S+\\s*$', description: texts['configure-feed.base.pattern'] }],
    }),
    limit: Value.number({
      ...named('configure-feed.limit'),
      required: true,
      default: 100,
      min: 0,
      max: 1000000,
      integer: true,
    }),
  }),
  'configure-formatting': InputSpec.of({
    strikethrough: written('strikethrough', '~~…~~', true),
    subscript: written('subscript', 'H~2~O', true),
    superscript: written('superscript', 'x^2^', true),
    links: written('links', 'https://example.com/', false),
    tables: written('tables', '| A | B |', false),
    footnotes: written('footnotes', '…[^1], [^1]: …', false),
    taskLists: written('task-lists', '- [x] …', false),
    definitionLists: written('definition-lists', ': …', false),
    abbreviations: written('abbreviations', '*[HTML]: HyperText Markup Language', false),
    highlights: written('highlights', '==…==', false),
    insertions: written('insertions', '^^…^^', false),
    ruby: written('ruby', '[漢字(かんじ)]', false),
    hardWrap: toggle('configure-formatting.hard-wrap', true),
  }),
  'set-reverse-proxies': InputSpec.of({
    proxies: Value.list(
      List.text({ ...named('set-reverse-proxies.proxies'), maxLength: 100 }, { placeholder: '192.0.2.1' }),
    ),
  }),
  'embed-code': InputSpec.of({
    address: Value.dynamicSelect(async () => ({
      ...named('embed-code.address'),
      values: Object.fromEntries(embedded.map((address) => [address, address])),
      default: embedded[0] ?? null,
      disabled: embedded.length ? false : texts['error.no-address'],
    })),
    pageId: optionalText('embed-code.page-id', { placeholder: '/posts/hello/' }),
    pageTitle: optionalText('embed-code.page-title', {}),
  }),
  'check-embedding': InputSpec.of({
    page: Value.text({
      ...named('check-embedding.page'),
      required: false,
      default: null,
      placeholder: 'https://blog.example.com/post/',
      inputmode: 'url',
      patterns: [
        { regex: '^\\s*[Hh][Tt][Tt][Pp][Ss]?://[^\\s/]\\S*\\s*$', description: texts['check-embedding.page.pattern'] },
      ],
    }),
  }),
}

const answer = { forms: {}, metadata: {}, verdicts: [] }
const built = {}
for (const [id, spec] of Object.entries(specs)) {
  built[id] = await spec.build({ effects, prefill: null })
  answer.forms[id] = built[id].spec
}
for (const [id, { hasInput, ...given }] of Object.entries(metadata)) {
  const action = hasInput
    ? Action.withInput(id, given, specs[id], async () => ({}), async () => null)
    : Action.withoutInput(id, given, async () => null)
  answer.metadata[id] = await action.exportMetadata({ effects })
}
for (const { id, input } of inputs) answer.verdicts.push(built[id].validator.safeParse(input).success)
process.stdout.write(JSON.stringify(answer))
