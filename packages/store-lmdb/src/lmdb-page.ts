/** LMDB's pages as they lie in its file (64-bit, little endian, data version 2). Every read is checked against its page. */

const headBytes = 24
const nodeHeadBytes = 8
const flagsOf = { branch: 1, leaf: 2, overflow: 4, meta: 8 }
const bigData = 1
const magic = 0xbeefc0de
const dataVersion = 2
/** an empty tree */
const noPage = 0xffff_ffff_ffff_ffffn

export interface Tree {
  /** undefined: an empty tree */
  root: number | undefined
  depth: number
  branchPages: number
  leafPages: number
  overflowPages: number
  entries: number
}

export interface Meta {
  pageBytes: number
  lastPage: number
  /** of the last transaction; no page has a higher one */
  txn: bigint
  free: Tree
  main: Tree
}

/** bytes that hold a meta page's fields */
export const metaBytes = 160
/** far more than any disk has; LMDB would try to map it */
const mapBytesMax = 2n ** 46n
/** of the tree of free pages, whose keys are integers; it holds flags of the whole file too. The main tree has none. */
const freeFlags = 8

/** What a meta page says, or what is wrong with it. */
export function readMeta(page: Buffer): Meta | string {
  if (page.length < metaBytes) return 'is too short for a head'
  if (page.readUInt32LE(24) !== magic) return 'does not begin as a record file does'
  const version = page.readUInt32LE(28) & 0xffff
  if (version !== dataVersion) return `has data version ${version}, expected ${dataVersion}`
  const pageBytes = page.readUInt32LE(48)
  const isPower = (pageBytes & (pageBytes - 1)) === 0
  if (pageBytes < 512 || pageBytes > 65536 || !isPower) return `has pages of ${pageBytes} bytes`
  const lastPage = page.readBigUInt64LE(144)
  const mapBytes = page.readBigUInt64LE(40)
  const flags = [page.readUInt16LE(18), page.readUInt16LE(52), page.readUInt16LE(100)]
  const isSane = flags[0] === flagsOf.meta && flags[1] === freeFlags && flags[2] === 0
  if (!isSane || page.readBigUInt64LE(32) !== 0n || mapBytes > mapBytesMax || lastPage > mapBytes / BigInt(pageBytes))
    return 'has a head that cannot be'
  return {
    pageBytes,
    lastPage: Number(lastPage),
    txn: page.readBigUInt64LE(152),
    free: readTree(page, 48),
    main: readTree(page, 96),
  }
}

function readTree(page: Buffer, at: number): Tree {
  const number = (offset: number): number => Number(page.readBigUInt64LE(at + offset))
  return {
    root: page.readBigUInt64LE(at + 40) === noPage ? undefined : number(40),
    depth: page.readUInt16LE(at + 6),
    branchPages: number(8),
    leafPages: number(16),
    overflowPages: number(24),
    entries: number(32),
  }
}

export interface Child {
  key: Buffer
  page: number
}

/** Where a value lies that has pages of its own. */
export interface Place {
  page: number
  bytes: number
  pages: number
  txn: bigint
}

export interface Item {
  key: Buffer
  value: Buffer | Place
}

export type TreePage = { kind: 'branch'; children: Child[] } | { kind: 'leaf'; items: Item[] }

/** A page of a tree, or what is wrong with it. */
export function readTreePage(page: Buffer, id: number, txn: bigint): TreePage | string {
  const head = checkHead(page, id, txn)
  if (head !== undefined) return head
  const flags = page.readUInt16LE(18)
  if (flags !== flagsOf.branch && flags !== flagsOf.leaf) return `is of no kind that belongs there (flags ${flags})`
  const lower = page.readUInt16LE(20)
  const upper = page.readUInt16LE(22)
  if (lower % 2 !== 0 || lower > upper || headBytes + upper > page.length) return 'has bounds that cannot be'
  const count = lower / 2
  if (count < (flags === flagsOf.branch ? 2 : 1)) return `holds ${count} entries`
  return flags === flagsOf.branch ? readBranch(page, count) : readLeaf(page, count)
}

