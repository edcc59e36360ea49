import { copyVector, type ResourceVector, shortage, TenantShares, take } from '@souk/kernel'
import { defaultConfig, type PeerInput, type RunOrder, type TraceEvent } from '@souk/peer'
import { type TaskId, type TaskSpec, taskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

const { ageingMs, overtakeScanMax } = defaultConfig().host

/** A run that waits at a host; `passedBy`: somebody started who had more than its tenant, and it would have fitted. */
interface Waiting {
  spec: TaskSpec
  sinceMs: number
  passedBy: string | undefined
}

/** What a host has taken, as far as it can be seen from outside. */
interface HostView {
  running: Map<TaskId, TaskSpec>
  /** promised to tasks whose records are on their way to the disk; what of it is given up nobody tells */
  reserved: Map<TaskId, TaskSpec>
  waiting: Map<TaskId, Waiting>
}

/**
 * I14: at a host nobody's run starts before a waiting one of the same priority that fits, if its tenant has the larger
 * dominant share of what runs there. Judged when the one that was passed over starts, since until then it may have been
 * withdrawn. Where what is seen from outside could be wrong it is taken the other way.
 */
export class FairnessChecker implements Watch {
  readonly #violations: Violations
  readonly #specs = new Map<TaskId, TaskSpec>()
  readonly #hosts = new Map<number, HostView>()
  /** some tasks are members of gangs, for which hosts keep room that cannot be seen from outside: nothing is judged */
  #gangs = false

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onSubmit(_node: SimNode, { tasks }: Extract<PeerInput, { type: 'submit' }>): void {
    for (const { nonce, spec } of tasks) {
      this.#specs.set(withoutDraw(taskId(nonce)), spec)
      this.#gangs ||= spec.gang !== undefined
    }
  }

  onStart(node: SimNode): void {
    this.#hosts.set(node.index, { running: new Map(), reserved: new Map(), waiting: new Map() })
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    const host = this.#hosts.get(node.index)
    if (!host) return
    if (event.type === 'task.ran') host.running.delete(event.task)
    if (event.type === 'task.putBack' || event.type === 'task.givenUp') host.waiting.delete(event.task)
    if (event.type === 'task.started') this.#onStart(node, host, event, now)
    if (event.type !== 'task.queued' && event.type !== 'task.awarded') return
    const spec = this.#specs.get(withoutDraw(event.task))
    if (!spec) return
    if (event.type === 'task.awarded') {
      if (event.to === node.id) host.reserved.set(event.task, spec)
      return
    }
    // With its room it starts at once, in front of those that wait: it takes nothing from them.
    if (host.reserved.delete(event.task)) host.running.set(event.task, spec)
    else host.waiting.set(event.task, { spec, sinceMs: now, passedBy: undefined })
  }

  onRun(node: SimNode, order: RunOrder, now: number): void {
    const host = this.#hosts.get(node.index)
    if (host) this.#onStart(node, host, order, now)
  }

  /** When its host decides so, or when its executor begins it because it was lined up, whichever comes first. */
  #onStart(node: SimNode, host: HostView, { task, backup }: Pick<RunOrder, 'task' | 'backup'>, now: number): void {
    if (host.running.has(task)) return
    // A second run that races the first never waited in this queue, though its task may have, long ago.
    if (backup) host.waiting.delete(task)
    const started = host.waiting.get(task)
    if (started?.passedBy !== undefined)
      this.#violations.safety('I14', now, `${node.id} starts ${task} after ${started.passedBy}`)
    host.waiting.delete(task)
    if (started && !this.#gangs) this.#compare(node, host, { task, started }, now)
    const spec = this.#specs.get(withoutDraw(task))
    if (spec) host.running.set(task, spec)
  }

  #compare(node: SimNode, host: HostView, { task, started }: { task: TaskId; started: Waiting }, now: number): void {
    const { capacity } = node.offer
    const { tenant, priority } = started.spec
    const rivals = [...host.waiting.values()].filter(
      ({ spec }) => spec.tenant !== tenant && spec.priority === priority && host.waiting.size <= overtakeScanMax,
    )
    if (rivals.length === 0) return
    const taken = sharesOf([...host.running.values()])
    const promised = sharesOf([...host.running.values(), ...host.reserved.values()])
    const free = freeOf(capacity, host)
    const had = taken.share(tenant, capacity)
    for (const rival of rivals) {
      const { spec, sinceMs } = rival
      if (Math.max(now - sinceMs, now - started.sinceMs) > ageingMs / 2 || shortage(free, spec.request)) continue
      const has = promised.share(spec.tenant, capacity)
      if (had > has + 1e-9)
        rival.passedBy ??= `${task}, whose tenant ${tenant} had ${had} against ${has} of ${spec.tenant}`
    }
  }
}

/** Of a task whose id was drawn again the client's key is the same. */
const withoutDraw = (task: TaskId): string => task.slice(0, -1)

function sharesOf(specs: readonly TaskSpec[]): TenantShares {
  const shares = new TenantShares()
  for (const { tenant, request } of specs) shares.add(tenant, request)
  return shares
}

function freeOf(capacity: ResourceVector, { running, reserved }: HostView): ResourceVector {
  const free = copyVector(capacity)
  for (const { request } of [...running.values(), ...reserved.values()]) take(free, request)
  return free
}
