import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** The two meta pages of an LMDB file (64-bit): where each field lies after the start of its page. */
const meta = { magicAt: 24, pageSizeAt: 48, lastPageAt: 144, txnAt: 152, bytes: 160 }
const magic = 0xbeefc0de

/**
 * What is wrong with the head or the length of a record file, or undefined (also for one that is not there yet).
 * LMDB maps the file unseen: a foreign head or a file cut short would end the process with SIGSEGV or SIGBUS.
 */
export function lmdbFileDamage(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const size = fstatSync(file).size
    if (size === 0) return undefined
    const first = readMeta(file, 0)
    if (!first || !isPageSize(first.pageSize)) return 'does not begin as a record file does'
    const second = readMeta(file, first.pageSize)
    if (!second) return 'its second head is not one'
    const newest = first.txn > second.txn ? first : second
    const needed = (newest.lastPage + 1n) * BigInt(first.pageSize)
    return BigInt(size) < needed ? `${size} bytes, expected at least ${needed}` : undefined
  } finally {
    closeSync(file)
  }
}

function readMeta(file: number, at: number): { pageSize: number; lastPage: bigint; txn: bigint } | undefined {
  const page = Buffer.alloc(meta.bytes)
  if (readSync(file, page, 0, meta.bytes, at) < meta.bytes) return undefined
  if (page.readUInt32LE(meta.magicAt) !== magic) return undefined
  return {
    pageSize: page.readUInt32LE(meta.pageSizeAt),
    lastPage: page.readBigUInt64LE(meta.lastPageAt),
    txn: page.readBigUInt64LE(meta.txnAt),
  }
}

function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65536 && (size & (size - 1)) === 0
}
