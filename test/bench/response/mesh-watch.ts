import type { Watch } from '@souk/sim'
import { taskId } from '@souk/wire'
import { hosts, roundTripMs, submitters, type Task } from './load.ts'
import { latestStartMs, Truth } from './truth.ts'

type Hook<M extends keyof Watch> = Required<Watch>[M]

/** Not awarded by then, a task counts as left to wait: that is a decision as well. */
const decidedMsMax = 3 * roundTripMs

/** What became of one task in the mesh; world time in ms. */
export interface Placed {
  task: Task
  submittedMs: number
  acceptedMs: number
  /** the first award, the last one, and how that one came about */
  firstAwardMs: number
  awardMs: number
  how: string
  awards: number
  startMs: number
  /** the end of its run, and when its client heard of it */
  endMs: number
  heardMs: number
  host: number
  /** the latest start that still counts as near-optimal; NaN before the decision it is measured from */
  byMs: number
  /** slots claimed on the way to a host */
  claimed: number | undefined
}

/** Follows every task of a run and judges each decision by what was really the case when it was made. */
export class MeshWatch implements Watch {
  readonly placed: Placed[] = []
  readonly truth = new Truth(hosts)
  readonly #byNonce: Map<string, Task>
  readonly #byTask = new Map<string, Placed>()
  readonly #ends = new Map<string, () => void>()
  readonly #firstNode: number
  /** tasks without an award, the oldest first */
  readonly #undecided = new Set<Placed>()
  /** by client: what it submitted */
  readonly #sent = new Map<number, Placed>()

  constructor(tasks: readonly Task[], hostsSubmit: boolean) {
    this.#byNonce = new Map(tasks.map((task) => [task.arrival.draft.nonce, task]))
    this.#firstNode = hostsSubmit ? 0 : submitters
  }

  readonly onSubmit: Hook<'onSubmit'> = (_node, { client, tasks }, now) => {
    this.#decideWaits(now)
    for (const { nonce } of tasks) {
      const placed = newPlaced(this.#byNonce.get(nonce)!, now)
      this.placed.push(placed)
      this.#byTask.set(taskId(nonce), placed)
      this.#undecided.add(placed)
      this.#sent.set(client, placed)
    }
  }

  readonly onReply: Hook<'onReply'> = (_node, client, reply, now) => {
    const placed = this.#sent.get(client)
    if (placed === undefined) return
    if (reply.type === 'accepted') placed.acceptedMs = now
    else if (reply.type === 'outcome') placed.heardMs = now
  }

  readonly onTrace: Hook<'onTrace'> = (_node, event, now) => {
    if (event.type !== 'task.awarded') return
    this.#decideWaits(now)
    const placed = this.#byTask.get(event.task)!
    this.#unclaim(placed)
    const first = placed.awards++ === 0
    this.#undecided.delete(placed)
    placed.awardMs = now
    placed.how = event.decision.how
    if (first) placed.firstAwardMs = now
    // A wait that was decided while there was room is judged from then on.
    if (Number.isNaN(placed.byMs)) placed.byMs = latestStartMs(this.truth, placed.task, now)
    placed.claimed = Number(event.to.slice('peer-'.length)) - this.#firstNode
    this.truth.claim(placed.claimed, placed.task.slots)
  }

  readonly onRun: Hook<'onRun'> = ({ index }, { task }, now) => {
    this.#decideWaits(now)
    const placed = this.#byTask.get(task)!
    this.#unclaim(placed)
    placed.startMs = now
    placed.host = index - this.#firstNode
    this.#ends.set(task, this.truth.begin(placed.host, placed.task.slots, now + placed.task.ms))
  }

  readonly onRunEnd: Hook<'onRunEnd'> = (_node, { order: { task } }, _end, now) => {
    this.#decideWaits(now)
    this.#byTask.get(task)!.endMs = now
    this.#ends.get(task)?.()
    this.#ends.delete(task)
  }

  #unclaim(placed: Placed): void {
    if (placed.claimed !== undefined) this.truth.unclaim(placed.claimed, placed.task.slots)
    placed.claimed = undefined
  }

  /** Before anything changes: what should have been awarded by now, and was not, waits. That is right where no host has room. */
  #decideWaits(now: number): void {
    for (const placed of this.#undecided) {
      if (now < placed.submittedMs + decidedMsMax) return
      this.#undecided.delete(placed)
      if (this.truth.hasRoom(placed.task.slots)) placed.byMs = latestStartMs(this.truth, placed.task, now)
    }
  }
}

function newPlaced(task: Task, now: number): Placed {
  return {
    task,
    submittedMs: now,
    acceptedMs: Number.NaN,
    firstAwardMs: Number.NaN,
    awardMs: Number.NaN,
    how: '',
    awards: 0,
    startMs: Number.NaN,
    endMs: Number.NaN,
    heardMs: Number.NaN,
    host: -1,
    byMs: Number.NaN,
    claimed: undefined,
  }
}
