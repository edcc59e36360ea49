import { asSoukError } from '@souk/client'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { type Feed, LiveFeed, pause } from './live/feed.ts'
import { FeedContext } from './live/use-feed.ts'
import { Login } from './login.tsx'
import { openRecording, takeReplayCode, weigherOf } from './recorded/open-recording.ts'
import { recordedFeed } from './recorded/recorded-feed.ts'
import { logIn, openClient, takeLoginCode } from './session.ts'
import { Shell } from './shell.tsx'

type Stage = { at: 'entering' } | { at: 'door'; problem: string | undefined } | { at: 'inside'; feed: Feed }

const retryMs = 1_000
const replayClosed = 'a replay is opened by the whole link that souk console --replay has printed'
/** A link that is pasted over the address of this very page changes no more than what is behind #. */
const isLink = (hash: string): boolean => /^#(code|replay)=/.test(hash)

/**
 * Is drawn once. What a provider was given as its child stays as it was drawn first, with all of its elements, when that
 * child draws itself anew: without this one between them, the first view would stay in memory for good.
 */
const Inside = ({ onLogOut }: { onLogOut: () => void }) => <Shell onLogOut={onLogOut} />

/** Uses the link's code where there is one, then asks the peer who this browser is to it. */
export function Entrance() {
  const [stage, setStage] = useState<Stage>({ at: 'entering' })
  const enter = useCallback(async (signal: AbortSignal) => {
    let problem: string | undefined
    const replay = takeReplayCode()
    if (replay !== undefined) {
      const recording = await openRecording(replay).catch((error: Error) => (problem = error.message))
      if (typeof recording !== 'string')
        return setStage({ at: 'inside', feed: recordedFeed(recording, weigherOf(replay)) })
    }
    const code = takeLoginCode()
    if (code !== undefined) await logIn({ code }).catch((error: Error) => (problem = error.message))
    const client = await openClient()
    while (!signal.aborted) {
      try {
        const who = await client.who(signal)
        const feed = new LiveFeed(client, who, () => setStage({ at: 'door', problem: 'this session is over' }))
        feed.start()
        return setStage({ at: 'inside', feed })
      } catch (cause) {
        const { status, code } = asSoukError(cause)
        if (status === 401) return setStage({ at: 'door', problem })
        if (code === 'replayed') return setStage({ at: 'door', problem: problem ?? replayClosed })
        await pause(retryMs, signal)
      }
    }
  }, [])
  useEffect(() => {
    const stop = new AbortController()
    void enter(stop.signal)
    return () => stop.abort()
  }, [enter])
  useEffect(() => {
    const look = () => isLink(location.hash) && location.reload()
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  useEffect(() => (stage.at === 'inside' ? () => stage.feed.stop() : undefined), [stage])

  if (stage.at === 'inside') {
    return (
      <FeedContext.Provider value={stage.feed}>
        <Inside onLogOut={() => setStage({ at: 'door', problem: undefined })} />
      </FeedContext.Provider>
    )
  }
  if (stage.at === 'door')
    return <Login problem={stage.problem} onEntered={() => enter(new AbortController().signal)} />
  return <p class="quiet centred">Looking for the peer…</p>
}
