import type { Millis } from '@souk/kernel'
import type { PeerEffect, PeerInput } from '@souk/peer'
import type { Certificate, LoadStamp } from '@souk/wire'
import { CopyCarriage } from '../src/carriage.ts'
import { profileOf } from '../src/profiles.ts'
import type { SimPeer } from '../src/subject.ts'
import { Watches } from '../src/watch.ts'
import { World } from '../src/world.ts'

/** A peer that writes down what it hears, and does what the test says. */
export class Recorder implements SimPeer {
  readonly heard: { input: PeerInput; now: Millis }[] = []
  wakeAt: Millis | undefined
  introductions: () => readonly Certificate[] = () => []
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
    return {}
  }

  types(): string[] {
    return this.heard.map(({ input }) => input.type)
  }
}

/** `known`: the life of any peer that each of them remembers. */
export function worldOf(peers: number, { known = 0 } = {}): { world: World; recorders: Recorder[] } {
  const recorders: Recorder[] = []
  const subject = {
    makePeer: () => {
      const recorder = new Recorder()
      recorders.push(recorder)
      return recorder
    },
    rosterOf: () => new Map(),
    lifeOf: () => known,
  }
  const parts = { seed: 1, peers, profile: profileOf('calm')!, subject, watches: new Watches([]) }
  return { world: new World({ ...parts, carriage: new CopyCarriage() }), recorders }
}

export function runFor(world: World, ms: number): void {
  world.later(ms, () => world.stop())
  world.run()
}