function readBranch(page: Buffer, count: number): TreePage | string {
  const children: Child[] = []
  for (let i = 0; i < count; i++) {
    const at = nodeAt(page, i)
    if (at === undefined) return `has an entry outside of itself (${i})`
    const child = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 2 ** 16 + page.readUInt16LE(at + 4) * 2 ** 32
    const key = slice(page, at + nodeHeadBytes, page.readUInt16LE(at + 6))
    if (key === undefined) return `has a key outside of itself (${i})`
    children.push({ key, page: child })
  }
  return { kind: 'branch', children }
}

function readLeaf(page: Buffer, count: number): TreePage | string {
  const items: Item[] = []
  for (let i = 0; i < count; i++) {
    const at = nodeAt(page, i)
    if (at === undefined) return `has an entry outside of itself (${i})`
    const bytes = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 2 ** 16
    const flags = page.readUInt16LE(at + 4)
    const keyBytes = page.readUInt16LE(at + 6)
    const key = slice(page, at + nodeHeadBytes, keyBytes)
    if (key === undefined || (flags !== 0 && flags !== bigData)) return `has an entry that cannot be (${i})`
    const value = slice(page, at + nodeHeadBytes + keyBytes, flags === bigData ? 24 : bytes)
    if (value === undefined) return `has a value outside of itself (${i})`
    items.push({ key, value: flags === bigData ? readPlace(value, bytes) : value })
  }
  return { kind: 'leaf', items }
}

function readPlace(place: Buffer, bytes: number): Place {
  const [page, txn, pages] = [0, 8, 16].map((at) => place.readBigUInt64LE(at)) as [bigint, bigint, bigint]
  return { page: Number(page), bytes, pages: Number(pages), txn }
}

/** How many pages a value of its own takes; its bytes come after the head of the first. */
export function overflowPages(bytes: number, pageBytes: number): number {
  return Math.floor((headBytes - 1 + bytes) / pageBytes) + 1
}

/** The value in pages of its own, or what is wrong with them. */
export function readOverflow(pages: Buffer, place: Place, txn: bigint): Buffer | string {
  const head = checkHead(pages, place.page, txn)
  if (head !== undefined) return head
  const isItsBegin = pages.readUInt16LE(18) === flagsOf.overflow && pages.readBigUInt64LE(8) === place.txn
  if (!isItsBegin || pages.readUInt32LE(20) !== place.pages) return 'is not the beginning of the value'
  return slice(pages, headBytes, place.bytes) ?? 'ends before its value does'
}

/** The pages that a value of the tree of free pages names: an id, or minus n and the first id of n in a row. */
export function readFreePages(value: Buffer): { first: number; count: number }[] | string {
  if (value.length < 8 || value.length % 8 !== 0) return 'is no list of free pages'
  const length = Number(value.readBigInt64LE(0))
  if (length < 0 || (length + 1) * 8 > value.length) return 'is longer than its room'
  const runs: { first: number; count: number }[] = []
  let count = 1
  for (let i = 1; i <= length; i++) {
    const id = Number(value.readBigInt64LE(i * 8))
    if (id < 0) count = -id
    else {
      if (id > 0) runs.push({ first: id, count })
      count = 1
    }
  }
  return runs
}

function checkHead(page: Buffer, id: number, txn: bigint): string | undefined {
  if (page.length < headBytes) return 'is cut short'
  const found = page.readBigUInt64LE(0)
  if (found !== BigInt(id)) return `says that it is page ${found}`
  return page.readBigUInt64LE(8) > txn ? 'comes from a transaction that was not yet' : undefined
}

function nodeAt(page: Buffer, index: number): number | undefined {
  const at = headBytes + page.readUInt16LE(headBytes + 2 * index)
  return at + nodeHeadBytes <= page.length ? at : undefined
}

function slice(page: Buffer, from: number, bytes: number): Buffer | undefined {
  return from + bytes <= page.length ? page.subarray(from, from + bytes) : undefined
}
