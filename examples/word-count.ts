/**
 * Code and data go to the work: counts the words of a folder's text files on whichever hosts have room.
 * The function is in count-words.mjs; no host has it beforehand. Each file travels as an input of its task.
 *
 *   souk up                                   in another terminal; more hosts: souk join
 *   node examples/word-count.ts [FOLDER]      default: this project; Ctrl-C gives up
 */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { connect, type FileInput, type SoukClient } from '@souk/client/node'
import { findEndpoints } from './endpoints.ts'

/** a story, not a tool: more files than this are left out */
const filesMax = 500

const giveUp = new AbortController()
process.once('SIGINT', () => giveUp.abort())
const { signal } = giveUp

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '..'))
const paths = globSync('**/*.{md,txt}', { cwd: folder, exclude: (path) => path.endsWith('node_modules') })
  .filter((path) => statSync(join(folder, path)).isFile())
  .slice(0, filesMax)

const souk = await connect(findEndpoints(), { signal })
try {
  await countAll(souk)
} catch (error) {
  if (!signal.aborted) throw error
  process.exitCode = 130
} finally {
  await souk.close()
}

async function countAll(souk: SoukClient): Promise<void> {
  const began = performance.now()
  const module = await put(souk, join(import.meta.dirname, 'count-words.mjs'), 'count-words.mjs')
  const files: FileInput[] = []
  for (const path of paths) files.push(await put(souk, join(folder, path), path))

  const total = new Map<string, number>()
  const outcomes = await souk.map(
    files,
    (file) => ({ function: 'countWords', args: [file.path], module, inputs: [file], request: { cpu: '500m' } }),
    { signal },
  )
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.kind !== 'succeeded') {
      console.error(`${paths[i]}: ${outcome.kind}, ${outcome.message}`)
      process.exitCode = 1
      continue
    }
    for (const [word, times] of outcome.value as [string, number][]) total.set(word, (total.get(word) ?? 0) + times)
  }

  const sum = [...total.values()].reduce((a, b) => a + b, 0)
  const top = [...total].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 10)
  console.table(top.map(([word, times]) => ({ word, times })))
  console.log(`${sum} words in ${files.length} files, in ${Math.round(performance.now() - began)} ms`)
  const hosts = Map.groupBy(outcomes, (outcome) => outcome.host)
  for (const peer of await souk.peers(signal)) {
    console.log(`  ${hosts.get(peer.id)?.length ?? 0} files counted by ${peer.name}`)
  }
}

async function put(souk: SoukClient, file: string, path: string): Promise<FileInput> {
  return { path, ...(await souk.putBlob(readFileSync(file), signal)) }
}
