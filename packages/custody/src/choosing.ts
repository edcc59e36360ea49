import { drawsMax, majority, type PeerId, type TaskId, type TaskSpec, taskIdOf } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import { chooseCustodians, custodianCount } from './rendezvous.ts'
import type { Refused } from './submission.ts'
import type { SubmitInput } from './submitter-io.ts'
import type { MeshView } from './views.ts'

/** What of a submit decides who keeps its task. */
export type Choice = Pick<SubmitInput, 'nonce' | 'drawable' | 'choosy' | 'spec'>

/** A submit's id and custodians; `refused`: why it is not even tried. */
export interface Chosen {
  id: TaskId
  custodians: PeerId[]
  refused: Refused | undefined
}

/**
 * Chooses a submit's id and its custodians: a pure function of the id and the members that keep custody, so that a key leads
 * every origin to the same set. Who can be reached decides only which id is drawn, and whether the submit is refused.
 */
export class Choosing {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #mesh: MeshView

  constructor(config: CustodyConfig, { self, mesh }: { self: PeerId; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#mesh = mesh
  }

  choose(submit: Choice): Chosen {
    const { spec, choosy } = submit
    const id = this.#drawId(submit)
    const custodians = this.#custodiansOf(id, spec)
    const refused =
      this.#noKeeper(spec) ?? (choosy ? this.#unlucky(custodians) : undefined) ?? this.#noQuorum(custodians)
    return { id, custodians, refused }
  }

  /** Why the client had better make another key, if that would lead to custodians that can be reached. */
  whyUnlucky(submit: Choice): Refused | undefined {
    return this.#unlucky(this.#custodiansOf(this.#drawId(submit), submit.spec))
  }

  /** An id without a caller's key is drawn again, until all its custodians can be reached, or else a majority of them. */
  #drawId(submit: Choice): TaskId {
    const { drawable, spec } = submit
    const first = taskIdOf(submit)
    if (!drawable || spec.durability !== 'quorum') return first
    let enough: TaskId | undefined
    for (let draw = 0; draw < drawsMax; draw++) {
      const id = taskIdOf(submit, draw)
      const custodians = this.#custodiansOf(id, spec)
      const reached = custodians.filter((peer) => this.canReach(peer)).length
      if (reached === custodians.length) return id
      if (reached >= majority(custodians.length)) enough ??= id
    }
    return enough ?? first
  }

  /** Refused if another key may lead to better custodians: all reachable, or a majority where this key has not even that. */
  #unlucky(custodians: readonly PeerId[]): Refused | undefined {
    const away = custodians.filter((peer) => !this.canReach(peer))
    if (away.length === 0) return undefined
    const need = majority(custodians.length)
    const few = custodians.length - away.length < need && this.#freshEnough(need)
    return few || this.#freshEnough(custodians.length) ? keyUnlucky(away) : undefined
  }

  /** Refused if too few custodians have a link. One that is only slow is asked all the same. */
  #noQuorum(custodians: readonly PeerId[]): Refused | undefined {
    const away = custodians.filter((peer) => peer !== this.#self && !this.#mesh.linked(peer))
    return custodians.length - away.length < majority(custodians.length) ? noQuorum(custodians, away) : undefined
  }

  #custodiansOf(id: TaskId, spec: TaskSpec): PeerId[] {
    if (spec.durability !== 'quorum') return [this.#self]
    const keepers = this.#mesh.keepers()
    const count = custodianCount(this.#mesh.members, keepers.length, this.#config.custodians)
    return keepers.length === 0 ? [this.#self] : chooseCustodians(id, keepers, count)
  }

  /** Whether at least `count` keepers can be reached, so that another id may find that many custodians. */
  #freshEnough(count: number): boolean {
    let fresh = 0
    for (const { peer } of this.#mesh.keepers()) if (this.canReach(peer) && ++fresh >= count) return true
    return false
  }

  /** This peer, or one that was heard from of late. */
  canReach(peer: PeerId): boolean {
    return peer === this.#self || this.#mesh.fresh(peer)
  }

  #noKeeper(spec: TaskSpec): Refused | undefined {
    if (spec.durability === 'quorum' && this.#mesh.keepers().length === 0) {
      const message =
        'no member of this mesh keeps custody; start one without --no-custody, or ask for --durability local'
      return { code: 'no-custodian', message }
    }
    return undefined
  }
}

function keyUnlucky(away: readonly PeerId[]): Refused {
  const message = `not all custodians that this key leads to can be reached (${away.join(', ')}); another key has better ones`
  return { code: 'key-unlucky', message }
}

function noQuorum(custodians: readonly PeerId[], away: readonly PeerId[]): Refused {
  const message =
    `${away.length} of this task's ${custodians.length} custodians cannot be reached (${away.join(', ')}), and ` +
    `${majority(custodians.length)} must keep it; wait for them, or ask for --durability local`
  return { code: 'no-quorum', message }
}
