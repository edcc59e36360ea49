import type { StoreBehindError } from '@souk/runtime'
import type { StoreDamagedError } from '@souk/store-lmdb'
import { CliError, codeOf, messageOf } from './cli-error.ts'
import type { DataFolder } from './data-folder.ts'
import { exitCodes } from './exit-codes.ts'
import { damageText, type KeptTasks } from './print/damage-text.ts'

/**
 * What a person must know of a store that this peer cannot run on, and which command comes next; undefined for any
 * other error. `kept` counts the tasks of a damaged store that can still be read.
 */
export function storeTrouble(error: unknown, folder: DataFolder, kept: () => KeptTasks): CliError | undefined {
  const next = `souk reset --data ${folder.path}   (moves the store aside, deletes nothing, and says how to join again)`
  switch (codeOf(error)) {
    case 'store-damaged': {
      const { report } = error as Partial<StoreDamagedError>
      const seen = report === undefined ? messageOf(error) : damageText(report, kept())
      return new CliError(seen, { next, exitCode: exitCodes.storeUnusable, cause: error })
    }
    case 'store-behind': {
      const { seen, own } = error as StoreBehindError
      return new CliError(behindText(folder, seen, own), { next, exitCode: exitCodes.retired, cause: error })
    }
    case 'removed':
      return new CliError(messageOf(error), { next, exitCode: exitCodes.retired, cause: error })
    case 'store-newer':
    case 'store-older':
      return new CliError(messageOf(error), {
        next: 'souk --version   (npm install -g souk updates it), or: souk up --data ANOTHER-FOLDER',
        exitCode: exitCodes.storeUnusable,
        cause: error,
      })
    case 'io':
    case 'disk-full':
      return new CliError(messageOf(error), { next: `souk doctor --data ${folder.path}`, cause: error })
    default:
      return undefined
  }
}

function behindText(folder: DataFolder, seen: number, own: number): string {
  return [
    `the store in ${folder.path} is an old copy: by it this is life ${own} of this peer, but others have met its life ${seen}`,
    '  seen      it was restored from a backup or an old disk image, or a copy of the folder ran on another host',
    '  lost      what this peer accepted since and kept alone; tasks with three custodians the others have',
    '  why       promises that it has forgotten could be broken, so it never runs as this peer again',
  ].join('\n')
}
