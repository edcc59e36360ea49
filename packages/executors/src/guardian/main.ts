import { Socket } from 'node:net'
import { Guardian } from './guardian.ts'
import { Ledger } from './ledger.ts'

/**
 * The guardian process: `node guardian.js LEDGER [PLACE]`, PLACE a JSON `CgroupPlace`, with its channel to the peer on
 * file descriptor 3 (a socket pair: unlike stdout it never blocks the writer). Only `node:` modules, so that it starts
 * fast and stays small.
 */
const channel = new Socket({ fd: 3, readable: true, writable: true })
const ledger = new Ledger(process.argv[2] ?? '')
const place = process.argv[3]
const guardian = new Guardian(channel, ledger, place === undefined ? undefined : JSON.parse(place))

function end(): void {
  guardian.close().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}

channel.on('close', end)
channel.on('end', end)
channel.on('error', end)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
// A bug here must not leave tasks without a guardian.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error}\n`)
  end()
})
