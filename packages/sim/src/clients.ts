import type { Prng } from '@souk/kernel'
import type { PeerInput, Reply } from '@souk/peer'
import { type OutcomeKind, type TaskId, taskIdOf } from '@souk/wire'
import { type Arrival, submittedTogether } from './arrival.ts'
import { type ClientTask, newClientTask } from './client-task.ts'
import type { SimNode } from './node.ts'
import type { Stage } from './stage.ts'
import type { Watch } from './watch.ts'
import type { TaskDraft, Workload } from './workload.ts'

/** How often clients look after what they sent; how long until they send it again. */
const sweepMs = 1000
const answerMsMax = 5000
/** A watch ends by itself after a minute: clients renew theirs before. */
const watchRenewMs = 30_000
/** A refused or unanswered submit is sent so often, then given up. */
const triesMax = 200
/** A client that may go to another peer does so when its own is away for so long, or refused it by this chance. */
const patienceMs = 3000
const elsewhereChance = 0.5
/** An accepted submit is said once more within so long. */
const againMsMax = 20_000
/** Tasks in one repeated submit. */
const resendMax = 256

/**
 * The people at the mesh. They submit with a key, ask again with the same key where they got no answer, ask what became
 * of accepted tasks when their peer died, cancel at times through any peer, and remember what they heard. They keep the
 * same peer, or go to any other where their profile says so.
 */
export class Clients implements Watch {
  readonly tasks = new Map<TaskId, ClientTask>()
  readonly refusals = new Map<string, number>()
  /** of one task, all its runs where it fails again and again */
  longestMs = 0
  /** world time of the last outcome a client heard, or of the last task that was new: nobody can have heard of that before */
  progressAt = 0
  submittedAll = false
  readonly #open = new Map<TaskId, ClientTask>()
  readonly #stage: Stage
  readonly #workload: Workload
  readonly #prng: Prng
  /** of its own, so that a share of 0 changes nothing */
  readonly #again: Prng
  #againUntilMs = 0
  /** by client number: the tasks of one submit, by tag, and how many of them it still waits for */
  readonly #submits = new Map<number, { tasks: ClientTask[]; left: number }>()
  #nextClient = 1

  constructor(stage: Stage, workload: Workload, prng: Prng) {
    this.#stage = stage
    this.#workload = workload
    this.#prng = prng
    this.#again = prng.fork('again')
  }

  /** Tasks of which the outcome is awaited. */
  get open(): number {
    return this.#open.size
  }

  /** Somebody will yet say a submit once more. */
  get sayingAgain(): boolean {
    return this.#againUntilMs >= this.#stage.now
  }

