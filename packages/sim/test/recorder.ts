import type { Millis } from '@souk/kernel'
import type { PeerEffect, PeerInput } from '@souk/peer'
import type { LoadStamp, PeerId } from '@souk/wire'
import { CopyCarriage } from '../src/carriage.ts'
import { profileOf } from '../src/profiles.ts'
import type { SimPeer } from '../src/subject.ts'
import { Watches } from '../src/watch.ts'
import { World } from '../src/world.ts'

/** A peer that writes down what it hears, and does what the test says. */
export class Recorder implements SimPeer {
  readonly heard: { input: PeerInput; now: Millis }[] = []
  wakeAt: Millis | undefined
  /** the newest life of others that it remembers */
  lives: Record<PeerId, number> = {}
  react: (input: PeerInput, now: Millis, out: PeerEffect[]) => void = () => {}

  step(input: PeerInput, now: Millis, out: PeerEffect[]): void {
    this.heard.push({ input, now })
    this.react(input, now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.wakeAt
  }

  loadStamp(): LoadStamp {
    return { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  }

  snapshot(): unknown {
    return this.lives
  }

  types(): string[] {
    return this.heard.map(({ input }) => input.type)
  }
}

export function worldOf(peers: number): { world: World; recorders: Recorder[] } {
  const recorders: Recorder[] = []
  const subject = {
    makePeer: () => {
      const recorder = new Recorder()
      recorders.push(recorder)
      return recorder
    },
    rosterOf: () => new Map(),
    lifeOf: (snapshot: unknown, peer: PeerId) => (snapshot as Record<PeerId, number> | undefined)?.[peer],
  }
  const parts = { seed: 1, peers, profile: profileOf('calm')!, subject, watches: new Watches([]) }
  return { world: new World({ ...parts, carriage: new CopyCarriage() }), recorders }
}

export function runFor(world: World, ms: number): void {
  world.later(ms, () => world.stop())
  world.run()
}
