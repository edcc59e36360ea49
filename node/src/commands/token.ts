import type { ApiRole } from '@souk/client'
import { parseDurationMs } from '../amounts.ts'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { dataFolder, runningPeer } from '../data-folder.ts'

const roles: readonly ApiRole[] = ['submit', 'observe', 'admin']

interface TokenOptions {
  data?: string
  ttl: string
  role: string
  name: string
  json?: boolean
}

export const token: CommandModule = {
  define(command, context, done) {
    command
      .option('--data <folder>', 'data folder of an admin of the mesh (default: $SOUK_DATA or ~/.souk)')
      .option('--ttl <time>', 'how long it is good for', '30d')
      .option('--role <role>', 'submit, observe, or admin', 'submit')
      .option('--name <text>', 'who it is for', 'client')
      .action(async (options: TokenOptions) => {
        await issue(context, options)
        done(0)
      })
    addJson(command)
    addExamples(command, [
      ['souk token --ttl 7d --name laptop', 'prints URL#TOKEN,FINGERPRINT'],
      ['SOUK_ENDPOINT=… souk run -- hostname', 'on the other host: use it'],
    ])
  },
}

async function issue(context: Context, options: TokenOptions): Promise<void> {
  const role = roles.find((candidate) => candidate === options.role)
  if (role === undefined) throw usageError(`--role: '${options.role}' is none of ${roles.join(', ')}`)
  const wallMs = Date.now()
  const expiresWallMs = wallMs + parseDurationMs('--ttl', options.ttl, 1)
  const folder = dataFolder(context, options.data)
  const { issueFrom } = await import('../issue-token.ts')
  const text = await issueFrom(folder, { role, name: options.name, wallMs, expiresWallMs })
  const remote = runningPeer(folder)?.remote
  const endpoint = remote === undefined ? undefined : `${remote.url}#${text},${remote.fingerprint}`
  const expiresAt = new Date(expiresWallMs).toISOString()
  const { out, err, errColours } = context.terminal
  if (options.json) return out(JSON.stringify({ token: text, role, expiresAt, ...(endpoint ? { endpoint } : {}) }))
  out(endpoint ?? text)
  err(errColours.dim(`role ${role}, until ${expiresAt}; treat it as a password`))
  if (endpoint !== undefined)
    err(`${errColours.dim('next:')} SOUK_ENDPOINT='…' souk run -- hostname   (on the other host)`)
  else err(`${errColours.dim('next:')} souk up --listen-api 0.0.0.0:7443   (this peer serves its API on loopback only)`)
}
