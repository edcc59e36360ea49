import { apiLimits, type Task, type TaskTie } from '@souk/client'
import type { Command } from 'commander'
import { usageError } from './cli-error.ts'
import { collect } from './command-module.ts'

/** The options that tie a task to others by their group. */
export interface TieOptions {
  group?: string
  near?: string[]
  apart?: string[]
  preferNear?: string[]
  preferApart?: string[]
}

const { groupCharsMax, tiesMax } = apiLimits

export function addTieOptions(command: Command): Command {
  return command
    .option('--group <name>', 'the group that others may be tied to; zone:NAME: also by their zone')
    .option('--near <group>', 'only on a host where some of that group is; zone:GROUP: in a zone (repeatable)', collect)
    .option(
      '--apart <group>',
      'only on a host where none of that group is; zone:GROUP: in a zone (repeatable)',
      collect,
    )
    .option('--prefer-near <group>', 'the same where there is a choice (repeatable)', collect)
    .option('--prefer-apart <group>', 'the same where there is a choice (repeatable)', collect)
}

export function tiesOf(options: TieOptions): Pick<Task, 'group' | 'near' | 'apart'> {
  const near = tiesFrom(['--near', options.near], ['--prefer-near', options.preferNear])
  const apart = tiesFrom(['--apart', options.apart], ['--prefer-apart', options.preferApart])
  return {
    ...(options.group === undefined ? {} : { group: groupOf('--group', options.group) }),
    ...(near.length === 0 ? {} : { near }),
    ...(apart.length === 0 ? {} : { apart }),
  }
}

type Given = [flag: string, groups: string[] | undefined]

function tiesFrom([flag, required = []]: Given, [preferFlag, preferred = []]: Given): TaskTie[] {
  if (required.length + preferred.length > tiesMax) {
    throw usageError(
      `${flag}: ${required.length + preferred.length} groups with ${preferFlag}; at most ${tiesMax} can be given`,
    )
  }
  return [
    ...required.map((text) => ({ group: groupOf(flag, text) })),
    ...preferred.map((text) => ({ group: groupOf(preferFlag, text), required: false })),
  ]
}

function groupOf(flag: string, text: string): string {
  if (text !== '' && text.length <= groupCharsMax) return text
  throw usageError(`${flag}: a group has 1 to ${groupCharsMax} characters, not ${text.length}`)
}
