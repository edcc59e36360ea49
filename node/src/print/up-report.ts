import type { ResourceVector } from '@souk/kernel'
import { shortPeer } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { pairs } from './table.ts'
import { vectorText } from './vector-text.ts'

/** Everything a person is told when a peer is up. */
export interface UpReport {
  name: string
  peer: string
  data: string
  mesh: string
  meshIsNew: boolean
  role: string
  tookMs: number
  pid: number
  /** what the host was found to have, one line */
  found: string
  offer: ResourceVector
  labels: Record<string, string>
  allow: string[]
  functions: string[]
  /** the user that tasks run as */
  user: string
  custody: boolean
  addresses: string[]
  api: string
  /** opens the console in a browser, once */
  console: string
  remote?: { url: string; fingerprint: string }
  /** the line for other hosts, where this peer may invite */
  invitation?: string
  invitationTtl: string
}

/** `dataWords` follow each command that is to ask this peer. */
export function upReport(report: UpReport, dataWords: string, colours: Colours): string {
  const head = `${colours.bold(report.name)}  ${shortPeer(report.peer)}  ${colours.green('is up')} after ${(report.tookMs / 1000).toFixed(1)} s`
  const rows: [string, string][] = [
    ['mesh', `${report.mesh}${report.meshIsNew ? ' (new)' : ''}, as ${report.role}`],
    ['found', report.found],
    ['offers', vectorText(report.offer)],
    ['allows', allowsText(report, colours)],
    ...(report.custody ? [] : [['keeps', 'no tasks of other peers (--no-custody)'] as [string, string]]),
    ...labelRows(report),
    ['reached at', report.addresses.join('\n              ') || 'nowhere: it only dials'],
    ['API', `${report.api} (key in ${report.data}/api.json)`],
    ...(report.remote === undefined
      ? []
      : [
          ['API, TLS', `${report.remote.url}\n              certificate ${report.remote.fingerprint}`] as [
            string,
            string,
          ],
        ]),
    ['data', report.data],
  ]
  const next: [string, string][] = [
    ['console', `${report.console}   ${colours.dim(`(once, within 15 m; again: souk console${dataWords})`)}`],
    ...(report.invitation === undefined
      ? []
      : [
          [
            'add a host',
            `souk join ${report.invitation}   ${colours.dim(`(one host, valid ${report.invitationTtl})`)}`,
          ] as [string, string],
        ]),
    ['try', `souk run${dataWords} -- echo hello`],
    ['look', `souk peers${dataWords}`],
    ...(report.remote === undefined ? [] : [['API key', `souk token${dataWords}`] as [string, string]]),
    ['stop', `souk down${dataWords}`],
  ]
  return `${head}\n${pairs(rows)}\n\n${pairs(next)}`
}

/** Who may do what here: nobody should find out later. */
function allowsText(report: UpReport, colours: Colours): string {
  const members = `members of mesh ${report.mesh}`
  if (report.allow.length === 0) return `nothing to nobody: it submits and keeps tasks only (--allow none)`
  const what = report.allow.map((kind) => (kind === 'process' ? 'any command' : 'any function'))
  const functions = report.functions.length === 0 ? '' : `; registered: ${report.functions.join(', ')}`
  return `${colours.yellow(`${members} may run ${what.join(' and ')} here as user ${report.user}`)}${functions} (--allow narrows it)`
}

function labelRows(report: UpReport): [string, string][] {
  const labels = Object.entries(report.labels).map(([name, value]) => `${name}=${value}`)
  return labels.length === 0 ? [] : [['labels', labels.join(', ')]]
}
