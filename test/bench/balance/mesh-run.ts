import { peerSubject, profileOf, simulate, type Watch } from '@souk/sim'
import { taskId } from '@souk/wire'
import { drawStream, hosts, oneWayMs, type Stream, slotsPerHost } from './stream.ts'

type Hook<M extends keyof Watch> = Required<Watch>[M]

/** One task of a run; world time in ms. */
export interface Served {
  submittedMs: number
  startMs: number
  endMs: number
  host: number
  /** how often its baton went to another peer */
  handovers: number
}

/** Follows every task. */
class ServedWatch implements Watch {
  readonly #tasks = new Map<string, Served>()

  get served(): Served[] {
    return [...this.#tasks.values()]
  }

  readonly onSubmit: Hook<'onSubmit'> = (_node, { tasks }, now) => {
    for (const { nonce } of tasks) {
      const fresh = { submittedMs: now, startMs: Number.NaN, endMs: Number.NaN, host: -1, handovers: 0 }
      if (!this.#tasks.has(taskId(nonce))) this.#tasks.set(taskId(nonce), fresh)
    }
  }

  readonly onRun: Hook<'onRun'> = ({ index }, { task }, now) => {
    Object.assign(this.#of(task), { startMs: now, host: index })
  }

  readonly onRunEnd: Hook<'onRunEnd'> = (_node, { order }, _end, now) => {
    this.#of(order.task).endMs = now
  }

  readonly onTrace: Hook<'onTrace'> = ({ id }, event) => {
    if (event.type === 'task.awarded' && event.to !== id) this.#of(event.task).handovers++
    if (event.type === 'task.bounced' && event.to !== undefined) this.#of(event.task).handovers++
  }

  #of(task: string): Served {
    const served = this.#tasks.get(task)
    if (!served) throw new Error(`the simulated mesh ran ${task}, which nobody submitted`)
    return served
  }
}

/** The real peers in the simulator, with this stream. Throws when the simulator's checkers found a promise broken. */
export function runMesh(stream: Stream): Served[] {
  const calm = profileOf('calm')!
  const arrivals = drawStream(stream)
  const watch = new ServedWatch()
  const { violations } = simulate({
    seed: stream.seed,
    peers: hosts,
    tasks: arrivals.length,
    profile: {
      ...calm,
      name: 'balance-bench',
      network: { ...calm.network, latencyMsMedian: oneWayMs, latencySigma: 0 },
      hosts: { ...calm.hosts, slots: [slotsPerHost] },
    },
    subject: peerSubject(),
    arrivals,
    watches: [watch],
  })
  const [violation] = violations
  if (violation) throw new Error(`the simulated mesh broke ${violation.invariant}: ${violation.detail}`)
  return watch.served
}
