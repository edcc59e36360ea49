import { readJson } from './call.ts'
import type { EarlyEvents } from './early-events.ts'
import { apiLimits } from './limits.ts'
import { paths } from './paths.ts'
import type { EndpointPool } from './pool.ts'
import type { Complaints } from './schema/failure.ts'
import type { SubmitAnswer } from './schema/submit.ts'
import { asSoukError, SoukError } from './souk-error.ts'
import { afterThisTurn, pause } from './turn.ts'

/** One submit on its way. */
export interface Submit {
  /** the task as JSON, with its key */
  readonly json: string
  /** its key was made up here and not sent yet: another one would do as well */
  keyFresh: boolean
  /** how often another key was made, since custodians of the one before were away */
  rekeyed: number
  /** takes another key: this one, or one that it makes up */
  rekey(key?: string): void
  readonly live: boolean
  /** how often the answer was `submit-unknown` */
  unknown: number
  /** it was sent and not answered for: some peer may have taken it, and its custodians alone know */
  unsure: boolean
  /** since when its custodians could not be reached */
  awaySince: number | undefined
  /** nobody waits for it any more: it is not sent again */
  dropped: boolean
  onAccepted(task: string, generation: number): void
  onFail(error: SoukError): void
}

/** not yet sent, in one client */
const queuedMax = 1_000_000
/** requests under way: what is submitted meanwhile travels together in the next */
const requestsMax = 4
/**
 * Tasks of the first request after a pause, doubled with each that follows: the first tasks of a burst begin while the
 * rest of it is still being read.
 */
const firstBatchMax = 64
/** well under the server's limit of a body */
const batchCharsMax = 2 * 1024 * 1024
const unknownMax = 5
/** keys tried until one leads to custodians that are all there; then a majority of them will do */
const rekeyMax = 64
const againPauseMs = 250
/** where nothing of it has begun, because others come first or its custodians are away, there is no hurry */
const laterPauseMs = 1_000
/** a peer that is cut off, or custodians that are just starting: for so long the submit is tried again */
const awayMsMax = 10_000

/** All submits of one turn go in as few requests as they fit into, at most four at a time. */
export class SubmitQueue {
  readonly #pool: EndpointPool
  readonly #session: string
  readonly #early: EarlyEvents
  readonly #signal: AbortSignal
  readonly #custodianMsMax: number
  #queue: Submit[] = []
  /** where the unsent begin */
  #head = 0
  #requests = 0
  /** tasks that the next request may take */
  #batchMax = firstBatchMax
  #scheduled = false

  /** `custodianMsMax`: how long the custodians of a submit that may have been taken are waited for */
  constructor(
    pool: EndpointPool,
    options: { session: string; early: EarlyEvents; signal: AbortSignal; custodianMsMax: number },
  ) {
    this.#pool = pool
    this.#custodianMsMax = options.custodianMsMax
    this.#session = options.session
    this.#early = options.early
    this.#signal = options.signal
  }

  push(submit: Submit): void {
    if (submit.json.length > batchCharsMax) {
      const message = `the task is ${submit.json.length} characters of JSON; at most ${batchCharsMax} fit: put large parts with putBlob`
      submit.onFail(new SoukError('task-too-large', message, { status: 413 }))
    } else if (this.#queue.length - this.#head >= queuedMax) {
      const message = `${queuedMax} submits wait already; wait for outcomes before submitting more (map does)`
      submit.onFail(new SoukError('client-queue-full', message))
    } else {
      this.#queue.push(submit)
      this.#soon()
    }
  }

