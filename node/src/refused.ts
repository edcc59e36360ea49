import type { Handle, SoukClient } from '@souk/client'
import { CliError, codeOf, messageOf } from './cli-error.ts'
import { exitCodeOfRefusal, exitCodes } from './exit-codes.ts'

/** Ids of peers as they stand in messages: base-58, of an Ed25519 key. */
const peerId = /\b12D3KooW[1-9A-HJ-NP-Za-km-z]{44}\b/g

/** A message as a person reads it: peers by name where it names any. The mesh is asked only then. */
export async function namedText(client: SoukClient, text: string): Promise<string> {
  if (text.search(peerId) < 0) return text
  const { fetchPeerNames } = await import('./peer-names.ts')
  const names = await fetchPeerNames(client)
  return text.replace(peerId, (id) => names(id))
}

/** Why a submit was not accepted; where nobody knows whether it was: with what to repeat it, so that it runs once. */
export async function refusedError(client: SoukClient, handle: Handle, error: unknown): Promise<CliError> {
  const exitCode = exitCodeOfRefusal(codeOf(error))
  const message = await namedText(client, messageOf(error))
  if (exitCode !== exitCodes.unknown) return new CliError(message, { exitCode, cause: error })
  const next = `the same command again with   --key ${shellWord(handle.key)}   (it is the same task then, never a second one)`
  return new CliError(`${message}\nits key is ${handle.key}`, { next, exitCode, cause: error })
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
