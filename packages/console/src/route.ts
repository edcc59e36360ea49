/** Where the console is: all of it is in the address behind #, so that a link shows the same view again. */
export interface Route {
  /** such as ['tasks', ID] */
  path: string[]
  query: URLSearchParams
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: new URLSearchParams(query),
  }
}

/** The address of a view; empty values are left out. */
export function hrefOf(path: readonly string[], query: Record<string, string | undefined> = {}): string {
  const pairs = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  )
  const text = pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
  return `#/${path.map(encodeURIComponent).join('/')}${text}`
}
