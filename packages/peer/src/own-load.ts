import type { Millis } from '@souk/kernel'
import type { LoadStamp } from '@souk/wire'
import type { Machines } from './machines.ts'

/** This peer's load stamp, which goes with each of its frames; `seq` rises when it changes. */
export class OwnLoad {
  #load: LoadStamp = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }

  stamp({ auctioneer, host, offer, rebalancer, unsure }: Machines, now: Millis): LoadStamp {
    const load = this.#load
    const pressed = rebalancer.pressure !== undefined
    const { waiting } = auctioneer
    const freeSlots = host.queued > 0 || pressed || unsure ? 0 : Math.max(0, host.free.slots)
    const { running } = host
    const { draining } = offer
    const same =
      load.waiting === waiting &&
      load.freeSlots === freeSlots &&
      load.running === running &&
      load.draining === draining &&
      (load.pressed ?? false) === pressed
    const seq = same ? load.seq : (load.seq + 1) >>> 0
    const stamp = { seq, waiting, freeSlots, running, draining, saidMs: Math.floor(now) }
    this.#load = pressed ? { ...stamp, pressed } : stamp
    return this.#load
  }
}
