import { Deadlines, type Millis, type Prng, pickDevices, type ResourceRequest } from '@souk/kernel'
import type { PeerEffect, PeerInput, RunOrder, Write } from '@souk/peer'
import {
  type Accepted,
  type Ballot,
  type LoadStamp,
  type Offer,
  type Outcome,
  type PeerId,
  type TaskRecord,
  taskId,
} from '@souk/wire'
import type { SimPeer, Subject } from '../src/index.ts'

/** Mistakes that a toy peer can be told to make, one per promise. */
export type Mistake =
  | 'acks-before-disk'
  | 'forgets-at-start'
  | 'runs-twice'
  | 'runs-everything-at-once'
  | 'closes-twice'
  | 'never-closes'
  | 'reads-a-global'
  | 'throws-on-ping'
  | 'turns-in-place'

const probeMs = 500
/** Its number is 1; what names its custodians does not matter to a peer that is always the only one. */
const firstVersion = 2 ** 32

interface Task {
  record: TaskRecord
  client: number
  tag: number
  attempts: number
  watchers: number[]
  outcome?: Outcome
}

/** What it stores beside a record. */
interface ToyVote {
  version: number
  promised: Ballot
  accepted?: Accepted
  task: Pick<Task, 'client' | 'tag' | 'attempts'>
}

/**
 * The least peer that keeps the promises: it runs what it is given at its own host, in turn, with the disk
 * written before every answer; and it pings everyone it is connected to.
 */
export class ToyPeer implements SimPeer {
  static global = 0
  readonly #self: PeerId
  readonly #prng: Prng
  readonly #mistake: Mistake | undefined
  readonly #tasks = new Map<string, Task>()
  readonly #links = new Map<PeerId, number>()
  readonly #timers = new Deadlines<'probe'>()
  readonly #behindDisk: { seq: number; effects: PeerEffect[]; ready: string[] }[] = []
  readonly #queue: string[] = []
  #offer: Offer | undefined
  #incarnation = 0
  #seq = 0
  #running = 0
  #nonce = 0

  constructor(self: PeerId, prng: Prng, mistake?: Mistake) {
    this.#self = self
    this.#prng = prng
    this.#mistake = mistake
  }

