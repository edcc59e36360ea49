import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '@souk/runtime'
import { recordFileOf } from './store-check.ts'
import { writeWhole } from './write-whole.ts'

/** The formats of a data folder that this version reads. It writes the newest. */
export interface Formats {
  oldest: number
  newest: number
}

/** Raise `newest` when an older peer could not read what a newer one writes, `oldest` when reading that is given up. */
/**
 * 2: votes apart from records (custody by several peers). Nothing was released with 1, so it is not read any more.
 * 3: records lie in the order in which they came (layout.ts). Those of 2 stay under their own names until they go.
 */
const storeFormats: Formats = { oldest: 2, newest: 3 }

/**
 * Writes the version file of a new folder, checks that of an old one, and marks one of an older format that is still
 * read as the newest: from then on no older souk opens it. Codes: `store-newer`, `store-older`, `store-damaged`.
 */
export function checkFormat(folder: string, formats = storeFormats): void {
  if (requireFormat(folder, formats) !== formats.newest) writeWhole(join(folder, 'format'), `souk ${formats.newest}\n`)
}

/** The format of a folder that this version reads; undefined: a new one. Writes nothing; throws as `checkFormat` does. */
export function requireFormat(folder: string, { oldest, newest } = storeFormats): number | undefined {
  const found = readFormat(folder, newest)
  if (found === undefined) return undefined
  const reads = oldest === newest ? `reads format ${newest}` : `reads formats ${oldest} to ${newest}`
  if (found > newest) {
    throw new CodedError(
      'store-newer',
      `The data folder ${folder} has format ${found}, written by a newer souk; this souk ${reads}. ` +
        'Update souk on this host, or use another folder.',
    )
  }
  if (found < oldest) {
    throw new CodedError(
      'store-older',
      `The data folder ${folder} has format ${found}, written by an older souk; this souk ${reads}. ` +
        'Start it once with a souk in between, or move it away and join again as a new peer.',
    )
  }
  return found
}

/** The format that a data folder names; undefined: none yet, the folder is new. Code `store-damaged`. */
function readFormat(folder: string, newest: number): number | undefined {
  const path = join(folder, 'format')
  if (!existsSync(path)) return undefined
  const text = readFileSync(path, 'utf8')
  const found = /^souk (\d{1,9})\s*$/.exec(text)?.[1]
  if (found !== undefined) return Number(found)
  // Nothing of what was kept is in it: where it was cut off with the power, on a folder that held nothing yet, begin anew.
  if (text.trim() === '' && !existsSync(recordFileOf(folder))) return undefined
  throw new CodedError(
    'store-damaged',
    `${path} does not name a format; expected "souk ${newest}". Is ${folder} a data folder of souk?`,
  )
}
