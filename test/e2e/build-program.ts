import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** the program's entry, built for this run of the tests */
    program: string
  }
}

const node = fileURLToPath(new URL('../../node', import.meta.url))
/** Below node/, where what stays outside the bundle is found; a folder for each run, since runs may overlap. */
const folder = join(node, 'test/dist', String(process.pid))

/** The tests run the program as it is published; it also starts in a tenth of the time. */
export async function setup({ provide }: TestProject): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await promisify(execFile)(process.execPath, [join(node, 'build.ts'), folder])
  provide('program', join(folder, 'souk.cjs'))
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true })
}
