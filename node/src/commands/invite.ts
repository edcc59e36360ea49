import { parseCount, parseDurationMs } from '../amounts.ts'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { durationText } from '../print/amount-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

const roles = ['host', 'submit', 'observe', 'admin'] as const

interface InviteOptions extends PeerChoice {
  ttl: string
  role: string
  uses: string
  json?: boolean
}

export const invite: CommandModule = {
  define(command, context, done) {
    command
      .option('--ttl <time>', 'how long the line is good for', '15m')
      .option('--role <role>', 'host, submit, observe or admin (may invite others)', 'host')
      .option('--uses <n>', 'how many may join with it', '1')
      .action(async (options: InviteOptions) => {
        const role = roles.find((candidate) => candidate === options.role)
        if (role === undefined) throw usageError(`--role: '${options.role}' is none of ${roles.join(', ')}`)
        const validMs = parseDurationMs('--ttl', options.ttl, 1)
        const uses = parseCount('--uses', options.uses, 1, 1000)
        await withSession(context, options, async (client) => {
          const invitation = await client.invite({ role, validMs, uses })
          const { out, err, errColours } = context.terminal
          if (options.json) return out(JSON.stringify(invitation))
          out(`souk join ${invitation.line}`)
          err(
            errColours.dim(
              `for ${uses === 1 ? 'one host' : `${uses} hosts`}, valid ${durationText(validMs)}; treat the line as a password (souk join - reads it from standard input)`,
            ),
          )
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk invite', 'paste the printed line on the other host'],
      ['souk invite --role admin --ttl 1h', 'a second peer that may invite'],
    ])
  },
}
