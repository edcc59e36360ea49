import { join } from 'node:path'
import { CodedError } from '@souk/runtime'
import { entryDamage, unsealEntry } from './entry.ts'
import { keyOf, type Layout } from './layout.ts'
import { RecordFile } from './record-file.ts'
import { RecordWalk } from './record-walk.ts'

/** of damaged records that are named; the rest is counted */
const namedMax = 1000
const namedInMessageMax = 10

export interface Damage {
  /** the record's key; undefined: a part of the file, and with it the records that were there */
  key: string | undefined
  detail: string
}

/** What an examination of the records in a data folder has found. */
export interface StoreReport {
  file: string
  /** records that are whole */
  whole: number
  /** records that there should be; undefined where the file does not even say that */
  expected: number | undefined
  /** at most 1000 of them are named */
  damage: Damage[]
  damageTotal: number
}

/** Code `store-damaged`, with what was found. */
export class StoreDamagedError extends CodedError {
  readonly report: StoreReport

  constructor(folder: string, report: StoreReport, cause?: unknown) {
    super('store-damaged', damageText(folder, report), { cause })
    this.report = report
  }
}

export function recordFileOf(folder: string): string {
  return join(folder, 'records', 'data.mdb')
}

export interface RecordVisitor {
  /** gets each whole record */
  onRecord?: (key: string, value: unknown) => void
  /** gets to know where each record lies */
  layout?: Layout
}

/**
 * Reads every record of a data folder and compares its checksum, and the file's own structure, without LMDB: that maps
 * the file unseen, and what does not fit there ends the process with SIGSEGV or SIGBUS. The peer must not run.
 * Throws only what opening or reading the file throws.
 */
export function checkRecords(folder: string, { onRecord, layout }: RecordVisitor = {}): StoreReport {
  const report: StoreReport = { file: recordFileOf(folder), whole: 0, expected: 0, damage: [], damageTotal: 0 }
  const found = (detail: string, key?: string): void => {
    report.damageTotal++
    if (report.damage.length < namedMax) report.damage.push({ key, detail })
  }
  const file = RecordFile.open(report.file)
  if (file === undefined) return report
  try {
    const meta = file.head()
    if (typeof meta === 'string') {
      report.expected = undefined
      found(meta)
      return report
    }
    report.expected = meta.main.entries
    const walk = new RecordWalk(file, meta)
    walk.records({
      item(key, value) {
        const stored = key.toString()
        const name = keyOf(stored)
        const detail = layout?.found(stored) === false ? 'it is there twice' : entryDamage(name, value)
        if (detail !== undefined) {
          found(detail, name)
          return
        }
        report.whole++
        if (onRecord === undefined) return
        const entry = unsealEntry(name, value)
        if (entry.ok) onRecord(name, entry.value)
        else found(entry.detail, name)
      },
      damaged: (detail, key) => found(detail, key && keyOf(key.toString())),
    })
    walk.freePages({ damaged: (detail) => found(detail) })
    const short = file.shortOf(meta)
    if (report.damageTotal > 0 && short !== undefined) {
      report.damage.unshift({ key: undefined, detail: short })
      report.damageTotal++
    }
  } finally {
    file.close()
  }
  return report
}

function damageText(folder: string, { file, whole, expected, damage, damageTotal }: StoreReport): string {
  const named = damage.slice(0, namedInMessageMax).map(({ key, detail }) => `${key ?? 'the file'} (${detail})`)
  const more = damageTotal > named.length ? ` and ${damageTotal - named.length} more` : ''
  const counted = expected === undefined ? 'nothing can be read' : `${whole} of ${expected} records are whole`
  return (
    `The store in ${folder} is damaged: ${file}: ${counted}; ${named.join(', ')}${more}. ` +
    'Its promises to other peers cannot be trusted: move it away and join the mesh again as a new peer.'
  )
}
