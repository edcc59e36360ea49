import type { PeerLine } from '@souk/client'
import type { ResourceVector } from '@souk/kernel'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { durationText, mbpsText, shortPeer } from '../print/amount-text.ts'
import type { Colours } from '../print/colours.ts'
import { table } from '../print/table.ts'
import { vectorText } from '../print/vector-text.ts'
import { visibleData } from '../print/visible.ts'
import { type PeerChoice, withSession } from '../session.ts'

export const peers: CommandModule = {
  define(command, context, done) {
    command.action(async (options: PeerChoice & { json?: boolean }) => {
      await withSession(context, options, async (client) => {
        const lines = await client.peers()
        const { out, colours, outWidth } = context.terminal
        out(options.json ? JSON.stringify(lines) : peersTable(lines, colours, outWidth))
      })
      done(0)
    })
    addJson(addPeerChoice(command))
    addExamples(command, [['souk peers', 'who is there, what each has, allows and does']])
  },
}

export function peersTable(lines: readonly PeerLine[], colours: Colours, widthMax = Infinity): string {
  const state = (line: PeerLine): string => {
    if (line.self) return colours.green('this one')
    if (line.state === 'alive') return line.draining ? colours.yellow('draining') : colours.green('alive')
    return line.state === 'suspect' ? colours.yellow('suspect') : colours.red(line.state)
  }
  return table(
    [
      { title: 'peer' },
      { title: 'id', yields: 3 },
      { title: 'role', yields: 4 },
      { title: 'state' },
      { title: 'rtt', align: 'right', yields: 2 },
      { title: 'Mb/s in/out', align: 'right', yields: 4.5 },
      { title: 'running', align: 'right' },
      { title: 'waiting', align: 'right' },
      { title: 'offers', yields: 1, least: 12 },
      { title: 'allows', yields: 5, least: 10 },
      { title: 'labels', yields: 6, least: 10 },
    ],
    visibleData(lines).map((line) => [
      line.name,
      shortPeer(line.id),
      line.role,
      state(line),
      line.rttMs === undefined ? '-' : durationText(line.rttMs),
      bandwidthText(line),
      String(line.running),
      String(line.waiting),
      vectorText(line.capacity as unknown as ResourceVector),
      [...line.executors, ...line.functions.map((name) => `${name}()`)].join(', ') || 'nothing',
      Object.entries(line.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    ]),
    colours.dim,
    widthMax,
  )
}

/** By the large transfers of late. */
function bandwidthText({ receivedMbps, sentMbps }: PeerLine): string {
  const text = (mbps: number | undefined): string => (mbps === undefined ? '-' : mbpsText(mbps))
  return receivedMbps === undefined && sentMbps === undefined ? '-' : `${text(receivedMbps)}/${text(sentMbps)}`
}
