import { parentPort } from 'node:worker_threads'
import type { Load } from './load.ts'
import { runLoad } from './run.ts'

/** Serves one load after the other. */
parentPort!.on('message', (load: Load) => parentPort!.postMessage(runLoad(load)))
