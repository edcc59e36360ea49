import type { PeerInput, PeerSnapshot, RunOrder, TraceEvent } from '@souk/peer'
import { type TaskId, taskIdOf } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** Where nothing fails the members of a gang that was placed start within so long of each other: its batons are on their way. */
const startMsMax = 250
/** Gangs for which one asker may have room kept at one host, and how long after its last word it may be (I7; see `gang-config.ts`). */
const perAskerMax = 4
const keptMsMax = 3_000
/** Nodes looked at once the faults are over, a virtual second: all of a small mesh, those of a large one in turns. */
const lookedAtMax = 16

interface Placed {
  size: number
  tasks: Set<TaskId>
  startedAt: number[]
}

/**
 * Gangs: whoever places a gang places all of its members in one step, whatever fails; where nothing does they start
 * together. I7: the room that hosts keep meanwhile is bounded for each asker, and none is kept for long.
 */
export class GangsChecker implements Watch {
  readonly #violations: Violations
  readonly #faultless: boolean
  /** by task: its gang, and how many are in it */
  readonly #members = new Map<TaskId, { gang: string; size: number }>()
  /** by gang, by whom and when it was placed */
  readonly #placed = new Map<string, Map<string, Placed>>()
  #nextLook = 0

  constructor(violations: Violations, faultless: boolean) {
    this.#violations = violations
    this.#faultless = faultless
  }

  onSubmit(_node: SimNode, { tasks }: Extract<PeerInput, { type: 'submit' }>): void {
    for (const submitted of tasks) {
      const { gang } = submitted.spec
      if (gang) this.#members.set(taskIdOf(submitted), { gang: gang.id, size: gang.size })
    }
  }

  onTrace({ id }: SimNode, event: TraceEvent): void {
    if (event.type !== 'task.awarded' || event.decision.how !== 'gang') return
    const member = this.#members.get(event.task)
    if (!member) return
    const all = this.#placed.get(member.gang) ?? new Map<string, Placed>()
    this.#placed.set(member.gang, all)
    const when = `${id} at ${event.at}`
    const placed = all.get(when) ?? { size: member.size, tasks: new Set(), startedAt: [] }
    all.set(when, placed)
    placed.tasks.add(event.task)
  }

  onRun(node: SimNode, { task, attempt }: RunOrder, now: number): void {
    const member = this.#members.get(task)
    const placed = member && [...(this.#placed.get(member.gang)?.values() ?? [])].find(({ tasks }) => tasks.has(task))
    if (!this.#faultless || !placed || attempt > 1) return
    placed.startedAt.push(now)
    const late = now - placed.startedAt[0]!
    if (late <= startMsMax) return
    const detail = `${node.id} starts ${task} ${late} ms after the first of its gang, though all were placed at once`
    this.#violations.safety('gang', now, detail)
  }

  /** Only once the faults are over, since looking costs. */
  onCalm(nodes: readonly SimNode[], _connected: unknown, now: number): void {
    if (this.#members.size === 0) return
    for (let i = Math.min(lookedAtMax, nodes.length); i > 0; i--) {
      const node = nodes[this.#nextLook++ % nodes.length]!
      const { reservations } = ((node.peer?.snapshot() as PeerSnapshot | undefined)?.market ?? {}) as {
        reservations?: { from: string; untilMs: number }[]
      }
      const counts = new Map<string, number>()
      for (const { from, untilMs } of reservations ?? []) {
        counts.set(from, (counts.get(from) ?? 0) + 1)
        const leftMs = untilMs - node.clock.at(now)
        if (node.frozenUntil <= now && node.lagMs === 0 && (leftMs > keptMsMax || leftMs < -keptMsMax))
          this.#violations.safety('I7', now, `${node.id} keeps room for a gang of ${from} until ${leftMs} ms from now`)
      }
      for (const [from, count] of counts)
        if (count > perAskerMax)
          this.#violations.safety('I7', now, `${node.id} keeps room for ${count} gangs of ${from}`)
    }
  }

  onEnd(_nodes: unknown, _open: unknown, now: number): void {
    for (const [gang, all] of this.#placed) {
      for (const [when, { size, tasks }] of all) {
        if (tasks.size === size) continue
        this.#violations.safety('gang', now, `${when} placed ${tasks.size} of the ${size} of gang ${gang}`)
      }
    }
  }
}
