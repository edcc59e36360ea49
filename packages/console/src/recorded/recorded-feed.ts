import type { SoukClient } from '@souk/client'
import type { Feed, FeedState } from '../live/feed.ts'
import { Foretold } from '../live/foretold.ts'
import { shortPeer } from '../text/ids.ts'
import { recordedClient } from './recorded-client.ts'
import type { Recording } from './recording.ts'

/** What a recording holds, for the same views: it stands still, and goes back as far as it was recorded. */
export function recordedFeed(recording: Recording, reweigh: SoukClient['reweigh']): Feed {
  const { from, events, moments } = recording
  const last = moments.at(-1)
  const names = new Map(moments.flatMap(({ peers }) => peers.map(({ id, name }) => [id, name])))
  const state: FeedState = {
    who: { ...from, role: 'observe' },
    recordedAt: recording.at,
    status: undefined,
    peers: last?.peers ?? [],
    nameOf: (peer) => names.get(peer) || shortPeer(peer),
    tasks: last?.tasks ?? [],
    moments,
    events,
    away: undefined,
  }
  const client = recordedClient(recording, reweigh)
  return { client, foretold: new Foretold(), state, subscribe: () => () => {}, stop() {} }
}
