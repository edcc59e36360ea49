import type { Prng } from '@souk/kernel'
import type { PeerEffect, PeerInput, RunOrder, StopCode } from '@souk/peer'
import type { Ballot, RunResult, TaskId } from '@souk/wire'
import { checkpointAt, doneMsOf } from './checkpoint-draws.ts'
import type { SimEvent } from './event.ts'
import { type Executor, endedResult, type Run, stoppedResult } from './executor.ts'
import type { SimNode } from './node.ts'
import type { Stage } from './stage.ts'
import type { RunEnd, Watches } from './watch.ts'

/** From the order to the first instruction of a run, and from a stop to its end at most, ms. */
const startMs = 0.5
const stopMsMax = 5
/** of the runs that are asked for a checkpoint so many leave none */
const silentChance = 0.2
/** How late a guardian sees that a lease has ended, at most. */
const guardianMsMax = 100

/** It is to go on elsewhere from what it leaves. */
const movesOn = (code: StopCode): boolean => code === 'draining' || code === 'pressure'

/** Carries out run and stop effects in virtual time, with the guardian that outlives a frozen peer. */
export class Processes {
  readonly #stage: Stage
  readonly #watches: Watches
  readonly #prng: Prng
  readonly #answers: PeerInput[] = []

  constructor(stage: Stage, watches: Watches, prng: Prng) {
    this.#stage = stage
    this.#watches = watches
    this.#prng = prng
  }

  carryOut(node: SimNode, effect: Extract<PeerEffect, { type: 'run' | 'lineUp' | 'takeBack' | 'stop' }>): void {
    if (effect.type === 'run') this.#start(node, effect.order)
    else if (effect.type === 'lineUp') this.#lineUp(node, effect.order, effect.behind)
    else if (effect.type === 'takeBack') this.#takeBack(node, effect.task, effect.ballot)
    else this.#stop(node, effect.task, effect.ballot, effect.code)
  }

  #start(node: SimNode, order: RunOrder): void {
    this.#watches.tell('onRun', node, order, this.#stage.now)
    this.#begin(node.executor.start(node.index, node.life, order, this.#stage.now))
  }

  #begin(run: Run | undefined): void {
    if (run === undefined) return
    this.#stage.push(this.#stage.now + startMs, { kind: 'began', run })
    this.#stage.push(this.#stage.now + startMs + run.ms, { kind: 'ended', run, end: 'ended', result: endedResult(run) })
  }

  #lineUp(node: SimNode, order: RunOrder, behind: Parameters<Executor['lineUp']>[1]): void {
    const { task, ballot, leased } = order
    const untilMs = leased ? (node.peer?.runsUntilMs?.(task, ballot) ?? 0) : Number.POSITIVE_INFINITY
    const beginBy = untilMs === Number.POSITIVE_INFINITY ? untilMs : node.clock.toWorld(untilMs)
    if (!node.executor.lineUp(order, behind, beginBy)) this.#answers.push({ type: 'takenBack', task, ballot })
  }

  #takeBack(node: SimNode, task: TaskId, ballot: Ballot): void {
    if (node.executor.takeBack(task, ballot)) this.#answers.push({ type: 'takenBack', task, ballot })
  }

  /** What is lined up begins by itself, though its peer may be frozen; not where its lease has ended, nor what is behind it. */
  #goOn(before: Run, end: RunEnd): void {
    const node = this.#stage.nodes[before.node]!
    const { now } = this.#stage
    if (end !== 'ended' || now > (before.followers[0]?.beginBy ?? now)) {
      for (const { order } of [...before.followers]) {
        const { task, ballot } = order
        node.executor.takeBack(task, ballot)
        this.#tell(before, { type: 'takenBack', task, ballot })
      }
      return
    }
    const run = node.executor.follow(before, now)
    if (!run) return
    this.#watches.tell('onRun', node, run.order, now)
    this.#begin(run)
  }

  /** A stop for a run that is over is no mistake: they crossed. */
  #stop(node: SimNode, task: TaskId, ballot: Ballot, code: StopCode): void {
    const run = node.executor.find(task, ballot)
    if (run === undefined) return
    const afterMs = this.#prng.float() * this.#graceMs(run, code)
    const endMs = this.#stage.now + afterMs
    const result = stoppedResult(run, code, endMs)
    if (movesOn(code)) this.#leave(run, result, endMs)
    this.#stage.push(endMs, { kind: 'ended', run, end: 'stopped', result })
  }

  #graceMs({ order }: Run, code: StopCode): number {
    const plan = order.record.spec.checkpoint
    return movesOn(code) && plan ? plan.graceMs : stopMsMax
  }

  /** Some write none, or none that could be stored. */
  #leave({ order, startedAt }: Run, result: RunResult, endMs: number): void {
    if (!order.record.spec.checkpoint || this.#prng.chance(silentChance)) return
    result.checkpoint = checkpointAt(doneMsOf(order.checkpoint) + Math.max(0, endMs - startedAt - startMs))
  }

  onBegan(run: Run): void {
    if (run.over) return
    const { task, ballot } = run.order
    this.#tell(run, { type: 'running', task, ballot })
  }

  onEnded({ run, end, result }: Extract<SimEvent, { kind: 'ended' }>): void {
    if (result.checkpoint && !run.over) run.leaves = result.checkpoint
    if (!this.#end(run, end)) return
    const { task, ballot } = run.order
    this.#tell(run, { type: 'ran', task, ballot, result })
    this.#goOn(run, end)
  }

  /** A frozen peer's guardian kills what another peer could start again, when the lease that it was told last ends. */
  onFreeze(node: SimNode, ms: number): void {
    const { now } = this.#stage
    for (const run of node.executor.runs()) {
      const { task, ballot, leased } = run.order
      const untilMs = leased ? node.peer?.runsUntilMs?.(task, ballot) : undefined
      if (untilMs === undefined || untilMs === Infinity) continue
      const endMs = Math.max(now, node.clock.toWorld(untilMs)) + this.#prng.float() * guardianMsMax
      // Thawed before, it is told of newer leases, or to end.
      if (endMs > now + ms) continue
      this.#stage.push(endMs, { kind: 'ended', run, end: 'guardian', result: stoppedResult(run, 'guardian', endMs) })
    }
  }

  /** The guardian kills everything when its peer is gone. */
  onCrash(node: SimNode): void {
    for (const run of node.executor.runs()) this.#end(run, 'crash')
  }

  #end(run: Run, end: RunEnd): boolean {
    const node = this.#stage.nodes[run.node]!
    if (!node.executor.end(run)) return false
    this.#watches.tell('onRunEnd', node, run, end, this.#stage.now)
    return true
  }

  /** What an executor says at once to what a step ordered: its peer's next inputs, before all that waits for it. */
  answers(): PeerInput[] {
    return this.#answers.splice(0)
  }

  /** By the queue, since the peer may be frozen or of another life by then. */
  #tell(run: Pick<Run, 'node' | 'life'>, input: Extract<SimEvent, { kind: 'input' }>['input']): void {
    this.#stage.push(this.#stage.now, { kind: 'input', node: this.#stage.nodes[run.node]!, life: run.life, input })
  }
}
