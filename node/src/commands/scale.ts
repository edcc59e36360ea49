import { usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { addNotes } from '../help-notes.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { scaleLogText, scalePlanText } from '../print/scale-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

export const scale: CommandModule = {
  define(command, context, done) {
    command
      .argument(
        '[what]',
        'plan: what would be done now · apply: do it · log: what was done, and whether it was right',
        'plan',
      )
      .action(async (what: string, options: PeerChoice & { json?: boolean }) => {
        if (!['plan', 'apply', 'log'].includes(what))
          throw usageError(`souk scale: '${what}' is none of plan, apply, log`)
        const { out, colours } = context.terminal
        await withSession(context, options, async (client) => {
          const seen = what === 'apply' ? await client.scale() : await client.scalePlan()
          if (options.json) out(JSON.stringify(seen))
          else if (what === 'log') out(scaleLogText(seen, colours))
          else out(scalePlanText(seen, await fetchPeerNames(client), colours))
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk scale', 'whether the mesh has the slots it will need, and what would be done about it'],
      ['souk scale apply', 'do it now, cool-down or not; the bounds of --scale hold'],
      ['souk scale log', 'what was started and ended, why, and whether that was right'],
    ])
    addNotes(
      command,
      `souk up --scale local:max=3,slots=2 starts further peers on this host when more slots will be needed for longer than a new
peer takes, and drains and ends them when they are not needed any more. With --scale command:max=9 --scale-command CMD a
command of yours does it: it reads one JSON object and exits with 0 once that is done. To start a peer that joins with that label:`,
      '  {"intent": "…", "kind": "grow", "label": "souk.scaled=TAG", "slots": 2, "invitation": "…"}',
      'To drain that peer and end it:',
      '  {"intent": "…", "kind": "shrink", "label": "souk.scaled=TAG", "peer": "…"}',
      `The same intent may come twice, after a time-out: it is one order. One peer acts, chosen by rendezvous of
those with a scaler. Only admins can be: what is started has to be invited.`,
    )
  },
}
