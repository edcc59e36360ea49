import { connect, parseEndpoint, type SoukClient } from '@souk/client'
import type { Context } from './context.ts'
import { dataFolder, requirePeer } from './data-folder.ts'
import { nodeHttpTransport } from './node-http-transport.ts'

export interface PeerChoice {
  data?: string
  /** URL#TOKEN[,FINGERPRINT] of a peer's API, wherever it is */
  endpoint?: string[]
}

/** A client of the peer that the options name: endpoints first, else the peer of the data folder. */
async function openSession(context: Context, choice: PeerChoice): Promise<SoukClient> {
  const texts = choice.endpoint ?? context.env.SOUK_ENDPOINT?.split(/\s+/).filter((text) => text !== '') ?? []
  const endpoints =
    texts.length > 0 && (choice.data === undefined || choice.endpoint !== undefined)
      ? texts.map(parseEndpoint)
      : [requirePeer(dataFolder(context, choice.data))].map(({ url, token }) => ({ url, token }))
  return await connect(endpoints, { transport: nodeHttpTransport, probe: false })
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
  } finally {
    await client.close()
  }
}
