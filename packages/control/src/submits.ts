import { SoukError, type SubmitAnswer, type SubmitBody, type SubmitResult } from '@souk/client'
import type { ClientRef, Submission } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import { gangNonce, isTraceparent, type TaskSpec, taskIdOf } from '@souk/wire'
import { Afters, afterOf, type TaskAfter } from './afters.ts'
import { ApiError } from './api-error.ts'
import { BetterKeys, type Prepared } from './better-keys.ts'
import { nonceOf, randomNonce } from './nonce.ts'
import type { Session } from './session.ts'
import type { Sessions, SubmitReply } from './sessions.ts'
import { TaskFinder } from './task-finder.ts'
import { toTaskSpec } from './to-task-spec.ts'

/** submits that wait for the peer's answer, of all requests together */
const waitingMax = 100_000
/** The peer answers within nine seconds; after this the answer is unknown and the client asks again with its key. */
const answerMsMax = 10_000

type Results = (SubmitResult | undefined)[]

interface Batch {
  results: Results
  left: number
  done(): void
}

interface Waiting {
  batch: Batch
  index: number
  live: boolean
  session: Session | undefined
}

/** One request on its way: what of it has been answered, and until when it can be. */
interface Sending {
  prepared: readonly Prepared[]
  results: Results
  live: ReadonlySet<number>
  session: Session | undefined
  byMs: number
}

/** Submits under way: from request to the peer's accepted or refused, one entry per task, one timer per request. */
export class Submits {
  readonly #handle: PeerHandle
  /** for requests without a session: their outcomes go nowhere */
  readonly #anonymous: ClientRef
  readonly #betterKeys: BetterKeys
  readonly #afters: Afters
  readonly #waiting = new Map<number, Waiting>()
  #tag = 0
  /** the most recent task accepted here */
  last: string | undefined

  constructor(handle: PeerHandle) {
    this.#handle = handle
    this.#betterKeys = new BetterKeys(handle)
    this.#afters = new Afters(new TaskFinder(handle, () => this.last))
    this.#anonymous = handle.attach((reply) => {
      if (reply.type === 'accepted' || reply.type === 'refused') this.onReply(reply)
    })
  }

  /**
   * Answers when every task is durable or refused, or with `submit-unknown` after 10 s. At once, with nothing begun, where
   * keys that were made up for it lead to custodians that are away: were these refused when the others are stored, and
   * this peer died until then, their client could not know that it may take other keys.
   */
  async submit(body: SubmitBody, sessions: Sessions, traceparent?: string): Promise<SubmitAnswer> {
    if (this.#waiting.size + body.tasks.length > waitingMax) {
      throw new ApiError(
        429,
        'submits-full',
        `${waitingMax} submits wait for their answer at this peer; retry in a second`,
      )
    }
    const session = body.session === undefined ? undefined : sessions.get(body.session)
    const live = new Set(body.live)
    const prepared = prepare(body, traceparent)
    const better = this.#betterKeys.of(prepared)
    if (better.size > 0) return { results: prepared.map((_, index) => better.get(index) ?? notBegun) }
    const results: Results = new Array(body.tasks.length).fill(undefined)
    const waits = body.tasks.some(({ after }) => after !== undefined && after.length > 0)
    const send = { prepared, results, live, session, byMs: performance.now() + answerMsMax }
    if (waits) await this.#inOrder(body, send)
    else await this.#send([...prepared.keys()], send)
    return { results: results.map((result) => result ?? unknown) }
  }

  /** What waits for others of the request is submitted once those are accepted: then their ids are known. */
  async #inOrder({ tasks, freshKeys }: SubmitBody, sending: Sending): Promise<void> {
    const { prepared, results, byMs } = sending
    const fresh = new Set(freshKeys)
    const afters = await this.#afters.of(tasks, (index) => {
      const task = prepared[index]!
      return 'spec' in task && tasks[index]!.key !== undefined && !fresh.has(index) ? taskIdOf(task) : undefined
    })
    for (let left = prepared.length, before = left + 1; left > 0 && left < before; ) {
      const wave = nextWave(afters, sending)
      const inTime = performance.now() < byMs
      if (inTime) await this.#send(wave, sending)
      for (const index of wave) results[index] ??= inTime ? unknown : notBegun
      before = left
      left = results.filter((result) => result === undefined).length
    }
  }

  /** Returns when all of these are answered, or the time for it is over. */
  async #send(indexes: readonly number[], { prepared, results, live, session, byMs }: Sending): Promise<void> {
    const submissions: Submission[] = []
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      const batch: Batch = { results, left: 0, done: resolve }
      for (const index of indexes) {
        const task = prepared[index]!
        if (!('spec' in task)) {
          results[index] = task
          continue
        }
        const tag = ++this.#tag
        this.#waiting.set(tag, { batch, index, live: live.has(index), session })
        submissions.push({ tag, ...task })
        batch.left++
      }
      if (submissions.length === 0) return resolve()
      timer = setTimeout(resolve, byMs - performance.now())
      this.#handle.input({ type: 'submit', client: session?.client ?? this.#anonymous, tasks: submissions })
    })
    clearTimeout(timer)
    for (const { tag } of submissions) this.#waiting.delete(tag)
  }

  /** Called inside a turn: only records. */
  onReply(reply: SubmitReply): void {
    const waiting = this.#waiting.get(reply.tag)
    if (reply.type === 'accepted') this.last = reply.task
    if (!waiting) return
    this.#waiting.delete(reply.tag)
    const { batch, index, live, session } = waiting
    if (reply.type === 'accepted') {
      batch.results[index] = { task: reply.task }
      if (live) session?.followSoon(reply.task)
    } else batch.results[index] = { code: reply.code === 'unknown' ? unknown.code : reply.code, message: reply.message }
    if (--batch.left === 0) batch.done()
  }

  close(): void {
    this.#handle.detach(this.#anonymous)
  }
}

