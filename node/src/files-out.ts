import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'
import type { Outcome, SoukClient } from '@souk/client'
import { CliError } from './cli-error.ts'

/** Writes a task's files into `folder`; the paths written. A path that leaves the folder is refused. */
export async function bringBack(client: SoukClient, outcome: Outcome, folder: string): Promise<string[]> {
  const written: string[] = []
  for (const file of outcome.files) {
    const target = resolve(folder, normalize(file.path))
    if (relative(folder, target).startsWith('..')) {
      throw new CliError(
        `task ${outcome.task} came back with the file ${file.path}, which is outside ${folder}; refused`,
      )
    }
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, await client.getBlob(file.hash, { task: outcome.task }), { mode: file.mode })
    written.push(join('.', relative(folder, target)))
  }
  return written
}

/** Of the paths and globs that were to come back, those of which nothing has. */
export function notBroughtBack(wanted: readonly string[], files: readonly { path: string }[]): string[] {
  const came = (path: string): boolean => {
    const asked = normalize(path).replace(/\/$/, '')
    // Which file is of which glob only the host knows; where nothing came, nothing is of any.
    if (/[*?[{]/.test(asked)) return files.length > 0
    return files.some((file) => file.path === asked || file.path.startsWith(`${asked}/`))
  }
  return wanted.filter((path) => !came(path))
}

/** What a task wrote to one of its streams, whole, wherever it is kept. */
export async function outputOf(client: SoukClient, outcome: Outcome, stream: 'stdout' | 'stderr'): Promise<Uint8Array> {
  const blob = stream === 'stdout' ? outcome.stdoutBlob : outcome.stderrBlob
  if (blob !== undefined) return await client.getBlob(blob.hash, { task: outcome.task })
  const base64 = stream === 'stdout' ? outcome.stdoutBase64 : outcome.stderrBase64
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  return Buffer.from(outcome[stream] ?? '')
}
