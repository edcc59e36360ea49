import type { PeerId } from '@souk/wire'
import type { KillWrites } from './faults/fault.ts'
import type { SimNode } from './node.ts'
import type { Stage } from './stage.ts'
import type { Subject } from './subject.ts'
import type { Watches } from './watch.ts'

/** A member that goes has so long until it is stopped; it is looked at so often. */
export const leaveMsMax = 10_000
const leaveCheckMs = 200
/** A peer that was removed waits so long for its own disk at the most. */
const removedMs = 200
/** How long it takes to set a host up anew after its store was found to be too old. */
const renewMs = 500

/** What the world does with a peer. */
interface Lives {
  start(node: SimNode): void
  crash(node: SimNode, how: { quiet: boolean; writes: KillWrites }): void
}

/** Which peer a host has: a store that is lost, damaged or too old ends one for good, and another takes its place. */
export class Turnover {
  readonly #stage: Stage
  readonly #watches: Watches
  readonly #lives: Lives
  readonly #lifeOf: Subject['lifeOf']
  readonly #indexes: Map<PeerId, number>

  constructor(stage: Stage, watches: Watches, lives: Lives, { lifeOf }: Pick<Subject, 'lifeOf'>) {
    this.#stage = stage
    this.#watches = watches
    this.#lives = lives
    this.#lifeOf = lifeOf
    this.#indexes = new Map(stage.nodes.map(({ id, index }) => [id, index]))
  }

  indexOf(peer: PeerId): number | undefined {
    return this.#indexes.get(peer)
  }

  /**
   * Whether no peer may start on its store: it is damaged; or it is an old image and the mesh could not tell, for
   * whoever put that there knows, whatever starts the host then.
   */
  mustRenew(node: SimNode): boolean {
    return node.disk.damaged || (node.disk.old && !this.#remembered(node))
  }

  /** Whether most peers are up and remember a later life of this one than the next of its disk would be. */
  #remembered(node: SimNode): boolean {
    const { nodes } = this.#stage
    const knowing = nodes.filter(
      ({ peer }) => (this.#lifeOf?.(peer?.snapshot(), node.id) ?? 0) > node.disk.incarnation + 1,
    )
    return 2 * knowing.length > nodes.length
  }

  /** The host, which is down, has an empty disk and so another peer. */
  renew(node: SimNode): void {
    node.renew()
    this.#indexes.set(node.id, node.index)
    this.#watches.tell('onRenew', node, this.#stage.now)
  }

  /** The host with its disk is gone. */
  lose(node: SimNode): void {
    this.#lives.crash(node, { quiet: true, writes: 'lost' })
    this.renew(node)
  }

  /** The member goes for good, as soon as nothing runs there or its time is up. */
  leave(node: SimNode): void {
    node.gone = true
    if (!node.alive) return
    const { life } = node
    const untilMs = this.#stage.now + leaveMsMax
    this.#stage.push(this.#stage.now, { kind: 'input', node, life, input: { type: 'leave' } })
    const check = () => {
      if (node.life !== life) return
      if (this.#stage.now < untilMs && node.peer!.quiet !== true) this.#stage.later(leaveCheckMs, check)
      else this.#lives.crash(node, { quiet: false, writes: 'kept' })
    }
    this.#stage.later(leaveCheckMs, check)
  }

  /** The others remember a later life of this peer than its store does: it stops, and its host starts anew. */
  onBehind(node: SimNode): void {
    const { life } = node
    this.#stage.later(0, () => {
      if (node.life !== life) return
      this.lose(node)
      this.#stage.later(renewMs, () => this.#lives.start(node))
    })
  }

  /** It has heard that it was removed from the mesh: it stops, and its host joins anew, or nobody sees to it. */
  onRemoved(node: SimNode): void {
    const { life } = node
    this.#stage.later(removedMs, () => {
      if (node.life !== life) return
      this.lose(node)
      node.gone = node.givenUp
      this.#stage.later(renewMs, () => this.#lives.start(node))
    })
  }
}
