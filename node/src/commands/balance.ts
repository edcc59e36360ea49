import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { balanceText } from '../print/balance-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

export const balance: CommandModule = {
  define(command, context, done) {
    command.action(async (options: PeerChoice & { json?: boolean }) => {
      const { out, colours } = context.terminal
      await withSession(context, options, async (client) => {
        const seen = await client.balance()
        out(options.json ? JSON.stringify(seen) : balanceText(seen, await fetchPeerNames(client), colours))
      })
      done(0)
    })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk balance', 'how work is spread, what keeps tasks waiting, whether moving some would help'],
      [`souk balance --json | jq '.imbalance.cv'`, 'how uneven it is, as one number'],
    ]).addHelpText(
      'after',
      `
Utilisation is what was promised to runs, on average over the last 30 s. CV is the standard deviation of the hosts' shares
of taken slots over their mean; its floor is the least that this work can have: runs as long as that cannot be divided.
A bottleneck is the resource that the hosts which could run what waits lack first.`,
    )
  },
}
