import { peerNames } from '../peer-names.ts'
import { durationText } from '../print/amount-text.ts'
import type { Colours } from '../print/colours.ts'
import { explainText } from '../print/explain-text.ts'
import { pairs, table } from '../print/table.ts'
import type { DemoMesh } from './demo-mesh.ts'
import type { DemoFigures } from './demo-run.ts'

const placements: Record<string, string> = {
  local: 'where they were submitted',
  auction: 'by auction',
  wanted: 'fetched by a host with room',
}

function placedText(how: Record<string, number>): string {
  return Object.entries(how)
    .map(([name, count]) => `${count} ${placements[name] ?? name}`)
    .join(', ')
}

function quantiles({ p50, p99 }: { p50: number; p99: number }): string {
  return `p50 ${durationText(p50)}, p99 ${durationText(p99)}`
}

/** The table at the end of the demo. */
export function demoReport(figures: DemoFigures, mesh: DemoMesh, colours: Colours): string {
  const peers = table(
    [
      { title: 'peer' },
      { title: 'commands', align: 'right' },
      { title: 'functions', align: 'right' },
      { title: 'busy', align: 'right' },
      { title: '' },
    ],
    Object.entries(figures.perPeer).map(([name, line]) => [
      name,
      String(line.process),
      String(line.function),
      durationText(line.runMs),
      name === figures.killed ? colours.red('killed half-way') : '',
    ]),
    colours.dim,
  )
  const lost = figures.lost === 0 ? 'none lost' : colours.red(`${figures.lost} LOST`)
  const same =
    figures.different.length === 0 ? 'all as computed here' : colours.red(`${figures.different.length} DIFFER`)
  const facts = pairs([
    ['tasks', `${figures.succeeded} of ${figures.tasks} done, ${lost}`],
    ['results', same],
    ['wall time', `${durationText(figures.wallMs)} (${figures.tasksPerSecond} tasks/s)`],
    ['decision', `${quantiles(figures.decisionMs)}: deciding where, the wait for room apart`],
    ['placed', placedText(figures.how)],
    ['after', `${quantiles(figures.placedMs)}: the wait for room included`],
    ['bids', `${figures.bids.total}, ${figures.bids.perAuction} for each auction`],
    ['retries', `${figures.retries}, of which ${figures.rerun} because ${figures.killed} was killed`],
  ])
  const names = peerNames(mesh.peers.map((peer) => ({ id: peer.report.peer, name: peer.name })))
  return [
    peers,
    facts,
    `${colours.dim('souk explain')}  ${explainText(figures.explained, names, colours, Date.now())}`,
  ].join('\n\n')
}
