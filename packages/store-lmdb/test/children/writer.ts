// Writes records for ever and prints the number of each one that the store has acknowledged.
import { LmdbRecords } from '../../src/index.ts'

const records = new LmdbRecords({ folder: process.argv[2]! })
await records.open()
for (let i = 0; ; i++) {
  await records.write([
    { key: `task/${i}`, value: { i, text: 'x'.repeat(100) } },
    { key: 'last', value: i },
  ])
  process.stdout.write(`${i}\n`)
}