  #soon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    afterThisTurn(() => {
      this.#scheduled = false
      this.#send()
    })
  }

  #send(): void {
    while (this.#head < this.#queue.length && this.#requests < requestsMax) {
      const batch = this.#nextBatch()
      if (batch.length > 0) void this.#request(batch)
    }
    if (this.#head * 2 < this.#queue.length) return
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
  }

  #nextBatch(): Submit[] {
    const batch: Submit[] = []
    let chars = 0
    for (; this.#head < this.#queue.length && batch.length < this.#batchMax; this.#head++) {
      const next = this.#queue[this.#head]!
      if (next.dropped) continue
      if (chars + next.json.length > batchCharsMax) break
      chars += next.json.length
      batch.push(next)
    }
    this.#batchMax = Math.min(2 * this.#batchMax, apiLimits.tasksPerRequestMax)
    return batch
  }

  async #request(batch: Submit[]): Promise<void> {
    this.#requests++
    this.#early.submitBegan()
    try {
      const { result, generation } = await this.#pool.request({
        method: paths.submit.method,
        path: paths.submit.path,
        body: this.#bodyOf(batch),
        again: () => this.#bodyAgain(batch),
        signal: this.#signal,
        read: readJson<SubmitAnswer>,
      })
      this.#onAnswers(batch, result, generation)
    } catch (error) {
      this.#onFailed(batch, asSoukError(error))
    } finally {
      this.#requests--
      if (this.#requests === 0 && this.#head >= this.#queue.length) this.#batchMax = firstBatchMax
      this.#early.submitEnded()
      if (this.#head < this.#queue.length) this.#soon()
    }
  }

  #onAnswers(batch: Submit[], { results }: SubmitAnswer, generation: number): void {
    const again: Submit[] = []
    const later: Submit[] = []
    for (let i = 0; i < batch.length; i++) {
      const submit = batch[i]!
      const answer = results[i]
      if (answer && 'task' in answer) submit.onAccepted(answer.task, generation)
      else if (answer?.code === 'key-unlucky' && submit.keyFresh) this.#rekey(submit, answer.key)
      else if (answer?.code === 'not-begun') this.#queue.push(submit)
      else if (answer?.code === 'inputs-moving') again.push(submit)
      else if (answer?.code === 'submit-unknown' && submit.unknown++ < unknownMax) {
        submit.keyFresh = false
        submit.unsure = true
        again.push(submit)
      } else if (answer && this.#isForLater(submit, answer.code)) later.push(submit)
      else submit.onFail(refusalOf(answer, submit.unsure))
    }
    if (again.length > 0) void this.#again(again, againPauseMs)
    if (later.length === 0) return
    // The peer may be on the smaller side of a cut, and another one on the larger.
    if (later.some(({ awaySince }) => awaySince !== undefined)) this.#pool.move(generation)
    void this.#again(later, laterPauseMs)
  }

  /** Nothing has happened for it: its peer has too much to do, or cannot reach who would keep it. */
  #isForLater(submit: Submit, code: string): boolean {
    if (code === 'busy') return true
    if (code !== 'no-quorum') return false
    submit.awaySince ??= performance.now()
    const msMax = submit.unsure ? this.#custodianMsMax : awayMsMax
    return performance.now() - submit.awaySince < msMax
  }

  /** Nothing has happened under the key that it had. */
  #rekey(submit: Submit, key: string | undefined): void {
    submit.rekey(key)
    submit.keyFresh = ++submit.rekeyed < rekeyMax
    this.#queue.push(submit)
  }

  /** Where the request was refused for some of its tasks, only those fail. */
  #onFailed(batch: Submit[], error: SoukError): void {
    const blamed = new Map<number, { path: string; message: string }>()
    if (error.code === 'request-invalid') {
      for (const complaint of (error.details ?? []) as Complaints) {
        const parts = /^\/tasks\/([0-9]+)(\/.*)?$/.exec(complaint.path)
        if (parts && !blamed.has(Number(parts[1]))) {
          blamed.set(Number(parts[1]), { path: parts[2] ?? '', message: complaint.message })
        }
      }
    }
    for (let i = 0; i < batch.length; i++) {
      const own = blamed.get(i)
      if (own) {
        const message = `${own.path || 'the task'}: ${own.message}`
        batch[i]!.onFail(new SoukError(error.code, message, { status: 400, path: own.path }))
      } else if (blamed.size > 0) this.#queue.push(batch[i]!)
      else batch[i]!.onFail(error)
    }
  }

  /**
   * The answer is not known, or its input is on its way to the custodians that its key leads to: the same key makes the
   * same task, so asking again is safe.
   */
  async #again(submits: Submit[], pauseMs: number): Promise<void> {
    await pause(pauseMs, this.#signal)
    this.#queue.push(...submits)
    this.#soon()
  }

  #bodyOf(batch: Submit[]): string {
    const live: number[] = []
    const fresh: number[] = []
    for (let i = 0; i < batch.length; i++) {
      if (batch[i]!.live) live.push(i)
      if (batch[i]!.keyFresh) fresh.push(i)
    }
    const tasks = batch.map((submit) => submit.json).join(',')
    const marks = `${live.length > 0 ? `,"live":[${live}]` : ''}${fresh.length > 0 ? `,"freshKeys":[${fresh}]` : ''}`
    return `{"session":"${this.#session}"${marks},"tasks":[${tasks}]}`
  }

  /** The first request got no answer: some peer may have taken the tasks under these keys, so they must stay. */
  #bodyAgain(batch: Submit[]): string {
    for (const submit of batch) {
      submit.keyFresh = false
      submit.unsure = true
    }
    return this.#bodyOf(batch)
  }
}

function refusalOf(answer: { code: string; message: string; path?: string } | undefined, unsure: boolean): SoukError {
  if (!answer) return new SoukError('answer-invalid', 'the peer answered for fewer tasks than were submitted')
  const { code, message, path } = answer
  // Whoever reads that nothing was begun would submit it under another key, and it might run twice.
  if (unsure && code === 'no-quorum') {
    return new SoukError('submit-unknown', `it may have been accepted before its peer fell silent: ${message}`)
  }
  return new SoukError(code, message, path === undefined ? {} : { path })
}
