import { Prng } from '@souk/kernel'
import { type Fault, type FaultPlan, type Profile, peerSubject, profileOf, simulate, type Watch } from '@souk/sim'
import { quantile } from './report.ts'

const peers = 20
const seed = 1
const minuteMs = 60_000
/** So long a peer is away; it dies in the first half of a simulated minute, so that it is back before the next one dies. */
const awayMs = 30_000
/** Of the crashes, those of a whole host: the others notice only by its silence. */
const quietShare = 0.3
/** A submit is answered within so long, or it does not count. */
const answerMsMax = 1000
/** Submits not answered in time that are shown one by one. */
const shownMax = 20
/** The simulated mesh meets before the first fault, ms. */
const warmUpMs = 3000

type SubmitHook = Required<Watch>['onSubmit']
type StartHook = Required<Watch>['onStart']
type ReplyHook = Required<Watch>['onReply']

/**
 * Simulated peers of which one dies each minute and is back after half a minute, while a steady stream of tasks is
 * submitted, at all that are up alike, one that started just now as well. Counted is what was answered `accepted` within
 * a second of its first submit, and ended as `succeeded`. Clients keep the key that they have (as for a caller's own key): the SDK
 * would make another where custodians of the first are away, so it does no worse.
 */
export function availability(minutes: number, perMinute: number): { pct: number; detail: Record<string, unknown> } {
  const answers = new AnswerWatch()
  const tasks = minutes * perMinute
  const began = performance.now()
  const result = simulate({
    seed,
    peers,
    tasks,
    profile: profileFor(minutes),
    plan: planFor(minutes),
    subject: peerSubject(),
    watches: [answers],
  })
  const counted = answers.count()
  return {
    pct: (100 * counted.good) / counted.submits,
    detail: {
      simulated_minutes: minutes,
      ...counted,
      crashes: result.plan.faults.length,
      restarted_runs: result.restarts,
      refusals: Object.fromEntries(result.refusals),
      outcomes: Object.fromEntries(result.outcomes),
      violations: result.violationCount,
      wall_s: (performance.now() - began) / 1000,
    },
  }
}

/** The troubled network and the slow disks of the profile for crashes; work that never fails by itself. */
function profileFor(minutes: number): Profile {
  const crashes = profileOf('crashes')!
  const { workload } = profileOf('calm')!
  const steady = { anyPeer: true, batchMax: 1, submitterShare: 1, livingFirst: true, spanMsMin: minutes * minuteMs }
  return { ...crashes, name: 'custody-bench', workload: { ...workload, ...steady } }
}

/** One crash a minute, of a peer drawn anew each time. */
function planFor(minutes: number): FaultPlan {
  const prng = new Prng(seed, 'crashes')
  const faults = Array.from({ length: minutes }, (_, minute): Fault => {
    const atMs = warmUpMs + minute * minuteMs + prng.float() * (minuteMs - awayMs)
    const quiet = prng.chance(quietShare)
    return { kind: 'crash', node: prng.below(peers), atMs, untilMs: atMs + awayMs, quiet, writes: 'either' }
  })
  return { faults, endMs: warmUpMs + minutes * minuteMs }
}

/** One task as it is seen from outside. */
interface Seen {
  /** when it was first submitted, and how long its peer had been up then */
  takenAt: number
  upMs: number
  /** when it was accepted for the first time, why it was refused for the first time, how it ended */
  acceptedAt?: number
  refusal?: string
  kind?: string
}

/** What becomes of each task that a living peer took. */
class AnswerWatch implements Watch {
  readonly #byNonce = new Map<string, Seen>()
  readonly #byTask = new Map<string, Seen>()
  /** the tasks of a submit by tag, by the number of its client */
  readonly #sent = new Map<number, Seen[]>()
  readonly #startedAt = new Map<number, number>()

  readonly onStart: StartHook = ({ index }, now) => {
    this.#startedAt.set(index, now)
  }

  readonly onSubmit: SubmitHook = ({ index }, { client, tasks }, now) => {
    const upMs = now - this.#startedAt.get(index)!
    const seen = tasks.map(({ nonce }) => this.#byNonce.get(nonce) ?? { takenAt: now, upMs })
    for (const [i, { nonce }] of tasks.entries()) this.#byNonce.set(nonce, seen[i]!)
    this.#sent.set(client, seen)
  }

  readonly onReply: ReplyHook = (_node, client, reply, now) => {
    if (reply.type === 'accepted') {
      const seen = this.#sent.get(client)?.[reply.tag]
      if (seen === undefined) return
      seen.acceptedAt ??= now
      this.#byTask.set(reply.task, seen)
    } else if (reply.type === 'refused') {
      const seen = this.#sent.get(client)?.[reply.tag]
      if (seen !== undefined) seen.refusal ??= reply.code
    } else if (reply.type === 'outcome') this.#onOutcome(reply.task, reply.outcome.kind)
    else if (reply.type === 'view' && reply.view?.outcome) this.#onOutcome(reply.task, reply.view.outcome.kind)
  }

  count() {
    const all = [...this.#byNonce.values()]
    const answered = all.flatMap((seen) => (seen.acceptedAt === undefined ? [] : [seen.acceptedAt - seen.takenAt]))
    const inTime = ({ takenAt, acceptedAt }: Seen) => acceptedAt !== undefined && acceptedAt - takenAt <= answerMsMax
    return {
      submits: all.length,
      good: all.filter((seen) => inTime(seen) && seen.kind === 'succeeded').length,
      answered_late: answered.filter((ms) => ms > answerMsMax).length,
      never_answered: all.length - answered.length,
      ended_otherwise: all.filter(({ kind }) => kind !== 'succeeded').length,
      answer_p50_ms: quantile(answered, 0.5),
      answer_p99_ms: quantile(answered, 0.99),
      answer_max_ms: answered.reduce((max, ms) => Math.max(max, ms), 0),
      late: all
        .filter((seen) => !inTime(seen))
        .slice(0, shownMax)
        .map(({ takenAt, upMs, refusal }) => ({ at_s: takenAt / 1000, peer_up_ms: upMs, refusal: refusal ?? 'none' })),
    }
  }

  #onOutcome(task: string, kind: string): void {
    const seen = this.#byTask.get(task)
    if (seen !== undefined) seen.kind ??= kind
  }
}
