import { useEffect, useRef } from 'preact/hooks'
import { useFeedState } from './live/use-feed.ts'
import { Logo } from './parts/logo.tsx'
import { hrefOf, type Route, useRoute } from './router.ts'
import { logOut } from './session.ts'
import { durationText } from './text/amounts.ts'
import { clockText } from './text/ids.ts'
import { BalanceView } from './views/balance/balance-view.tsx'
import { EventsView } from './views/events/events-view.tsx'
import { FaultsView } from './views/faults/faults-view.tsx'
import { ForecastView } from './views/forecast/forecast-view.tsx'
import { MarketView } from './views/market/market-view.tsx'
import { MeshView } from './views/mesh/mesh-view.tsx'
import { PeerView } from './views/peer/peer-view.tsx'
import { NewTask } from './views/task/new-task.tsx'
import { TaskView } from './views/task/task-view.tsx'
import { TasksView } from './views/tasks/tasks-view.tsx'

const places = [
  { path: 'mesh', title: 'Mesh', key: 'm' },
  { path: 'tasks', title: 'Tasks', key: 't' },
  { path: 'market', title: 'Market', key: 'k' },
  { path: 'balance', title: 'Balance', key: 'b' },
  { path: 'forecast', title: 'Forecast', key: 'r' },
  { path: 'faults', title: 'Faults', key: 'f' },
  { path: 'events', title: 'Events', key: 'e' },
] as const

/** peers are pages of the mesh */
const placeOf = ({ path }: Route): string => (path[0] === 'peers' ? 'mesh' : (path[0] ?? 'mesh'))

/** The frame around every view: where one is, at which peer, and whether it answers. */
export function Shell({ onLogOut }: { onLogOut: () => void }) {
  const route = useRoute()
  const { who, away, recordedAt } = useFeedState('who', 'away', 'recordedAt')
  const place = placeOf(route)
  const main = useRef<HTMLElement>(null)
  const views = useRef<HTMLElement>(null)
  useKeys()
  useEffect(() => {
    document.title = `${places.find(({ path }) => path === place)?.title ?? 'Mesh'} · ${who.name} · Souk`
  }, [place, who.name])
  useFocusAfter(route, main)
  useInSight(place, views)
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the view
      </button>
      <header class="top">
        <a class="brand" href={hrefOf(['mesh'])} aria-label="Souk: the mesh">
          <Logo size={26} />
          <span>Souk</span>
        </a>
        <nav aria-label="Views" ref={views}>
          {places.map(({ path, title, key }) => (
            <a key={path} href={hrefOf([path])} aria-current={path === place ? 'page' : undefined} title={`key ${key}`}>
              {title}
            </a>
          ))}
        </nav>
        {recordedAt === undefined && <NewTask />}
        <div class="at">
          <span class={away ? 'pulse lost' : 'pulse'} aria-hidden="true" />
          <span class="at-names">
            <b>{who.name}</b> <span class="quiet">in {who.mesh}</span>
          </span>
          <span class="tag" title="what this session may do">
            {recordedAt !== undefined ? 'replay' : who.role === 'observe' ? 'observer' : who.role}
          </span>
          {recordedAt === undefined && (
            <button type="button" class="plain" onClick={() => void logOut().finally(onLogOut)}>
              Log out
            </button>
          )}
        </div>
      </header>
      {recordedAt !== undefined && (
        <p class="away" role="status">
          A replay of what {who.name} exported at {clockText(Date.parse(recordedAt))} on {recordedAt.slice(0, 10)}: the
          sliders go through it, and nothing can be done in it.
        </p>
      )}
      {away && (
        <p class="away" role="status">
          {who.name} has not answered for {durationText(Math.round((Date.now() - away.sinceMs) / 1000) * 1000 || 1000)}.
          What you see is from before; it goes on by itself when the peer is back. <code>souk status</code> tells more.
        </p>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <View route={route} />
      </main>
    </div>
  )
}

function View({ route: { path, query } }: { route: Route }) {
  const [place = 'mesh', id] = path
  if (place === 'peers' && id !== undefined) return <PeerView key={id} id={id} />
  if (place === 'tasks' && id !== undefined) return <TaskView key={id} id={id} />
  switch (place) {
    case 'tasks':
      return <TasksView query={query} />
    case 'market':
      return <MarketView />
    case 'balance':
      return <BalanceView />
    case 'forecast':
      return <ForecastView query={query} />
    case 'faults':
      return <FaultsView />
    case 'events':
      return <EventsView query={query} />
    default:
      return <MeshView query={query} />
  }
}

/** The link that was followed may be gone with its view: who reads on goes on in the next one. */
function useFocusAfter({ path }: Route, main: { current: HTMLElement | null }): void {
  const page = path.join('/')
  const before = useRef(page)
  useEffect(() => {
    if (before.current === page) return
    before.current = page
    if (document.activeElement === document.body) main.current?.focus()
  }, [page])
}

/** On a phone the row of views is wider than the page. */
function useInSight(place: string, views: { current: HTMLElement | null }): void {
  useEffect(() => {
    views.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [place])
}

/** One letter leads to each view; not while somebody writes. */
function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const { target } = event
      // The first one clears it; then the letters lead to the views again.
      if (event.key === 'Escape' && target instanceof HTMLInputElement && target.value === '') target.blur()
      if ((event.target as HTMLElement).closest('input, textarea, select, dialog')) return
      if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('input[type=search]')
        if (search) event.preventDefault()
        search?.focus()
      }
      const place = places.find(({ key }) => key === event.key)
      if (place) location.hash = hrefOf([place.path])
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
