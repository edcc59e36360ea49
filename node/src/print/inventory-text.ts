import type { Availability, EntryKind, EntryOf, Inventory } from '@souk/inventory'
import { entriesOf, entryKinds } from '@souk/inventory'
import { bytesText, milliText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import type { ColumnsByKind } from './entry-column.ts'
import { otherColumns } from './inventory-columns.ts'
import { hardwareColumns } from './inventory-hardware-columns.ts'
import { type Column, indent, table } from './table.ts'
import { visibleData } from './visible.ts'

const columns: ColumnsByKind = { ...hardwareColumns, ...otherColumns }

// A long reason gives way first, then the ids of peers, which are longer than a line; then columns go from the right.
const idColumn: Column = { title: 'id', yields: 99, least: 24, stays: true }
const stateColumn: Column = { title: 'state', yields: 100, least: 24, stays: true }

const relationColumns: Column[] = [
  { title: 'what', yields: 1, least: 12 },
  { title: 'is' },
  { title: 'of this host', yields: 2, least: 12 },
]

const titles: Record<EntryKind, string> = {
  cpu: 'CPU',
  gpu: 'GPU',
  memory: 'Memory',
  storage: 'Storage',
  network: 'Network',
  cloud: 'Cloud',
  specialised: 'Specialised',
  software: 'Software',
  people: 'People',
}

/** What a host has, a section for each kind of which it has anything. */
export function inventoryText(inventory: Inventory, colours: Colours, widthMax = Infinity): string {
  const seen = visibleData(inventory)
  const { host } = seen
  const head = `${colours.bold(host.name)}  ${host.os.platform} ${host.os.release} ${host.os.architecture}`
  const sections = entryKinds
    .filter((kind) => entriesOf(seen, kind).length > 0)
    .map((kind) => section(kind, entriesOf(seen, kind), { colours, widthMax }))
  return [head, ...sections, reserveText(seen, colours), ...relationsText(seen, { colours, widthMax })].join('\n\n')
}

/** How it is shown. */
interface Look {
  colours: Colours
  widthMax: number
}

function section<K extends EntryKind>(kind: K, entries: EntryOf<K>[], { colours, widthMax }: Look): string {
  const own = columns[kind]
  const rows = entries.map((entry) => [
    entry.id,
    ...own.map((column) => column.text(entry)),
    stateText(entry.availability, colours),
  ])
  // A column that says nothing of any of them is not there.
  const used = [idColumn, ...own.map(yielding), stateColumn].map((column, i) => ({
    column,
    cells: rows.map((row) => row[i] ?? ''),
  }))
  const shown = used.filter(({ cells }) => cells.some((cell) => cell !== ''))
  const lines = rows.map((_, row) => shown.map(({ cells }) => cells[row] ?? ''))
  const body = table(
    shown.map(({ column }) => column),
    lines,
    colours.dim,
    widthMax - 2,
  )
  return `${colours.bold(titles[kind])}\n${indent(body)}`
}

/** The further to the right, the sooner. */
function yielding(column: Column, at: number): Column {
  return column.align === 'right' ? { ...column, yields: at + 1 } : { ...column, yields: at + 1, least: 12 }
}

function stateText(availability: Availability, colours: Colours): string {
  if (availability.state === 'available') return colours.green('available')
  const { state, reason } = availability
  const colour = state === 'unavailable' ? colours.red : colours.yellow
  return `${colour(state)}: ${reason}`
}

/** Of what is usable that much is not offered. */
function reserveText({ reserve }: Inventory, colours: Colours): string {
  const { cpuMilli = 0, memoryBytes, diskBytes } = reserve
  const kept = [
    ...(cpuMilli > 0 ? [`${milliText(cpuMilli)} cpu`] : []),
    memoryBytes === undefined ? 'a tenth of the memory' : `${bytesText(memoryBytes)} memory`,
    diskBytes === undefined ? 'a tenth of the disk' : `${bytesText(diskBytes)} disk`,
  ]
  return `${colours.bold('Kept for the system and the peer')}\n${indent(kept.join(', '))}`
}

function relationsText({ relations }: Inventory, { colours, widthMax }: Look): string[] {
  if (relations.length === 0) return []
  const rows = relations.map(({ from, relation, to }) => [from, relation, to])
  const body = table(relationColumns, rows, colours.dim, widthMax - 2)
  return [`${colours.bold('What belongs together')}\n${indent(body)}`]
}
