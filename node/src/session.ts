import { connect, parseEndpoint, type SoukClient } from '@souk/client/node'
import type { Context } from './context.ts'
import { dataFolder, requirePeer } from './data-folder.ts'

export interface PeerChoice {
  data?: string
  /** URL#TOKEN[,FINGERPRINT] of a peer's API, wherever it is */
  endpoint?: string[]
}

/** A client of the peer that the options name: endpoints first, else the peer of the data folder. */
async function openSession(context: Context, choice: PeerChoice): Promise<SoukClient> {
  const texts = choice.endpoint ?? context.env.SOUK_ENDPOINT?.split(/\s+/).filter((text) => text !== '') ?? []
  if (texts.length > 0 && (choice.data === undefined || choice.endpoint !== undefined)) {
    return await connect(texts.map(parseEndpoint))
  }
  const { url, token } = requirePeer(dataFolder(context, choice.data))
  // Its process runs, so the address is right: no question before the question.
  return await connect([{ url, token }], { probe: false })
}

/** Opens a session, does the work, closes it again. */
export async function withSession<T>(
  context: Context,
  choice: PeerChoice,
  work: (client: SoukClient) => Promise<T>,
): Promise<T> {
  const client = await openSession(context, choice)
  try {
    return await work(client)
  } catch (error) {
    const { namedText } = await import('./refused.ts')
    if (error instanceof Error) error.message = await namedText(client, error.message)
    throw error
  } finally {
    await client.close()
  }
}
