import { peerNames } from '../peer-names.ts'
import { durationText } from '../print/amount-text.ts'
import type { Colours } from '../print/colours.ts'
import { explainText } from '../print/explain-text.ts'
import { pairs, table } from '../print/table.ts'
import type { DemoMesh } from './demo-mesh.ts'
import type { DemoFigures } from './demo-run.ts'

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
    ['decision', `p50 ${durationText(figures.decisionMs.p50)}, p99 ${durationText(figures.decisionMs.p99)} (auctions)`],
    [
      'placed after',
      `p50 ${durationText(figures.placedMs.p50)}, p99 ${durationText(figures.placedMs.p99)} (waiting for room included)`,
    ],
    [
      'placed',
      Object.entries(figures.how)
        .map(([how, count]) => `${count} ${how}`)
        .join(', '),
    ],
    ['bids', `${figures.bids.total} (${figures.bids.perAuction} for each decision with bids)`],
    ['retries', `${figures.retries}, of which ${figures.rerun} because ${figures.killed} was killed`],
  ])
  const names = peerNames(mesh.peers.map((peer) => ({ id: peer.report.peer, name: peer.name })))
  return [peers, facts, `${colours.dim('souk explain')}  ${explainText(figures.explained, names, colours)}`].join(
    '\n\n',
  )
}
