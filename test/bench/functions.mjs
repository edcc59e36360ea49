// The functions that the benches register on their hosts.
import { appendFileSync } from 'node:fs'

export const noop = () => 1
export const sleep = (ms) => new Promise((resolve) => setTimeout(() => resolve(1), ms))
export const loggedSleep = (log, id, ms) => {
  appendFileSync(log, `${id}\n`)
  return sleep(ms)
}
/** When it began and when it ended, by the machine's clock. */
export const timedSleep = async (ms) => {
  const beganMs = Date.now()
  await sleep(ms)
  return [beganMs, Date.now()]
}
