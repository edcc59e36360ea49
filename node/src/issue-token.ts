import type { ApiRole } from '@souk/client'
import { issueToken } from './api-token.ts'
import { CliError } from './cli-error.ts'
import type { DataFolder } from './data-folder.ts'
import { readMesh } from './mesh-file.ts'

/** An API token, signed with the key of the mesh that a data folder holds. */
export async function issueFrom(
  folder: DataFolder,
  options: { role: ApiRole; name: string; wallMs: number; expiresWallMs: number },
): Promise<string> {
  const known = readMesh(folder)
  if (known === undefined) throw new CliError(`${folder.path} belongs to no mesh`, { next: `souk up${folder.words}` })
  if (known.mesh.signingKey === undefined) {
    throw new CliError(`this peer does not hold the key of the mesh ${known.mesh.name}, so it issues no tokens`, {
      next: 'souk token on an admin (souk peers shows who is one)',
    })
  }
  return await issueToken(known.mesh.signingKey, options)
}
