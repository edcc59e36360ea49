import type { Prng } from '@souk/kernel'
import type { Certificate, Offer, PeerId } from '@souk/wire'
import { NodeClock } from './clock.ts'
import { Disk } from './disk.ts'
import { Executor } from './executor.ts'
import { certificateOf, peerIdOf } from './hosts.ts'
import type { SimPeer } from './subject.ts'

/** One simulated host: what outlives its peer (disk, identity), and the peer of its present life. */
export class SimNode {
  readonly index: number
  readonly id: PeerId
  readonly offer: Offer
  readonly certificate: Certificate
  readonly disk = new Disk()
  executor = new Executor()
  clock = new NodeClock(0, 1)
  /** undefined while the peer is down */
  peer: SimPeer | undefined
  /** rises with every start and every crash: events meant for another life are void */
  life = 0
  incarnation = 0
  /** world time until which nothing here runs; 0 when it does */
  frozenUntil = 0
  /** wakes in a row that did nothing, and the last of them: to notice a machine that turns in place */
  idleWakes = 0
  wokenAt = 0

  constructor(index: number, offer: Offer) {
    this.index = index
    this.id = peerIdOf(index)
    this.offer = offer
    this.certificate = certificateOf(index)
  }

  get alive(): boolean {
    return this.peer !== undefined
  }

  /** A new life: a fresh machine, a fresh process clock, a higher incarnation. */
  begin(peer: SimPeer, prng: Prng, driftMax: number): void {
    this.life++
    this.incarnation++
    this.peer = peer
    this.executor = new Executor()
    this.clock = new NodeClock(prng.float() * 1e6, 1 + (prng.float() * 2 - 1) * driftMax)
  }

  end(prng: Prng): void {
    this.life++
    this.peer = undefined
    this.frozenUntil = 0
    this.disk.crash(prng)
  }
}
