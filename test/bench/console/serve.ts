/** A process that serves the console of a replayed mesh: `{link}` comes by IPC, and its CPU time whenever it is asked. */
import { ControlServer, TokenTable } from '@souk/control'
import { bundleConsole } from '../../../node/src/bundle-console.ts'
import { ReplayPeer } from './replay-peer.ts'

const [peers = 200, eventsPerSecond = 1_000] = process.argv.slice(2).map(Number)
/** events come in small bursts, as they do from a peer's turns */
const turnMs = 20

const peer = new ReplayPeer(peers)
const files = await bundleConsole()
const missing = () => Promise.reject(new Error('the replayed peer has no data'))
const control = new ControlServer({
  handle: peer,
  blobs: { has: async () => false, put: missing, get: missing } as never,
  readBlob: missing as never,
  agents: {} as never,
  tokens: new TokenTable(),
  sessionKey: new Uint8Array(32),
  readConsole: async (name) => files.get(name),
  info: {
    version: 'bench',
    addresses: () => [],
    links: () => [],
    rates: { cpu: 1, memory: 0, gpu: 0 },
    demand: () => [],
    host: missing as never,
    limits: () => ({ memory: 'nothing', cpu: 'nothing', processes: 'nothing', reason: 'replayed' }),
  },
  log: (_, message, fields) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  metrics: async () => ({ contentType: 'text/plain', text: '' }),
  onStop: () => {},
  invite: missing as never,
  remove: missing as never,
})
const { url } = await control.listen({ host: '127.0.0.1', port: 0 })
const began = performance.now()
let told = 0
setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1000) * eventsPerSecond)
  peer.tell(due - told)
  told = due
}, turnMs)
process.on('message', () => process.send?.({ cpuMs: Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1000 }))
process.on('disconnect', () => process.exit())
process.send?.({ link: `${url}/console/#code=${control.loginCode()}` })
