import type { SoukClient, SoukError } from '@souk/client'
import { asSoukError } from '@souk/client'
import { createContext } from 'preact'
import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import { type Feed, type FeedState, pause, visible } from './feed.ts'

export const FeedContext = createContext<Feed | undefined>(undefined)

export function useFeed(): Feed {
  const feed = useContext(FeedContext)
  if (feed === undefined) throw new Error('this part needs a feed above it')
  return feed
}

export const useClient = (): SoukClient => useFeed().client

/** No more than is wanted: a part that is drawn once and stays would keep all events of that moment. */
function pick<K extends keyof FeedState>(state: FeedState, keys: readonly K[]): Pick<FeedState, K> {
  return Object.fromEntries(keys.map((key) => [key, state[key]])) as Pick<FeedState, K>
}

/** What the feed knows now of these; the part is drawn again when one of them has changed, and for nothing else. */
export function useFeedState<K extends keyof FeedState>(...keys: readonly K[]): Pick<FeedState, K> {
  const feed = useFeed()
  const [state, setState] = useState(() => pick(feed.state, keys))
  const shown = useRef(state)
  const wanted = keys.join()
  useEffect(() => {
    const look = () => {
      const now = feed.state
      const wantedKeys = wanted.split(',') as K[]
      if (wantedKeys.every((key) => shown.current[key] === now[key])) return
      shown.current = pick(now, wantedKeys)
      setState(shown.current)
    }
    look()
    return feed.subscribe(look)
  }, [feed, wanted])
  return state
}

/** People's names of peers, from the last look at the mesh. */
export const useNames = (): ((peer: string) => string) => useFeedState('nameOf').nameOf

export interface Asked<T> {
  data: T | undefined
  error: SoukError | undefined
}

/** Asks the peer now and again every `everyMs`; `key` names what is asked for: another one starts over. */
export function usePolled<T>(key: string, everyMs: number, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { key: string }>({ key, data: undefined, error: undefined })
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    const work = async () => {
      while (!signal.aborted) {
        await visible(signal)
        try {
          const data = await ask(signal)
          if (!signal.aborted) setAsked({ key, data, error: undefined })
        } catch (cause) {
          const error = asSoukError(cause, 'unreachable')
          if (!signal.aborted)
            setAsked((before) => ({ key, data: before.key === key ? before.data : undefined, error }))
        }
        await pause(everyMs, signal)
      }
    }
    void work()
    return () => stop.abort()
  }, [key, everyMs])
  return asked.key === key ? asked : { data: undefined, error: undefined }
}
