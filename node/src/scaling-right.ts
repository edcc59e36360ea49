import { CliError } from './cli-error.ts'
import type { DataFolder } from './data-folder.ts'
import { exitCodes } from './exit-codes.ts'
import { readMesh } from './mesh-file.ts'
import type { ScaleSettings } from './scale-options.ts'

/** What to do where a peer is to start others and may not. */
export const scalingRightNext =
  'start it without --scale, and give --scale to an admin (souk peers shows who is one); or let another host join as admin: souk invite --role admin   there, then souk join LINE --scale … here'

/** A new peer needs an invitation of whoever starts it, and only an admin can give one. Throws a usage error otherwise. */
export function refuseScalingByRole(scaling: ScaleSettings | undefined, role: string): void {
  if (scaling === undefined || role === 'admin') return
  throw refusal(scaling, `the invitation is one for the role ${role}`)
}

/** The same of a peer that is a member already; a folder without a mesh becomes the admin of one. */
export function refuseScalingWithoutKey(scaling: ScaleSettings | undefined, folder: DataFolder): void {
  if (scaling === undefined) return
  const known = readMesh(folder)
  if (known === undefined || known.mesh.signingKey !== undefined) return
  throw refusal(scaling, `this peer is no admin of the mesh ${known.mesh.name}`)
}

function refusal({ kind }: ScaleSettings, why: string): CliError {
  return new CliError(
    `--scale ${kind}: ${why}, so it can invite no peers, and those that it starts need an invitation`,
    {
      next: scalingRightNext,
      exitCode: exitCodes.usage,
    },
  )
}
