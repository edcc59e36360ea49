import type { Millis } from '@souk/kernel'
import type { Outcome, TaskId } from '@souk/wire'
import type { BearerEndings } from './bearer-endings.ts'
import type { BearerEffect } from './bearer-io.ts'
import type { Borne, Placing } from './borne.ts'
import type { Handing } from './handing.ts'
import type { Hands } from './hands.ts'

type Out = BearerEffect[]

/** Carries out what market chose for waiting batons, once they are durable and not in a succession. `Bearer` calls it. */
export class Placings {
  readonly #hands: Hands
  readonly #endings: BearerEndings
  readonly #handing: Handing

  constructor(hands: Hands, endings: BearerEndings, handing: Handing) {
    this.#hands = hands
    this.#endings = endings
    this.#handing = handing
  }

  /** Market's choice for waiting batons: carried out now, or as soon as the record is on a majority's disks (I2). */
  onPlaced(tasks: readonly TaskId[], placing: Placing, now: Millis, out: Out): void {
    for (const task of tasks) {
      const borne = this.#hands.borne.get(task)
      if (borne?.state !== 'waiting') continue
      borne.pending = placing
      this.placePending(borne, now, out)
    }
  }

  /** A majority has the record on disk: only now is the baton remembered, and may run or leave. */
  onDurable(task: TaskId, now: Millis, out: Out): void {
    const borne = this.#hands.borne.get(task)
    if (!borne || borne.durable) return
    borne.durable = true
    this.#hands.memory.remember(task, borne.ballot, now)
    this.placePending(borne, now, out)
  }

  /** Carries out what was chosen before, if nothing holds the baton back any more. */
  placePending(borne: Borne, now: Millis, out: Out): void {
    const { pending } = borne
    if (!pending || !borne.durable || borne.next || borne.state !== 'waiting') return
    delete borne.pending
    this.#place(borne, pending, now, out)
  }

  /**
   * The next custodians of a task may stand by now: then it goes where market chose in the meantime. This peer, as custodian, heard
   * of that choice in the version before; where it alone keeps the task now, it would take itself for the bearer for ever
   * without this word, should the award get lost.
   */
  placeInNext(borne: Borne, now: Millis, out: Out): void {
    const { pending } = borne
    this.placePending(borne, now, out)
    if (pending?.choice !== 'handOver' || borne.state !== 'handed') return
    const { peer, incarnation } = pending.to
    out.push({ type: 'handed', task: borne.record.id, to: { peer, incarnation } })
  }

  #place(borne: Borne, placing: Placing, now: Millis, out: Out): void {
    // The lease is over: custodians may have recovered the task by now, so this peer must neither run nor hand it over.
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

  /** Proposes an outcome of a task that ends without a run. */
  #commit(borne: Borne, end: Pick<Outcome, 'kind' | 'code' | 'message'>, now: Millis, out: Out): void {
    const { ballot, attempts } = borne
    this.#endings.commit(borne, { ...end, ballot, attempts, endedWallMs: this.#hands.wall(now) }, out)
  }
}
