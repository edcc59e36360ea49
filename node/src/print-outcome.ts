import type { Outcome, SoukClient } from '@souk/client'
import type { Context } from './context.ts'
import type { PeerNames } from './peer-names.ts'
import { fetchPeerNames } from './peer-names.ts'
import { outcomeLine } from './print/outcome-text.ts'

const namesOf = new WeakMap<SoukClient, Promise<PeerNames>>()

/** One line (or one JSON object) for an outcome. The mesh is asked for names once. */
export async function printOutcome(
  client: SoukClient,
  context: Context,
  outcome: Outcome,
  json: boolean,
): Promise<void> {
  if (json) return context.terminal.out(JSON.stringify(outcome))
  let names = namesOf.get(client)
  if (names === undefined) {
    names = fetchPeerNames(client)
    namesOf.set(client, names)
  }
  const name = outcome.host === undefined ? undefined : (await names)(outcome.host)
  context.terminal.out(outcomeLine(outcome, name, context.terminal.colours))
}
