import type { Mesh } from '@souk/transport-libp2p'
import { CliError } from './cli-error.ts'
import { type DataFolder, readJson, writeSecret } from './data-folder.ts'

/** What a peer's folder says of its mesh; only its owner may read it. */
export interface MeshFile {
  mesh: Mesh
  /** multiaddrs of members, to begin with */
  addresses: string[]
}

interface MeshJson {
  name: string
  publicKey: string
  networkKey: string
  signingKey?: string
  addresses: string[]
}

/** undefined: no mesh was made or joined here yet. */
export function readMesh(folder: DataFolder): MeshFile | undefined {
  const json = readJson(folder.mesh) as Partial<MeshJson> | undefined
  if (json === undefined) return undefined
  const { name, publicKey, networkKey, signingKey, addresses } = json
  if (typeof name !== 'string' || typeof publicKey !== 'string' || typeof networkKey !== 'string') {
    throw new CliError(`${folder.mesh} does not describe a mesh: name, publicKey and networkKey are needed`, {
      next: 'move the data folder away and join again: souk join LINE',
    })
  }
  const mesh: Mesh = { name, publicKey: bytesOf(publicKey), psk: bytesOf(networkKey) }
  if (signingKey !== undefined) mesh.signingKey = bytesOf(signingKey)
  return { mesh, addresses: addresses ?? [] }
}

export function writeMesh(folder: DataFolder, { mesh, addresses }: MeshFile): void {
  const json: MeshJson = {
    name: mesh.name,
    publicKey: textOf(mesh.publicKey),
    networkKey: textOf(mesh.psk),
    ...(mesh.signingKey === undefined ? {} : { signingKey: textOf(mesh.signingKey) }),
    addresses,
  }
  writeSecret(folder.mesh, json)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}
