import type { EntryKind, EntryOf } from '@souk/inventory'
import type { Column } from './table.ts'

/** A column of a section: its title, and what it says of an entry. */
export interface EntryColumn<K extends EntryKind> extends Column {
  text(entry: EntryOf<K>): string
}

export type ColumnsByKind = { [K in EntryKind]: readonly EntryColumn<K>[] }
