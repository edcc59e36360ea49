// Souk on the common workload: three hosts of four slots, and a fourth peer without slots that takes the submits.
import { fileURLToPath } from 'node:url'
import { connect, type SoukClient, type Task } from '@souk/client'
import { BenchMesh } from '../mesh.ts'
// @ts-expect-error the workload is plain JavaScript, the same for every system
import { LOG, measure, SLOTS, WORKERS } from './workload.mjs'

const functions = fileURLToPath(new URL('../functions.mjs', import.meta.url))
const durability = process.env.SOUK_DURABILITY === 'none' ? 'none' : 'quorum'
const mesh = new BenchMesh()
let client: SoukClient

const toTask = (kind: string, { id, ms = 0 }: { id: string; ms?: number }): Task => {
  const common = { durability } as const
  if (kind === 'noop') return { ...common, function: 'noop', args: [] }
  if (kind === 'sleep') return { ...common, function: 'sleep', args: [ms] }
  return { ...common, function: 'loggedSleep', args: [LOG, id, ms] }
}

await measure({
  name: `souk ${durability}`,
  version: '0.1.0',
  workers: () => mesh.peers.slice(1).map(({ pid }) => pid),
  coordinator: () => mesh.peers[0]!.pid,
  async up() {
    await mesh.add('submit', 'cpu=0,slots=0')
    for (let i = 0; i < WORKERS; i++) {
      await mesh.add(`host-${i}`, `cpu=${SLOTS},slots=${SLOTS}`, ['--functions', functions])
    }
    await mesh.settled()
    client = await connect(mesh.peers.map(({ api }) => api))
  },
  async submit(kind: string, data: { id: string; ms?: number }) {
    const outcome = await client.submit(toTask(kind, data)).outcome
    if (outcome.kind !== 'succeeded') throw new Error(`${outcome.code}: ${outcome.message}`)
  },
  async down() {
    await mesh.stop()
  },
})
