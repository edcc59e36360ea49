import { BoundedMap, type Millis } from '@souk/kernel'
import type { TraceEvent } from '@souk/peer'
import { type Ballot, spanIdOf, type TaskId, type TraceContext, traceContextOf } from '@souk/wire'
import type { TaskSpan } from './task-span.ts'

/** tasks with something under way here; the oldest are forgotten, and their spans with them */
const tasksMax = 65_536

type EventOf<T extends TraceEvent['type']> = Extract<TraceEvent, { type: T }>
type Rest = Pick<TaskSpan, 'attributes'> & Partial<Pick<TaskSpan, 'failure'>>

/** What is under way of a task at this peer: when each step began, by its monotonic clock. */
interface Known {
  context: TraceContext
  submittedMs?: Millis
  queuedMs?: Millis
  startedMs?: Millis
  ranMs?: Millis
  attempt?: number
}

export interface TaskSpansOptions {
  /** the wall clock's time of a time of the trace */
  wallOf(at: Millis): number
  emit(span: TaskSpan): void
  /** of traces that nobody outside began, from 0 to 1; every peer of a mesh should have the same */
  share: number
}

/**
 * Makes spans of trace events: each peer tells the steps that it took itself, and since all ids follow from the task, they
 * are one trace wherever they are collected. A step whose host died is told by the one that takes the task up, from when
 * that had heard of it; a host that was only frozen tells the same span again.
 */
export class TaskSpans {
  readonly #options: TaskSpansOptions
  readonly #known = new BoundedMap<TaskId, Known>(tasksMax)

  constructor(options: TaskSpansOptions) {
    this.#options = options
  }

  readonly listener = (event: TraceEvent): void => {
    switch (event.type) {
      case 'task.submitted':
        this.#begin(event.task, event.traceparent).submittedMs = event.at
        break
      case 'task.received':
        this.#begin(event.task, event.traceparent)
        break
      case 'task.accepted':
        this.#onAccepted(event)
        break
      case 'task.awarded':
        this.#onAwarded(event)
        break
      case 'task.queued':
        this.#of(event.task).queuedMs = event.at
        break
      case 'task.started':
        this.#onStarted(event)
        break
      case 'task.ran':
        this.#onRan(event)
        break
      case 'task.givenUp':
      case 'task.chosen':
        this.#onDone(event)
        break
      case 'task.runLost':
        this.#onRunLost(event)
        break
      case 'task.recovered':
        this.#onRecovered(event)
        break
      case 'task.closed':
        this.#onClosed(event)
        break
    }
  }

  #begin(task: TaskId, traceparent: string | undefined): Known {
    const known = this.#known.get(task) ?? { context: traceContextOf(task, traceparent) }
    this.#known.push(task, known)
    return known
  }

  #of(task: TaskId): Known {
    return this.#known.get(task) ?? this.#begin(task, undefined)
  }

  #onAccepted({ task, at }: EventOf<'task.accepted'>): void {
    const { submittedMs } = this.#of(task)
    if (submittedMs !== undefined) this.#tell(task, 'submit', undefined, submittedMs, at, { attributes: {} })
  }

  #onAwarded({ task, ballot, at, to, decision }: EventOf<'task.awarded'>): void {
    const { how, candidates, asked, bidsTotal, decisionMs, auctionMs, reason } = decision
    const attributes = { 'souk.to': to, 'souk.how': how, 'souk.reason': reason }
    this.#tell(task, 'award', ballot, at - decisionMs, at, { attributes })
    if (asked === 0) return
    const auction = { 'souk.candidates': candidates, 'souk.asked': asked, 'souk.bids': bidsTotal }
    this.#tell(task, 'auction', ballot, at - auctionMs, at, { attributes: auction }, spanIdOf(task, 'award', ballot))
  }

  #onStarted({ task, ballot, at, attempt }: EventOf<'task.started'>): void {
    const known = this.#of(task)
    this.#tell(task, 'queue', ballot, known.queuedMs ?? at, at, { attributes: {} })
    known.startedMs = at
    known.attempt = attempt
  }

  #onRan({ task, ballot, at, end }: EventOf<'task.ran'>): void {
    const known = this.#of(task)
    const attributes = { 'souk.end': end, 'souk.attempt': known.attempt ?? 1 }
    this.#tell(task, 'run', ballot, known.startedMs ?? at, at, {
      attributes,
      ...(end === 'ok' ? {} : { failure: end }),
    })
    delete known.startedMs
    known.ranMs = at
  }

  /** Its outcome is chosen, or this peer has nothing more to do with it under this ballot. */
  #onDone(event: EventOf<'task.givenUp'> | EventOf<'task.chosen'>): void {
    const { task, ballot, at } = event
    const { ranMs, submittedMs } = this.#of(task)
    const failure = event.type === 'task.givenUp' ? { failure: event.code } : {}
    if (ranMs !== undefined) this.#tell(task, 'commit', ballot, ranMs, at, { attributes: {}, ...failure })
    if (submittedMs === undefined) this.#known.delete(task)
    else delete this.#of(task).ranMs
  }

  /** What its host did not live to tell, by whoever takes the task up: under that host's ballot it is the same step. */
  #onRunLost({ task, ballot, at, peer, state, attempt, forMs = 0, traceparent }: EventOf<'task.runLost'>): void {
    this.#begin(task, traceparent)
    const attributes = { 'souk.host': peer, 'souk.end': 'vanished', 'souk.attempt': attempt }
    const step = state === 'running' ? 'run' : 'queue'
    this.#tell(task, step, ballot, at - forMs, at, { attributes, failure: 'vanished' })
  }

  #onRecovered({ task, ballot, at, code, traceparent }: EventOf<'task.recovered'>): void {
    this.#begin(task, traceparent)
    this.#tell(task, 'recover', ballot, at, at, { attributes: { 'souk.code': code } })
  }

  /** The whole, told by the one peer that is to: the span that all others are part of. */
  #onClosed(event: EventOf<'task.closed'>): void {
    const { task, at, kind, code, whole } = event
    if (whole === undefined) return
    const known = this.#begin(task, whole.traceparent)
    const { parentId } = known.context
    const attributes = { 'souk.task': task, 'souk.class': whole.class, 'souk.outcome': kind, 'souk.code': code }
    const failure = kind === 'succeeded' ? {} : { failure: code }
    this.#tell(task, 'task', undefined, at - whole.tookMs, at, { attributes, ...failure }, parentId ?? '')
    if (known.ranMs === undefined && known.startedMs === undefined) this.#known.delete(task)
  }

  /** @param parentId '' where it has none; by default the whole of the task */
  #tell(
    task: TaskId,
    name: TaskSpan['name'],
    ballot: Ballot | undefined,
    from: Millis,
    to: Millis,
    rest: Rest,
    parentId = spanIdOf(task, 'task'),
  ): void {
    const { traceId, parentId: callers, sampled } = this.#of(task).context
    if (!sampled || (callers === undefined && !isDrawn(traceId, this.#options.share))) return
    const { wallOf, emit } = this.#options
    const parent = parentId === '' ? {} : { parentId }
    emit({
      name,
      traceId,
      spanId: spanIdOf(task, name, ballot),
      ...parent,
      startMs: wallOf(from),
      endMs: wallOf(to),
      ...rest,
    })
  }
}

/** By the trace alone, so that every peer draws the same. */
function isDrawn(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < share * 2 ** 32
}
