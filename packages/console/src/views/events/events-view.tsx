import { traceFamilies } from '@souk/client'
import { useState } from 'preact/hooks'
import type { TraceEvent } from '../../live/trace-event.ts'
import { useClient, useFeedState, useNames } from '../../live/use-feed.ts'
import { Card, Empty } from '../../parts/card.tsx'
import { type MeshWindow, readMeshWindow } from '../../recorded/mesh-window.ts'
import { joined, recordingOf } from '../../recorded/recording.ts'
import { saveRecording } from '../../recorded/save-recording.ts'
import { setQuery } from '../../router.ts'
import { plural } from '../../text/amounts.ts'
import { clockText } from '../../text/ids.ts'
import { type EventFilter, filterEvents } from './event-filter.ts'
import { EventList } from './event-list.tsx'

/** more lines than anybody reads make a browser slow */
const shownMax = 100

/** The connected peer's thinking, as it happens; paused, gone back through, and taken along as a file. */
export function EventsView({ query }: { query: URLSearchParams }) {
  const { events, moments, peers, who } = useFeedState('events', 'moments', 'peers', 'who')
  const client = useClient()
  const nameOf = useNames()
  const [held, setHeld] = useState<readonly TraceEvent[]>()
  const [taken, setTaken] = useState<Omit<MeshWindow, 'events'>>()
  const kept = held ?? events
  const filter = {
    families: query.get('family')?.split(',').filter(Boolean) ?? [],
    search: query.get('search') ?? '',
    trouble: query.get('trouble') === 'true',
  }
  const found = filterEvents(kept, filter, nameOf)
  const until = Number(query.get('until') ?? 0)
  const shown = until > 0 ? found.filter(({ wallMs }) => wallMs <= until) : found
  const exported = async () => {
    const window = windowOf(shown, until > 0 ? until : held?.at(-1)?.wallMs)
    const mesh = await readMeshWindow((asked) => client.trace(asked), { kinds: filter.families, ...window })
    const all = joined(shown, filterEvents(mesh.events, filter, nameOf), who.self)
    // Where nobody could be asked, nobody but the connected peer is in it.
    const others = peers.map(({ id }) => id).filter((id) => id !== who.self)
    const missing = mesh.error && mesh.events.length === 0 ? others : mesh.missing
    const left = { ...(missing.length > 0 && { missing }), ...(mesh.cut > 0 && { cut: mesh.cut }) }
    saveRecording(recordingOf(who, { events: all, moments, ...left }, Date.now()))
    setTaken({ ...mesh, missing })
  }
  return (
    <div class="view events-view">
      <header class="view-head">
        <h1>Events</h1>
        <Filters filter={filter} />
        <div class="actions">
          <button type="button" aria-pressed={held !== undefined} onClick={() => setHeld(held ? undefined : events)}>
            {held ? '▶ Live' : '❚❚ Pause'}
          </button>
          <button type="button" onClick={() => void exported()}>
            Export
          </button>
        </div>
      </header>
      {taken && <LeftOut {...taken} nameOf={nameOf} />}
      <Until events={found} until={until} />
      <Card
        title={`What ${who.name} sees and decides`}
        aside={<span class="quiet">{plural(shown.length, 'event')}</span>}
      >
        {shown.length === 0 ? (
          <Empty title={events.length === 0 ? `Nothing of ${who.name} yet` : 'No event fits'}>
            {events.length === 0
              ? 'Submit a task and watch how it is placed. An export has what the other peers keep.'
              : 'Choose fewer kinds, or search for less.'}
          </Empty>
        ) : (
          <EventList events={shown.slice(-shownMax).reverse()} />
        )}
        {shown.length > shownMax && <p class="quiet">The newest {shownMax} are shown; an export has all.</p>}
      </Card>
    </div>
  )
}

/** Of all peers as far as they remember, where nothing of this one is shown. */
function windowOf(shown: readonly TraceEvent[], untilMs: number | undefined): { since?: Date; until?: Date } {
  return {
    ...(shown[0] && { since: new Date(shown[0].wallMs) }),
    ...(untilMs !== undefined && { until: new Date(untilMs) }),
  }
}

/** What an export has not got, and why. */
function LeftOut({ missing, cut, error, nameOf }: Omit<MeshWindow, 'events'> & { nameOf: (peer: string) => string }) {
  if (missing.length === 0 && cut === 0 && !error) return null
  return (
    <p class="note" role="status">
      {error && `The mesh could not be asked for all: ${error.message}. `}
      {missing.length > 0 && `Not in the export: what ${missing.map(nameOf).join(', ')} saw, out of reach. `}
      {cut > 0 && `${plural(cut, 'older event')} did not fit in the export: choose fewer kinds, or go back in time.`}
    </p>
  )
}

function Filters({ filter }: { filter: EventFilter }) {
  const toggle = (family: string) => {
    const chosen = new Set(filter.families)
    if (!chosen.delete(family)) chosen.add(family)
    setQuery({ family: [...chosen].join(',') })
  }
  return (
    <div class="filters">
      <input
        type="search"
        placeholder="Search type, task, peer, code  /"
        aria-label="Search events"
        value={filter.search}
        onInput={(event) => setQuery({ search: event.currentTarget.value })}
      />
      <fieldset class="chips">
        <legend class="visually-hidden">Kinds of events</legend>
        {traceFamilies.map((family) => (
          <button
            key={family}
            type="button"
            class="chip"
            aria-pressed={filter.families.includes(family)}
            onClick={() => toggle(family)}
          >
            {family}
          </button>
        ))}
        <button
          type="button"
          class="chip"
          aria-pressed={filter.trouble}
          onClick={() => setQuery({ trouble: filter.trouble ? '' : 'true' })}
        >
          trouble only
        </button>
      </fieldset>
    </div>
  )
}

/** Goes back in time through what this page has kept. */
function Until({ events, until }: { events: readonly TraceEvent[]; until: number }) {
  const [first, last] = [events[0]?.wallMs ?? 0, events.at(-1)?.wallMs ?? 0]
  if (last - first < 2_000) return null
  return (
    <div class={until > 0 ? 'scrubber paused' : 'scrubber'}>
      <button type="button" disabled={until === 0} onClick={() => setQuery({ until: '' })}>
        Newest
      </button>
      <input
        type="range"
        min={first}
        max={last}
        value={until > 0 ? until : last}
        aria-label="Events until"
        aria-valuetext={clockText(until > 0 ? until : last)}
        onInput={(event) => setQuery({ until: event.currentTarget.value })}
      />
      <output>until {clockText(until > 0 ? until : last)}</output>
    </div>
  )
}
