import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { visibleLine } from '../print/visible.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface RemoveOptions extends PeerChoice {
  alive?: boolean
  json?: boolean
}

export const remove: CommandModule = {
  define(command, context, done) {
    command
      .argument('<peer>', 'its name or its id (souk peers)')
      .option('--alive', 'also where it still runs: what runs there is cut off, and runs elsewhere')
      .action(async (peer: string, options: RemoveOptions) => {
        await withSession(context, options, async (client) => {
          const removed = await client.remove(peer, options.alive ? { alive: true } : {})
          const { out, err, colours, errColours } = context.terminal
          if (options.json) return out(JSON.stringify(removed))
          out(`${colours.green('removed')}: ${visibleLine(removed.name)} (${removed.peer}) is no member any more`)
          err(errColours.dim('its host can join again as a new peer: souk reset there, then souk invite here'))
          if (removed.role === 'admin') err(errColours.yellow(keyText))
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk remove oak', 'a host that is gone for good: no task is kept there, and the mesh counts one less'],
      ['souk remove oak --alive', 'one that is lost or stolen: every other peer refuses it, as soon as it hears'],
    ]).addHelpText('after', `\n${notes}`)
  },
}

const keyText =
  'it was an admin: the key of the mesh is on its disk. If somebody else may read that, begin a new mesh (souk reset, souk up)'

const notes = `Ask an admin, who holds the key of the mesh (souk peers shows who is one).
A removal is for good, and spreads to every peer, also to those that are away now;
a removed peer stops once it meets one of the others. Tokens that it was given stay
good until they expire.
A task of which most custodians are removed cannot end any more: let one of them
come back first where you can.`
