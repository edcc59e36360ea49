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
 * Variables that mean nothing to the shell or the loader before it joins: what every task has. Any other, such as
 * LD_PRELOAD, would run code of the task outside of its cgroups.
 */
const harmless = /^(PATH|LANG|LC_ALL|TZ|HOME|USER|LOGNAME|SHELL|TMPDIR|SOUK_[A-Z_]+)$/
/** what shells make up themselves */
const madeUp = 'unset PWD OLDPWD SHLVL'

/**
 * The command behind a shell that first writes itself into the cgroups of its run and then becomes the command, so that
 * nothing of the task runs outside of them. A task that brings variables of its own gets them through env, which costs
 * half a millisecond more.
 */
export function joinedCommand({ argv, env }: Command, joinFiles: readonly string[]): Command {
  const joins = joinFiles.map((_, i) => `echo 0 >"\${${i + 1}}"`).join(' && ')
  const join = `${joins} || exit ${joinFailed}; shift ${joinFiles.length}`
  if (Object.keys(env).every((name) => harmless.test(name))) {
    return { argv: [shell, '-c', `${join}; ${madeUp}; exec "$@"`, 'sh', ...joinFiles, ...argv], env }
  }
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  // env takes what has a = for a variable.
  const plain = argv[0]!.includes('=') ? [shell, '-c', 'exec "$@"', 'sh', ...argv] : argv
  const words = [...joinFiles, ...variables, ...plain]
  return { argv: [shell, '-c', `${join}; exec env -i "$@"`, 'sh', ...words], env: { PATH: pathDefault } }
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
