import type { Removed } from '@souk/client'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { addNotes } from '../help-notes.ts'
import { countText } from '../print/amount-text.ts'
import { visibleLine } from '../print/visible.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface RemoveOptions extends PeerChoice {
  alive?: boolean
  lose?: boolean
  json?: boolean
}

export const remove: CommandModule = {
  define(command, context, done) {
    command
      .argument('<peer>', 'its name or its id (souk peers)')
      .option('--alive', 'also where it still runs: what runs there is cut off, and runs elsewhere')
      .option('--lose', 'also where tasks can never end then, as most of their custodians are removed')
      .action(async (peer: string, options: RemoveOptions) => {
        await withSession(context, options, async (client) => {
          const { alive, lose } = options
          const removed = await client.remove(peer, { ...(alive && { alive }), ...(lose && { lose }) })
          const { out, err, colours, errColours } = context.terminal
          if (options.json) return out(JSON.stringify(removed))
          out(`${colours.green('removed')}: ${visibleLine(removed.name)} (${removed.peer}) is no member any more`)
          for (const line of tasksLines(removed.tasks)) err(line)
          err(errColours.dim('its host can join again as a new peer: souk reset there, then souk invite here'))
          if (removed.role === 'admin') err(errColours.yellow(keyText))
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk remove oak', 'a host that is gone for good: no task is kept there, and the mesh counts one less'],
      ['souk remove oak --alive', 'one that is lost or stolen: every other peer refuses it, as soon as it hears'],
    ])
    addNotes(command, ...notes)
  },
}

/** What became of the open tasks that it kept with others. */
export function tasksLines({ kept, unendable, ids, missing }: Removed['tasks']): string[] {
  const lines: string[] = []
  if (kept > 0) lines.push(`${countText(kept, 'open task')} that it kept: others take its place`)
  if (unendable > 0) {
    const more = unendable > ids.length ? ' and more' : ''
    lines.push(
      `${countText(unendable, 'open task')} can never end now: ${ids.join(', ')}${more} (souk cancel --unendable ID ends one)`,
    )
  }
  if (missing.length > 0) lines.push(`${countText(missing.length, 'peer')} did not say what it keeps with them`)
  return lines
}

const keyText =
  'it was an admin: the key of the mesh is on its disk. If somebody else may read that, begin a new mesh (souk reset, souk up)'

const notes = [
  `Ask an admin, who holds the key of the mesh (souk peers shows who is one). A removal is for good, and spreads to every peer,
also to those that are away now; a removed peer stops once it meets one of the others. Tokens that it was given stay good until
they expire.`,
  `A task of which most custodians are removed can end by souk cancel --unendable ID alone: nobody knows what the others had made
of it. So nothing is removed where those that can be asked know of such a task: they name it, and --lose says that it may be
lost. What a peer kept alone nobody else may know of.`,
]
