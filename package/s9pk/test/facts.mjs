// What the emulated StartOS knows, and what is typed into forms.

const gateway = 'eth0'
const at = (metadata, hostname, port, rest) => ({ ssl: false, public: false, hostname, port, metadata, ...rest })

/** A domain, the address in the house, and two that are of no use to visitors. */
export const addresses = [
  at({ kind: 'mdns', gateways: [gateway] }, 'isso-box.local', 62080),
  at({ kind: 'ipv4', gateway: 'lo' }, '127.0.0.1', 62080),
  at({ kind: 'ipv4', gateway }, '192.168.1.5', 62080),
  at({ kind: 'public-domain', gateway }, 'comments.example', 443, { ssl: true, public: true }),
]

/** The domain's certificate is one of Let's Encrypt. */
export const publicDomains = {
  'comments.example': { gateway, acme: 'https://acme-v02.api.letsencrypt.org/directory' },
}

/** No server listens there, which Isso and the package find out at once. */
export const mailServer = {
  host: '127.0.0.1',
  from: 'isso@example.com',
  username: 'isso',
  password: 'of-the-mail-server-1',
}

export const customMail = {
  smtp: {
    selection: 'custom',
    value: {
      provider: {
        selection: 'other',
        value: { ...mailServer, security: { selection: 'starttls', value: { port: '587' } } },
      },
    },
  },
  to: 'me@example.com',
  replyNotifications: false,
}

/** The mail server that StartOS offers to all services. */
export function systemMail(host) {
  return { ...mailServer, host, port: 465, security: 'tls' }
}
