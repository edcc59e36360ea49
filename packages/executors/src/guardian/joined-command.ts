import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** What is spawned for a command. */
export interface Command {
  argv: string[]
  env: Record<string, string>
}

const shell = '/bin/sh'
/** What env and shells look in where there is no PATH. */
const pathDefault = '/usr/local/bin:/usr/bin:/bin'
/** The exit code of a process that could not join its cgroups. */
export const joinFailed = 125

/**
 * The command behind one that first joins the cgroups of its run: a shell with an empty environment writes itself into
 * them and becomes the command, so that nothing of the task runs outside, not even what its environment preloads.
 */
export function joinedCommand({ argv, env }: Command, joinFiles: readonly string[]): Command {
  const joins = joinFiles.map((_, i) => `echo 0 >"\${${i + 1}}"`).join(' && ')
  const script = `${joins} || exit ${joinFailed}; shift ${joinFiles.length}; exec env -i "$@"`
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  // env takes what has a = for a variable.
  const plain = argv[0]!.includes('=') ? [shell, '-c', 'exec "$@"', 'sh', ...argv] : argv
  return { argv: [shell, '-c', script, 'sh', ...joinFiles, ...variables, ...plain], env: { PATH: pathDefault } }
}

/** Whether a command leads to something that can be executed. Where not, to spawn it as it is tells best what is wrong. */
export function isExecutable({ argv, env }: Command, cwd: string): boolean {
  const name = argv[0]!
  if (name === '') return false
  if (name.includes('/')) return isProgram(resolve(cwd, name))
  return (env.PATH ?? pathDefault).split(':').some((folder) => isProgram(resolve(cwd, folder, name)))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
