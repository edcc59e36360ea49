import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { explainText } from '../print/explain-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

export const explain: CommandModule = {
  define(command, context, done) {
    command
      .argument('[id]', "task id; may be shortened, and 'last' works", 'last')
      .action(async (id: string, options: PeerChoice & { json?: boolean }) => {
        await withSession(context, options, async (client) => {
          const detail = await client.task(await client.resolve(id))
          const { out, colours } = context.terminal
          if (options.json) out(JSON.stringify(detail))
          else out(explainText(detail, await fetchPeerNames(client), colours))
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk explain last', 'candidates, bids with their terms, refusals, timeline'],
      ['souk explain 3f8k --json', 'the whole record'],
    ])
  },
}
