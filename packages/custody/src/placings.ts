import type { Millis } from '@souk/kernel'
import type { Outcome, TaskId } from '@souk/wire'
import type { BearerEndings } from './bearer-endings.ts'
import type { BearerEffect } from './bearer-io.ts'
import type { Borne, Placing } from './borne.ts'
import type { Handing } from './handing.ts'
import type { Hands } from './hands.ts'

type Out = BearerEffect[]

/** Where market wants waiting batons to go, and whether they may yet. */
export class Placings {
  readonly #hands: Hands
  readonly #endings: BearerEndings
  readonly #handing: Handing

  constructor(hands: Hands, endings: BearerEndings, handing: Handing) {
    this.#hands = hands
    this.#endings = endings
    this.#handing = handing
  }

  /** Done now, or as soon as the record is on disk: nothing runs or leaves before. */
  onPlaced(tasks: readonly TaskId[], placing: Placing, now: Millis, out: Out): void {
    for (const task of tasks) {
      const borne = this.#hands.borne.get(task)
      if (borne?.state !== 'waiting') continue
      borne.pending = placing
      this.placePending(borne, now, out)
    }
  }

  onDurable(task: TaskId, now: Millis, out: Out): void {
    const borne = this.#hands.borne.get(task)
    if (!borne || borne.durable) return
    borne.durable = true
    this.#hands.memory.remember(task, borne.ballot, now)
    this.placePending(borne, now, out)
  }

  /** What was chosen for it before, if it may go now. */
  placePending(borne: Borne, now: Millis, out: Out): void {
    const { pending } = borne
    if (!pending || !borne.durable || borne.next || borne.state !== 'waiting') return
    delete borne.pending
    this.#place(borne, pending, now, out)
  }

  /**
   * Its next custodians may stand by now: then it goes where market chose in the meantime. The custodian at this peer heard of that
   * choice in the version before; without this word it would take itself for the bearer for ever, where it alone keeps the task.
   */
  placeInNext(borne: Borne, now: Millis, out: Out): void {
    const { pending } = borne
    this.placePending(borne, now, out)
    if (pending?.choice !== 'handOver' || borne.state !== 'handed') return
    const { peer, incarnation } = pending.to
    out.push({ type: 'handed', task: borne.record.id, to: { peer, incarnation } })
  }

  #place(borne: Borne, placing: Placing, now: Millis, out: Out): void {
    // Its custodians may have given it to another by now: it is not ours to place any more.
    if (this.#hands.renewals.ranOut(borne, now)) {
      this.#hands.drop(borne.record.id, out)
      return
    }
    switch (placing.choice) {
      case 'keep':
        this.#handing.take(borne, placing.alternative, out)
        break
      case 'handOver':
        this.#handing.handOver(borne, placing, now)
        break
      case 'unplaceable':
        this.#commit(borne, { kind: 'failed', code: 'unplaceable', message: placing.message }, now, out)
        break
      case 'stranded':
        this.#commit(borne, { kind: 'cancelled', code: placing.code, message: placing.message }, now, out)
        break
    }
  }

  /** It ends without a run. */
  #commit(borne: Borne, end: Pick<Outcome, 'kind' | 'code' | 'message'>, now: Millis, out: Out): void {
    const { ballot, attempts } = borne
    this.#endings.commit(borne, { ...end, ballot, attempts, endedWallMs: this.#hands.wall(now) }, out)
  }
}
