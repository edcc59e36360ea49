import type { MeshMoment } from './mesh-moment.ts'

/** as they were looked at, then one of so many: a page that is open for long grows no more */
const fineCount = 60
const coarseMs = 5_000
/** what is older is forgotten */
const keptMs = 600_000
/** of a moment that has passed only what a view of it shows */
const pastTasksMax = 40

/** The latest moments of the mesh, oldest first: the last minute look by look, what came before in steps of five seconds. */
export class Moments {
  #items: readonly MeshMoment[] = []

  push(moment: MeshMoment): void {
    const items = [...this.#items]
    const last = items.at(-1)
    if (last !== undefined) items[items.length - 1] = { ...last, tasks: last.tasks.slice(0, pastTasksMax) }
    items.push(moment)
    const aged = items.length - 1 - fineCount
    if (aged > 0 && items[aged]!.wallMs - items[aged - 1]!.wallMs < coarseMs) items.splice(aged, 1)
    const first = items.findIndex(({ wallMs }) => wallMs > moment.wallMs - keptMs)
    this.#items = items.slice(Math.max(0, first))
  }

  /** never changed afterwards */
  get items(): readonly MeshMoment[] {
    return this.#items
  }
}
