import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '@souk/runtime'

/** Of the whole data folder. Raise it when an older peer could not read what a newer one writes. */
const storeFormat = 1

/** Writes the version file of a new folder; checks that of an old one. Codes: `store-newer`, `store-damaged`. */
export function checkFormat(folder: string): void {
  const path = join(folder, 'format')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    writeFileSync(path, `souk ${storeFormat}\n`)
    return
  }
  const found = /^souk (\d+)\s*$/.exec(text)?.[1]
  if (found === undefined) {
    throw new CodedError(
      'store-damaged',
      `${path} does not name a format; expected "souk ${storeFormat}". Is ${folder} a data folder of souk?`,
    )
  }
  if (Number(found) > storeFormat) {
    throw new CodedError(
      'store-newer',
      `The data folder ${folder} has format ${found}; this souk reads up to ${storeFormat}. Update souk, or use another folder.`,
    )
  }
}
