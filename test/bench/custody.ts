import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { connect, type SoukClient } from '@souk/client'
import { acknowledgements, diskMs } from './custody-answers.ts'
import { availability } from './custody-availability.ts'
import { durableLoad } from './custody-load.ts'
import { recoveries } from './custody-recovery.ts'
import { BenchMesh, buildCli } from './mesh.ts'
import { type Bench, type BenchOptions, type Measured, quantile } from './report.ts'

const functions = fileURLToPath(new URL('./functions.mjs', import.meta.url))

/** How large the two samples of the same work are. */
const sizes = {
  whole: { answers: 2000, tasks: 10_000, rounds: 3, kills: 20, minutes: 20, perMinute: 1200 },
  quick: { answers: 120, tasks: 1000, rounds: 1, kills: 3, minutes: 2, perMinute: 1200 },
}

/** What it costs to keep tasks on several disks, and what that gives when peers die. */
export const custody: Bench = {
  name: 'custody',
  summary: 'acknowledgement, durable tasks, recovery after a kill, availability',
  targets: {
    ack_k3_p50_ms: ['<=', 5],
    ack_k3_p99_ms: ['<=', 50],
    recovery_p95_s: ['<=', 3.8],
    availability_pct: ['>=', 99.95],
  },
  run,
}

async function run({ quick, say }: BenchOptions): Promise<Measured> {
  const size = quick ? sizes.quick : sizes.whole
  const loadBefore = loadavg()
  say('building the program')
  buildCli()
  say('one custodian')
  const k1 = await withMesh(1, (mesh) => withClients(mesh, (clients) => acknowledgements(clients, size.answers)))
  const { k3, load, recovered } = await withMesh(5, async (mesh) => {
    say('three custodians of five peers')
    const answers = await withClients(mesh, (clients) => acknowledgements(clients, size.answers))
    say(`${size.kills} peers are killed`)
    const after = await recoveries(mesh, size.kills)
    say(`${size.rounds} x ${size.tasks} durable tasks at once`)
    const flood = await withClients(mesh, (clients) => durableLoad(mesh, clients, size))
    return { k3: answers, load: flood, recovered: after }
  })
  say(`${size.minutes} simulated minutes of 20 peers`)
  const available = availability(size.minutes, size.perMinute)
  const figures: Record<string, number> = {
    ack_k1_p50_ms: quantile(k1.acceptedMs, 0.5),
    ack_k3_p50_ms: quantile(k3.acceptedMs, 0.5),
    ack_k3_p99_ms: quantile(k3.acceptedMs, 0.99),
    durable_k3_per_s: load.perSecond,
    messages_per_task: load.messagesPerTask,
    ...(load.bytesPerTask === undefined ? {} : { bytes_per_task: load.bytesPerTask }),
    cpu_us_per_task: load.cpuMicrosPerTask,
    recovery_p95_s: quantile(recovered.seconds, 0.95),
    availability_pct: available.pct,
  }
  const detail = {
    load_average: { before: loadBefore, after: loadavg() },
    flush_p50_ms: quantile(diskMs(200), 0.5),
    ack_k1: k1.detail,
    ack_k3: k3.detail,
    durable: load.detail,
    recovery: recovered.detail,
    availability: available.detail,
  }
  return { figures, detail }
}

/** A mesh of so many peers that all host and keep custody; ends it after. */
async function withMesh<T>(count: number, work: (mesh: BenchMesh) => Promise<T>): Promise<T> {
  const mesh = new BenchMesh()
  try {
    for (let i = 0; i < count; i++) {
      const options = ['--functions', functions, '--label', `first=${i === 0}`]
      await mesh.add(`peer-${i + 1}`, 'cpu=4,slots=4', options)
    }
    await mesh.settled()
    return await work(mesh)
  } finally {
    await mesh.stop()
  }
}

/** A client connected to each peer, in their order. */
async function withClients<T>(mesh: BenchMesh, work: (clients: readonly SoukClient[]) => Promise<T>): Promise<T> {
  const clients = await Promise.all(mesh.peers.map(({ api }) => connect([api])))
  try {
    return await work(clients)
  } finally {
    for (const client of clients) await client.close()
  }
}
