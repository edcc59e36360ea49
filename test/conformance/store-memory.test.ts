import { MemoryBlobs } from '../../packages/runtime/test/memory-blobs.ts'
import { MemoryRecords } from '../../packages/runtime/test/memory-records.ts'
import { blobsSuite, recordsSuite } from './store.suite.ts'

/** The stores in memory on which the driver is tested: they must be as good as the real ones. */
recordsSuite('memory', () => {
  const records = new MemoryRecords()
  return {
    async open() {
      await records.open()
      return records
    },
    remove: () => {},
  }
})

blobsSuite('memory', () => ({ blobs: new MemoryBlobs(), remove: () => {} }))