  openAccepted(): TaskId[] {
    return [...this.#open.values()].filter(({ state }) => state === 'accepted').map(({ id }) => id)
  }

  /** Submits so many tasks from now on, `gapMs` apart on average; 0 = all now. */
  begin(tasks: number, gapMs: number): void {
    this.progressAt = this.#stage.now
    this.#arrive(tasks, gapMs)
    this.#stage.later(sweepMs, () => this.#sweep())
  }

  /** Submits these, each in its time from now on. */
  replay(arrivals: readonly Arrival[]): void {
    this.progressAt = this.#stage.now
    this.#replayNext(arrivals, 0, this.#stage.now)
    this.#stage.later(sweepMs, () => this.#sweep())
  }

  /** Asks the origin of every task that is still open what became of it. */
  audit(): void {
    for (const task of this.#open.values()) {
      if (!task.node.alive && this.#mayGo(task)) this.#goElsewhere(task)
      const { id, node } = task
      this.#tell(node, { type: 'query', client: this.#nextClient++, task: id, watch: false })
    }
  }

  onReply(node: SimNode, client: number, reply: Reply, now: number): void {
    if (reply.type === 'accepted' || reply.type === 'refused') this.#onAnswer(node, client, reply)
    else if (reply.type === 'outcome') {
      this.#onOutcome(reply.task, reply.outcome.kind, now)
      this.#heard(node, client)
    } else if (reply.type === 'view') {
      const kind = reply.view?.outcome?.kind
      if (kind !== undefined) this.#onOutcome(reply.task, kind, now)
      else if (reply.view === undefined) this.#onUnknown(node, reply.task)
    }
  }

  #arrive(left: number, gapMs: number): void {
    const { batchMax, submitterShare, livingFirst } = this.#workload.shape
    const count = Math.min(left, gapMs === 0 ? batchMax : 1 + this.#prng.below(batchMax))
    const living = livingFirst ? this.#stage.nodes.filter(({ alive }) => alive) : []
    const nodes = living.length > 0 ? living : this.#stage.nodes
    const node = nodes[this.#prng.below(Math.max(1, Math.round(nodes.length * submitterShare)))]!
    const batch: ClientTask[] = []
    while (batch.length < count) batch.push(...this.#draw(node, left - batch.length))
    this.#submit(node, batch)
    const { length } = batch
    if (left === length) this.submittedAll = true
    else this.#stage.later(this.#prng.exponential(gapMs * length), () => this.#arrive(left - length, gapMs))
  }

  #replayNext(arrivals: readonly Arrival[], next: number, beganAt: number): void {
    const arrival = arrivals[next]
    this.submittedAll = arrival === undefined
    if (arrival === undefined) return
    this.#stage.later(beganAt + arrival.atMs - this.#stage.now, () => {
      const node = this.#stage.nodes[arrival.node]!
      const together = submittedTogether(arrivals, next).map(({ draft }) => this.#expect(node, draft))
      this.#submit(node, together)
      this.#replayNext(arrivals, next + together.length, beganAt)
    })
  }

  /** One task, or all members of a gang. */
  #draw(node: SimNode, max: number): ClientTask[] {
    return this.#workload.drawTasks(max).map((draft) => this.#expect(node, draft))
  }

  #expect(node: SimNode, draft: TaskDraft): ClientTask {
    const { nonce, spec, ms, runsMs } = draft
    const id = taskIdOf(draft)
    const task = newClientTask({ id, nonce, spec, node })
    this.tasks.set(id, task)
    this.#open.set(id, task)
    this.longestMs = Math.max(this.longestMs, runsMs)
    this.progressAt = this.#stage.now
    if (this.#prng.chance(this.#workload.shape.cancelChance)) {
      this.#stage.later(this.#prng.float() * ms * 1.5, () => this.#cancel(task))
    }
    return task
  }

