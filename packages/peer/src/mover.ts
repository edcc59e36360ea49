import { Deadlines, type Machine, type Millis } from '@souk/kernel'
import { limits, type MessageOf, type PeerId } from '@souk/wire'
import type { ClientRef } from './inputs.ts'
import type { MoveResult, NamedMove } from './named-move.ts'

export type MoverInput =
  | { type: 'wake' }
  | { type: 'move'; client: ClientRef; moves: readonly NamedMove[] }
  | { type: 'message'; from: PeerId; message: MessageOf<'fetched'> }
  | { type: 'gone'; client: ClientRef }

export type MoverEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'fetch'> }
  | { type: 'reply'; client: ClientRef; results: MoveResult[] }

/** a host waits up to wantMsMax (1 s) for the bearer */
const answerMsMax = 3_000
/** jobs under way, of all clients together */
const jobsMax = 16

interface Job {
  client: ClientRef
  results: MoveResult[]
  open: Map<number, { move: number; to: PeerId; count: number }>
}

/**
 * Carries out a plan of moves for a client: tells each host that is to have tasks to ask their bearer for them (`fetch`), and
 * collects what each got.
 *
 * Every job ends, by its answers or after answerMsMax. Bound: jobsMax. Inputs: plans and answers. Effects: messages, replies.
 */
export class Mover implements Machine<MoverInput, MoverEffect> {
  readonly #self: PeerId
  readonly #reachable: (peer: PeerId) => boolean
  readonly #jobs = new Map<number, Job>()
  readonly #over = new Deadlines<number>()
  #nextAsk = 1
  #nextJob = 1

  constructor(self: PeerId, reachable: (peer: PeerId) => boolean) {
    this.#self = self
    this.#reachable = reachable
  }

  step(input: MoverInput, now: Millis, out: MoverEffect[]): void {
    switch (input.type) {
      case 'move':
        this.#onMove(input.client, input.moves, now, out)
        break
      case 'message':
        this.#onFetched(input.from, input.message, out)
        break
      case 'gone':
        for (const [id, { client }] of this.#jobs) if (client === input.client) this.#forget(id)
        break
      case 'wake':
        for (let id = this.#over.popDue(now); id !== undefined; id = this.#over.popDue(now)) this.#giveUp(id, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#over.next()
  }

  snapshot() {
    return { moving: this.#jobs.size }
  }

  #onMove(client: ClientRef, moves: readonly NamedMove[], now: Millis, out: MoverEffect[]): void {
    const results = moves.map((): MoveResult => ({ handed: 0, left: [] }))
    const job: Job = { client, results, open: new Map() }
    for (const [i, move] of moves.entries()) {
      const count = move.tasks.length
      if (count === 0) continue
      if (this.#jobs.size >= jobsMax) add(results[i]!, 'too-many', count)
      else if (move.to !== this.#self && !this.#reachable(move.to)) add(results[i]!, 'not-reachable', count)
      else this.#ask(job, i, move, out)
    }
    if (job.open.size === 0) {
      out.push({ type: 'reply', client, results })
      return
    }
    const id = this.#nextJob++
    this.#jobs.set(id, job)
    this.#over.set(id, now + answerMsMax)
  }

  #ask(job: Job, move: number, { from: bearer, to, tasks, code, reason }: NamedMove, out: MoverEffect[]): void {
    for (let i = 0; i < tasks.length; i += limits.batonsPerMessageMax) {
      const some = tasks.slice(i, i + limits.batonsPerMessageMax)
      const ask = this.#nextAsk++
      job.open.set(ask, { move, to, count: some.length })
      out.push({ type: 'send', to, message: { t: 'fetch', ask, bearer, tasks: [...some], code, reason } })
    }
  }

  #onFetched(from: PeerId, { ask, count, left }: MessageOf<'fetched'>, out: MoverEffect[]): void {
    for (const [id, job] of this.#jobs) {
      const asked = job.open.get(ask)
      if (asked?.to !== from) continue
      job.open.delete(ask)
      const result = job.results[asked.move]!
      result.handed += Math.min(count, asked.count)
      for (const each of left) add(result, each.code, each.count)
      if (job.open.size === 0) this.#end(id, job, out)
      return
    }
  }

  #giveUp(id: number, out: MoverEffect[]): void {
    const job = this.#jobs.get(id)
    if (!job) return
    for (const { move, count } of job.open.values()) add(job.results[move]!, 'no-answer', count)
    this.#end(id, job, out)
  }

  #end(id: number, { client, results }: Job, out: MoverEffect[]): void {
    this.#forget(id)
    out.push({ type: 'reply', client, results })
  }

  #forget(id: number): void {
    this.#jobs.delete(id)
    this.#over.delete(id)
  }
}

function add({ left }: MoveResult, code: string, count: number): void {
  const known = left.find((each) => each.code === code)
  if (known) known.count += count
  else left.push({ code, count })
}
