import { MemoryBlobs } from '../../packages/runtime/test/memory-blobs.ts'
import { MemoryHub } from '../../packages/runtime/test/memory-hub.ts'
import { KeyTable } from '../../packages/runtime/test/toy-credentials.ts'
import { Ear } from './ear.ts'
import { type Network, type Subject, transportSuite } from './transport.suite.ts'

/** The network in memory on which the driver is tested: it must be as good as the real one. */
async function memoryNetwork(): Promise<Network> {
  const hub = new MemoryHub()
  const keys = new KeyTable()
  const running: Subject[] = []
  return {
    async peer() {
      const credentials = keys.member(`m${running.length}`)
      const blobs = new MemoryBlobs()
      const transport = hub.transport(credentials, blobs)
      const ear = new Ear()
      await transport.start(ear)
      const subject = { transport, credentials, blobs, ear }
      running.push(subject)
      return subject
    },
    async stop() {
      for (const { transport } of running) await transport.stop()
    },
  }
}

transportSuite('memory', memoryNetwork)
