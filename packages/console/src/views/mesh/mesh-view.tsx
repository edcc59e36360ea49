import { useEffect, useRef, useState } from 'preact/hooks'
import { type Flight, flightsBetween, type MeshMoment, momentAt } from '../../live/mesh-moment.ts'
import { useFeedState } from '../../live/use-feed.ts'
import { Card, Empty, Stat } from '../../parts/card.tsx'
import { TimeChart } from '../../parts/time-chart.tsx'
import { setQuery } from '../../router.ts'
import { flightMs } from './baton.tsx'
import { MeshGraph, slotsOf } from './mesh-graph.tsx'
import { PeerTable } from './peer-table.tsx'
import { RecentTasks } from './recent-tasks.tsx'
import { Scrubber } from './scrubber.tsx'

/** of one look; more could not be told apart */
const flightsMax = 24

/** Who is here, what runs where, and what goes where: now, or at a moment of the last ten minutes. */
export function MeshView({ query }: { query: URLSearchParams }) {
  const { moments, who } = useFeedState('moments', 'who')
  const at = Number(query.get('at') ?? 0)
  const shown = at > 0 ? momentAt(moments, at) : moments.at(-1)
  const flights = useFlights(shown)
  if (shown === undefined) return <p class="quiet centred">Looking at the mesh…</p>
  const { peers, tasks } = shown
  return (
    <div class="view mesh-view">
      <header class="view-head">
        <h1>{who.mesh}</h1>
        <Figures moment={shown} />
      </header>
      <Scrubber moments={moments} at={at} onMove={(wallMs) => setQuery({ at: wallMs?.toFixed(0) })} />
      <div class="columns">
        <Card title="The mesh" class="wide" aside={<span class="quiet">links of {who.name}; farther is slower</span>}>
          <MeshGraph peers={peers} flights={flights} />
          {peers.length === 1 && (
            <Empty title="One peer so far">
              Add a host: run <code>souk invite</code> here, and the line it prints there.
            </Empty>
          )}
        </Card>
        <RecentTasks tasks={tasks} now={shown.wallMs} />
      </div>
      <Throughput moments={moments} />
      <PeerTable peers={peers} />
    </div>
  )
}

function Figures({ moment: { peers, tasks } }: { moment: MeshMoment }) {
  const alive = peers.filter(({ state }) => state === 'alive')
  const sum = (of: (peer: (typeof peers)[number]) => number) => alive.reduce((total, peer) => total + of(peer), 0)
  const failed = tasks.filter(({ kind }) => kind !== undefined && kind !== 'succeeded' && kind !== 'cancelled')
  return (
    <div class="stats">
      <Stat label={`of ${peers.length} peers`} value={alive.length} tone={alive.length < peers.length ? 'bad' : ''} />
      <Stat label={`of ${sum(slotsOf)} slots run`} value={sum(({ running }) => running)} tone="run" />
      <Stat label="wait at hosts" value={sum(({ waiting }) => waiting)} tone="wait" />
      <Stat label={`of the last ${tasks.length} failed`} value={failed.length} tone={failed.length > 0 ? 'bad' : ''} />
    </div>
  )
}

function Throughput({ moments }: { moments: readonly MeshMoment[] }) {
  const of = (pick: (moment: MeshMoment) => number) => moments.map(pick)
  const total = ({ peers }: MeshMoment, field: 'running' | 'waiting') =>
    peers.reduce((sum, peer) => sum + peer[field], 0)
  const lines = [
    { label: 'running', tone: 'run', values: of((moment) => total(moment, 'running')) },
    { label: 'waiting at hosts', tone: 'wait', values: of((moment) => total(moment, 'waiting')) },
  ]
  return (
    <Card title="Load of the mesh" aside={<span class="quiet">since this page was opened, ten minutes at most</span>}>
      <TimeChart
        label="Tasks that run and that wait at hosts, over time"
        wallMs={moments.map(({ wallMs }) => wallMs)}
        lines={lines}
      />
    </Card>
  )
}

/** Flights of the last look, each for as long as it is drawn. */
function useFlights(shown: MeshMoment | undefined): (Flight & { key: string })[] {
  const before = useRef<MeshMoment>(undefined)
  const [flights, setFlights] = useState<(Flight & { key: string })[]>([])
  useEffect(() => {
    if (shown === undefined || shown === before.current) return
    const began = flightsBetween(before.current, shown, flightsMax)
    before.current = shown
    if (began.length === 0) return
    const named = began.map((flight) => ({ ...flight, key: `${flight.task} ${flight.to} ${shown.wallMs}` }))
    setFlights((flying) => [...flying, ...named].slice(-2 * flightsMax))
    setTimeout(() => setFlights((flying) => flying.filter((flight) => !named.includes(flight))), flightMs)
  }, [shown])
  return flights
}
