import {
  type Item,
  type Meta,
  overflowPages,
  type Place,
  readFreePages,
  readOverflow,
  readTreePage,
  type Tree,
} from './lmdb-page.ts'
import type { RecordFile } from './record-file.ts'

/** deeper than any tree that fits a disk */
const depthMax = 32

export interface Visitor {
  /** a value that could be read; whether it is whole is the visitor's to find out */
  item(key: Buffer, value: Buffer): void
  /** a page, and with it what was in it, or (with its key) one value, cannot be read */
  damaged(detail: string, key?: Buffer): void
}

/** Walks the trees of a file through all of their pages, and goes on behind one that is damaged. */
export class RecordWalk {
  readonly #file: RecordFile
  readonly #meta: Meta
  /** pages seen, by page: in two places at once is damage, and a circle would never end */
  readonly #seen: Uint8Array

  constructor(file: RecordFile, meta: Meta) {
    this.#file = file
    this.#meta = meta
    this.#seen = new Uint8Array(Math.min(meta.lastPage, file.pagesMax(meta)) + 1)
  }

  records(visitor: Visitor): void {
    this.#whole(this.#meta.main, visitor)
  }

  /** After `records`: a page that is in use and also listed as free would be written over. */
  freePages(visitor: Pick<Visitor, 'damaged'>): void {
    const list: Visitor = {
      damaged: (detail) => visitor.damaged(`the list of free pages: ${detail}`),
      item: (_, value) => {
        const runs = readFreePages(value)
        if (typeof runs === 'string') {
          list.damaged(runs)
          return
        }
        for (const { first, count } of runs) {
          const used = this.#firstUsed(first, count)
          if (used !== undefined) list.damaged(`page ${used} is in use, or not there`)
        }
      },
    }
    this.#whole(this.#meta.free, list)
  }

  /** A tree, and whether its head counts what is there. */
  #whole(tree: Tree, visitor: Visitor): void {
    const count: Count = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0, depth: 0, damaged: false }
    const counting: Visitor = {
      item: visitor.item,
      damaged(detail, key) {
        count.damaged = true
        visitor.damaged(detail, key)
      },
    }
    if (tree.root !== undefined)
      this.#tree({ id: tree.root, depth: 1, from: undefined, to: undefined }, counting, count)
    if (count.damaged) return
    for (const name of ['branchPages', 'leafPages', 'overflowPages', 'entries', 'depth'] as const)
      if (count[name] !== tree[name]) visitor.damaged(`its head says ${name} ${tree[name]}, found ${count[name]}`)
  }

  #firstUsed(first: number, count: number): number | undefined {
    for (let id = first; id < first + count; id++)
      if (id < 2 || id > this.#meta.lastPage || this.#seen[id] === 1) return id
    return undefined
  }

  /** All keys of a page lie from `from` on and before `to`: otherwise they could not be found. */
  #tree({ id, depth, from, to }: Subtree, visitor: Visitor, count: Count): void {
    const page = depth > depthMax ? 'lies too deep' : this.#page(id)
    if (typeof page === 'string') {
      visitor.damaged(`page ${id} ${page}`)
      return
    }
    if (page.kind === 'leaf') {
      count.leafPages++
      count.depth = Math.max(count.depth, depth)
      this.#leaf({ id, depth, from, to }, page.items, visitor, count)
      return
    }
    count.branchPages++
    for (const [i, child] of page.children.entries()) {
      const end = page.children[i + 1]?.key ?? to
      // The first key of a branch stands for everything before the second.
      const begin = i === 0 ? from : child.key
      if (i > 0 && !inOrder(from, child.key, end)) visitor.damaged(`page ${id} is out of order`)
      this.#tree({ id: child.page, depth: depth + 1, from: begin, to: end }, visitor, count)
    }
  }

  #page(id: number): ReturnType<typeof readTreePage> {
    return this.#take(id, 1) ?? readTreePage(this.#file.pages(this.#meta, id), id, this.#meta.txn)
  }

  #leaf({ id, from, to }: Subtree, items: readonly Item[], visitor: Visitor, count: Count): void {
    let last: Buffer | undefined
    for (const item of items) {
      count.entries++
      const isNext = last === undefined || last.compare(item.key) < 0
      if (isNext && inOrder(from, item.key, to)) this.#value(item, visitor, count)
      else visitor.damaged(`page ${id}: its key is out of order`, item.key)
      last = item.key
    }
  }

  #value({ key, value }: Item, visitor: Visitor, count: Count): void {
    if (Buffer.isBuffer(value)) {
      visitor.item(key, value)
      return
    }
    count.overflowPages += value.pages
    const whole = this.#take(value.page, value.pages) ?? this.#overflow(value)
    if (typeof whole === 'string') visitor.damaged(`page ${value.page} ${whole}`, key)
    else visitor.item(key, whole)
  }

  #overflow(place: Place): Buffer | string {
    const needed = overflowPages(place.bytes, this.#meta.pageBytes)
    // A value that became smaller keeps its pages.
    if (place.pages < needed) return 'has too few pages for its value'
    return readOverflow(this.#file.pages(this.#meta, place.page, needed), place, this.#meta.txn)
  }

  #take(first: number, count: number): string | undefined {
    const used = this.#firstUsed(first, count)
    if (used !== undefined) return used === first ? 'is not there, or is used twice' : `runs into page ${used}`
    this.#seen.fill(1, first, first + count)
    return undefined
  }
}

interface Subtree {
  id: number
  depth: number
  from: Buffer | undefined
  to: Buffer | undefined
}

type Count = Omit<Tree, 'root'> & { damaged: boolean }

function inOrder(from: Buffer | undefined, key: Buffer, to: Buffer | undefined): boolean {
  return (from === undefined || from.compare(key) <= 0) && (to === undefined || key.compare(to) < 0)
}
