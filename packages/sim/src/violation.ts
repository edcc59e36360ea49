/** safety: something wrong happened; liveness: something right did not; crash: a machine threw. */
export type ViolationKind = 'safety' | 'liveness' | 'crash'

/** One broken promise, cited by its number in the protocol's list. */
export interface Violation {
  kind: ViolationKind
  /** such as I1, or 'liveness' */
  invariant: string
  /** world time, ms */
  atMs: number
  detail: string
}

/** Further violations of a run are counted, not kept: the first few tell the story. */
const keptMax = 50

/** Collects what checkers find. */
export class Violations {
  readonly list: Violation[] = []
  count = 0

  add(kind: ViolationKind, invariant: string, atMs: number, detail: string): void {
    this.count++
    if (this.list.length < keptMax) this.list.push({ kind, invariant, atMs, detail })
  }

  safety(invariant: string, atMs: number, detail: string): void {
    this.add('safety', invariant, atMs, detail)
  }
}
