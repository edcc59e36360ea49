import { existsSync, rmSync } from 'node:fs'
import { LmdbRecords } from '@souk/store-lmdb'
import { decodeInvitation, joinMesh as joinOverLibp2p } from '@souk/transport-libp2p'
import { CliError, messageOf } from './cli-error.ts'
import { createDataFolder, type DataFolder } from './data-folder.ts'
import { exitCodes } from './exit-codes.ts'
import { readIdentity, writeMember } from './member.ts'
import { writeMesh } from './mesh-file.ts'
import type { ScaleSettings } from './scale-options.ts'
import { refuseScalingByRole } from './scaling-right.ts'
import { keptTasks } from './store-tools.ts'
import { storeTrouble } from './store-trouble.ts'

/** Dialling every address of an invitation may take so long. */
const joinMsMax = 60_000

/**
 * Becomes a member with an invitation; afterwards the data folder holds all that `souk up` needs. Rejects with the signal's
 * reason where that aborts; a folder that it made is gone then, as after any failure.
 */
export async function joinMesh(
  folder: DataFolder,
  line: string,
  wish: { name: string; scaling?: ScaleSettings | undefined },
  signal: AbortSignal,
): Promise<void> {
  const invitation = decodeLine(line)
  refuseScalingByRole(wish.scaling, invitation.role)
  // What is refused leaves nothing behind.
  const isNew = createDataFolder(folder)
  try {
    await joinFrom(folder, invitation, wish.name, AbortSignal.any([signal, AbortSignal.timeout(joinMsMax)]))
  } catch (error) {
    if (!isNew || existsSync(folder.mesh)) throw error
    rmSync(folder.path, { recursive: true, force: true })
    if (error instanceof Error) error.message += `; ${folder.path}, made for it, is removed again`
    throw error
  }
}

async function joinFrom(
  folder: DataFolder,
  invitation: ReturnType<typeof decodeInvitation>,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const records = new LmdbRecords({ folder: folder.path })
  await records.open().catch((error: unknown) => {
    throw storeTrouble(error, folder, () => keptTasks(folder)) ?? error
  })
  try {
    const identity = await readIdentity(records)
    const joined = await joinOverLibp2p({ identity, invitation, name, signal })
    await writeMember(records, joined)
    writeMesh(folder, { mesh: joined.mesh, addresses: joined.addresses })
  } finally {
    await records.close()
  }
}

function decodeLine(line: string): ReturnType<typeof decodeInvitation> {
  try {
    return decodeInvitation(line, Date.now())
  } catch (cause) {
    throw new CliError(messageOf(cause), { exitCode: exitCodes.usage, cause })
  }
}
