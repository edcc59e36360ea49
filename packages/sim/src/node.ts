import type { Prng } from '@souk/kernel'
import type { Certificate, Incarnation, LifeProof, Offer, PeerId, Removal } from '@souk/wire'
import { NodeClock } from './clock.ts'
import { Disk, type DiskImage } from './disk.ts'
import { Executor } from './executor.ts'
import type { KillWrites, PressureOf } from './faults/fault.ts'
import { certificateOf, lifeProofOf, peerIdOf } from './hosts.ts'
import type { SimPeer } from './subject.ts'

/** The world's midnight; no rule depends on it. */
const epochWallMs = 1_800_000_000_000

/** One simulated host: what outlives its peer (disk, identity), and the peer of its present life. */
export class SimNode {
  readonly index: number
  readonly offer: Offer
  id: PeerId
  certificate: Certificate
  /** how often another peer took this one's place, because its store was lost, damaged or too old */
  generation = 0
  disk = new Disk()
  executor = new Executor()
  clock = new NodeClock(0, 1)
  /** undefined while the peer is down */
  peer: SimPeer | undefined
  /** rises with every start and every crash: events meant for another life are void */
  life = 0
  incarnation: Incarnation = 0
  /** world time until which nothing here runs; 0 when it does */
  frozenUntil = 0
  /** inputs are handled so much later; 0 when it is as fast as ever */
  lagMs = 0
  /** until then what comes queues behind what came while it was slow */
  laggedUntil = 0
  /** what its host has next to nothing of */
  readonly lacks = new Set<PressureOf>()
  /** what its wall clock shows too much */
  wallOffsetMs = 0
  /** whom its present life takes nothing of: they were removed from the mesh, and are told so where they come */
  readonly expelled = new Map<PeerId, Removal>()
  /** where its peer is removed from the mesh nobody sets up another one here */
  givenUp = false
  /** it will never be back: nobody starts it any more */
  gone = false
  /** wakes in a row that did nothing, and the last of them: to notice a machine that turns in place */
  idleWakes = 0
  wokenAt = 0
  #image: DiskImage | undefined

  constructor(index: number, offer: Offer) {
    this.index = index
    this.id = peerIdOf(index)
    this.offer = offer
    this.certificate = certificateOf(this.id)
  }

  get alive(): boolean {
    return this.peer !== undefined
  }

  /** What its wall clock shows, ms. */
  wallMs(worldMs: number): number {
    return Math.floor(epochWallMs + worldMs + this.wallOffsetMs)
  }

  /** Its peer's word for its present life. */
  get proof(): LifeProof {
    return lifeProofOf(this.id, this.incarnation)
  }

  /** A new life: a fresh machine, a fresh process clock, a higher incarnation. */
  begin(peer: SimPeer, prng: Prng, driftMax: number): void {
    this.life++
    this.incarnation = ++this.disk.incarnation
    this.peer = peer
    this.expelled.clear()
    this.executor = new Executor()
    this.clock = new NodeClock(prng.float() * 1e6, 1 + (prng.float() * 2 - 1) * driftMax)
  }

  end(prng: Prng, writes: KillWrites): void {
    this.life++
    this.peer = undefined
    this.frozenUntil = 0
    this.laggedUntil = 0
    this.disk.crash(prng, writes)
  }

  /** An empty disk, and so another identity: the old one is dead for good. */
  renew(): void {
    this.disk = new Disk(this.disk.full)
    this.generation++
    this.id = peerIdOf(this.index, this.generation)
    this.certificate = certificateOf(this.id)
    this.#image = undefined
  }

  /** Keeps the disk as it is now, to be restored later. */
  keepImage(): void {
    this.#image = this.disk.image()
  }

  /** Puts the kept disk back, where there is one of this peer. */
  restoreImage(): void {
    if (this.#image !== undefined) this.disk.restore(this.#image)
    this.#image = undefined
  }
}
