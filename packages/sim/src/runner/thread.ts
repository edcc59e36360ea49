import { parentPort } from 'node:worker_threads'
import { doJob, type Job } from './job.ts'

/** One thread of the pool: does what it is told, one job after the other. */
parentPort!.on('message', (job: Job) => parentPort!.postMessage(doJob(job)))
