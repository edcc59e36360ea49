import { useEffect, useState } from 'preact/hooks'
import { hrefOf, parseRoute, type Route } from './route.ts'

export { hrefOf, type Route } from './route.ts'

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash))
  useEffect(() => {
    const look = () => setRoute(parseRoute(location.hash))
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return route
}

/** Changes part of the query of the present view, without a step in the browser's history. */
export function setQuery(changes: Record<string, string | undefined>): void {
  const { path, query } = parseRoute(location.hash)
  const href = hrefOf(path, { ...Object.fromEntries(query), ...changes })
  history.replaceState(null, '', href)
  dispatchEvent(new HashChangeEvent('hashchange'))
}