  step(input: PeerInput, now: Millis, out: PeerEffect[]): void {
    if (input.type === 'start') this.#onStart(input, now, out)
    else if (input.type === 'wake') this.#onWake(now, out)
    else if (input.type === 'connected') this.#links.set(input.peer, input.incarnation)
    else if (input.type === 'disconnected') this.#links.delete(input.peer)
    else if (input.type === 'submit') this.#onSubmit(input, out)
    else if (input.type === 'persisted') this.#release(input.upToSeq, out)
    else if (input.type === 'persistFailed') this.#onPersistFailed(input.fromSeq, out)
    else if (input.type === 'ran') this.#onRan(input, now, out)
    else if (input.type === 'query') this.#onQuery(input, out)
    else if (input.type === 'frame' && this.#mistake === 'throws-on-ping' && this.#nonce > 3) throw new Error('planted')
  }

  nextWakeup(): Millis | undefined {
    return this.#mistake === 'turns-in-place' ? 0 : this.#timers.next()
  }

  loadStamp(): LoadStamp {
    return { seq: 0, waiting: this.#queue.length, freeSlots: 0, running: this.#running, draining: false, saidMs: 0 }
  }

  snapshot(): unknown {
    return { self: this.#self, incarnation: this.#incarnation, links: [...this.#links] }
  }

  #ballot(counter: number) {
    // Attempts are counted anew in each life; the counters that it uses are not.
    return { counter: 1000 * this.#incarnation + counter, peer: this.#self, incarnation: this.#incarnation }
  }

  #onQuery({ client, task: id, watch }: Extract<PeerInput, { type: 'query' }>, out: PeerEffect[]): void {
    const task = this.#tasks.get(id)
    if (task !== undefined && watch && task.outcome === undefined) task.watchers.push(client)
    out.push(this.#viewOf(client, id))
  }

  #viewOf(client: number, id: string): PeerEffect {
    const task = this.#tasks.get(id)
    if (task === undefined) {
      return { type: 'reply', client, reply: { type: 'view', task: id, view: undefined, reachable: true } }
    }
    const { record, outcome } = task
    const plain = { record, ballot: this.#ballot(task.attempts), attempts: [], timeline: [] }
    const view = outcome ? { ...plain, state: 'closed' as const, outcome } : { ...plain, state: 'running' as const }
    return { type: 'reply', client, reply: { type: 'view', task: id, view, reachable: true } }
  }

  #onStart(input: Extract<PeerInput, { type: 'start' }>, now: Millis, out: PeerEffect[]): void {
    this.#incarnation = input.incarnation
    this.#offer = input.offer
    this.#timers.set('probe', now + this.#prng.float() * probeMs)
    if (this.#mistake === 'forgets-at-start') return
    const votes = new Map(input.stored.map(({ key, value }) => [key, value as ToyVote]))
    for (const { key, value } of input.stored) {
      if (!key.startsWith('task/')) continue
      const id = key.slice('task/'.length)
      const { task, accepted } = votes.get(`vote/${id}`)!
      const outcome = accepted && accepted.decree.kind === 'outcome' ? { outcome: accepted.decree.outcome } : {}
      this.#tasks.set(id, { ...task, ...outcome, record: value as TaskRecord, watchers: [] })
      if (accepted === undefined) this.#queue.push(id)
    }
    this.#runNext(out)
  }

  #onWake(now: Millis, out: PeerEffect[]): void {
    if (this.#timers.popDue(now) === undefined) return
    this.#timers.set('probe', now + probeMs)
    const shift = this.#mistake === 'reads-a-global' ? ToyPeer.global++ : 0
    for (const to of [...this.#links.keys()].sort()) {
      out.push({ type: 'send', to, message: { t: 'ping', nonce: this.#nonce++ + shift, updates: [] } })
    }
  }

  #onSubmit({ client, tasks }: Extract<PeerInput, { type: 'submit' }>, out: PeerEffect[]): void {
    for (const { tag, nonce, spec } of tasks) {
      const id = taskId(nonce, 0, spec.gang !== undefined)
      const accepted: PeerEffect = { type: 'reply', client, reply: { type: 'accepted', tag, task: id } }
      const known = this.#tasks.get(id)
      if (known) {
        known.client = client
        out.push(accepted)
        if (known.outcome)
          out.push({ type: 'reply', client, reply: { type: 'outcome', task: id, outcome: known.outcome } })
        continue
      }
      const record = {
        id,
        spec,
        origin: this.#self,
        submittedWallMs: 0,
        custodians: [this.#self],
        version: firstVersion,
      }
      this.#tasks.set(id, { record, client, tag, attempts: 0, watchers: [] })
      if (this.#mistake === 'acks-before-disk') {
        out.push(accepted)
        this.#write(id, [], out, [id])
      } else this.#write(id, [accepted], out, [id])
    }
    this.#runNext(out)
  }

  /** Writes a task down; what follows leaves when it is on disk. */
  #write(id: string, after: PeerEffect[], out: PeerEffect[], ready: string[] = []): void {
    const seq = ++this.#seq
    out.push({ type: 'persist', seq, writes: this.#stored(id) })
    this.#behindDisk.push({ seq, effects: after, ready })
  }

  /** As custody stores it, since checkers read that; and what it needs to know itself. */
  #stored(id: string): Write[] {
    const { record, client, tag, attempts, outcome } = this.#tasks.get(id)!
    const vote: ToyVote = {
      version: record.version,
      promised: this.#ballot(attempts),
      task: { client, tag, attempts },
    }
    if (outcome !== undefined) vote.accepted = { ballot: outcome.ballot, decree: { kind: 'outcome', outcome } }
    return [
      { key: `task/${id}`, value: record },
      { key: `vote/${id}`, value: vote },
    ]
  }

  #release(upToSeq: number, out: PeerEffect[]): void {
    while (this.#behindDisk[0] !== undefined && this.#behindDisk[0].seq <= upToSeq) {
      const { effects, ready } = this.#behindDisk.shift()!
      out.push(...effects)
      this.#queue.push(...ready)
    }
    this.#runNext(out)
  }

  /** A full disk: it tries again, in order, until it works. */
  #onPersistFailed(fromSeq: number, out: PeerEffect[]): void {
    const failed = this.#behindDisk.filter(({ seq }) => seq >= fromSeq)
    if (failed.length === 0) return
    this.#behindDisk.length = 0
    const seq = ++this.#seq
    out.push({ type: 'persist', seq, writes: [...this.#tasks.keys()].flatMap((id) => this.#stored(id)) })
    this.#behindDisk.push({
      seq,
      effects: failed.flatMap(({ effects }) => effects),
      ready: failed.flatMap(({ ready }) => ready),
    })
  }

  #runNext(out: PeerEffect[]): void {
    const atOnce = this.#mistake === 'runs-everything-at-once' ? 1000 : 1
    while (this.#running < atOnce) {
      const id = this.#queue.shift()
      if (id === undefined) return
      const task = this.#tasks.get(id)!
      this.#running++
      const order: RunOrder = {
        task: id,
        ballot: this.#ballot(++task.attempts),
        record: task.record,
        alternative: 0,
        gpuDevices: this.#devices(task.record.spec.request),
        attempt: task.attempts,
        leased: false,
      }
      out.push({ type: 'run', order })
      if (this.#mistake === 'runs-twice')
        out.push({ type: 'run', order: { ...order, ballot: this.#ballot(task.attempts + 100) } })
    }
  }

  /** All of them are free: it runs one task at a time. */
  #devices({ gpu }: ResourceRequest): number[] {
    const { capacity, gpus } = this.#offer!
    return pickDevices(capacity.gpuMilli, gpu, gpus ?? []) ?? []
  }

  #onRan({ task: id, ballot, result }: Extract<PeerInput, { type: 'ran' }>, now: Millis, out: PeerEffect[]): void {
    this.#running--
    const task = this.#tasks.get(id)!
    if (this.#mistake !== 'never-closes') {
      const outcome: Outcome = {
        kind: result.end === 'ok' ? 'succeeded' : 'failed',
        code: 'exit',
        message: '',
        ballot,
        host: this.#self,
        result,
        attempts: [],
        endedWallMs: 0,
      }
      task.outcome = outcome
      const closing: PeerEffect[] = [
        { type: 'trace', event: { type: 'task.closed', at: now, task: id, ballot, kind: outcome.kind, code: 'exit' } },
        { type: 'reply', client: task.client, reply: { type: 'outcome', task: id, outcome } },
      ]
      closing.push(...task.watchers.map((client) => this.#viewOf(client, id)))
      if (this.#mistake === 'closes-twice') {
        const event = { type: 'task.closed', at: now, task: id, ballot, kind: 'lost', code: 'planted' } as const
        closing.push({ type: 'trace', event })
      }
      this.#write(id, closing, out)
    }
    this.#runNext(out)
  }
}

/** What the simulator needs to run toy peers, sound or with a mistake. */
export function toySubject(mistake?: Mistake): Subject {
  return {
    makePeer: (self, prng) => new ToyPeer(self, prng, mistake),
    rosterOf(snapshot) {
      const { self, incarnation, links } = snapshot as { self: PeerId; incarnation: number; links: [PeerId, number][] }
      return new Map([[self, String(incarnation)], ...links.map(([peer, life]) => [peer, String(life)] as const)])
    },
  }
}
