import type { MeshView } from '@souk/custody'
import type { PeerId } from '@souk/wire'

/** How tasks that are submitted here now are kept. */
export interface Keeping {
  /** who has a certificate of this mesh, up or not */
  members: number
  /** those of them that keep custody */
  keepers: number
  /** so many of the keepers a task gets */
  custodians: 1 | 3 | 5
  /** this peer is one of the keepers */
  here: boolean
  /** false: where others keep a task too, this peer does not vote on it yet */
  heardFromMajority: boolean
}

/** `wanted`: custodians of a task where there are enough to choose from. */
export function keepingOf(mesh: MeshView, self: PeerId, wanted: 3 | 5): Keeping {
  const { members, heardFromMajority } = mesh
  const keepers = mesh.keepers()
  return {
    members,
    keepers: keepers.length,
    custodians: countOf(members, keepers.length, wanted),
    here: keepers.some(({ peer }) => peer === self),
    heardFromMajority,
  }
}

/** As the submitter counts them: odd, by members, never by who can be reached. */
function countOf(members: number, keepers: number, wanted: 3 | 5): 1 | 3 | 5 {
  if (members < 3 || keepers < 3) return 1
  return wanted === 5 && keepers >= 5 ? 5 : 3
}
