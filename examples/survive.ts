/**
 * A client that outlives the peer it talks to: it knows two peers, submits a steady stream of tasks, and goes on
 * through the other one when the first is gone. What the first had accepted is on the disks of most of its custodians:
 * with three members or more those tasks end without it, with fewer when it is back.
 *
 *   node examples/survive.ts PLACE PLACE      each the data folder of a peer on this host, or URL#TOKEN
 *   souk down --data PLACE                    meanwhile, to the peer that answers; then start it again
 *
 * TASKS sets how many; Ctrl-C leaves the rest to the mesh.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { connect, type Outcome, type SoukClient } from '@souk/client/node'
import { findEndpoints } from './endpoints.ts'

const count = Number(process.env.TASKS ?? 200)
const everyMs = 50
/** how long nobody who keeps a task may be in reach before the story gives that task up */
const custodianMsMax = 10 * 60_000

const leave = new AbortController()
process.once('SIGINT', () => leave.abort())
const { signal } = leave

const souk = await connect(findEndpoints(process.argv.slice(2)), { custodianMsMax, signal })
try {
  await submitAll(souk)
} catch (error) {
  if (!signal.aborted) throw error
  process.exitCode = 130
} finally {
  await souk.close()
}

async function submitAll(souk: SoukClient): Promise<void> {
  const outcomes: Promise<Outcome>[] = []
  const open = new Set<number>()
  const answered = new Map<string, number>()
  let peer = ''
  for (let i = 0; i < count; i++) {
    const { name } = await souk.status(signal)
    if (name !== peer) console.log(`${name} answers; ${i} submitted, ${i - open.size} done`)
    peer = name
    const task = { argv: ['sh', '-c', `sleep 0.05; echo task ${i} on $SOUK_HOST`], request: { cpu: '100m' } }
    const handle = souk.submit(task, { signal })
    open.add(i)
    outcomes.push(handle.outcome.finally(() => open.delete(i)))
    // Accepted means on disks. One that got no answer is submitted again under the same key, until whoever may have
    // taken it can say so; the stream goes on meanwhile.
    handle.id.then(
      () => answered.set(peer, (answered.get(peer) ?? 0) + 1),
      () => {},
    )
    await pause(everyMs, undefined, { signal })
  }
  console.log(`all ${count} submitted; waiting for ${open.size}`)
  const ended = await Promise.all(outcomes)
  const good = ended.filter(({ kind, stdout }) => kind === 'succeeded' && stdout?.startsWith('task '))
  console.log(`${good.length} of ${count} succeeded`)
  for (const [name, tasks] of answered) console.log(`  ${tasks} accepted by ${name}`)
  for (const [host, tasks] of Map.groupBy(good, ({ stdout }) => stdout!.trim().split(' ').at(-1))) {
    console.log(`  ${tasks.length} run by ${host}`)
  }
  if (good.length < count) process.exitCode = 1
}
