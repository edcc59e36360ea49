import { fileURLToPath } from 'node:url'

/**
 * The scripts that run outside the peer's main thread. In the workspace they are the sources; in a bundle they are
 * entries of their own next to it (`guardian.js` from `guardian/main.ts`, `function-worker.js` from `function-worker.ts`).
 */
export interface Scripts {
  guardian: string
  functionWorker: string
}

/** Where the scripts are, seen from the file that this code is in now. */
export function defaultScripts(): Scripts {
  const fromSource = import.meta.url.endsWith('.ts')
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  return {
    guardian: at(fromSource ? './guardian/main.ts' : './guardian.js'),
    functionWorker: at(fromSource ? './function-worker.ts' : './function-worker.js'),
  }
}
