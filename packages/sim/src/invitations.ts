import type { Prng } from '@souk/kernel'
import { firstMembers } from '@souk/peer'
import type { Cuts } from './faults/cuts.ts'
import type { SimNode } from './node.ts'
import type { Stage } from './stage.ts'

/** Who comes with an invitation and reaches nobody asks again so much later. */
export const askAgainMs = 100

/** How a peer becomes a member: the first one makes the mesh, every other one joins it through a member. */
export class Invitations {
  readonly #stage: Stage
  readonly #cuts: Cuts
  readonly #prng: Prng

  constructor(stage: Stage, cuts: Cuts, prng: Prng) {
    this.#stage = stage
    this.#cuts = cuts
    this.#prng = prng
  }

  /** Its first life starts with the members that another one knows; false: nobody is there to join through now. */
  redeem(node: SimNode): boolean {
    const members = this.#stage.nodes.filter((other) => other !== node && other.life > 0 && !other.gone)
    if (members.length === 0) return true
    const there = members.filter((other) => this.#answers(other, node))
    if (there.length === 0) return false
    node.disk.prepare(firstMembers(this.#prng.pick(there).peer?.introductions?.() ?? []))
    return true
  }

  #answers(member: SimNode, node: SimNode): boolean {
    const { now } = this.#stage
    return member.alive && member.frozenUntil <= now && !this.#cuts.between(member.index, node.index)
  }
}
