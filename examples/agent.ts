/**
 * A program of yours as a worker: it registers functions, and any peer of the mesh can send them work. The caller is
 * the same file with `call`; it knows the functions' names only, not where they are served.
 *
 *   node examples/agent.ts serve                            Ctrl-C ends it
 *   node examples/agent.ts call                             in another terminal, or on another host of the mesh
 *   SOUK_DATA=/tmp/second node examples/agent.ts call       through another peer of this host
 */
import { once } from 'node:events'
import { connect, type SoukClient, type Task } from '@souk/client/node'
import { findEndpoints } from './endpoints.ts'

/** What this program can do. Anything that JSON can say may go in and come out; a thrown error fails the task. */
const functions = {
  shout: (text: string) => `${text.toUpperCase()}!`,
  primes: (from: number, to: number) => {
    if (!(from <= to)) throw new RangeError(`no numbers from ${from} to ${to}`)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(isPrime)
  },
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n > 1
}

async function serve(souk: SoukClient, signal: AbortSignal): Promise<void> {
  const agent = await souk.agent({ functions, slots: 4 })
  console.log(`serving ${agent.functions.join(', ')} at ${(await souk.status(signal)).name}`)
  // When its peer dies the agent attaches again by itself. `closed` rejects when it cannot serve any more.
  if (!signal.aborted) await Promise.race([agent.closed, once(signal, 'abort')])
  await agent.close()
  console.log('closed; these functions are gone from the mesh')
}

async function call(souk: SoukClient, signal: AbortSignal): Promise<void> {
  const names = new Map((await souk.peers(signal)).map((peer) => [peer.id, peer.name]))
  const tasks: Task[] = [
    { function: 'shout', args: ['hello from elsewhere'] },
    ...[1, 101, 201, 301].map((from) => ({ function: 'primes', args: [from, from + 99] })),
    { function: 'primes', args: [9, 1] },
  ]
  const handles = tasks.map((task) => souk.submit(task))
  // What nobody serves waits until somebody does, or until it is not wanted any more.
  signal.addEventListener('abort', () => handles.map((handle) => handle.cancel('the caller left')))
  for (const handle of handles) {
    const { kind, host, value, message } = await handle.outcome
    const where = host === undefined ? '' : ` at ${names.get(host)}`
    console.log(`${kind}${where}: ${kind === 'succeeded' ? String(value) : message}`)
  }
}

const stories = { serve, call }
const story = stories[process.argv[2] as keyof typeof stories]
if (story === undefined) {
  console.error('usage: node examples/agent.ts serve | call')
  process.exit(64)
}
const leave = new AbortController()
process.once('SIGINT', () => leave.abort()).once('SIGTERM', () => leave.abort())
const souk = await connect(findEndpoints())
try {
  await story(souk, leave.signal)
} finally {
  await souk.close()
}
