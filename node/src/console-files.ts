import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ReadConsole } from '@souk/control'

/** Where the published program has the console: beside its own code. */
const built = fileURLToPath(new URL('./console', import.meta.url))

type Files = ReadonlyMap<string, Uint8Array>

/**
 * The console's files, once somebody asks: those that were built, or in a checkout a bundle of its sources, made anew
 * whenever the page is loaded, so that a change shows at once.
 */
export function consoleFiles(): ReadConsole {
  if (existsSync(built)) {
    let files: Files | undefined
    return async (name) => {
      files ??= new Map(readdirSync(built).map((each) => [each, readFileSync(join(built, each))]))
      return files.get(name)
    }
  }
  let bundle: Promise<Files> | undefined
  return async (name) => {
    if (name === 'index.html' || bundle === undefined) {
      bundle = import('./bundle-console.ts').then(({ bundleConsole }) => bundleConsole())
    }
    return (await bundle).get(name)
  }
}
