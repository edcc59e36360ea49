import { type Machine, type Millis, Tally, type WallMillis } from '@souk/kernel'
import type { MessageOf, PeerId, TaskId, TaskRecord } from '@souk/wire'
import type {
  DependenciesConfig,
  DependenciesEffect,
  DependenciesInput,
  DependenciesMessage,
  DependenciesView,
} from './dependencies-io.ts'
import { lostTrackText, strandedText, waitsForDecision, waitsForText } from './dependency-text.ts'
import { type LostTrack, WatchedEnds } from './watched-ends.ts'

type Out = DependenciesEffect[]
type End = MessageOf<'ends'>['ended'][number]

/** A task that this peer bears and holds back, and the tasks that it still waits for. */
interface Dependent {
  record: TaskRecord
  left: Map<TaskId, 'succeeded' | 'ended'>
  total: number
  sinceMs: Millis
  /** `left.size` when its readers were last told; 0: they were not told yet */
  told: number
}

/**
 * Holds back tasks that this peer bears until the tasks in their `after` have ended as wanted, and strands a task if one of
 * those never will. It takes the end of a task only from a custodian that knows the outcome to be chosen. Nothing of this is
 * written to disk: the next bearer of a dependent asks anew.
 *
 * Inputs: waiting batons, what custodians say of others' tasks. Effects: questions, batons that may be placed, or that
 * end. Bounds: custody bounds what is borne; dependenciesMax a task.
 */
export class Dependencies implements Machine<DependenciesInput, DependenciesEffect> {
  readonly #self: PeerId
  readonly #ends: WatchedEnds
  readonly #dependents = new Map<TaskId, Dependent>()
  /** by task that is waited for: its dependents */
  readonly #waiters = new Map<TaskId, Set<TaskId>>()
  /** dependents by tenant, for its bound on waiting tasks; without members of gangs, which are let in all or none */
  readonly #tenants = new Tally()
  /** dependents whose readers may have news at the end of this step */
  readonly #news = new Set<TaskId>()
  #wallOffset: WallMillis = 0

  constructor(config: DependenciesConfig, { self, view }: { self: PeerId; view: DependenciesView }) {
    this.#self = self
    this.#ends = new WatchedEnds(config, view)
  }

  step(input: DependenciesInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
      case 'wall':
        this.#wallOffset = input.wallMs - now
        break
      case 'waiting':
        this.#onWaiting(input.record, now, out)
        break
      case 'withdrawn':
        this.#drop(input.task)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'linkChanged':
        this.#ends.onLinkChanged(input.peer, now)
        break
      case 'wake':
        for (let lost = this.#ends.popLost(now); lost; lost = this.#ends.popLost(now)) this.#onLost(lost, out)
        break
    }
    this.#ends.flush(out)
    this.#tell(now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.#ends.nextWakeup()
  }

  /** Tasks of this tenant that are held back here. */
  waitingOf(tenant: string): number {
    return this.#tenants.of(tenant)
  }

  snapshot() {
    const dependents = [...this.#dependents].map(([task, { left, total }]) => ({ task, left: [...left.keys()], total }))
    return { dependents, watched: this.#ends.size }
  }

  #onWaiting(record: TaskRecord, now: Millis, out: Out): void {
    this.#drop(record.id)
    const left = new Map((record.spec.after ?? []).map(({ task, on }) => [task, on]))
    if (left.size === 0) {
      out.push({ type: 'released', record })
      return
    }
    this.#dependents.set(record.id, { record, left, total: left.size, sinceMs: now, told: 0 })
    if (!record.spec.gang) this.#tenants.add(record.spec.tenant)
    for (const task of left.keys()) {
      const waiters = this.#waiters.get(task)
      if (waiters) waiters.add(record.id)
      else this.#waiters.set(task, new Set([record.id]))
      if (!this.#ends.has(task)) this.#ends.add(task, now)
      else this.#news.add(record.id)
    }
  }

  /** Forgets a dependent, and stops asking for tasks that no other dependent waits for. */
  #drop(id: TaskId): void {
    const dependent = this.#dependents.get(id)
    if (!dependent) return
    this.#dependents.delete(id)
    const { gang, tenant } = dependent.record.spec
    if (!gang) this.#tenants.remove(tenant)
    this.#news.delete(id)
    for (const task of dependent.left.keys()) {
      const waiters = this.#waiters.get(task)!
      waiters.delete(id)
      if (waiters.size > 0) continue
      this.#waiters.delete(task)
      this.#ends.delete(task)
    }
  }

  // ---- what becomes of the tasks that are waited for

  #onMessage(from: PeerId, message: DependenciesMessage, now: Millis, out: Out): void {
    if (message.t === 'moved') {
      this.#onLost(this.#ends.onMoved(from, message, now), out)
      return
    }
    for (const end of [...this.#ends.ended(from, message)]) this.#onEnded(end, out)
    for (const task of message.open) {
      this.#ends.onOpen(from, task, now)
      this.#haveNews(task)
    }
    for (const task of message.unknown) {
      this.#haveNews(task)
      this.#onLost(this.#ends.onUnknown(from, task, now), out)
    }
  }

  #onEnded({ task, kind, code }: End, out: Out): void {
    this.#ends.delete(task)
    const waiters = [...(this.#waiters.get(task) ?? [])]
    for (const id of waiters) {
      const dependent = this.#dependents.get(id)!
      if (dependent.left.get(task) === 'succeeded' && kind !== 'succeeded') {
        this.#drop(id)
        out.push({ type: 'stranded', task: id, code: 'dependency', message: strandedText(task, kind, code) })
      } else this.#onOneLess(id, dependent, task, out)
    }
    this.#waiters.delete(task)
  }

  #onOneLess(id: TaskId, dependent: Dependent, task: TaskId, out: Out): void {
    dependent.left.delete(task)
    this.#news.add(id)
    if (dependent.left.size > 0) return
    this.#drop(id)
    out.push({ type: 'released', record: dependent.record })
  }

  #onLost(lost: LostTrack | undefined, out: Out): void {
    if (!lost) return
    this.#ends.delete(lost.task)
    const message = lostTrackText(lost)
    for (const id of [...(this.#waiters.get(lost.task) ?? [])]) {
      this.#drop(id)
      out.push({ type: 'stranded', task: id, code: 'dependency-unknown', message })
    }
    this.#waiters.delete(lost.task)
  }

  // ---- what readers of dependents are told

  #haveNews(task: TaskId): void {
    for (const id of this.#waiters.get(task) ?? []) this.#news.add(id)
  }

  /** Tells readers what dependents wait for, but only after an answer: often those tasks have ended long ago. */
  #tell(now: Millis, out: Out): void {
    for (const id of this.#news) {
      const dependent = this.#dependents.get(id)!
      const { left, total, told, sinceMs } = dependent
      if (told === left.size) continue
      dependent.told = left.size
      const reason = waitsForText([...left.keys()], total)
      const wallMs = Math.round(this.#wallOffset + now)
      out.push({ type: 'waits', task: id, decision: waitsForDecision(this.#self, reason, wallMs, now - sinceMs) })
    }
    this.#news.clear()
  }
}
