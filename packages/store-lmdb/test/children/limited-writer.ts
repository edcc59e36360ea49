// Opens a store, then does as standard input says: `write KEY`, `get KEY`; answers each with one line.
import { createInterface } from 'node:readline'
import { LmdbRecords } from '../../src/index.ts'

const records = new LmdbRecords({ folder: process.argv[2]! })
await records.open()
process.stdout.write('open\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, key] = line.split(' ') as [string, string]
  let answer: unknown
  try {
    answer = verb === 'get' ? (records.get(key) ?? 'none') : ((await records.write([{ key, value: key }])) ?? 'written')
  } catch (error) {
    answer = (error as { code?: string }).code ?? String(error)
  }
  process.stdout.write(`${answer}\n`)
}
await records.close()
