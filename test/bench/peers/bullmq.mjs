import { fork, spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Queue, QueueEvents, Worker } from 'bullmq'
import { LOG, measure, SLOTS, sleep, WORKERS } from './workload.mjs'

const port = 7390,
  connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
if (process.argv[2] === 'worker') {
  const w = new Worker(
    'q',
    async (job) => {
      const { id, ms } = job.data
      if (job.name === 'logged-sleep') appendFileSync(LOG, `${id}\n`)
      if (ms) await sleep(ms)
      return 1
    },
    { connection, concurrency: SLOTS, lockDuration: 5000, stalledInterval: 5000 },
  )
  w.on('error', () => {})
  await w.waitUntilReady()
  process.send('up')
  setInterval(() => {}, 1e6)
} else {
  let redis,
    ws = [],
    q,
    ev
  const wait = new Map()
  await measure({
    name: 'bullmq+redis',
    version: '6.7.0',
    coordinator: () => redis.pid,
    workers: () => ws.map((w) => w.pid),
    async up() {
      redis = spawn(
        'redis-server',
        ['--port', String(port), '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec', '--dir', tmpdir()],
        { stdio: 'ignore' },
      )
      await sleep(700)
      for (let i = 0; i < WORKERS; i++) {
        const w = fork(process.argv[1], ['worker'])
        await new Promise((r) => w.once('message', r))
        ws.push(w)
      }
      q = new Queue('q', { connection, streams: { events: { maxLen: 1_000_000 } } })
      ev = new QueueEvents('q', { connection })
      await ev.waitUntilReady()
      q.on('error', () => {})
      ev.on('error', () => {})
      ev.on('completed', ({ jobId }) => {
        const f = wait.get(jobId)
        if (f) {
          wait.delete(jobId)
          f()
        }
      })
    },
    async submit(kind, data) {
      const jobId = Math.random().toString(36).slice(2)
      const p = new Promise((r) => wait.set(jobId, r))
      await q.add(kind, data, { jobId, removeOnComplete: true })
      await p
    },
    down() {
      for (const w of ws) w.kill('SIGKILL')
      redis.kill('SIGKILL')
    },
  })
}
