import type { Millis } from '@souk/kernel'
import type { PeerEffect, PeerInput } from '@souk/peer'
import type { Ballot, Certificate, LoadStamp, PeerId, TaskId } from '@souk/wire'
import type { SimPeer } from '../subject.ts'
import type { Moment, Tamper } from './planted-bug.ts'

/** Inputs that one input may become: a patch that answers itself for ever is a mistake of its own. */
const heardMax = 1000

/** A sound peer behind somebody who tampers with it. */
export class TamperedPeer implements SimPeer {
  readonly #self: PeerId
  readonly #peer: SimPeer
  readonly #tamper: Tamper

  constructor(self: PeerId, peer: SimPeer, tamper: Tamper) {
    this.#self = self
    this.#peer = peer
    this.#tamper = tamper
  }

  step(input: PeerInput, now: Millis, out: PeerEffect[]): void {
    const queue: PeerInput[] = []
    const moment: Moment = {
      self: this.#self,
      now,
      hear: (more) => queue.push(more),
      say: (effect) => out.push(effect),
    }
    queue.push(...(this.#tamper.hear?.(input, moment) ?? [input]))
    for (let i = 0; i < queue.length && i < heardMax; i++) {
      const effects: PeerEffect[] = []
      this.#peer.step(queue[i]!, now, effects)
      for (const effect of effects) out.push(...(this.#tamper.act?.(effect, moment) ?? [effect]))
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#peer.nextWakeup()
  }

  runsUntilMs(task: TaskId, ballot: Ballot): Millis | undefined {
    return this.#peer.runsUntilMs?.(task, ballot)
  }

  loadStamp(): LoadStamp {
    return this.#peer.loadStamp()
  }

  get quiet(): boolean {
    return this.#peer.quiet ?? true
  }

  introductions(): readonly Certificate[] {
    return this.#peer.introductions?.() ?? []
  }

  snapshot(): unknown {
    return this.#peer.snapshot()
  }
}
