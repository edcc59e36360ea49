import { firstMembers } from '@souk/peer'
import type { LmdbRecords } from '@souk/store-lmdb'
import { SelfStore } from '@souk/store-lmdb'
import {
  createIdentity,
  createMesh,
  type Identity,
  issueCertificate,
  loadIdentity,
  type Mesh,
} from '@souk/transport-libp2p'
import type { Certificate } from '@souk/wire'
import { certificateKey } from './certificate-key.ts'
import { CliError } from './cli-error.ts'
import type { DataFolder } from './data-folder.ts'
import { readMesh, writeMesh } from './mesh-file.ts'

/** Who this peer is in its mesh. */
export interface Member {
  identity: Identity
  mesh: Mesh
  meshIsNew: boolean
  certificate: Certificate
  addresses: string[]
}

/** The peer's own key; made the first time. The records must be open. */
export async function readIdentity(records: LmdbRecords): Promise<Identity> {
  return loadIdentity(await new SelfStore(records).identity(async () => (await createIdentity()).privateKey))
}

/** The member of a data folder. Makes a mesh, with this peer as its admin, where there is none. */
export async function readMember(
  folder: DataFolder,
  records: LmdbRecords,
  wish: { meshName: string; name: string },
): Promise<Member> {
  const identity = await readIdentity(records)
  const known = readMesh(folder)
  const mesh = known?.mesh ?? (await createMesh(wish.meshName))
  const stored = records.get(certificateKey) as Certificate | undefined
  if (stored !== undefined && known !== undefined && stored.peer === identity.peer) {
    return { identity, mesh, meshIsNew: false, certificate: stored, addresses: known.addresses }
  }
  if (mesh.signingKey === undefined) {
    throw new CliError(`${folder.path} knows the mesh ${mesh.name}, but holds no certificate of it for this peer`, {
      next: `move ${folder.path} away, ask a member for an invitation, and: souk join LINE`,
    })
  }
  // A mesh of its own, or an admin whose store was lost: it comes back as a new peer.
  const certificate = await issueCertificate(mesh.signingKey, {
    peer: identity.peer,
    role: 'admin',
    name: wish.name,
    issuedWallMs: Date.now(),
    expiresWallMs: 0,
  })
  await writeMember(records, { certificate, members: [] })
  const addresses = known?.addresses ?? []
  writeMesh(folder, { mesh, addresses })
  return { identity, mesh, meshIsNew: known === undefined, certificate, addresses }
}

/** What makes a member, and the others that it counts from its first life on. Durable before it resolves. */
export async function writeMember(
  records: LmdbRecords,
  { certificate, members }: { certificate: Certificate; members: readonly Certificate[] },
): Promise<void> {
  await records.write([{ key: certificateKey, value: certificate }, ...firstMembers(members)])
}
