import type { MeshView } from '@souk/custody'
import type { PeerId } from '@souk/wire'

/** How tasks that are submitted here now would be kept. */
export interface Keeping {
  /** peers with a certificate of this mesh, up or not */
  members: number
  /** members that keep custody */
  keepers: number
  /** custodians that a task gets */
  custodians: 1 | 3 | 5
  /** this peer keeps custody */
  here: boolean
  /** false: this peer does not vote yet on tasks that others keep too */
  heardFromMajority: boolean
}

/** `wanted`: custodians of a task if there are enough keepers. */
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

/** Custodians of a task, as the submitter counts them: by members and keepers, never by who can be reached. */
function countOf(members: number, keepers: number, wanted: 3 | 5): 1 | 3 | 5 {
  if (members < 3 || keepers < 3) return 1
  return wanted === 5 && keepers >= 5 ? 5 : 3
}
