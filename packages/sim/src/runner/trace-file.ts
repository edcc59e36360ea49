import { closeSync, openSync, writeSync } from 'node:fs'

/** Lines are gathered and written a block at a time; nothing is lost when a run fails. */
export function openTrace(path: string): { write: (line: string) => void; close: () => void } {
  const file = path === '-' ? 1 : openSync(path, 'w')
  let lines: string[] = []
  const flush = () => {
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`)
    lines = []
  }
  const write = (line: string) => {
    if (lines.push(line) >= 1000) flush()
  }
  return {
    write,
    close: () => {
      flush()
      if (file !== 1) closeSync(file)
    },
  }
}