/** Those whose time has come: all that they wait for in this request is accepted. Where it never will be they are refused. */
function nextWave(afters: readonly TaskAfter[], { prepared, results }: Sending): number[] {
  const wave: number[] = []
  for (const [index, task] of prepared.entries()) {
    if (results[index]) continue
    const after = 'spec' in task ? afterOf(afters[index]!, results) : []
    if (after === undefined) continue
    if (!Array.isArray(after)) {
      results[index] = after
      continue
    }
    if ('spec' in task && after.length > 0) task.spec.after = after
    wave.push(index)
  }
  return wave
}

/** A context in the request's header is that of its tasks, but for those with their own; one that is none is ignored, as the W3C has it. */
function prepare({ tasks, freshKeys }: SubmitBody, traceparent: string | undefined): Prepared[] {
  const fresh = new Set(freshKeys)
  const context = traceparent !== undefined && isTraceparent(traceparent) ? { traceparent } : {}
  return tasks.map((task, index) => {
    try {
      const spec = toTaskSpec({ ...context, ...task })
      return { spec, ...nameOf(spec, task.key, fresh.has(index)) }
    } catch (error) {
      return refusalOf(error)
    }
  })
}

/** What makes its id. Without a key nobody can ever ask for it again; a fresh key may be replaced by its client. */
function nameOf(
  spec: TaskSpec,
  key: string | undefined,
  fresh: boolean,
): Pick<Submission, 'nonce' | 'drawable' | 'choosy'> {
  // Its gang and its rank are its key: said again it is the same member of the same gang.
  if (spec.gang) return { nonce: gangNonce(nonceOf(spec.tenant, spec.gang.id), spec.gang.rank) }
  if (key === undefined) return { nonce: randomNonce(), drawable: true }
  return { nonce: nonceOf(spec.tenant, key), ...(fresh ? { choosy: true } : {}) }
}

const notBegun = {
  code: 'not-begun',
  message: 'others of this request come first, or need another key; nothing has happened for this one: submit it again',
} satisfies SubmitResult

const unknown = {
  code: 'submit-unknown',
  message: 'the peer did not answer in time; the task may or may not run: submit it again with the same key',
} satisfies SubmitResult

function refusalOf(error: unknown): SubmitResult {
  if (!(error instanceof SoukError)) throw error
  return { code: error.code, message: error.message, ...(error.path === undefined ? {} : { path: error.path }) }
}
