import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { type PeerChoice, withSession } from '../session.ts'

export const undrain: CommandModule = {
  define(command, context, done) {
    command.action(async (options: PeerChoice & { json?: boolean }) => {
      await withSession(context, options, async (client) => {
        const seen = await client.undrain()
        context.terminal.out(options.json ? JSON.stringify(seen) : 'it takes work again')
      })
      done(0)
    })
    addJson(addPeerChoice(command))
    addExamples(command, [['souk undrain', 'bid for work again, after souk drain']])
  },
}
