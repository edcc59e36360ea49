import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileBlobs, LmdbRecords } from '@souk/store-lmdb'
import { blobsSuite, recordsSuite } from './store.suite.ts'

/** The stores of a real peer, on disk. */
function folder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'souk-conformance-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

recordsSuite('lmdb', () => {
  const { path, remove } = folder()
  return {
    async open() {
      const records = new LmdbRecords({ folder: path })
      await records.open()
      return records
    },
    remove,
  }
})

blobsSuite('files', () => {
  const { path, remove } = folder()
  return { blobs: new FileBlobs({ folder: path }), remove }
})
