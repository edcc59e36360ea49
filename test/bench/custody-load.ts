import type { SoukClient } from '@souk/client'
import type { BenchMesh } from './mesh.ts'
import { cpuMicros } from './processes.ts'
import { quantile } from './report.ts'
import { meshPortOf, sentBytes } from './sockets.ts'

/** What has not ended so long after all were submitted is counted as open, ms. */
const floodMsMax = 60_000

export interface Load {
  perSecond: number
  messagesPerTask: number
  /** absent where the machine does not tell */
  bytesPerTask: number | undefined
  /** all peers with the processes they started; the client is apart, in the detail */
  cpuMicrosPerTask: number
  detail: Record<string, unknown>
}

/** What the peers have counted since they started, in sum. */
interface Counted {
  messages: number
  frames: number
  commits: number
  entries: number
  dropped: number
}

/**
 * So many no-ops at once, a share of them at each client's peer, until all outcomes are in; several rounds, of which the
 * median counts; per second count those that succeeded. Messages and bytes are those between peers, all of them, also what is not about these tasks; bytes as
 * TCP has sent them, encrypted, heads of packets apart.
 */
export async function durableLoad(
  mesh: BenchMesh,
  clients: readonly SoukClient[],
  { tasks, rounds }: { tasks: number; rounds: number },
): Promise<Load> {
  await flood(clients, Math.ceil(tasks / 4))
  const pids = mesh.peers.map(({ pid }) => pid)
  const ports = await Promise.all(clients.map(meshPortOf))
  const before = { counted: await countedBy(clients), bytes: sentBytes(ports), cpu: cpuMicros(pids) }
  const ownBefore = process.cpuUsage()
  const began = performance.now()
  const floods: Flood[] = []
  for (let i = 0; i < rounds; i++) floods.push(await flood(clients, tasks))
  const seconds = (performance.now() - began) / 1000
  const own = process.cpuUsage(ownBefore)
  const cpu = cpuMicros(pids) - before.cpu
  const bytes = difference(sentBytes(ports), before.bytes)
  const counted = await countedBy(clients)
  const total = tasks * rounds
  const rates = floods.map((one) => one.succeeded / one.seconds)
  const per = (name: keyof Counted) => (counted[name] - before.counted[name]) / total
  return {
    perSecond: quantile(rates, 0.5),
    messagesPerTask: per('messages'),
    bytesPerTask: bytes === undefined ? undefined : bytes / total,
    cpuMicrosPerTask: cpu / total,
    detail: {
      tasks: total,
      rates_per_s: rates,
      not_succeeded: floods.map(({ others }) => others),
      seconds,
      frames_per_task: per('frames'),
      commits_per_task: per('commits'),
      entries_written_per_task: per('entries'),
      messages_dropped_per_task: per('dropped'),
      client_cpu_us_per_task: (own.user + own.system) / total,
      cores_busy_by_peers: cpu / 1e6 / seconds,
    },
  }
}

interface Flood {
  /** until all outcomes are in, or the time is up */
  seconds: number
  succeeded: number
  /** of the others: how many, by what became of them */
  others: Record<string, number>
}

async function flood(clients: readonly SoukClient[], tasks: number): Promise<Flood> {
  const began = performance.now()
  const signal = AbortSignal.timeout(floodMsMax)
  const ends = await Promise.all(Array.from({ length: tasks }, (_, i) => endOf(clients[i % clients.length]!, signal)))
  const seconds = (performance.now() - began) / 1000
  const others: Record<string, number> = {}
  for (const end of ends) if (end !== good) others[end] = (others[end] ?? 0) + 1
  return { seconds, succeeded: ends.filter((end) => end === good).length, others }
}

const good = 'succeeded'

/** How one no-op ended: its outcome with the code, or why it was not accepted. */
async function endOf(client: SoukClient, signal: AbortSignal): Promise<string> {
  try {
    const { kind, code } = await client.submit({ function: 'noop', args: [] }, { signal }).outcome
    return kind === good ? good : `${kind} ${code}`
  } catch (error) {
    return signal.aborted ? 'open' : `refused ${(error as { code?: string }).code}`
  }
}

async function countedBy(clients: readonly SoukClient[]): Promise<Counted> {
  const sum: Counted = { messages: 0, frames: 0, commits: 0, entries: 0, dropped: 0 }
  for (const { counters } of await Promise.all(clients.map((client) => client.status()))) {
    sum.messages += counters.messagesOut!
    sum.frames += counters.framesOut!
    sum.commits += counters.commits!
    sum.entries += counters.entriesWritten!
    sum.dropped += counters.messagesDropped!
  }
  return sum
}

const difference = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before
