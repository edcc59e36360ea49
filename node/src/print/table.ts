import { stripVTControlCharacters } from 'node:util'
import { fitColumns, type Yielding } from './fit-columns.ts'

export interface Column extends Yielding {
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

/** The first so many characters, the last of them telling that there is more; what is cut loses its colour. */
function cut(text: string, to: number): string {
  if (width(text) <= to) return text
  // Half a character is none.
  return `${stripVTControlCharacters(text)
    .slice(0, to - 1)
    .replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Aligned columns under their titles, one line a row, no trailing blanks; in lines of `widthMax` as far as columns yield. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  title = (t: string) => t,
  widthMax = Infinity,
): string {
  // A row is a line, whatever is in it.
  const cells = rows.map((row) => columns.map((_, i) => (row[i] ?? '').replaceAll('\n', '\\n').replaceAll('\t', ' ')))
  const widths = columns.map((column, i) => Math.max(column.title.length, ...cells.map((row) => width(row[i]!))))
  const fitted = fitColumns(columns, widths, { widthMax, gap: gap.length })
  const line = (row: readonly string[]): string =>
    row
      .flatMap((cell, i) => {
        const to = fitted[i]
        return to === undefined ? [] : [pad(cut(cell, to), to, columns[i]?.align ?? 'left')]
      })
      .join(gap)
      .trimEnd()
  return [line(columns.map((c) => title(c.title))), ...cells.map(line)].join('\n')
}

/** Names to the left, values to the right, aligned; a value longer than a line of `widthMax` goes on below itself. */
export function pairs(rows: readonly (readonly [string, string])[], indent = '  ', widthMax = Infinity): string {
  const left = Math.max(0, ...rows.map(([name]) => width(name)))
  const start = indent.length + left + gap.length
  const below = `\n${' '.repeat(start)}`
  const lines = (value: string) => value.split('\n').flatMap((line) => wrapped(line.trimStart(), widthMax - start))
  return rows
    .map(([name, value]) => `${indent}${pad(name, left, 'left')}${gap}${lines(value).join(below)}`.trimEnd())
    .join('\n')
}

/** Broken between words; a word that is too long stays whole, so that it can be copied. */
function wrapped(text: string, widthMax: number): string[] {
  if (width(text) <= widthMax) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || width(last) + 1 + width(word) > widthMax) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** Every line two blanks to the right. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
