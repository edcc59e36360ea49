import { stripVTControlCharacters } from 'node:util'

export interface Column {
  title: string
  align?: 'left' | 'right'
}

const gap = '  '

/** Width on a terminal; escape sequences take none. */
function width(text: string): number {
  return stripVTControlCharacters(text).length
}

function pad(text: string, to: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, to - width(text)))
  return align === 'right' ? fill + text : text + fill
}

/** Aligned columns under their titles, one line a row, no trailing blanks. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  title = (t: string) => t,
): string {
  // A row is a line, whatever is in it.
  const cells = rows.map((row) => columns.map((_, i) => (row[i] ?? '').replaceAll('\n', '\\n').replaceAll('\t', ' ')))
  const widths = columns.map((column, i) => Math.max(column.title.length, ...cells.map((row) => width(row[i]!))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0, columns[i]?.align ?? 'left'))
      .join(gap)
      .trimEnd()
  return [line(columns.map((c) => title(c.title))), ...cells.map(line)].join('\n')
}

/** Names to the left, values to the right, aligned. */
export function pairs(rows: readonly (readonly [string, string])[], indent = '  '): string {
  const left = Math.max(0, ...rows.map(([name]) => width(name)))
  return rows.map(([name, value]) => `${indent}${pad(name, left, 'left')}${gap}${value}`.trimEnd()).join('\n')
}

/** Every line two blanks to the right. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
