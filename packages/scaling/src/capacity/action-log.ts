import type { WallMillis } from '@souk/kernel'
import { readScaleTag, type ScaleAction, type ScaleIntent } from './scale-intent.ts'

const hourMs = 3_600_000
const states: readonly string[] = ['asked', 'done', 'failed', 'judged'] satisfies ScaleAction['state'][]

/**
 * The latest actions of this peer, the oldest going first; beyond that those whose peer is there or has yet to come, and the
 * starts of the last hour, by which the budget goes.
 */
export class ActionLog {
  readonly #max: number
  readonly #keptMax: number
  #actions: ScaleAction[] = []
  #restoredWallMs: WallMillis = 0

  /** @param keptMax of those beyond `max`: the budget of an hour and the most peers, which its owner keeps to */
  constructor(max: number, keptMax: number) {
    this.#max = max
    this.#keptMax = keptMax
  }

  /** As they are now: the log's own go on. */
  copy(): ScaleAction[] {
    return this.#actions.map((action) => ({ ...action }))
  }

  /** `there`: tags of peers that are there now. By the orders that started them they are known, so those stay. */
  add(action: ScaleAction, there: ReadonlySet<string>): void {
    this.#actions.push(action)
    let over = this.#actions.length - this.#max
    this.#actions = this.#actions.filter((each) => {
      const goes = over > 0 && !this.#isKept(each, there, action.askedWallMs)
      if (goes) over--
      return !goes
    })
  }

  /** Tags of the peers that this one has ordered. */
  get started(): ReadonlySet<string> {
    return new Set(this.#actions.flatMap(({ intent }) => (intent.kind === 'grow' ? [intent.peerTag] : [])))
  }

  /** Failures of its kind in a row, up to now. */
  failuresInRow(kind: ScaleIntent['kind']): number {
    const answered = this.#actions.filter(({ intent, state }) => intent.kind === kind && state !== 'asked')
    return answered.length - 1 - answered.findLastIndex(({ judgement }) => judgement !== 'failed')
  }

  /** Peers started in the hour until then: by this peer, and by others as the tags of those that are there say. */
  startsInHour(wallMs: WallMillis, tags: readonly string[]): number {
    const own = this.#actions.filter(({ intent }) => intent.kind === 'grow').map(({ intent }) => intent.peerTag)
    const starts = new Set(own.filter((tag) => isInHour(this.#startedAt(tag, wallMs), wallMs)))
    for (const tag of tags) if (isInHour(wallOf(tag), wallMs)) starts.add(tag)
    return starts.size
  }

  /** Where the clock was set back since, it counts as begun when this life did: else a clock would give another budget. */
  #startedAt(tag: string, wallMs: WallMillis): WallMillis {
    const at = wallOf(tag)
    return at > wallMs ? this.#restoredWallMs : at
  }

  #isKept({ intent, state }: ScaleAction, there: ReadonlySet<string>, wallMs: WallMillis): boolean {
    if (state === 'asked') return true
    if (intent.kind === 'shrink') return false
    return there.has(intent.peerTag) || isInHour(this.#startedAt(intent.peerTag, wallMs), wallMs)
  }

  /** What was saved; what cannot be read is left out. What was asked by an earlier life got no answer. */
  restore(saved: unknown, wallMs: WallMillis): void {
    this.#restoredWallMs = wallMs
    if (!Array.isArray(saved)) return
    const actions = saved.filter(isAction).slice(-this.#max - this.#keptMax)
    this.#actions = actions.map((action) =>
      action.state === 'asked' ? { ...action, state: 'failed', code: 'restarted', judgement: 'failed' } : action,
    )
  }
}

/** When its peer was ordered. */
function wallOf(tag: string): WallMillis {
  return readScaleTag(tag)?.wallMs ?? Number.NEGATIVE_INFINITY
}

function isInHour(at: WallMillis, wallMs: WallMillis): boolean {
  return at > wallMs - hourMs && at <= wallMs
}

function isAction(value: unknown): value is ScaleAction {
  const action = value as Partial<ScaleAction> | null
  const intent = action?.intent
  return (
    typeof intent?.id === 'string' &&
    typeof intent.peerTag === 'string' &&
    (intent.kind === 'grow' || intent.kind === 'shrink') &&
    typeof action?.askedWallMs === 'number' &&
    typeof action.why === 'string' &&
    typeof action.code === 'string' &&
    states.includes(action.state ?? '')
  )
}
