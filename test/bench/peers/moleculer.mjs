// Moleculer with its own gossiping TCP transporter: no broker, as close to a mesh as Node.js has today.

import { fork } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { ServiceBroker } from 'moleculer'
import { LOG, measure, SLOTS, sleep, WORKERS } from './workload.mjs'

const common = {
  logger: false,
  transporter: {
    type: 'TCP',
    options: {
      udpDiscovery: false,
      urls: Array.from({ length: WORKERS + 1 }, (_, i) => `127.0.0.1:${7400 + i}/n${i}`),
    },
  },
  requestTimeout: 55_000,
  retryPolicy: { enabled: true, retries: 5 },
}
if (process.argv[2] === 'worker') {
  const broker = new ServiceBroker({
    ...common,
    nodeID: `n${process.argv[3]}`,
    bulkhead: { enabled: true, concurrency: SLOTS, maxQueueSize: 100_000 },
  })
  broker.createService({
    name: 'w',
    actions: {
      async run(ctx) {
        const { kind, id, ms } = ctx.params
        if (kind === 'logged-sleep') appendFileSync(LOG, `${id}\n`)
        if (ms) await sleep(ms)
        return 1
      },
    },
  })
  await broker.start()
  process.send('up')
} else {
  const ws = []
  let broker
  await measure({
    name: 'moleculer-tcp-gossip',
    version: '0.15.2',
    workers: () => ws.map((w) => w.pid),
    async up() {
      for (let i = 1; i <= WORKERS; i++) {
        const w = fork(process.argv[1], ['worker', String(i)])
        await new Promise((r) => w.once('message', r))
        ws.push(w)
      }
      broker = new ServiceBroker({ ...common, nodeID: 'n0' })
      await broker.start()
      await broker.waitForServices(['w'])
      for (
        let i = 0;
        i < 100 &&
        broker.registry.getServiceList({ onlyAvailable: true }).filter((s) => s.name === 'w').length < WORKERS;
        i++
      )
        await sleep(100)
    },
    submit(kind, data) {
      return broker.call('w.run', { kind, ...data })
    },
    down() {
      for (const w of ws) w.kill('SIGKILL')
    },
  })
}