  #submit(node: SimNode, batch: ClientTask[]): void {
    const client = this.#nextClient++
    for (const task of batch) {
      task.sentAt = this.#stage.now
      task.life = node.life
      task.tries++
    }
    if (!node.alive) return
    this.#submits.set(client, { tasks: batch, left: batch.length })
    const tasks = batch.map(({ nonce, spec }, tag) => ({ tag, nonce, spec }))
    this.#tell(node, { type: 'submit', client, tasks })
  }

  #cancel(task: ClientTask): void {
    if (task.state !== 'accepted') return
    const node = this.#mayGo(task) || task.spec.durability === 'quorum' ? this.#prng.pick(this.#stage.nodes) : task.node
    this.#tell(node, { type: 'cancel', client: this.#nextClient++, task: task.id, reason: 'changed my mind' })
  }

  #onAnswer(node: SimNode, client: number, reply: Extract<Reply, { type: 'accepted' | 'refused' }>): void {
    const task = this.#submits.get(client)?.tasks[reply.tag]
    if (task === undefined || task.state !== 'sent' || (task.node !== node && !this.#workload.shape.anyPeer)) return
    if (reply.type === 'accepted') {
      Object.assign(task, { state: 'accepted', node, life: node.life })
      if (task.spec.durability !== 'quorum') task.keeper = { id: node.id, life: node.life }
      if (this.#again.chance(this.#workload.shape.resubmitChance)) this.#sayAgain(task)
      return
    }
    this.refusals.set(reply.code, (this.refusals.get(reply.code) ?? 0) + 1)
    if (this.#mayGo(task) && this.#prng.chance(elsewhereChance)) this.#goElsewhere(task)
    this.#heard(node, client)
  }

  /** A client that has heard all it waits for goes. */
  #heard(node: SimNode, client: number): void {
    const submit = this.#submits.get(client)
    if (submit === undefined || --submit.left > 0) return
    this.#submits.delete(client)
    this.#tell(node, { type: 'gone', client })
  }

  #onOutcome(id: TaskId, kind: OutcomeKind, now: number): void {
    const task = this.tasks.get(id)
    if (task === undefined || task.state === 'closed') return
    task.state = 'closed'
    task.kind = kind
    this.#open.delete(id)
    this.progressAt = now
  }

  /**
   * Sends again what was refused or not answered. What was accepted needs no second submit, that is the promise:
   * where the peer has died since, its client asks what became of it and listens on.
   */
  #sweep(): void {
    const again = new Map<SimNode, ClientTask[]>()
    for (const task of this.#open.values()) {
      const { node } = task
      if (this.#isForgotten(task)) {
        this.#forget(task)
        continue
      }
      if (!node.alive) {
        this.#onAway(task)
        continue
      }
      task.awayAt = undefined
      if (task.state === 'accepted') {
        const watching = task.askedAt > 0 && this.#stage.now - task.askedAt >= watchRenewMs
        if (task.life !== node.life || watching) this.#ask(task)
      } else if (task.life !== node.life || this.#stage.now - task.sentAt >= answerMsMax) this.#queueAgain(task, again)
    }
    for (const [node, batch] of again) this.#submit(node, batch)
    this.#stage.later(sweepMs, () => this.#sweep())
  }

  /** A task that only its own peer keeps is nothing to others. */
  #mayGo({ spec }: ClientTask): boolean {
    return this.#workload.shape.anyPeer && spec.durability === 'quorum'
  }

  /** Its peer is another one now, or will never be back: with its disk the task is gone. */
  #isForgotten({ node, spec, keeper }: ClientTask): boolean {
    return (
      spec.durability !== 'quorum' && ((keeper !== undefined && keeper.id !== node.id) || (node.gone && !node.alive))
    )
  }

  /** What was on no disk is forgotten with the life of its peer. */
  #onUnknown(node: SimNode, id: TaskId): void {
    const task = this.#open.get(id)
    if (task?.spec.durability === 'none' && task.keeper !== undefined && task.keeper.life !== node.life)
      this.#forget(task)
  }

  #forget(task: ClientTask): void {
    task.state = 'forgotten'
    this.#open.delete(task.id)
  }

  /** The same submit once more, at some time in its life or after: it must be the same task. */
  #sayAgain(task: ClientTask): void {
    const afterMs = this.#again.float() * againMsMax
    this.#againUntilMs = Math.max(this.#againUntilMs, this.#stage.now + afterMs)
    this.#stage.later(afterMs, () => {
      const node = this.#mayGo(task) ? this.#again.pick(this.#stage.nodes) : task.node
      // What its peer has forgotten would begin anew, and nobody would wait for that to end.
      if (!node.alive || task.state === 'forgotten' || this.#isForgotten(task)) return
      const { nonce, spec } = task
      this.#tell(node, { type: 'submit', client: this.#nextClient++, tasks: [{ tag: 0, nonce, spec }] })
    })
  }

  /** Its peer is away: at some time its client tries another one. */
  #onAway(task: ClientTask): void {
    if (!this.#mayGo(task)) return
    task.awayAt ??= this.#stage.now
    if (this.#stage.now - task.awayAt >= patienceMs) this.#goElsewhere(task)
  }

  /** The next sweep finds that the peer asked last is another one. */
  #goElsewhere(task: ClientTask): void {
    const others = this.#stage.nodes.filter((node) => node.alive && node !== task.node)
    if (others.length === 0) return
    task.node = this.#prng.pick(others)
    task.life = -1
    task.awayAt = undefined
  }

  #ask(task: ClientTask): void {
    task.life = task.node.life
    task.askedAt = this.#stage.now
    this.#tell(task.node, { type: 'query', client: this.#nextClient++, task: task.id, watch: true })
  }

  #queueAgain(task: ClientTask, again: Map<SimNode, ClientTask[]>): void {
    if (task.tries >= triesMax) {
      task.state = 'refused'
      this.#open.delete(task.id)
      return
    }
    const batch = again.get(task.node)
    if (batch === undefined) again.set(task.node, [task])
    else if (batch.length < resendMax) batch.push(task)
  }

  #tell(node: SimNode, input: PeerInput): void {
    if (node.alive) this.#stage.push(this.#stage.now, { kind: 'input', node, life: node.life, input })
  }
}
