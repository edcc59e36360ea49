import type { Keeper, MeshView } from '../src/index.ts'
import { keepers, trio } from './fixtures.ts'

/** The mesh as a test wants it to be: who keeps custody, who cannot be reached, who is gone for good. */
export class TestMesh implements MeshView {
  version = 1
  /** how many members there are; undefined: those that keep custody */
  size: number | undefined
  heardFromMajority = true
  readonly away = new Set<string>()
  /** dead for so long that they are replaced */
  readonly lost = new Set<string>()
  #keepers: Keeper[]

  constructor(...peers: string[]) {
    this.#keepers = keepers(...(peers.length > 0 ? peers : trio))
  }

  get members(): number {
    return this.size ?? this.#keepers.length
  }

  keepers(): readonly Keeper[] {
    return this.#keepers
  }

  fresh(peer: string): boolean {
    return !this.away.has(peer)
  }

  /** they empty themselves */
  readonly draining = new Set<string>()

  drains(peer: string): boolean {
    return this.draining.has(peer)
  }

  /** slow to answer, though a link to it stands */
  readonly slow = new Set<string>()

  linked(peer: string): boolean {
    return this.slow.has(peer) || this.fresh(peer)
  }

  /** Of whom a test says nothing it is not known: whoever is not heard of has vanished. */
  readonly living = new Set<string>()

  lives({ peer }: { peer: string }): boolean {
    return this.living.has(peer)
  }

  /** they were removed from the mesh */
  readonly out = new Set<string>()

  removed(peer: string): boolean {
    return this.out.has(peer)
  }

  gone(): ReadonlySet<string> {
    return new Set([...this.lost, ...this.out])
  }

  /** From now on these keep custody. */
  become(...peers: string[]): void {
    this.version++
    this.#keepers = keepers(...peers)
  }

  /** Dead for longer than it takes to be replaced. */
  lose(...peers: string[]): void {
    this.version++
    for (const peer of peers) {
      this.lost.add(peer)
      this.away.add(peer)
    }
  }

  /** It is back. */
  find(peer: string): void {
    this.version++
    this.lost.delete(peer)
    this.away.delete(peer)
  }
}
