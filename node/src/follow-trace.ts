import { type SoukClient, TraceFollower, type TraceQuery } from '@souk/client'
import { fetchPeerNames } from './peer-names.ts'
import { namedList } from './print/named-list.ts'
import { tracePieces } from './print/trace-table.ts'
import { visibleLine } from './print/visible.ts'
import type { Terminal } from './terminal.ts'
import { pause } from './top/top-feed.ts'

const lookMs = 500
/** of one look: as many as a peer tells at once; of more it is said how many are missing */
const keptMax = 1_024

export interface FollowTraceOptions {
  query: Omit<TraceQuery, 'limit' | 'until'>
  /** of what happened before, so many come first */
  first: number
  json: boolean
}

/** Prints what the peers do as they tell it, until it is interrupted. Rejects where the first look fails; later ones are said. */
export async function followTrace(
  client: SoukClient,
  terminal: Terminal,
  { query, first, json }: FollowTraceOptions,
): Promise<void> {
  const { out, err, errColours } = terminal
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const { since, ...rest } = query
  // The first look alone goes back: those after it ask for what came since.
  const follower = new TraceFollower(
    (asked, signal) => client.trace(asked.since === undefined && since ? { ...asked, since } : asked, signal),
    { ...rest, limit: keptMax },
    keptMax,
  )
  const print = json ? undefined : await printer(client, terminal)
  let said = ''
  const sayOnce = (text: string): void => {
    if (text !== said && text !== '') err(errColours.dim(text))
    said = text
  }
  try {
    for (let looks = 0; !stop.signal.aborted; looks++) {
      try {
        const { fresh, cut, missing } = await follower.look(stop.signal)
        const shown = looks === 0 ? fresh.slice(-first) : fresh
        if (json) for (const event of shown) out(JSON.stringify(event))
        else if (shown.length > 0) out(print!.piece(shown))
        if (looks > 0 && cut > 0)
          err(errColours.dim(`${cut} more came faster than they could be told; choose fewer kinds`))
        sayOnce(
          missing.length === 0 ? '' : `not told, since out of reach: ${namedList(missing.map(print?.name ?? String))}`,
        )
      } catch (error) {
        if (stop.signal.aborted) return
        if (looks === 0) throw error
        sayOnce(
          `not answered: ${visibleLine(error instanceof Error ? error.message : String(error))}; it goes on when the peer is back`,
        )
      }
      await pause(lookMs, stop.signal)
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

async function printer(client: SoukClient, { out, colours, outWidth: widthMax }: Terminal) {
  const names = await fetchPeerNames(client)
  const peers = await client.peers().catch(() => [])
  const { title, piece } = tracePieces(
    peers.map(({ id }) => id),
    { names, colours, widthMax },
  )
  out(title)
  return { name: names, piece: (events: Parameters<typeof piece>[0]) => piece(events, Date.now()) }
}
