import type { Millis, WallMillis } from '@souk/kernel'
import { readScaleTag, type ScaleAction } from './scale-intent.ts'

const hourMs = 3_600_000
const states: readonly string[] = ['asked', 'done', 'failed', 'judged'] satisfies ScaleAction['state'][]

/** The latest actions of this peer, the oldest going first; beyond that those whose peer is there or has yet to come. */
export class ActionLog {
  readonly #max: number
  #actions: ScaleAction[] = []
  #restoredWallMs: WallMillis = 0

  constructor(max: number) {
    this.#max = max
  }

  /** As they are now: the log's own go on. */
  copy(): ScaleAction[] {
    return this.#actions.map((action) => ({ ...action }))
  }

  /** `there`: tags of peers that are there now. By the orders that started them they are known, so those stay. */
  add(action: ScaleAction, there: ReadonlySet<string>): void {
    this.#actions.push(action)
    if (this.#actions.length <= this.#max) return
    const goes = this.#actions.findIndex(
      ({ intent, state }) => state !== 'asked' && !(intent.kind === 'grow' && there.has(intent.peerTag)),
    )
    if (goes !== -1) this.#actions.splice(goes, 1)
  }

  /** Tags of the peers that this one has ordered. */
  get started(): ReadonlySet<string> {
    return new Set(this.#actions.flatMap(({ intent }) => (intent.kind === 'grow' ? [intent.peerTag] : [])))
  }

  /** Failures of starts in a row, up to now. */
  get failuresInRow(): number {
    const starts = this.#actions.filter(({ intent, state }) => intent.kind === 'grow' && state !== 'asked')
    return starts.length - 1 - starts.findLastIndex(({ judgement }) => judgement !== 'failed')
  }

  /** Peers started in the hour until then: by this peer, and by others as the tags of those that are there say. */
  startsInHour(wallMs: WallMillis, tags: readonly string[]): number {
    const own = this.#actions.filter(({ intent }) => intent.kind === 'grow').map(({ intent }) => intent.peerTag)
    const within = (at: WallMillis): boolean => at > wallMs - hourMs && at <= wallMs
    const starts = new Set(own.filter((tag) => within(this.#startedAt(tag, wallMs))))
    for (const tag of tags) if (within(readScaleTag(tag)?.wallMs ?? Number.NEGATIVE_INFINITY)) starts.add(tag)
    return starts.size
  }

  /** Where the clock was set back since, it counts as begun when this life did: else a clock would give another budget. */
  #startedAt(tag: string, wallMs: WallMillis): WallMillis {
    const at = readScaleTag(tag)?.wallMs ?? Number.NEGATIVE_INFINITY
    return at > wallMs ? this.#restoredWallMs : at
  }

  /** What was saved; what cannot be read is left out. What was asked by an earlier life got no answer. */
  restore(saved: unknown, wallMs: WallMillis): void {
    this.#restoredWallMs = wallMs
    if (!Array.isArray(saved)) return
    const actions = saved.filter(isAction).slice(-this.#max)
    this.#actions = actions.map((action) =>
      action.state === 'asked' ? { ...action, state: 'failed', code: 'restarted', judgement: 'failed' } : action,
    )
  }
}

/** How long nothing is started after so many failures in a row. */
export function coolDownMs(baseMs: Millis, failuresInRow: number): Millis {
  return Math.min(hourMs, baseMs * 2 ** Math.min(20, failuresInRow))
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
