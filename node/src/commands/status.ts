import type { Status } from '@souk/client'
import type { ResourceVector } from '@souk/kernel'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { durationText } from '../print/amount-text.ts'
import { breachText } from '../print/breach-text.ts'
import type { Colours } from '../print/colours.ts'
import { drainText } from '../print/drain-text.ts'
import { keepingLines } from '../print/keeping-text.ts'
import { limitsText } from '../print/limits-text.ts'
import { unableText } from '../print/scale-text.ts'
import { storeText } from '../print/store-text.ts'
import { stragglerText } from '../print/straggler-text.ts'
import { pairs } from '../print/table.ts'
import { taskHeadText } from '../print/task-head-text.ts'
import { vectorText } from '../print/vector-text.ts'
import { visibleData } from '../print/visible.ts'
import { type PeerChoice, withSession } from '../session.ts'

export const status: CommandModule = {
  define(command, context, done) {
    command
      .argument('[id]', "a task, instead of this peer; may be shortened, and 'last' works")
      .action(async (id: string | undefined, options: PeerChoice & { json?: boolean }) => {
        await withSession(context, options, async (client) => {
          const { out, colours, outWidth } = context.terminal
          if (id !== undefined) {
            const detail = await client.task(id)
            out(options.json ? JSON.stringify(detail) : taskHeadText(detail, await fetchPeerNames(client), colours))
            return
          }
          const seen = await client.status()
          out(options.json ? JSON.stringify(seen) : statusText(seen, colours, outWidth))
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk status', 'this peer, its mesh, its tasks'],
      ['souk status last', 'that task: its state, who bears it, who keeps it and who of them is away'],
    ])
  },
}

/** Only while it drains. */
function drainRows({ drain }: Status, colours: Colours): [string, string][] {
  if (drain.state === 'off') return []
  const note = colours.dim('(until souk undrain, restarts included)')
  return [[drain.state, `${colours.yellow(drainText(drain))} ${note}`]]
}

/** Only where runs take far longer than their like. */
function stragglerRows({ stragglers }: Status, colours: Colours): [string, string][] {
  if (stragglers.length === 0) return []
  return [['straggling', stragglers.map((each) => colours.yellow(stragglerText(each))).join('\n')]]
}

/** Only where something is not as usual. */
function rebalanceRows({ rebalance: { on, pressure } }: Status, colours: Colours): [string, string][] {
  const off: [string, string][] = on ? [] : [['rebalancing', 'off: nothing moves by itself after its first hand-over']]
  if (!pressure) return off
  const { code, detail, forMs, moved } = pressure
  const runs = moved === 0 ? '' : `; ${moved} asked for a checkpoint, to go on elsewhere`
  const text = `${code} for ${durationText(forMs)}, so it takes nothing: ${detail}${runs}`
  return [...off, ['pressure', colours.yellow(text)]]
}

/** Only where it is to start others and may not. */
function scalingRows({ scaling }: Status, colours: Colours): [string, string][] {
  if (scaling?.able !== false) return []
  return [['scaling', colours.yellow(`none by --scale ${scaling.kind}: ${unableText}; souk doctor says what to do`)]]
}

/** Only where something is wrong. */
function auditRows({ audit }: Status, colours: Colours): [string, string][] {
  if (audit.breaches.length === 0) return []
  return [['audit', audit.breaches.map((breach) => colours.red(breachText(breach))).join('\n')]]
}

export function statusText(status: Status, colours: Colours, widthMax = Infinity): string {
  const seen = visibleData(status)
  const tasks = Object.entries(seen.tasks).filter(([, count]) => count > 0)
  const { alive, suspect, dead } = seen.peers
  const trouble = [suspect > 0 ? `${suspect} suspect` : '', dead > 0 ? `${dead} dead` : ''].filter((t) => t !== '')
  const rows: [string, string][] = [
    ['mesh', `${seen.mesh}, as ${seen.role}`],
    ['peers', [`${alive} alive`, ...trouble.map(colours.yellow)].join(', ')],
    ['offers', vectorText(seen.offer.capacity as ResourceVector | undefined)],
    ['free now', vectorText(seen.free as unknown as ResourceVector)],
    ['tasks', tasks.map(([state, count]) => `${count} ${state}`).join(', ') || 'none'],
    ['kept by', keepingLines(seen.keeping).join('\n')],
    ['limits', `${limitsText(seen.limits)}${seen.limits.reason === '' ? '' : ` (${seen.limits.reason})`}`],
    ...drainRows(seen, colours),
    ...stragglerRows(seen, colours),
    ...rebalanceRows(seen, colours),
    ...scalingRows(seen, colours),
    ...auditRows(seen, colours),
    ['store', seen.store.ok ? 'ok' : colours.red(storeText(seen.store))],
    ['up for', `${durationText(seen.uptimeMs)} (version ${seen.version}, life ${seen.incarnation})`],
    ['reached at', seen.addresses.join('\n')],
  ]
  return `${colours.bold(seen.name)}  ${seen.self}\n${pairs(rows, '  ', widthMax)}`
}
